//! What the witness answers, story by story.

use std::os::unix::fs::PermissionsExt;
use std::thread;

use eventlog::merkle::checkpoint::Checkpoint;
use eventlog::merkle::hash::{NodeHash, Sha256Tree, TreeHash};
use eventlog::merkle::key::{Algorithm, SignerKey};
use tests::paper_log::PaperLog;

use crate::office::{NAME, SecondOffice, request_with};

const ORIGIN: &str = "天通苑南街道/1";

#[test]
fn a_log_is_cosigned_from_its_first_checkpoint_on() {
    let (office, mut log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 5));
    let witness = office.start(&[log.key()]);
    let before = SignerKey::from_seed("w", Algorithm::Cosignature, &[1; 32]).unwrap();
    let first = witness.cosigned(&log, 0);
    assert_eq!(first.name, NAME);
    assert_ne!(first.key_id, before.verifier().id());
    for size in [6, 8, 300, 70_000] {
        let old = log.size();
        log.grow(size);
        witness.cosigned(&log, old);
        assert_eq!(witness.remembered(&PaperLog::new(ORIGIN, size + 1)), size);
    }
}

#[test]
fn the_same_checkpoint_again_is_cosigned_again() {
    let (office, log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 5));
    let witness = office.start(&[log.key()]);
    witness.cosigned(&log, 0);
    witness.cosigned(&log, 5);
    assert_eq!(office.evidence(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn one_who_does_not_know_the_size_is_told() {
    let (office, mut log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 5));
    let witness = office.start(&[log.key()]);
    let answer = witness.offer(&log, 3);
    assert_eq!((answer.status, answer.body.as_str()), (409, "0\n"));
    assert!(answer.head.contains("content-type: text/x.tlog.size"), "{}", answer.head);
    witness.cosigned(&log, 0);
    log.grow(9);
    for old in [0, 4, 9] {
        let answer = witness.offer(&log, old);
        assert_eq!((answer.status, answer.body.as_str()), (409, "5\n"));
    }
    assert!(office.evidence().is_empty(), "nothing speaks against the log");
}

#[test]
fn a_log_that_was_rolled_back_is_refused() {
    let (office, log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 9));
    let witness = office.start(&[log.key()]);
    witness.cosigned(&log, 0);
    let older = log.rolled_back(7);
    for old in [0, 7] {
        let answer = witness.offer(&older, old);
        assert_eq!((answer.status, answer.body.as_str()), (409, "9\n"));
    }
    assert_eq!(witness.offer(&older, 9).status, 400, "an old size beyond the new one");
    assert_eq!(witness.remembered(&log), 9);
}

#[test]
fn a_proof_that_does_not_lead_from_the_old_tree_to_the_new_is_refused() {
    let (office, mut log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 5));
    let witness = office.start(&[log.key()]);
    let from_nothing = request_with(&log.checkpoint(), 0, vec![NodeHash([1; 32])]);
    assert_eq!(witness.post(from_nothing.as_bytes()).status, 422, "a proof where none belongs");
    witness.cosigned(&log, 0);
    log.grow(12);
    let good = log.consistency(5, 12);
    let mut swapped = good.clone();
    swapped.swap(0, 1);
    let mut longer = good.clone();
    longer.push(NodeHash([1; 32]));
    for proof in [vec![], good[1..].to_vec(), swapped, longer, log.consistency(4, 12)] {
        let answer = witness.post(request_with(&log.checkpoint(), 5, proof).as_bytes());
        assert_eq!(answer.status, 422, "{answer:?}");
    }
    assert_eq!(witness.remembered(&log), 5);
    witness.cosigned(&log, 5);
}

#[test]
fn a_log_that_nobody_asked_for_is_unknown() {
    let (office, log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 5));
    let witness = office.start(&[log.key()]);
    assert_eq!(witness.offer(&PaperLog::new("回龙观街道/1", 5), 0).status, 404);
    let blind = SecondOffice::new();
    assert_eq!(blind.start(&[]).offer(&log, 0).status, 404);
}

#[test]
fn a_checkpoint_under_another_key_is_forbidden() {
    let (office, log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 5));
    let witness = office.start(&[log.key()]);
    let stranger = log.signed_by_a_stranger();
    assert_eq!(witness.offer(&stranger, 0).status, 403);
    let mut forged = log.checkpoint();
    forged.signatures[0].signature[7] ^= 1;
    assert_eq!(witness.post(request_with(&forged, 0, vec![]).as_bytes()).status, 403);
    assert!(office.evidence().is_empty(), "the log did not sign it");
    // the log's key beside unknown ones is enough, and theirs are not kept
    let mut both = stranger.checkpoint();
    both.signatures.extend(log.checkpoint().signatures);
    assert_eq!(witness.post(request_with(&both, 0, vec![]).as_bytes()).status, 200);
    drop(witness);
    // a log that changes its key is watched under both
    let witness = office.start(&[log.key(), stranger.key()]);
    let mut log = stranger;
    log.grow(6);
    witness.cosigned(&log, 5);
}

#[test]
fn a_tree_without_leaves_has_one_root() {
    let (office, mut log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 0));
    let witness = office.start(&[log.key()]);
    let signer = SignerKey::from_seed(ORIGIN, Algorithm::Ed25519, &Sha256Tree::leaf(ORIGIN.as_bytes()).0);
    let lie = Checkpoint { origin: ORIGIN.to_owned(), size: 0, root: NodeHash([1; 32]) };
    let lie = lie.sign([&signer.unwrap()], 0);
    assert_eq!(witness.post(request_with(&lie, 0, vec![]).as_bytes()).status, 409);
    witness.cosigned(&log, 0);
    log.grow(3);
    witness.cosigned(&log, 0);
}

#[test]
fn of_two_requests_at_once_the_later_tree_stays() {
    let (office, mut log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 10));
    let witness = office.start(&[log.key()]);
    witness.cosigned(&log, 0);
    for round in 0..40 {
        let old = log.size();
        let (mut near, mut far) = (log.clone(), log.clone());
        near.grow(old + 1);
        far.grow(old + 2 + round);
        let (first, second) = thread::scope(|scope| {
            let first = scope.spawn(|| witness.offer(&near, old).status);
            let second = scope.spawn(|| witness.offer(&far, old).status);
            (first.join().unwrap(), second.join().unwrap())
        });
        let stays = match (first, second) {
            (200, 409) => &near,
            (409, 200) => &far,
            both => panic!("{both:?}"),
        };
        log.grow(far.size() + 1);
        assert_eq!(witness.remembered(&log), stays.size(), "round {round}");
        log = stays.clone();
    }
}

#[test]
fn whose_signature_it_is_can_be_asked() {
    let (office, log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 1));
    let witness = office.start(&[log.key()]);
    for path in ["/", "/witness.vkey"] {
        let answer = witness.get(path);
        assert_eq!((answer.status, answer.body), (200, format!("{}\n", witness.key())));
    }
    assert_eq!(witness.get("/health/live").status, 200);
    assert_eq!(witness.get("/add-checkpoint").status, 405);
    let key = office.state().join("witness.key");
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(office.state().metadata().unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_directory_that_cannot_be_trusted_is_not_opened() {
    let (office, log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 5));
    assert_eq!(office.refusal("审计 局", &[]), (Some(1), "name_unusable".to_owned()));
    let witness = office.start(&[log.key()]);
    witness.cosigned(&log, 0);
    assert_eq!(office.refusal(NAME, &[log.key()]), (Some(1), "state_in_use".to_owned()));
    let key = witness.key();
    witness.kill();
    assert_eq!(office.refusal("other", &[]), (Some(1), "name_differs".to_owned()));
    assert_eq!(office.refusal(NAME, &[&key]), (Some(1), "not_a_log".to_owned()));
    let path = office.state().join("witness.key");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    assert_eq!(office.refusal(NAME, &[]), (Some(1), "key_open_to_others".to_owned()));
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    let record = std::fs::read_dir(office.state().join("logs")).unwrap().next().unwrap().unwrap().path();
    let good = std::fs::read(&record).unwrap();
    let other = PaperLog::new(ORIGIN, 4).checkpoint().to_string().into_bytes();
    for damaged in [&b""[..], &good[1..], &good[..good.len() - 1], &other] {
        std::fs::write(&record, damaged).unwrap();
        assert_eq!(office.refusal(NAME, &[log.key()]), (Some(1), "record_damaged".to_owned()));
    }
    std::fs::write(&record, good).unwrap();
    assert_eq!(office.start(&[log.key()]).remembered(&log), 5);
    std::fs::rename(&path, path.with_extension("aside")).unwrap();
    assert_eq!(office.refusal(NAME, &[]), (Some(1), "key_missing".to_owned()));
    let log_key = PaperLog::new(NAME, 0).secret_line();
    for line in ["no key\n", &log_key] {
        std::fs::write(&path, line).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        assert_eq!(office.refusal(NAME, &[]), (Some(1), "key_unreadable".to_owned()));
    }
}

#[test]
fn a_wrong_command_line_says_what_is_wrong() {
    let office = SecondOffice::new();
    let mut command = std::process::Command::new(tests::ledger_binary());
    command.args(["witness", "--listen", "127.0.0.1:0", "--name", "w", "--log", "a+b+c", "--state"]);
    let output = command.arg(office.state()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let remarks = String::from_utf8(output.stderr).unwrap();
    assert!(remarks.contains("不是公钥") && remarks.contains("name+id+base64"), "{remarks}");
}
