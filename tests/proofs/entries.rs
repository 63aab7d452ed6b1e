//! Events that the office itself sealed and signed, and that cannot be: the tree holds, and they are refused all the same.

use chrono::{DateTime, TimeDelta, Utc};
use eventlog::append::StreamId;
use eventlog::event::StoredEvent;
use eventlog::merkle::checkpoint::Checkpoint;
use eventlog::merkle::hash::{Sha256Tree, TreeHash};
use eventlog::merkle::key::{Algorithm, SignerKey};
use eventlog::merkle::leaf;
use eventlog::merkle::tile::{push_entry, tile_bytes};
use eventlog::merkle::tree::root_of;

use crate::evidence::Bundle;

const LEDGER: &str = "benefits-ledger/a-test";

fn event(position: u64) -> StoredEvent {
    let start: DateTime<Utc> = "2026-03-02T01:00:00Z".parse().unwrap();
    StoredEvent {
        position,
        recorded_at: start + TimeDelta::seconds(position.cast_signed()),
        stream: StreamId::new("Notebook", "one"),
        sequence: position + 1,
        event_type: "NoteTaken".to_owned(),
        event_version: "1.0.0".to_owned(),
        payload: "{}".to_owned(),
        metadata: r#"{"actor_id":"li.na","actor_role":"clerk"}"#.to_owned(),
    }
}

fn entry(ledger: &str, event: &StoredEvent) -> Vec<u8> {
    let mut entry = Vec::new();
    leaf::encode(ledger, event, &mut entry).unwrap();
    entry
}

/// A bundle of these entries, truly signed.
fn bundle(entries: &[Vec<u8>]) -> Bundle {
    let (bundle, width) = (Bundle::begin(), entries.len());
    let origin = format!("{LEDGER}/{}", Sha256Tree::SUITE);
    let key = SignerKey::from_seed(&origin, Algorithm::Ed25519, &[5; 32]).unwrap();
    let leaves: Vec<_> = entries.iter().map(|entry| Sha256Tree::leaf(entry)).collect();
    let checkpoint = Checkpoint { origin, size: width as u64, root: root_of::<Sha256Tree>(&leaves) };
    let mut bytes = Vec::new();
    assert!(entries.iter().all(|entry| push_entry(&mut bytes, entry)));
    bundle.write("log.vkey", format!("{}\n", key.verifier()).as_bytes());
    bundle.write("checkpoint", checkpoint.sign([&key], 0).to_string().as_bytes());
    bundle.write(&format!("tile/entries/000.p/{width}"), &bytes);
    bundle.write(&format!("tile/0/000.p/{width}"), &tile_bytes(&leaves));
    bundle.write("SHA256SUMS", b"");
    bundle.fit();
    bundle
}

#[test]
fn events_that_cannot_be_are_named_although_they_are_signed() {
    let good: Vec<_> = (0..4).map(|position| entry(LEDGER, &event(position))).collect();
    assert_eq!(bundle(&good).verify().faults, []);
    let changed = |how: &dyn Fn(&mut StoredEvent)| {
        let mut event = event(2);
        how(&mut event);
        entry(LEDGER, &event)
    };
    let noon = "2026-03-01T12:00:00Z".parse().unwrap();
    for (changed, code) in [
        (changed(&|event| event.recorded_at = noon), "time_backwards"),
        (changed(&|event| event.sequence = 2), "sequence_wrong"),
        (changed(&|event| event.sequence = 5), "sequence_wrong"),
        (changed(&|event| event.stream = StreamId::new("Notebook", "two")), "sequence_wrong"),
        (changed(&|event| event.position = 3), "entry_misplaced"),
        (entry("benefits-ledger/another", &event(2)), "entry_of_another_log"),
        (b"anything else".to_vec(), "entry_unreadable"),
        (Vec::new(), "entry_unreadable"),
    ] {
        let mut entries = good.clone();
        entries[2] = changed;
        let fault = bundle(&entries).fault(code);
        assert_eq!((fault.file.as_str(), fault.position), ("tile/entries/000.p/4", Some(2)), "{code}");
    }
}

#[test]
fn a_bundle_of_entries_that_breaks_off_or_goes_on_is_refused() {
    let good: Vec<_> = (0..4).map(|position| entry(LEDGER, &event(position))).collect();
    let whole = bundle(&good);
    let bytes = whole.read("tile/entries/000.p/4");
    let one = 2 + good[0].len();
    for (changed, code, position) in [
        (bytes[..bytes.len() - 1].to_vec(), "entries_cut", Some(3)),
        (bytes[..=one].to_vec(), "entries_cut", Some(1)),
        (bytes[..one].to_vec(), "entries_wrong", None),
        (Vec::new(), "entries_wrong", None),
        ([&bytes[..], &bytes[..one]].concat(), "entries_wrong", None),
    ] {
        whole.write("tile/entries/000.p/4", &changed);
        whole.fit();
        let fault = whole.fault(code);
        assert_eq!((fault.file.as_str(), fault.position), ("tile/entries/000.p/4", position), "{code}");
    }
}
