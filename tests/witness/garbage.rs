//! Bodies that are not requests: refused with what is wrong, never an error of the server, and nothing changes.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use tests::paper_log::PaperLog;

use crate::office::{SecondOffice, request};

const ORIGIN: &str = "天通苑南街道/1";
const SEED: u64 = 20_230_731;
const MUTATIONS: usize = 3_000;

/// A generator that repeats itself (splitmix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

/// One change: a bit, a byte, a piece cut out, doubled or moved.
fn mutated(good: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut body = good.to_vec();
    let at = chance.below(body.len());
    let piece = at..at + chance.below(body.len() - at).min(200);
    match chance.below(7) {
        0 => body[at] ^= 1 << chance.below(8),
        1 => body[at] = chance.next() as u8,
        2 => body.insert(at, b"\n \0+0-\xff\xe2"[chance.below(8)]),
        3 => drop(body.drain(piece)),
        4 => body.extend(good[piece].to_vec()),
        5 => body.truncate(at),
        _ => {
            let piece: Vec<u8> = body.drain(piece).collect();
            let at = chance.below(body.len() + 1);
            body.splice(at..at, piece);
        }
    }
    body
}

#[test]
fn no_changed_request_gets_a_cosignature_or_an_error_of_the_server() {
    let (office, mut log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 5));
    let witness = office.start(&[log.key()]);
    witness.cosigned(&log, 0);
    log.grow(21);
    let (good, mut chance) = (request(&log, 5).into_bytes(), Chance(SEED));
    let mut seen = std::collections::BTreeMap::<u16, usize>::new();
    for round in 0..MUTATIONS {
        let body = mutated(&good, &mut chance);
        if body == good {
            continue;
        }
        let answer = witness.post(&body);
        let refused = [400, 403, 404, 409, 422].contains(&answer.status);
        assert!(refused, "seed {SEED} round {round}: {answer:?} to {:?}", String::from_utf8_lossy(&body));
        *seen.entry(answer.status).or_default() += 1;
    }
    println!("{seen:?}");
    for status in [400, 403, 404, 409, 422] {
        assert!(seen.contains_key(&status), "{status} never came: {seen:?}");
    }
    assert_eq!(witness.remembered(&log), 5, "nothing changed");
    assert!(witness.post(&good).status == 200);
}

#[test]
fn bodies_that_are_nothing_or_too_much_are_refused() {
    let (office, log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 5));
    let witness = office.start(&[log.key()]);
    let good = request(&log, 0);
    let many = |line: &str, count: usize| line.repeat(count);
    let hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    let lines = good.replacen("old 0\n", &format!("old 0\n{}", many(hash, 64)), 1);
    let signature = good.lines().last().unwrap();
    for body in [
        String::new(),
        "\n".to_owned(),
        "old 0\n\n".to_owned(),
        good.replacen("old 0", "old 00", 1),
        good.replacen("old 0", "old 18446744073709551616", 1),
        good.replacen("old 0", "old -1", 1),
        good.replacen("old 0", "new 0", 1),
        good.trim_end().to_owned(),
        lines,
        format!("{good}{}", many(&format!("{signature}\n"), 100)),
        many("\n", 60_000),
    ] {
        assert_eq!(witness.post(body.as_bytes()).status, 400, "{body:.80}");
    }
    for bytes in [70_000, 3_000_000] {
        assert_eq!(witness.post(&vec![b'a'; bytes]).status, 413);
    }
    assert_eq!(witness.remembered(&PaperLog::new(ORIGIN, 5)), 5);
}

#[test]
fn a_log_that_sends_half_a_request_is_cut_off() {
    let (office, log) = (SecondOffice::new(), PaperLog::new(ORIGIN, 5));
    let witness = office.start(&[log.key()]);
    let mut stream = TcpStream::connect(witness.address).unwrap();
    let head = "POST /add-checkpoint HTTP/1.1\r\nhost: witness\r\ncontent-length: 500\r\n\r\nold 0\n";
    stream.write_all(head.as_bytes()).unwrap();
    // others are served meanwhile
    witness.cosigned(&log, 0);
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let begun = Instant::now();
    let mut answer = [0; 12];
    std::io::Read::read_exact(&mut stream, &mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
    assert!(begun.elapsed() < Duration::from_secs(15));
}
