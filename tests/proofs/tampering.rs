//! A superuser changes the log, its tiles or its checkpoints. Each kind of change is found, with the position named.

use eventlog::merkle::checkpoint::Checkpoint;
use eventlog::merkle::copy::CheckpointCopy;
use eventlog::merkle::cosigned::CosignatureCopy;
use eventlog::merkle::hash::{NodeHash, Sha256Tree};
use eventlog::merkle::note::Note;
use eventlog::merkle::sealer::{SealError, Sealer};

use crate::sealed::{SealedLog, witness};

/// Sealed with whole tiles, a rest, and a rest that was sealed twice.
const LENGTHS: [u64; 4] = [3, 300, 600, 610];

/// Makes room at a position, and moves the head.
const MAKE_ROOM: [&str; 2] = [
    "update log_events set position = position + 1000001, sequence = sequence + 1000001 where position >= 400",
    "update log_events set position = position - 1000000, sequence = sequence - 1000000 where position >= 1000000",
];

const INSERT: &str =
    "insert into log_events (position, recorded_at, sequence, aggregate_type, aggregate_id, event_type,
                          event_version, payload, metadata)
     select 400, recorded_at, 1, aggregate_type, 'slipped-in', event_type, event_version, payload, metadata
       from log_events where position = 399";

#[tokio::test]
async fn an_untouched_log_has_no_findings() {
    let sealed = SealedLog::of(&LENGTHS).await;
    assert!(sealed.findings().await.is_empty());
    sealed.append(5).await;
    assert!(sealed.findings().await.is_empty(), "what is not sealed yet is no finding");
}

#[tokio::test]
async fn every_kind_of_change_is_found_where_it_was_made() {
    let kinds: [(&str, &[&str], &[u64]); 12] = [
        (
            "a payload edited",
            &["update log_events set payload = '{\"note\":\"x\"}' where position = 17"],
            &[17],
        ),
        (
            "metadata edited",
            &[
                "update log_events set metadata = replace(metadata::text, 'li.na', 'li.no')::json where position = 299",
            ],
            &[299],
        ),
        (
            "one space added",
            &["update log_events set payload = (payload::text || ' ')::json where position = 511"],
            &[511],
        ),
        ("a type changed", &["update log_events set event_type = 'NoteLost' where position = 0"], &[0]),
        (
            "back-dated",
            &["update log_events set recorded_at = recorded_at - interval '1 day' where position = 310"],
            &[310],
        ),
        ("renumbered in its stream", &["update log_events set sequence = 5000 where position = 42"], &[42]),
        (
            "two swapped",
            &[
                "update log_events set position = 1000000 where position = 20",
                "update log_events set position = 20 where position = 30",
                "update log_events set position = 30 where position = 1000000",
            ],
            &[20, 30],
        ),
        (
            "changed below the last whole tile, between two checkpoints",
            &["update log_events set payload = '{}' where position = 605"],
            &[600, 609],
        ),
        (
            "a tile replaced",
            &[
                "update log_tiles set hashes = overlay(hashes placing '\\x00'::bytea from 33 for 1) where tile = 1",
            ],
            &[257],
        ),
        ("a tile removed", &["delete from log_tiles where tile = 1"], &[]),
        (
            "a checkpoint replaced",
            &[
                "update log_checkpoints set note = (select note from log_checkpoints where size = 300) where size = 600",
            ],
            &[599],
        ),
        ("a checkpoint removed", &["delete from log_checkpoints where size = 300"], &[299]),
    ];
    for (kind, statements, positions) in kinds {
        let sealed = SealedLog::of(&LENGTHS).await;
        sealed.strike(statements).await;
        assert!(!sealed.findings().await.is_empty(), "{kind} is not found");
        let found = sealed.positions().await;
        assert!(positions.iter().all(|position| found.contains(position)), "{kind}: {found:?}");
    }
}

#[tokio::test]
async fn a_forged_or_removed_cosignature_and_a_renamed_ledger_are_found() {
    let sealed = SealedLog::of(&LENGTHS).await;
    let store = sealed.store().await;
    let newest = store.newest_checkpoint().await.unwrap().unwrap();
    let text = Note::parse(newest.note.as_bytes()).unwrap().text;
    let line = witness().sign(&text, 1_800_000_000).to_string();
    CosignatureCopy::beside(&sealed.copy()).append(610, &line).unwrap();
    assert_eq!(sealed.positions().await, [609], "one that the file outside alone has was removed");
    store.add_signature(610, &line).await.unwrap();
    assert!(sealed.findings().await.is_empty(), "a cosignature that holds");
    // before a break there may have been another checkpoint of that size
    let other = witness().sign("another\n610\nhistory\n", 1_800_000_000).to_string();
    CosignatureCopy::beside(&sealed.copy()).append(610, &other).unwrap();
    assert!(sealed.findings().await.is_empty());
    let forged = witness().sign("another\n1\ntext\n", 1_800_000_000).to_string();
    sealed.strike(&[&format!("update log_signatures set line = '{forged}'")]).await;
    assert_eq!(sealed.positions().await, [609]);

    let renamed = SealedLog::of(&LENGTHS).await;
    renamed.strike(&["update log_head set origin = gen_random_uuid()"]).await;
    assert!(renamed.positions().await.contains(&0), "every leaf names its ledger");
}

#[tokio::test]
async fn a_removed_or_inserted_event_is_named() {
    let removed = SealedLog::of(&LENGTHS).await;
    removed.strike(&["delete from log_events where position = 400"]).await;
    assert!(removed.positions().await.contains(&400));

    let inserted = SealedLog::of(&LENGTHS).await;
    inserted.strike(&MAKE_ROOM).await;
    inserted.strike(&[INSERT]).await;
    inserted.strike(&["update log_head set last_position = last_position + 1"]).await;
    assert!(inserted.positions().await.contains(&400));
    assert!(matches!(inserted.sealer().await, Err(SealError::Beside { size: 610, .. })));
}

#[tokio::test]
async fn the_last_event_cannot_be_taken_away() {
    let sealed = SealedLog::of(&LENGTHS).await;
    sealed
        .strike(&[
            "delete from log_events where position = 609",
            "update log_head set last_position = 608",
            "delete from log_checkpoints where size = 610",
        ])
        .await;
    assert_eq!(sealed.positions().await, [609]);
    let refused = sealed.sealer().await.unwrap_err();
    assert!(matches!(refused, SealError::Behind { copied: 610, length: 609, .. }), "{refused}");
}

#[tokio::test]
async fn a_restored_older_dump_is_not_worked_with() {
    let sealed = SealedLog::of(&[300, 600]).await;
    sealed
        .strike(&[
            "delete from log_events where position >= 300",
            "delete from log_tiles where tile > 0",
            "delete from log_checkpoints where size > 300",
            "update log_head set last_position = 299",
        ])
        .await;
    assert!(matches!(sealed.sealer().await, Err(SealError::Behind { copied: 600, length: 300, .. })));
    // the office goes on with it all the same: then it is another history
    sealed.append(400).await;
    assert!(matches!(sealed.sealer().await, Err(SealError::Beside { size: 600, .. })));
    assert!(sealed.positions().await.contains(&599), "{:?}", sealed.findings().await);
}

/// The superuser rewrites an event, throws all proofs away, and has everything hashed and signed anew with the real key.
#[tokio::test]
async fn a_fork_that_is_signed_with_the_real_key_is_refused_by_the_copy_and_by_an_auditors_checkpoint() {
    let sealed = SealedLog::of(&LENGTHS).await;
    let (_, yesterday) = sealed.copy().read().unwrap().swap_remove(1);
    assert_eq!(yesterday.size, 300);
    sealed
        .strike(&[
            "update log_events set payload = '{\"note\":\"rewritten\"}' where position = 100",
            "delete from log_tiles",
            "delete from log_checkpoints",
        ])
        .await;
    let elsewhere = CheckpointCopy::new(sealed.folder.path().join("forged.jsonl"));
    let keys = sealed.key_file().await.read().unwrap();
    let mut forger = Sealer::<Sha256Tree>::open(sealed.store().await, elsewhere, keys).await.unwrap();
    let forged = forger.seal().await.unwrap().unwrap();
    assert!(
        Checkpoint::open(forged.note.as_bytes(), forger.keys()[0].verifier()).is_ok(),
        "it is truly signed"
    );

    assert!(matches!(sealed.sealer().await, Err(SealError::Beside { size: 610, .. })));
    assert!(!sealed.findings().await.is_empty());
    let root = sealed.store().await.root(300).await.unwrap();
    assert_ne!(root, yesterday.root, "whoever holds yesterday's checkpoint sees it");
    assert_ne!(root, NodeHash([0; 32]));
}
