//! A history that was rewritten by whoever holds the database and the real key: the witness refuses it, says so, and
//! keeps what proves it.

use std::fs;

use eventlog::merkle::checkpoint::Checkpoint;
use tests::paper_log::PaperLog;

use crate::office::{SecondOffice, request_with};

const ORIGIN: &str = "天通苑南街道/1";

#[test]
fn another_history_of_the_same_size_is_refused_and_both_checkpoints_are_kept() {
    let (office, log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 9));
    let witness = office.start(&[log.key()]);
    witness.cosigned(&log, 0);
    let rewritten = log.rewritten(3, "发放 0 元".as_bytes());
    for old in [9, 0, 4] {
        let answer = witness.offer(&rewritten, old);
        assert_eq!((answer.status, answer.body.as_str()), (409, "9\n"));
    }
    let pieces = office.evidence();
    assert_eq!(pieces.len(), 1, "the same thing three times is one piece: {pieces:?}");
    assert!(pieces[0].file_name().unwrap().to_str().unwrap().starts_with("fork-9-"));
    let read = |name: &str| Checkpoint::open(&fs::read(pieces[0].join(name)).unwrap(), log.key()).unwrap();
    // both under the real key, of one size, over other roots: nobody can explain that away
    let ((cosigned, note), (offered, _)) = (read("cosigned.note"), read("offered.note"));
    assert_eq!((cosigned.size, offered.size), (9, 9));
    assert_ne!(cosigned.root, offered.root);
    assert!(witness.key().signed(&note).is_some());
    let remarks = witness.remarks();
    for said in ["ERROR", "a fork", "拒绝签署", ORIGIN, &offered.root.to_string(), &cosigned.root.to_string()]
    {
        assert!(remarks.contains(said), "{said}: {remarks}");
    }
    assert_eq!(witness.remembered(&log), 9);
    witness.cosigned(&log, 9);
}

#[test]
fn another_history_that_grew_since_is_refused_with_any_proof() {
    let (office, mut log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 9));
    let witness = office.start(&[log.key()]);
    witness.cosigned(&log, 0);
    let mut rewritten = log.rewritten(3, "发放 0 元".as_bytes());
    rewritten.grow(14);
    log.grow(14);
    assert_eq!(witness.offer(&rewritten, 9).status, 422);
    let true_proof = request_with(&rewritten.checkpoint(), 9, log.consistency(9, 14));
    assert_eq!(witness.post(true_proof.as_bytes()).status, 422);
    let pieces = office.evidence();
    assert_eq!(pieces.len(), 1, "{pieces:?}");
    assert!(pieces[0].file_name().unwrap().to_str().unwrap().starts_with("unproven-14-"));
    assert!(witness.remarks().contains("not shown to extend the tree of size 9"));
    witness.cosigned(&log, 9);
}

#[test]
fn the_witness_remembers_after_a_restart_and_shows_what_it_holds() {
    let (office, log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 9));
    let witness = office.start(&[log.key()]);
    assert_eq!(witness.started["logs"][0]["size"], 0);
    witness.cosigned(&log, 0);
    let key = witness.key();
    assert_eq!(witness.offer(&log.rolled_back(5), 5).status, 409);
    drop(witness);
    let witness = office.start(&[log.key()]);
    assert_eq!(witness.key(), key);
    assert_eq!(witness.started["logs"][0]["origin"], ORIGIN);
    assert_eq!(
        (&witness.started["logs"][0]["size"], &witness.started["logs"][0]["refused"]),
        (&9.into(), &1.into())
    );
    assert_eq!(witness.offer(&log.rewritten(0, b""), 9).status, 409);
    assert_eq!(witness.remembered(&log), 9);
}

#[test]
fn a_piece_of_evidence_stays_what_it_was() {
    let (office, mut log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 9));
    let witness = office.start(&[log.key()]);
    witness.cosigned(&log, 0);
    let older = log.rolled_back(5);
    assert_eq!(witness.offer(&older, 5).status, 409);
    let read = || fs::read(office.evidence()[0].join("cosigned.note")).unwrap();
    let kept = read();
    log.grow(12);
    witness.cosigned(&log, 9);
    assert_eq!(witness.offer(&older, 5).status, 409);
    assert_eq!((office.evidence().len(), read()), (1, kept), "sent again, it says nothing new");
}

#[test]
fn evidence_is_bounded_and_noise_does_not_displace_a_fork() {
    let (office, log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 80));
    let witness = office.start(&[log.key()]);
    witness.cosigned(&log, 0);
    assert_eq!(witness.offer(&log.rewritten(0, b"x"), 80).status, 409);
    for size in 0..70 {
        assert_eq!(witness.offer(&log.rolled_back(size), size).status, 409);
    }
    let pieces = office.evidence();
    let names: Vec<&str> = pieces.iter().map(|piece| piece.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names.iter().filter(|name| name.starts_with("fork-80-")).count(), 1);
    assert_eq!(names.iter().filter(|name| name.starts_with("smaller-")).count(), 50);
    assert!(names.iter().any(|name| name.starts_with("smaller-69-")), "the newest is kept");
    assert!(!names.iter().any(|name| name.starts_with("smaller-0-")), "the oldest went");
}

#[test]
fn what_cannot_be_kept_is_refused_and_said_all_the_same() {
    let (office, log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 9));
    let witness = office.start(&[log.key()]);
    witness.cosigned(&log, 0);
    fs::remove_dir(office.state().join("refused")).unwrap();
    fs::write(office.state().join("refused"), "in the way").unwrap();
    assert_eq!(witness.offer(&log.rewritten(3, b"x"), 9).status, 409);
    assert!(witness.remarks().contains("the evidence cannot be kept"), "{}", witness.remarks());
}

#[test]
fn what_cannot_be_written_is_not_cosigned() {
    let (office, mut log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 9));
    let witness = office.start(&[log.key()]);
    witness.cosigned(&log, 0);
    let (logs, aside) = (office.state().join("logs"), office.state().join("aside"));
    fs::rename(&logs, &aside).unwrap();
    log.grow(11);
    assert_eq!(witness.offer(&log, 9).status, 503);
    fs::rename(&aside, &logs).unwrap();
    assert_eq!(witness.remembered(&log), 9);
    witness.cosigned(&log, 9);
}
