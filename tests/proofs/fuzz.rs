//! Changed at random, some ten thousand times from a fixed seed: nothing falls, and nothing is accepted but the original.

use api::audit::opened::OpenedValue;
use eventlog::merkle::checkpoint::Checkpoint;
use eventlog::merkle::hash::{Sha256Tree, TreeHash};
use eventlog::merkle::key::VerifierKey;
use eventlog::merkle::leaf::Leaf;
use eventlog::merkle::note::Note;
use eventlog::merkle::proof::verify_inclusion;
use eventlog::merkle::tile::{Entries, Tile, tile_hashes};
use eventlog::merkle::transport::{AddCheckpoint, EntryProof, parse_proof_lines};

use crate::archives::archive;
use crate::evidence::{Bundle, Evidence};

/// Changes of each kind of text.
const ROUNDS: usize = 10_000;
/// Changes of whole bundles.
const BUNDLES: usize = 1_500;

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end.max(1) as u64) as usize
    }

    /// One to three changes, some with a piece of another text.
    fn change(&mut self, original: &[u8], other: &[u8]) -> Vec<u8> {
        let mut bytes = original.to_vec();
        for _ in 0..=self.below(3) {
            let place = self.below(bytes.len());
            let end = (place + 1 + self.below(40)).min(bytes.len());
            match self.below(8) {
                0 if !bytes.is_empty() => bytes[place] ^= 1 << self.below(8),
                1 if !bytes.is_empty() => {
                    bytes[place] = [0, b'\n', b' ', b'+', b'=', b'9', b'"', 0xff][self.below(8)];
                }
                2 => bytes.truncate(place),
                3 => drop(bytes.drain(place..end)),
                4 => bytes.extend_from_within(place..end),
                5 => bytes.insert(place, b"\n09/x.\r\xe9"[self.below(8)]),
                6 => {
                    let from = self.below(other.len());
                    let to = (from + 1 + self.below(60)).min(other.len());
                    bytes.splice(place..end, other[from..to].iter().copied());
                }
                _ => {
                    let again = bytes[place..end].to_vec();
                    bytes.splice(place..place, again);
                }
            }
        }
        bytes
    }
}

/// Lets `accepted` judge changes of a text: it may only say yes to what it would to the original.
fn shake(seed: u64, original: &[u8], other: &[u8], accepted: impl Fn(&[u8]) -> bool) {
    assert!(accepted(original), "the original is accepted");
    let mut chance = Chance(seed);
    for round in 0..ROUNDS {
        let changed = chance.change(original, other);
        let wrong = changed != original && accepted(&changed);
        assert!(!wrong, "round {round}: {:?}", String::from_utf8_lossy(&changed));
    }
}

#[tokio::test]
async fn texts_changed_at_random_are_refused() {
    let evidence = Evidence::new().await;
    let (whole, partial) = (evidence.whole().await, evidence.partial().await);
    let (key, checkpoint) = (evidence.key().await.verifier().clone(), partial.read("checkpoint"));
    let (head, note) = Checkpoint::open(&checkpoint, &key).unwrap();
    let proof = partial.read("proofs/2.tlog-proof");
    // whatever it opens to is what was signed; lines of other keys may come and go
    shake(1, &checkpoint, &proof, |bytes| {
        let _ = Note::parse(bytes).map(|note| Checkpoint::parse(&note.text));
        let opened = Checkpoint::open(bytes, &key).ok();
        assert!(opened.as_ref().is_none_or(|(opened, found)| *opened == head && found.text == note.text));
        bytes == checkpoint
    });
    let entry = partial.read("entries/2");
    shake(2, &proof, &checkpoint, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let _ = AddCheckpoint::parse(&text);
        let Ok(read) = EntryProof::parse(&text) else { return false };
        let tree = (head.size, head.root);
        let included =
            verify_inclusion::<Sha256Tree>(Sha256Tree::leaf(&entry), read.index, tree, &read.hashes);
        included.is_ok() && read.to_text().as_bytes() == bytes && read.checkpoint.as_bytes() == checkpoint
    });
    shake(3, &entry, &partial.read("entries/3"), |bytes| {
        let again = Leaf::parse(bytes).map(|leaf| {
            let mut again = Vec::new();
            eventlog::merkle::leaf::encode(leaf.origin, &leaf.to_event(), &mut again).map(|()| again)
        });
        assert!(again.is_err() || again == Ok(Ok(bytes.to_vec())), "a leaf has one spelling");
        Sha256Tree::leaf(bytes) == Sha256Tree::leaf(&entry)
    });
    let entries = whole.read("tile/entries/000.p/5");
    shake(4, &entries, &entry, |bytes| {
        let read: Result<Vec<_>, _> = Entries::of(bytes).collect();
        let _ = (tile_hashes(bytes), parse_proof_lines(&String::from_utf8_lossy(bytes)));
        read.is_ok_and(|read| {
            read.len() == 5 && read == Entries::of(&entries).map(Result::unwrap).collect::<Vec<_>>()
        })
    });
    let entry = partial.read("entries/1");
    let payload = Leaf::parse(&entry).unwrap().payload.to_owned();
    let line = partial.text("opened.jsonl").split_inclusive('\n').next().unwrap().to_owned();
    shake(5, line.as_bytes(), &checkpoint, |bytes| {
        let Ok(value) = serde_json::from_slice::<OpenedValue>(bytes) else { return false };
        value.is_what_was_sealed(&payload)
            && value.position == 1
            && value.to_line().unwrap().as_bytes() == bytes
    });
    let own = format!("{key}\n");
    shake(6, own.as_bytes(), &checkpoint, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        text.parse::<VerifierKey>().is_ok_and(|key| format!("{key}\n").as_bytes() == bytes)
    });
    shake(7, b"0/x001/x234/067.p/17", b"entries/x999/x999", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let read = Tile::parse(&text);
        let again = read.map(|(tile, entries)| if entries { tile.entries_path() } else { tile.path() });
        assert!(again.is_none_or(|again| again == format!("tile/{text}")), "a tile has one path");
        bytes == b"0/x001/x234/067.p/17"
    });
}

/// Whether somebody only left out whole lines, or put them in another order: less is said, and nothing else.
fn says_less(name: &str, original: &[u8], changed: &[u8]) -> bool {
    let lines = |bytes: &[u8]| -> Vec<Vec<u8>> {
        let mut lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        lines.sort();
        lines
    };
    let (original, changed) = (lines(original), lines(changed));
    match name {
        "SHA256SUMS" => original == changed,
        "opened.jsonl" | "witness.vkey" => changed.iter().all(|line| original.contains(line)),
        _ => false,
    }
}

#[tokio::test]
async fn bundles_changed_at_random_are_refused() {
    let evidence = Evidence::new().await;
    let bundles = [evidence.whole().await, evidence.partial().await];
    let (mut chance, mut refused) = (Chance(8), 0);
    for round in 0..BUNDLES {
        let bundle: &Bundle = &bundles[round % 2];
        let names = bundle.names();
        let (name, other) = (&names[chance.below(names.len())], &names[chance.below(names.len())]);
        let (original, sums) = (bundle.read(name), bundle.read("SHA256SUMS"));
        let changed = chance.change(&original, &bundle.read(other));
        let fits = chance.below(2) == 0 && name != "SHA256SUMS";
        bundle.write(name, &changed);
        if fits {
            bundle.fit();
        }
        let verified = bundle.verify();
        let told = fits && ["README.md", "report.jsonl"].contains(&name.as_str());
        let less = (fits || name == "SHA256SUMS") && says_less(name, &original, &changed);
        let fine = changed == original || told || less;
        assert!(fine || !verified.faults.is_empty(), "{name}, {fits}: {}", String::from_utf8_lossy(&changed));
        refused += usize::from(!verified.faults.is_empty());
        bundle.write(name, &original);
        bundle.write("SHA256SUMS", &sums);
    }
    assert!(refused > BUNDLES * 8 / 10, "{refused}");
    assert!(bundles.iter().all(|bundle| bundle.verify().faults.is_empty()));
}

#[tokio::test]
async fn archives_changed_at_random_are_refused() {
    let bundle = Evidence::new().await.partial().await;
    let (original, path) = (archive(&bundle), bundle.beside("bundle.tar"));
    let mut chance = Chance(9);
    for round in 0..BUNDLES {
        let changed = chance.change(&original, &original);
        std::fs::write(&path, &changed).unwrap();
        let faults = Bundle::verify_at(&path).faults;
        assert!(changed == original || !faults.is_empty(), "round {round}");
    }
}
