//! A bundle of some events: each with an inclusion proof.

use std::collections::BTreeSet;

use eventlog::merkle::hash::{Sha256Tree, TreeHash};
use eventlog::merkle::proof::verify_inclusion;
use eventlog::merkle::transport::EntryProof;

use super::entries::{self, InOrder};
use super::files::BundleFiles;
use super::policy::Rules;
use super::{Faults, Head, Known, Verified, breaks, heads};
use crate::audit::layout::PROOF_EXTENSION;
use crate::audit::opened::OpenedValue;
use crate::audit::{Fault, layout};

/// Verifies every entry with its proof, and the older checkpoints.
pub fn verify(files: &BundleFiles, head: &Head, known: &Known, verified: &mut Verified, faults: &mut Faults) {
    let older = heads::older(files, head, known, faults);
    heads::by_proofs(files, head, &older, verified, faults);
    let mut order = InOrder::default();
    let (mut opened, mut rules) = (opened(files, faults), Rules::default());
    let positions = positions(files, faults);
    if positions.is_empty() {
        let (zh, en) = ("证据包中没有任何事件", "holds no event at all");
        faults.add(Fault::of("bundle_empty", layout::CHECKPOINT, zh, en));
    }
    for position in positions.iter().copied() {
        let name = layout::entry(position);
        let Some(entry) = files.get(&name, faults) else {
            if !files.has(&name) {
                faults.add(Fault::of("entry_missing", name, "缺少事件", "the entry is missing").at(position));
            }
            continue;
        };
        if !proven(files, head, position, &entry, faults) {
            continue;
        }
        match entries::read(&entry, position, &name, head) {
            Err(fault) => faults.add(fault),
            Ok((leaf, seen)) => {
                order.take(seen, &name, false, verified, faults);
                verified.events += 1;
                rules.take(leaf.payload);
                verified.breaks.extend(breaks::declared(&leaf));
                let mine = opened.extract_if(.., |value| value.position == position);
                for value in mine.collect::<Vec<_>>() {
                    check_opened(&value, leaf.payload, verified, faults);
                }
            }
        }
    }
    rules.compare(files, verified, faults);
    // where the event is there and was refused, that is said already
    for value in opened.iter().filter(|value| !positions.contains(&value.position)) {
        let (zh, en) = ("对应的事件不在证据包中", "opens a value of an event that is not in the bundle");
        faults.add(Fault::of("opened_strange", layout::OPENED, zh, en).at(value.position));
    }
}

/// The positions that entries or proofs are there for.
fn positions(files: &BundleFiles, faults: &mut Faults) -> BTreeSet<u64> {
    let mut positions = BTreeSet::new();
    let entries = files.below("entries/").map(|name| (format!("entries/{name}"), Some(name)));
    let proofs =
        files.below("proofs/").map(|name| (format!("proofs/{name}"), name.strip_suffix(PROOF_EXTENSION)));
    for (file, name) in entries.chain(proofs) {
        let position =
            name.and_then(|name| name.parse::<u64>().ok().filter(|number| number.to_string() == name));
        match position {
            Some(position) => {
                positions.insert(position);
            }
            None => {
                faults.add(Fault::of("file_strange", file, "文件名不是位置", "is not named by a position"))
            }
        }
    }
    positions
}

fn proven(files: &BundleFiles, head: &Head, position: u64, entry: &[u8], faults: &mut Faults) -> bool {
    let name = layout::proof(position);
    let mut wrong = |code, zh: String, en: String| {
        faults.add(Fault::of(code, name.clone(), zh, en).at(position));
        false
    };
    let (bytes, fault) = files.load(&name);
    if let Some(Fault { code, zh, en, .. }) = fault {
        return wrong(code, zh, en);
    }
    let Some(bytes) = bytes else {
        return wrong("proof_missing", "缺少包含证明".to_owned(), "the proof is missing".to_owned());
    };
    let text = String::from_utf8(bytes).unwrap_or_default();
    let proof = match EntryProof::parse(&text) {
        Err(error) => return wrong("proof_unreadable", format!("无法读出：{error}"), error.to_string()),
        Ok(proof) if proof.to_text() != text => {
            let (zh, en) = ("写法有误", "is spelt otherwise");
            return wrong("proof_unreadable", zh.to_owned(), en.to_owned());
        }
        Ok(proof) => proof,
    };
    if proof.index != position {
        let index = proof.index;
        return wrong(
            "proof_misplaced",
            format!("是位置 {index} 的证明"),
            format!("proves position {index}"),
        );
    }
    if proof.checkpoint.as_bytes() != head.note {
        let (zh, en) = ("其检查点不是证据包的检查点", "leads to another checkpoint than the bundle's");
        return wrong("proof_of_another_checkpoint", zh.to_owned(), en.to_owned());
    }
    let tree = (head.checkpoint.size, head.checkpoint.root);
    match verify_inclusion::<Sha256Tree>(Sha256Tree::leaf(entry), position, tree, &proof.hashes) {
        Ok(()) => true,
        Err(error) => wrong("inclusion_invalid", format!("包含证明不成立：{error}"), error.to_string()),
    }
}

/// The lines of `opened.jsonl`: each in its one spelling, ascending by position and path.
pub fn opened(files: &BundleFiles, faults: &mut Faults) -> Vec<OpenedValue> {
    let Some(bytes) = files.get(layout::OPENED, faults) else { return Vec::new() };
    let mut opened: Vec<OpenedValue> = Vec::new();
    for (number, line) in (1..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
        let value = serde_json::from_slice::<OpenedValue>(line).ok();
        let plain = value.filter(|value| value.to_line().is_ok_and(|again| again.as_bytes() == line));
        let place = |value: &OpenedValue| (value.position, value.path.clone());
        match plain.filter(|value| opened.last().is_none_or(|last| place(last) < place(value))) {
            Some(value) => opened.push(value),
            None => faults.add(Fault::of(
                "opened_unreadable",
                layout::OPENED,
                format!("第 {number} 行无法读出"),
                format!("line {number} cannot be read"),
            )),
        }
    }
    opened
}

/// Whether an opened value is what was sealed. The value itself is never shown.
pub fn check_opened(value: &OpenedValue, payload: &str, verified: &mut Verified, faults: &mut Faults) {
    if value.is_what_was_sealed(payload) {
        verified.opened += 1;
    } else {
        let path = &value.path;
        let (zh, en) = (format!("{path} 与密文不符"), format!("{path} is not what was sealed"));
        faults.add(Fault::of("opened_wrong", layout::OPENED, zh, en).at(value.position));
    }
}
