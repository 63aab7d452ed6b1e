//! Every byte of a bundle is changed in turn: with the sums left as they were, and with sums that fit.

use std::collections::BTreeSet;
use std::thread;

use crate::evidence::{Bundle, Evidence, sum_line};

const SUMS: &str = "SHA256SUMS";

/// Files that the sums alone protect: nothing that is proven stands in them.
const TOLD: [&str; 3] = ["README.md", "report.jsonl", SUMS];

/// The bit that makes another letter case of the same letter.
const CASE: usize = 5;

/// One byte after another, in two threads with a bundle each.
fn each_byte(bundle: &Bundle, name: &str, check: impl Fn(&Bundle, usize) + Sync) {
    let (length, check) = (bundle.read(name).len(), &check);
    thread::scope(|scope| {
        for first in 0..2 {
            let copy = bundle.copy();
            scope.spawn(move || (first..length).step_by(2).for_each(|place| check(&copy, place)));
        }
    });
}

fn flipped(original: &[u8], place: usize, bit: usize) -> Vec<u8> {
    let mut bytes = original.to_vec();
    bytes[place] ^= 1 << bit;
    bytes
}

/// The sums are as they were: every change is said of the file.
fn sums_notice(bundle: &Bundle) {
    for name in bundle.names() {
        let original = bundle.read(&name);
        each_byte(bundle, &name, |copy, place| {
            copy.write(&name, &flipped(&original, place, place % 8));
            let faults = copy.verify().faults;
            let differs = faults.iter().any(|fault| fault.code == "file_differs" && fault.file == name);
            assert!(differs || name == SUMS && !faults.is_empty(), "{name} at {place}: {faults:#?}");
            copy.write(&name, &original);
        });
    }
}

/// The sums fit: what the file says is refused all the same, with the file or the event named.
fn proofs_notice(bundle: &Bundle) {
    let sums = bundle.text(SUMS);
    for name in bundle.names().into_iter().filter(|name| !TOLD.contains(&name.as_str())) {
        let original = bundle.read(&name);
        let own = sum_line(&name, &original);
        each_byte(bundle, &name, |copy, place| {
            for bit in BTreeSet::from([place % 8, CASE]) {
                let bytes = flipped(&original, place, bit);
                copy.write(&name, &bytes);
                copy.write(SUMS, sums.replace(&own, &sum_line(&name, &bytes)).as_bytes());
                let faults = copy.verify().faults;
                let named = |file: &str| !file.is_empty() && name.starts_with(file);
                let found = faults.iter().any(|fault| named(&fault.file) || fault.position.is_some());
                assert!(found, "{name} at {place}, bit {bit}: {faults:#?}");
            }
            copy.write(&name, &original);
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_byte_of_a_bundle_of_some_events_is_protected() {
    let bundle = Evidence::new().await.partial().await;
    assert_eq!(bundle.verify().faults, []);
    sums_notice(&bundle);
    proofs_notice(&bundle);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_byte_of_a_bundle_of_all_events_is_protected() {
    let bundle = Evidence::new().await.whole().await;
    assert_eq!(bundle.verify().faults, []);
    proofs_notice(&bundle);
}
