//! Checkpoints: the one that a bundle speaks for, older ones, and what witnesses say of them.

use std::str::FromStr;

use eventlog::merkle::checkpoint::{Checkpoint, CheckpointError};
use eventlog::merkle::hash::Sha256Tree;
use eventlog::merkle::key::{Algorithm, VerifierKey};
use eventlog::merkle::note::Note;
use eventlog::merkle::proof::verify_consistency;
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
    let key = log_key(files, known, faults)?;
    verified.key = Some(key.to_string());
    let name = layout::CHECKPOINT;
    let Some(note) = files.get(name, faults) else {
        faults.add(Fault::of("checkpoint_missing", name, "缺少检查点", "the checkpoint is missing"));
        return None;
    };
    match Checkpoint::open(&note, &key) {
        Err(error) => {
            faults.add(refused(name, &error));
            None
        }
        Ok((checkpoint, parsed)) => {
            verified.origin = Some(checkpoint.origin.clone());
            verified.size = checkpoint.size;
            witnesses(files, &parsed, verified, faults);
            Some(Head { checkpoint, note, key })
        }
    }
}

fn refused(name: &str, error: &CheckpointError) -> Fault {
    let (code, zh) = match error {
        CheckpointError::Note(_) => ("note_unreadable", "不是签名文本"),
        CheckpointError::Format(_) => ("checkpoint_unreadable", "不是检查点"),
        CheckpointError::Origin { .. } => ("checkpoint_of_another_log", "是另一台账的检查点"),
        CheckpointError::Unsigned(_) => ("signature_invalid", "没有该密钥的有效签名"),
    };
    Fault::of(code, name, format!("{zh}：{error}"), error.to_string())
}

fn log_key(files: &BundleFiles, known: &Known, faults: &mut Faults) -> Option<VerifierKey> {
    let name = layout::LOG_KEY;
    let text = files.get(name, faults);
    let keys: Vec<_> = text.as_deref().map(|bytes| keys(name, bytes, faults)).unwrap_or_default();
    let own = match keys.as_slice() {
        [key] if key.algorithm() == Algorithm::Ed25519 => Some(key.clone()),
        _ => {
            faults.add(Fault::of(
                "key_unreadable",
                name,
                "应为一行台账公钥",
                "should be one line, the log's key",
            ));
            None
        }
    };
    match (&known.key, own) {
        (Some(known), Some(own)) if *known != own => {
            faults.add(Fault::of(
                "key_unknown",
                name,
                format!("与您提供的公钥不同：{own}"),
                format!("is not the key that you brought: {own}"),
            ));
            Some(known.clone())
        }
        (Some(known), _) => Some(known.clone()),
        (None, own) => own,
    }
}

fn keys(name: &str, bytes: &[u8], faults: &mut Faults) -> Vec<VerifierKey> {
    let text = String::from_utf8_lossy(bytes);
    let mut keys = Vec::new();
    for (number, line) in text.lines().enumerate() {
        match VerifierKey::from_str(line) {
            Ok(key) => keys.push(key),
            Err(error) => faults.add(Fault::of(
                "key_unreadable",
                name,
                format!("第 {} 行：{error}", number + 1),
                format!("line {}: {error}", number + 1),
            )),
        }
    }
    keys
}

/// Every witness that the bundle names must have cosigned, and its cosignature must hold.
fn witnesses(files: &BundleFiles, note: &Note, verified: &mut Verified, faults: &mut Faults) {
    let Some(bytes) = files.get(layout::WITNESS_KEYS, faults) else { return };
    for key in keys(layout::WITNESS_KEYS, &bytes, faults) {
        let cosigned = key.algorithm() == Algorithm::Cosignature;
        match key.signed(note).filter(|_| cosigned).and_then(|signed| signed.at) {
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
        take(&mut older, name, &bytes, head, faults);
        if let Some(last) =
            older.last().filter(|last| last.name.ends_with(&file) && last.checkpoint.size.to_string() != file)
        {
            let size = last.checkpoint.size;
            faults.add(Fault::of(
                "checkpoint_misplaced",
                last.name.clone(),
                format!("文件名不是其事件数 {size}"),
                format!("is named unlike its size {size}"),
            ));
        }
    }
    for (path, bytes) in &known.checkpoints {
        take(&mut older, path.display().to_string(), bytes, head, faults);
    }
    older
}

fn take(older: &mut Vec<Older>, name: String, bytes: &[u8], head: &Head, faults: &mut Faults) {
    match Checkpoint::open(bytes, &head.key) {
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
        Ok((checkpoint, _)) => older.push(Older { name, checkpoint }),
    }
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

/// Compares older checkpoints by the consistency proofs of a bundle that holds only some events.
pub fn by_proofs(
    files: &BundleFiles,
    head: &Head,
    known: &Known,
    verified: &mut Verified,
    faults: &mut Faults,
) {
    let new = (head.checkpoint.size, head.checkpoint.root);
    let mut used = Vec::new();
    for older in older(files, head, known, faults) {
        let old = (older.checkpoint.size, older.checkpoint.root);
        let name = layout::consistency(old.0, new.0);
        let bytes = files.get(&name, faults);
        used.push(name.clone());
        if bytes.is_none() && !files.has(&name) {
            if old.0 == new.0 && old.1 == new.1 {
                verified.consistent_with.push(old.0);
            } else if old.0 == new.0 {
                faults.add(fork(&older, head));
            } else {
                faults.add(Fault::of(
                    "proof_missing",
                    name,
                    "缺少一致性证明",
                    "the consistency proof is missing",
                ));
            }
            continue;
        }
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
        match parse_proof_lines(&text) {
            Err(error) => faults.add(Fault::of(
                "proof_unreadable",
                name,
                format!("无法读出：{error}"),
                error.to_string(),
            )),
            Ok(proof) => match verify_consistency::<Sha256Tree>(old, new, &proof) {
                Ok(()) => verified.consistent_with.push(old.0),
                Err(error) => {
                    let (zh, en) = (format!("一致性证明不成立：{error}"), format!("does not hold: {error}"));
                    faults.add(Fault::of("consistency_invalid", name, zh, en));
                    faults.add(fork(&older, head));
                }
            },
        }
    }
    for file in files.below("consistency/").map(|file| format!("consistency/{file}")) {
        if !used.contains(&file) {
            faults.add(Fault::of(
                "file_strange",
                file,
                "没有对应的检查点",
                "belongs to no checkpoint of the bundle",
            ));
        }
    }
}
