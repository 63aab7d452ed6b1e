use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;
use crate::merkle::hash::{Sha256Tree, TreeHash};

/// A vector of docs/PROOFS.md: an event's fields, its leaf and the leaf's hash.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Vector {
    name: String,
    origin: String,
    position: u64,
    stream_type: String,
    stream_id: String,
    sequence: u64,
    event_type: String,
    event_version: String,
    recorded_at: String,
    metadata: String,
    payload: String,
    leaf_hex: String,
    leaf_hash_base64: String,
}

fn event(position: u64, metadata: &str, payload: &str) -> StoredEvent {
    StoredEvent {
        position,
        recorded_at: "2023-07-05T02:00:00.000001Z".parse().unwrap(),
        stream: StreamId::new("Household", "5f1c6a0e-6f0e-5d0b-9c39-0a4f6f1f0b11"),
        sequence: 1,
        event_type: "HouseholdRegistered".to_owned(),
        event_version: "1.0.0".to_owned(),
        payload: payload.to_owned(),
        metadata: metadata.to_owned(),
    }
}

const METADATA: &str = r#"{"actor_id":"li.na","actor_role":"clerk","correlation_id":"00000000-0000-0000-0000-000000000001","office_day":"2023-07-05"}"#;
const ORIGIN: &str = "benefits-ledger/8a5b7c1e-3f52-4a8e-9b8e-0c5b9a1d2e3f";

fn cases() -> Vec<(&'static str, StoredEvent)> {
    let large = StoredEvent {
        sequence: (1 << 53) + 1,
        recorded_at: "9999-12-31T23:59:59.999999Z".parse().unwrap(),
        ..event((1 << 62) + 12_345, METADATA, r#"{"amount":9007199254740993}"#)
    };
    let erased = StoredEvent {
        event_type: "PersonErased".to_owned(),
        sequence: 4,
        ..event(
            90,
            METADATA,
            r#"{"PersonErased":{"person_id":"5f1c6a0e-6f0e-5d0b-9c39-0a4f6f1f0b12","on":"2026-07-05"}}"#,
        )
    };
    let sealed = r#"{"HouseholdRegistered":{"name":"s1.YWJj.ZGVm"}}"#;
    let escaped = r#"{"actor_role":"clerk","actor_id":"\u674e\u5a1c"}"#;
    vec![
        (
            "Chinese text",
            event(17, METADATA, r#"{"village":"龙泽苑东社区","note":"入户调查与申报一致，𠮷"}"#),
        ),
        ("an empty payload", event(0, METADATA, "")),
        ("empty strings", event(1, METADATA, r#"{"note":"","reason":""}"#)),
        ("large numbers", large),
        ("a sealed value whose key is destroyed", event(18, METADATA, sealed)),
        ("an erased person", erased),
        ("an escaped actor, in another order", event(19, escaped, "{}")),
        ("white space is kept", event(20, METADATA, "{ \"a\" :\t1 }\n")),
    ]
}

fn vector((name, event): (&str, StoredEvent)) -> Vector {
    let mut leaf = Vec::new();
    encode(ORIGIN, &event, &mut leaf).unwrap();
    Vector {
        name: name.to_owned(),
        origin: ORIGIN.to_owned(),
        position: event.position,
        stream_type: event.stream.kind.into_owned(),
        stream_id: event.stream.id,
        sequence: event.sequence,
        event_type: event.event_type,
        event_version: event.event_version,
        recorded_at: event.recorded_at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
        metadata: event.metadata,
        payload: event.payload,
        leaf_hash_base64: Sha256Tree::leaf(&leaf).to_string(),
        leaf_hex: hex::encode(leaf),
    }
}

#[test]
fn the_published_vectors_are_what_the_program_writes() {
    let ours: Vec<Vector> = cases().into_iter().map(vector).collect();
    if std::env::var_os("LEDGER_WRITE_VECTORS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/merkle/vectors/leaves.json");
        std::fs::write(path, serde_json::to_string_pretty(&ours).unwrap() + "\n").unwrap();
    }
    let published: Vec<Vector> = serde_json::from_str(include_str!("vectors/leaves.json")).unwrap();
    assert_eq!(ours, published);
}

#[test]
fn every_leaf_reads_back_as_its_event() {
    for (name, event) in cases() {
        let mut leaf = b"before".to_vec();
        encode(ORIGIN, &event, &mut leaf).unwrap();
        let read = Leaf::parse(&leaf["before".len()..]);
        assert_eq!(read.map(|leaf| (leaf.origin, leaf.to_event())), Ok((ORIGIN, event)), "{name}");
    }
}

#[test]
fn what_cannot_be_told_apart_has_no_leaf() {
    let refused = |event: &StoredEvent| encode(ORIGIN, event, &mut Vec::new()).unwrap_err();
    let field = |field| LeafError::Field { position: 5, field };
    let good = || event(5, METADATA, "{}");
    for (event, reason) in [
        (StoredEvent { stream: StreamId::new("A B", "1"), ..good() }, field("stream type")),
        (StoredEvent { stream: StreamId::new("A", "1\n2"), ..good() }, field("stream")),
        (StoredEvent { event_type: String::new(), ..good() }, field("type")),
        (StoredEvent { event_version: "1 0".to_owned(), ..good() }, field("version")),
        (event(5, "{}", "{}"), field("actor")),
        (event(5, r#"{"actor_id":"a","actor_role":"b","actor_id":"c"}"#, "{}"), field("actor")),
        (event(5, r#"{"actor_id":"a b","actor_role":"b"}"#, "{}"), field("actor")),
        (event(5, METADATA, &"x".repeat(65_535)), LeafError::TooLong { position: 5 }),
    ] {
        assert_eq!(refused(&event), reason);
    }
}

#[test]
fn a_leaf_with_another_spelling_is_refused() {
    let mut leaf = Vec::new();
    encode(ORIGIN, &event(17, METADATA, "{}"), &mut leaf).unwrap();
    let leaf = String::from_utf8(leaf).unwrap();
    for (from, to) in [
        ("position 17", "position 017"),
        ("actor clerk li.na", "actor clerk li.no"),
        ("02:00:00.000001Z", "02:00:00.00001Z"),
        ("origin ", "origin  "),
        ("bytes ", "bytes 0"),
        ("event/1", "event/2"),
    ] {
        let changed = leaf.replacen(from, to, 1);
        assert_ne!(changed, leaf);
        assert!(Leaf::parse(changed.as_bytes()).is_err(), "{to}");
    }
    assert!(Leaf::parse(format!("{leaf} ").as_bytes()).is_err());
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_fall(bytes: Vec<u8>, text in "\\PC*") {
        let _ = (Leaf::parse(&bytes), Leaf::parse(text.as_bytes()));
        let headed = format!("{HEADER}\norigin a\nposition 1\nstream a b\nsequence 1\nevent a b\nactor a b\n{text}");
        prop_assert!(Leaf::parse(headed.as_bytes()).is_err());
    }

    #[test]
    fn whatever_is_stored_reads_back(payload in "\\PC*", microsecond in 0_i64..4_000_000_000_000_000, position in 0_u64..1 << 62) {
        let recorded_at = DateTime::from_timestamp_micros(microsecond).unwrap();
        let event = StoredEvent { recorded_at, ..event(position, METADATA, &payload) };
        let mut leaf = Vec::new();
        encode(ORIGIN, &event, &mut leaf).unwrap();
        prop_assert_eq!(Leaf::parse(&leaf).unwrap().to_event(), event);
    }
}
