//! Sealing: checkpoints at the end of every catch-up, proofs at every size, and what a start refuses.

use eventlog::merkle::checkpoint::Checkpoint;
use eventlog::merkle::hash::{Sha256Tree, TreeHash};
use eventlog::merkle::key::SignerKey;
use eventlog::merkle::proof::{verify_consistency, verify_inclusion};
use eventlog::merkle::sealer::SealError;
use eventlog::merkle::store::Prover;
use eventlog::merkle::tile::Tile;

use crate::sealed::SealedLog;

const LENGTHS: [u64; 5] = [1, 255, 256, 300, 1000];

#[tokio::test]
async fn every_event_and_every_earlier_checkpoint_is_proven_at_every_size() {
    let sealed = SealedLog::of(&LENGTHS).await;
    let (store, key) = (sealed.store().await, sealed.key_file().await.read().unwrap().remove(0));
    let entries = store.entries(0, 1000).await.unwrap();
    let mut heads = Vec::new();
    for stored in store.checkpoints(0, u64::MAX, 100).await.unwrap().into_iter().rev() {
        heads.push(Checkpoint::open(stored.note.as_bytes(), key.verifier()).unwrap().0);
    }
    assert_eq!(heads.iter().map(|head| head.size).collect::<Vec<_>>(), LENGTHS);
    for head in &heads {
        let mut prover = Prover::new(store.clone(), head.size);
        for index in (0..head.size).step_by(37).chain([head.size - 1]) {
            let proof = prover.inclusion(index).await.unwrap();
            let leaf = Sha256Tree::leaf(&entries[index as usize]);
            verify_inclusion::<Sha256Tree>(leaf, index, (head.size, head.root), &proof).unwrap();
        }
        for old in heads.iter().filter(|old| old.size <= head.size) {
            let proof = prover.consistency(old.size).await.unwrap();
            verify_consistency::<Sha256Tree>((old.size, old.root), (head.size, head.root), &proof).unwrap();
        }
        assert!(prover.inclusion(head.size).await.is_err());
    }
    assert!(sealed.findings().await.is_empty());
}

#[tokio::test]
async fn whole_tiles_are_kept_once_and_the_rest_follows_from_the_events() {
    let sealed = SealedLog::of(&[1000]).await;
    let store = sealed.store().await;
    let mut again = sealed.sealer().await.unwrap();
    assert_eq!(again.seal().await.unwrap(), None, "it was sealed before");
    let kept: i64 =
        sqlx::query_scalar("select count(*) from log_tiles").fetch_one(sealed.ledger.owner()).await.unwrap();
    assert_eq!(kept, 3);
    for tile in Tile::all(1000) {
        assert_eq!(store.tile(tile).await.unwrap().len(), usize::from(tile.width), "{}", tile.path());
    }
}

#[tokio::test]
async fn programs_that_seal_at_the_same_time_sign_one_history() {
    let sealed = SealedLog::new().await;
    let (mut one, mut other) = (sealed.sealer().await.unwrap(), sealed.sealer().await.unwrap());
    for round in 0..6 {
        sealed.append(100 + round).await;
        let (first, second) = tokio::join!(one.seal(), other.seal());
        assert_eq!(first.unwrap().unwrap().checkpoint, second.unwrap().unwrap().checkpoint);
    }
    assert!(sealed.findings().await.is_empty());
    assert_eq!(sealed.copy().read().unwrap().len(), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_program_that_starts_while_another_appends_and_signs_takes_the_log_for_no_older_one() {
    let sealed = SealedLog::of(&[10]).await;
    let mut other = sealed.sealer().await.unwrap();
    let working = async {
        for _ in 0..60 {
            sealed.append(1).await;
            other.seal().await.unwrap();
        }
    };
    let starting = async {
        for _ in 0..60 {
            let started = sealed.sealer().await;
            assert!(started.is_ok(), "{:?}", started.err());
        }
    };
    tokio::join!(working, starting);
    assert!(sealed.findings().await.is_empty());
}

#[tokio::test]
async fn a_program_that_was_killed_before_it_signed_goes_on_from_its_tiles() {
    let sealed = SealedLog::of(&[300]).await;
    sealed.append(500).await;
    let mut killed = sealed.sealer().await.unwrap();
    killed.grow(800).await.unwrap();
    drop(killed);
    assert!(sealed.findings().await.is_empty());
    let mut next = sealed.sealer().await.unwrap();
    assert_eq!(next.seal().await.unwrap().unwrap().checkpoint.size, 800);
    assert!(sealed.findings().await.is_empty());
}

#[tokio::test]
async fn a_checkpoint_that_was_copied_before_a_crash_comes_into_the_database_at_the_next_start() {
    let sealed = SealedLog::of(&[10, 20]).await;
    sealed.strike(&["delete from log_checkpoints where size = 20"]).await;
    let mut next = sealed.sealer().await.unwrap();
    sealed.append(5).await;
    next.seal().await.unwrap();
    let kept = sealed.store().await.checkpoints(0, u64::MAX, 9).await.unwrap();
    assert_eq!(kept.iter().map(|kept| kept.size).collect::<Vec<_>>(), [25, 20, 10]);
    assert!(sealed.findings().await.is_empty());
}

#[tokio::test]
async fn a_key_is_rotated_without_a_gap_and_a_strange_key_is_refused() {
    let sealed = SealedLog::of(&[3, 10]).await;
    let file = sealed.key_file().await;
    let mut sealer = sealed.sealer().await.unwrap();
    let old = file.read().unwrap().remove(0);
    let new = file.rotate().unwrap();
    assert_eq!(sealer.sign_again(new.clone()).await.unwrap(), 2);
    for stored in sealed.store().await.checkpoints(0, u64::MAX, 9).await.unwrap() {
        for key in [&old, &new] {
            assert!(Checkpoint::open(stored.note.as_bytes(), key.verifier()).is_ok(), "{}", stored.size);
        }
    }
    file.retire(&hex::encode(old.verifier().id())).unwrap();
    let mut sealer = sealed.sealer().await.unwrap();
    sealed.append(1).await;
    let next = sealer.seal().await.unwrap().unwrap();
    assert!(Checkpoint::open(next.note.as_bytes(), new.verifier()).is_ok());
    assert!(Checkpoint::open(next.note.as_bytes(), old.verifier()).is_err());
    assert!(sealed.findings().await.is_empty());
    std::fs::remove_file(file.path()).unwrap();
    assert!(matches!(sealed.sealer().await, Err(SealError::Key(_))));
}

/// Whether every checkpoint, and the last one of the copy, is signed by the newest key and by the one before it.
async fn is_signed_by_both(sealed: &SealedLog) -> bool {
    let keys = sealed.key_file().await.read().unwrap();
    let mut notes: Vec<String> = vec![sealed.copy().last().unwrap().unwrap().0.note];
    let kept = sealed.store().await.checkpoints(0, u64::MAX, 9).await.unwrap();
    notes.extend(kept.into_iter().map(|kept| kept.note));
    let signed = |note: &String, key: &SignerKey| Checkpoint::open(note.as_bytes(), key.verifier()).is_ok();
    notes.iter().all(|note| keys.len() == 2 && keys.iter().all(|key| signed(note, key)))
}

#[tokio::test]
async fn a_change_of_keys_that_was_interrupted_is_finished_by_the_next_start() {
    // killed when the new key was in its file, and nothing signed with it yet
    let sealed = SealedLog::of(&[3, 10, 20]).await;
    let file = sealed.key_file().await;
    file.rotate().unwrap();
    assert!(!is_signed_by_both(&sealed).await);
    let again = sealed.sealer().await.unwrap();
    assert!(is_signed_by_both(&sealed).await);
    drop(again);
    // killed when some checkpoints were signed, and not the copy's
    let copied = std::fs::read_to_string(sealed.copy().path()).unwrap();
    let lines: Vec<&str> = copied.split_inclusive('\n').collect();
    std::fs::write(sealed.copy().path(), lines[..lines.len() - 1].concat()).unwrap();
    sealed.strike(&["delete from log_signatures where size < 20"]).await;
    assert!(!is_signed_by_both(&sealed).await);
    let again = sealed.sealer().await.unwrap();
    assert!(is_signed_by_both(&sealed).await);
    drop(again);
    assert!(sealed.findings().await.is_empty());
    // the old key can go now, and a start finds nothing to do
    let old = file.read().unwrap().remove(1);
    file.retire(&hex::encode(old.verifier().id())).unwrap();
    let before = std::fs::read(sealed.copy().path()).unwrap();
    assert_eq!(sealed.sealer().await.unwrap().seal().await.unwrap(), None);
    assert_eq!(std::fs::read(sealed.copy().path()).unwrap(), before);
    assert!(sealed.findings().await.is_empty());
}

#[tokio::test]
async fn a_copy_that_is_gone_is_not_made_anew() {
    let sealed = SealedLog::of(&[10]).await;
    std::fs::remove_file(sealed.copy().path()).unwrap();
    assert!(matches!(sealed.sealer().await, Err(SealError::NoCopy { size: 10, .. })));
    assert!(!sealed.copy().path().exists());
}

#[tokio::test]
async fn the_service_may_only_read_and_add_to_the_proofs() {
    let sealed = SealedLog::of(&[300]).await;
    for table in ["log_tiles", "log_checkpoints", "log_signatures"] {
        for statement in [
            format!("delete from {table}"),
            format!("update {table} set suite = 'x'"),
            format!("truncate {table}"),
        ] {
            let refused = sqlx::query(&statement).execute(sealed.ledger.service()).await.unwrap_err();
            assert!(refused.to_string().contains("permission denied"), "{statement}: {refused}");
        }
    }
}
