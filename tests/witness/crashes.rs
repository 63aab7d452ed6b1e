//! `kill -9` of the witness at any moment: what it answered, it remembers.

use std::thread;
use std::time::{Duration, Instant};

use tests::paper_log::PaperLog;

use crate::office::{SecondOffice, Witness, request, try_exchange};

const ORIGIN: &str = "天通苑南街道/1";
const ROUNDS: u64 = 25;

/// Offers larger and larger trees until the witness is gone; the last size that was answered.
fn feed(witness: Witness, log: &mut PaperLog, life: Duration) -> u64 {
    let address = witness.address;
    let killer = thread::spawn(move || {
        thread::sleep(life);
        witness.kill();
    });
    let mut answered = log.size();
    loop {
        log.grow(answered + 1 + answered % 3);
        let body = request(log, answered);
        match try_exchange(address, "POST", "/add-checkpoint", body.as_bytes()) {
            Some(answer) if answer.status == 200 => answered = log.size(),
            Some(answer) => panic!("{answer:?}"),
            None => break,
        }
    }
    killer.join().unwrap();
    answered
}

#[test]
fn the_state_never_goes_back() {
    let (office, mut log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 1));
    office.start(&[log.key()]).cosigned(&log, 0);
    let mut unanswered = 0;
    for round in 0..ROUNDS {
        let witness = office.start(&[log.key()]);
        let answered = feed(witness, &mut log, Duration::from_micros(5_000 + 1_777 * round));
        // the last one offered may have been written and not answered any more; nothing else is possible
        let offered = log.size();
        let witness = office.start(&[log.key()]);
        log.grow(offered + 1);
        let remembered = witness.remembered(&log);
        assert!([answered, offered].contains(&remembered), "{answered} {remembered} {offered}");
        unanswered += u64::from(remembered == offered);
        // whichever it is, the log goes on from there
        witness.cosigned(&log, remembered);
    }
    println!("written and not answered: {unanswered} of {ROUNDS}");
    assert!(log.size() > ROUNDS, "the log grew between the kills");
}

#[test]
fn what_was_written_and_never_answered_is_remembered() {
    let (office, mut log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 5));
    office.start(&[log.key()]).cosigned(&log, 0);
    let record = std::fs::read_dir(office.state().join("logs")).unwrap().next().unwrap().unwrap().path();
    for _ in 0..5 {
        let witness = office.start(&[log.key()]);
        let old = log.size();
        log.grow(old + 3);
        let before = std::fs::read(&record).unwrap();
        let (address, body) = (witness.address, request(&log, old));
        let asking = thread::spawn(move || try_exchange(address, "POST", "/add-checkpoint", body.as_bytes()));
        let begun = Instant::now();
        while std::fs::read(&record).unwrap() == before {
            assert!(begun.elapsed() < Duration::from_secs(20));
        }
        witness.kill();
        asking.join().unwrap();
        let witness = office.start(&[log.key()]);
        assert_eq!(
            witness.offer(&log.rewritten(0, b"x"), old + 3).status,
            409,
            "no second history of this size"
        );
        assert_eq!(witness.offer(&log.rolled_back(old + 1), old).status, 409);
        witness.cosigned(&log, old + 3);
    }
}
