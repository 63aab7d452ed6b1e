//! Checkpoints: the one that a bundle speaks for, older ones, and what witnesses say of them.

use std::str::FromStr;

use eventlog::merkle::checkpoint::{Checkpoint, CheckpointError};
use eventlog::merkle::hash::Sha256Tree;
use eventlog::merkle::key::{Algorithm, VerifierKey};
use eventlog::merkle::note::Note;
use eventlog::merkle::proof::{ProofError, verify_consistency};
use eventlog::merkle::transport::parse_proof_lines;

use super::files::BundleFiles;
use super::{Faults, Head, Known, Verified, Witnessed};
use crate::audit::{Fault, layout};

/// The signed head of the bundle; nothing else can be verified without it.
pub fn head(
    files: &BundleFiles,
    known: &Known,
    verified: &mut Verified,
    faults: &mut Faults,
) -> Option<Head> {
    let keys = log_keys(files, known, faults);
    let witness_keys = witness_keys(files, faults);
    verified.key = keys.first().map(ToString::to_string);
    let name = layout::CHECKPOINT;
    let Some(note) = files.get(name, faults) else {
        if !files.has(name) {
            faults.add(Fault::of("checkpoint_missing", name, "缺少检查点", "the checkpoint is missing"));
        }
        return None;
    };
    match open(&note, &keys)? {
        Err(error) => {
            faults.add(refused(name, &error));
            None
        }
        Ok((checkpoint, parsed)) => {
            verified.origin = Some(checkpoint.origin.clone());
            verified.size = checkpoint.size;
            witnesses(&witness_keys, &parsed, verified, faults);
            Some(Head { checkpoint, note, keys })
        }
    }
}

/// Opens a checkpoint with whichever key signed it; nothing without any key. What is wrong is said of the first key.
fn open(note: &[u8], keys: &[VerifierKey]) -> Option<Result<(Checkpoint, Note), CheckpointError>> {
    let mut opened = keys.iter().map(|key| Checkpoint::open(note, key));
    let first = opened.next()?;
    Some(if first.is_ok() { first } else { opened.find(Result::is_ok).unwrap_or(first) })
}

fn refused(name: &str, error: &CheckpointError) -> Fault {
    let (code, zh) = match error {
        CheckpointError::Note(_) => ("note_unreadable", "不是签名文本"),
        CheckpointError::Format(_) => ("checkpoint_unreadable", "不是检查点"),
        CheckpointError::Origin { .. } => ("checkpoint_of_another_log", "是另一台账的检查点"),
        CheckpointError::Unsigned(_) => ("signature_invalid", "没有该密钥的有效签名"),
        CheckpointError::SignedTwice(_) => ("signatures_disagree", "同一密钥的多个签名互不一致"),
    };
    Fault::of(code, name, format!("{zh}：{error}"), error.to_string())
}

/// The keys that the auditor knows, or the bundle's own.
fn log_keys(files: &BundleFiles, known: &Known, faults: &mut Faults) -> Vec<VerifierKey> {
    let name = layout::LOG_KEY;
    let text = files.get(name, faults);
    let keys = text.as_deref().map(|bytes| keys(name, bytes, faults)).unwrap_or_default();
    match keys.as_slice() {
        [own] if own.algorithm() == Algorithm::Ed25519 => {
            if !known.keys.is_empty() && !known.keys.contains(own) {
                faults.add(Fault::of(
                    "key_unknown",
                    name,
                    format!("不是您提供的公钥：{own}"),
                    format!("is not a key that you brought: {own}"),
                ));
            }
            if known.keys.is_empty() { keys } else { known.keys.clone() }
        }
        _ => {
            faults.add(Fault::of(
                "key_unreadable",
                name,
                "应为一行台账公钥",
                "should be one line, the log's key",
            ));
            known.keys.clone()
        }
    }
}

/// Keys, one a line, each in its one spelling.
fn keys(name: &str, bytes: &[u8], faults: &mut Faults) -> Vec<VerifierKey> {
    let text = String::from_utf8_lossy(bytes);
    let mut keys = Vec::new();
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let key = VerifierKey::from_str(line);
        match key.as_ref().map(|key| format!("{key}\n") == line) {
            Ok(true) => keys.extend(key),
            Ok(false) => faults.add(Fault::of(
                "key_unreadable",
                name,
                format!("第 {number} 行：写法有误"),
                format!("line {number}: is spelt otherwise"),
            )),
            Err(error) => faults.add(Fault::of(
                "key_unreadable",
                name,
                format!("第 {number} 行：{error}"),
                format!("line {number}: {error}"),
            )),
        }
    }
    keys
}

fn witness_keys(files: &BundleFiles, faults: &mut Faults) -> Vec<VerifierKey> {
    let name = layout::WITNESS_KEYS;
    let Some(bytes) = files.get(name, faults) else { return Vec::new() };
    let mut keys = keys(name, &bytes, faults);
    if keys.extract_if(.., |key| key.algorithm() != Algorithm::Cosignature).next().is_some() {
        faults.add(Fault::of("key_unreadable", name, "不是见证方公钥", "is not a key of a witness"));
    }
    keys
}

/// Every witness that the bundle names must have cosigned, and its cosignature must hold.
fn witnesses(keys: &[VerifierKey], note: &Note, verified: &mut Verified, faults: &mut Faults) {
    for key in keys {
        match key.signed(note).and_then(|signed| signed.at) {
            Some(at) => verified.witnesses.push(Witnessed { name: key.name().to_owned(), at }),
            None => faults.add(Fault::of(
                "cosignature_invalid",
                layout::CHECKPOINT,
                format!("没有见证方 {} 的有效共签", key.name()),
                format!("has no valid cosignature of the witness {}", key.name()),
            )),
        }
    }
}

/// An older checkpoint, with the name of the file it was read from.
pub struct Older {
    pub name: String,
    pub checkpoint: Checkpoint,
}

/// The retained checkpoints of the bundle, and those that the auditor brought; each signed by the log.
pub fn older(files: &BundleFiles, head: &Head, known: &Known, faults: &mut Faults) -> Vec<Older> {
    let mut older = Vec::new();
    let names: Vec<String> = files.below("checkpoints/").map(str::to_owned).collect();
    for file in names {
        let name = format!("checkpoints/{file}");
        let Some(bytes) = files.get(&name, faults) else { continue };
        let Some(found) = take(name, &bytes, head, faults) else { continue };
        if found.checkpoint.size.to_string() == file {
            older.push(found);
        } else {
            let size = found.checkpoint.size;
            faults.add(Fault::of(
                "checkpoint_misplaced",
                found.name,
                format!("文件名不是其事件数 {size}"),
                format!("is named unlike its size {size}"),
            ));
        }
    }
    for (path, bytes) in &known.checkpoints {
        older.extend(take(path.display().to_string(), bytes, head, faults));
    }
    older
}

fn take(name: String, bytes: &[u8], head: &Head, faults: &mut Faults) -> Option<Older> {
    match open(bytes, &head.keys)? {
        Err(error) => faults.add(refused(&name, &error)),
        Ok((checkpoint, _)) if checkpoint.size > head.checkpoint.size => faults.add(Fault::of(
            "checkpoint_newer",
            name,
            format!("有 {} 个事件，多于证据包的 {}：台账被截断", checkpoint.size, head.checkpoint.size),
            format!(
                "speaks for {} events, more than the bundle's {}: the log was cut off",
                checkpoint.size, head.checkpoint.size
            ),
        )),
        Ok((checkpoint, _)) => return Some(Older { name, checkpoint }),
    }
    None
}

/// The log signed two roots for one size, or a history that is no continuation: the worst there is.
pub fn fork(older: &Older, head: &Head) -> Fault {
    let (size, now) = (older.checkpoint.size, head.checkpoint.size);
    Fault::of(
        "log_forked",
        older.name.clone(),
        format!("{size} 个事件的检查点与证据包（{now} 个事件）不是同一历史：历史被改写，两份均有台账签名"),
        format!(
            "for {size} events is of another history than the bundle's {now}: it was rewritten, and both are signed by the log"
        ),
    )
}

/// Compares older checkpoints by the bundle's consistency proofs. A bundle of all events need not have them, but what
/// it has must hold.
pub fn by_proofs(
    files: &BundleFiles,
    head: &Head,
    older: &[Older],
    verified: &mut Verified,
    faults: &mut Faults,
) {
    let mut strange: Vec<&str> = files.below("consistency/").collect();
    for older in older {
        let (old, new) = (older.checkpoint.size, head.checkpoint.size);
        strange.retain(|file| *file != format!("{old}-{new}"));
        if by_proof(files, head, older, verified.whole, faults) && !verified.whole {
            verified.consistent_with.push(old);
        }
    }
    for file in strange {
        let (zh, en) = ("没有对应的检查点", "belongs to no checkpoint of the bundle");
        faults.add(Fault::of("file_strange", format!("consistency/{file}"), zh, en));
    }
}

/// Whether an older tree is the beginning of the bundle's, as a proof shows.
fn by_proof(files: &BundleFiles, head: &Head, older: &Older, whole: bool, faults: &mut Faults) -> bool {
    let old = (older.checkpoint.size, older.checkpoint.root);
    let new = (head.checkpoint.size, head.checkpoint.root);
    if old.0 == new.0 && old.1 != new.1 {
        faults.add(fork(older, head));
        return false;
    }
    let name = layout::consistency(old.0, new.0);
    if !files.has(&name) {
        if old.0 != new.0 && !whole {
            let (zh, en) = ("缺少一致性证明", "the consistency proof is missing");
            faults.add(Fault::of("proof_missing", name, zh, en));
        }
        return old.0 == new.0;
    }
    let Some(bytes) = files.get(&name, faults) else { return false };
    let text = String::from_utf8_lossy(&bytes);
    let fault = match parse_proof_lines(&text).map(|proof| verify_consistency::<Sha256Tree>(old, new, &proof))
    {
        Ok(Ok(())) => return true,
        // of a bundle of all events the tree itself shows it
        Ok(Err(ProofError::OtherBeginning)) if whole => return false,
        Ok(Err(ProofError::OtherBeginning)) => fork(older, head),
        Ok(Err(error)) => Fault::of(
            "consistency_invalid",
            name,
            format!("不能证明 {} 是本证据包的开头：证明被改动，或历史被改写（{error}）", older.name),
            format!(
                "does not show that {} is the beginning of this log: it was changed, or history was rewritten ({error})",
                older.name
            ),
        ),
        Err(error) => Fault::of("proof_unreadable", name, format!("无法读出：{error}"), error.to_string()),
    };
    faults.add(fault);
    false
}
