//! Implementations that are not ours verify bundles of a real ledger: the crates `signed_note` and `tlog_tiles`, which
//! know nothing of this program. What stands between them and the files is written here, in a few lines.

use std::process::Command;

use api::audit::bundle::{Contents, write};
use api::audit::opened::ToOpen;
use api::audit::selection::{Selection, positions};
use domain::policy::RuleBooks;
use eventlog::merkle::checkpoint;
use eventlog::merkle::copy::CheckpointCopy;
use eventlog::merkle::hash::Sha256Tree;
use eventlog::merkle::key_file::KeyFile;
use eventlog::merkle::sealer::Sealer;
use eventlog::merkle::store::TreeStore;
use eventlog::merkle::tile;
use signed_note::{Note, StandardVerifier, VerifierList};
use tests::office::SmallOffice;
use tlog_tiles::{Checkpoint, Error, Hash, Tile, TileHashReader, TileReader};

use crate::evidence::{Bundle, Evidence};
use crate::sealed::SealedLog;

/// The checkpoint in a file, as the others read it with the bundle's key.
fn opened(bundle: &Bundle, name: &str) -> Checkpoint {
    let key = StandardVerifier::new(bundle.text("log.vkey").trim()).unwrap();
    let note = Note::from_bytes(&bundle.read(name)).unwrap();
    let (signed, _) = note.verify(&VerifierList::new(vec![Box::new(key)])).unwrap();
    assert_eq!(signed.len(), 1);
    Checkpoint::from_bytes(note.text()).unwrap()
}

fn hashes(lines: &str) -> Vec<Hash> {
    lines.lines().map(|line| Hash::parse_hash(line).unwrap()).collect()
}

/// Every entry of a bundle of some events, by its proof.
fn check_entries(bundle: &Bundle) -> usize {
    let head = opened(bundle, "checkpoint");
    let names = bundle.names();
    let positions = names.iter().filter_map(|name| name.strip_prefix("entries/"));
    let check = |position: &str| {
        let text = bundle.text(&format!("proofs/{position}.tlog-proof"));
        let (proof, checkpoint) = text.split_once("\n\n").unwrap();
        assert_eq!(checkpoint.as_bytes(), bundle.read("checkpoint"));
        let lines = proof.strip_prefix("c2sp.org/tlog-proof@v1\nindex ").unwrap();
        let (index, lines) = lines.split_once('\n').unwrap_or((lines, ""));
        assert_eq!(index, position);
        let leaf = tlog_tiles::record_hash(&bundle.read(&format!("entries/{position}")));
        let index = index.parse().unwrap();
        tlog_tiles::check_record(&hashes(lines), head.size(), *head.hash(), index, leaf).unwrap();
        assert!(
            tlog_tiles::check_record(&hashes(lines), head.size(), *head.hash(), index, Hash([0; 32]))
                .is_err()
        );
    };
    positions.map(check).count()
}

/// Every consistency proof of a bundle.
fn check_growth(bundle: &Bundle) -> usize {
    let head = opened(bundle, "checkpoint");
    let names = bundle.names();
    let proofs = names.iter().filter(|name| name.starts_with("consistency/"));
    let check = |name: &String| {
        let (old, new) = name["consistency/".len()..].split_once('-').unwrap();
        assert_eq!(new, head.size().to_string());
        let old = opened(bundle, &format!("checkpoints/{old}"));
        let proof = hashes(&bundle.text(name));
        tlog_tiles::check_tree(&proof, head.size(), *head.hash(), old.size(), *old.hash()).unwrap();
        assert!(
            tlog_tiles::check_tree(&proof, head.size(), *head.hash(), old.size(), Hash([0; 32])).is_err()
        );
    };
    proofs.map(check).count()
}

/// The tiles of a bundle of all events, for a reader that believes none of them.
impl TileReader for Bundle {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, Error> {
        // theirs has the height in the path, as Go's checksum database does; tlog-tiles leaves it out
        let path = |tile: &Tile| tile.path().replacen("tile/8/", "tile/", 1);
        Ok(tiles.iter().map(|tile| self.read(&path(tile))).collect())
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

/// The tree of a bundle of all events, and every entry in it.
fn check_tiles(bundle: &Bundle) {
    let head = opened(bundle, "checkpoint");
    let reader = TileHashReader::new(head.size(), *head.hash(), bundle);
    assert_eq!(tlog_tiles::tree_hash(head.size(), &reader).unwrap(), *head.hash());
    for index in (0..head.size()).step_by(97).chain([head.size() - 1]) {
        let ours = tile::Tile::in_tree(0, index / 256, head.size()).unwrap();
        let entries = bundle.read(&ours.entries_path());
        let entry = tile::Entries::of(&entries).nth((index % 256) as usize).unwrap().unwrap();
        let proof = tlog_tiles::prove_record(head.size(), index, &reader).unwrap();
        let leaf = tlog_tiles::record_hash(entry);
        tlog_tiles::check_record(&proof, head.size(), *head.hash(), index, leaf).unwrap();
    }
}

#[tokio::test]
async fn others_verify_checkpoints_entries_and_growth_of_a_real_office() {
    let (small, folder) = (SmallOffice::open().await, tempfile::tempdir().unwrap());
    let store = TreeStore::<Sha256Tree>::open(small.office.repository.log().clone()).await.unwrap();
    let file = KeyFile::new(folder.path().join("signing.key"), store.origin());
    let keys = file.read_or_make().unwrap();
    let copy = CheckpointCopy::new(folder.path().join("checkpoints.jsonl"));
    let mut sealer = Sealer::open(store.clone(), copy, file.read().unwrap()).await.unwrap();
    let size = sealer.seal().await.unwrap().unwrap().checkpoint.size;
    let checkpoint = store.newest_checkpoint().await.unwrap().unwrap();
    let mut brought = Vec::new();
    for size in [1, 8, 21, size - 1] {
        let root = store.root(size).await.unwrap();
        let old = checkpoint::Checkpoint { origin: store.origin(), size, root };
        brought.push(old.sign(&keys, 0).to_string().into_bytes());
    }
    let position = small.where_is("aggregate_type = 'BenefitCase'").await;
    let case = Selection::Case(small.text("aggregate_id", position).await.parse().unwrap());
    let registered = small.first("HouseholdRegistered").await;
    let head = small.text("payload #>> '{HouseholdRegistered,head}'", registered).await.parse().unwrap();
    let open = [ToOpen { person: head, labels: Vec::new() }];
    let keys = [keys[0].verifier().clone()];
    for (selection, whole) in [(Selection::All, true), (case, false)] {
        let positions = positions(&small.office, selection).await.unwrap();
        let bundle = Bundle::begin();
        let contents = Contents {
            rules: &RuleBooks::default(),
            positions: &positions,
            checkpoint: &checkpoint,
            keys: &keys,
            brought: &brought,
            open: &open,
            report: &[],
        };
        let written = write(&bundle.path, &store, &small.office.keyring, &contents).await.unwrap();
        let ours = bundle.verify();
        assert_eq!(ours.faults, []);
        assert_eq!((ours.whole, ours.events), (whole, positions.len() as u64));
        assert!(written.opened > 0 && ours.opened == written.opened, "{written:?}");
        assert!(ours.rules.iter().all(|rules| rules.covered) && !ours.rules.is_empty());
        assert_eq!(check_growth(&bundle), 4);
        match whole {
            true => check_tiles(&bundle),
            false => assert_eq!(check_entries(&bundle), positions.len()),
        }
    }
}

#[tokio::test]
async fn others_read_the_tiles_of_a_log_of_several() {
    let sealed = SealedLog::of(&[300, 700]).await;
    let (store, bundle) = (sealed.store().await, Bundle::begin());
    let checkpoint = store.newest_checkpoint().await.unwrap().unwrap();
    let keys = [sealed.key_file().await.read().unwrap()[0].verifier().clone()];
    let positions = (0..700).collect();
    let contents = Contents {
        rules: &RuleBooks::default(),
        positions: &positions,
        checkpoint: &checkpoint,
        keys: &keys,
        brought: &[],
        open: &[],
        report: &[],
    };
    write(&bundle.path, &store, sealed.ledger.keyring(), &contents).await.unwrap();
    check_tiles(&bundle);
    assert_eq!(opened(&bundle, "checkpoints/300").size(), 300);
}

/// `docs/verify_bundle.py` with the bundle's own key: what it says last, and whether it is content. Nothing where there is
/// no Python, which is not needed to build or run the ledger.
fn script(bundle: &Bundle) -> Option<(bool, String)> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/verify_bundle.py");
    let mut python = Command::new("python3");
    let ran = python.arg(script).arg(&bundle.path).arg(bundle.path.join("log.vkey")).output();
    let ran = ran.inspect_err(|error| println!("left out: python3: {error}")).ok()?;
    let said = [ran.stdout, ran.stderr].concat();
    Some((ran.status.success(), String::from_utf8_lossy(&said).lines().last()?.to_owned()))
}

#[tokio::test]
async fn the_printed_script_verifies_bundles_and_refuses_changed_ones() {
    let evidence = Evidence::new().await;
    for (bundle, file, refused) in [
        (evidence.whole().await, "tile/entries/000.p/5", "the tree of all entries"),
        (evidence.partial().await, "entries/2", "proofs/2.tlog-proof does not hold"),
        (evidence.partial().await, "checkpoints/3", "the signature of a checkpoint"),
        (evidence.partial().await, "consistency/3-5", "consistency/3-5"),
    ] {
        let Some(content) = script(&bundle) else { return };
        assert_eq!(content, (true, "VERIFIED".to_owned()));
        let mut bytes = bundle.read(file);
        let place = if file.starts_with("consistency/") { 3 } else { bytes.len() - 5 };
        bytes[place] = if bytes[place] == b'2' { b'3' } else { b'2' };
        bundle.write(file, &bytes);
        assert_eq!(script(&bundle), Some((false, format!("REFUSED: {file}"))));
        bundle.fit();
        assert_eq!(script(&bundle), Some((false, format!("REFUSED: {refused}"))));
    }
}

#[test]
fn our_paths_are_theirs() {
    for (level, index, width) in
        [(0, 0, 256), (0, 1_234_067, 256), (1, 1000, 1), (3, 999, 255), (0, 12_345_678_901, 17)]
    {
        let theirs = Tile::new(8, level, index, width.into(), false).path();
        let ours = tile::Tile { level, index, width }.path();
        assert_eq!(ours, theirs.replacen("tile/8/", "tile/", 1));
    }
}
