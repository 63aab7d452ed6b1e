//! Sealing, proving and verifying, against a bare loop that hashes the same bytes on one core.

use std::collections::{BTreeSet, HashMap};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use api::audit::bundle::{Contents, write};
use api::audit::verify::{Known, verify};
use domain::policy::RuleBooks;
use eventlog::bulk::BulkOptions;
use eventlog::event::StoredEvent;
use eventlog::keyring::{Keyring, MasterKey};
use eventlog::merkle::copy::CheckpointCopy;
use eventlog::merkle::hash::{NodeHash, Sha256Tree, TreeHash};
use eventlog::merkle::key_file::KeyFile;
use eventlog::merkle::leaf;
use eventlog::merkle::proof::{Node, inclusion_ranges, join_nodes, verify_inclusion};
use eventlog::merkle::sealer::Sealer;
use eventlog::merkle::store::{Prover, StoredCheckpoint, TreeStore};
use eventlog::merkle::tile::Tile;
use eventlog::merkle::tree::Growing;
use eventlog::read::Log;
use sha2::{Digest, Sha256};

use crate::Size;
use crate::account::{Setting, history};
use crate::report::{Line, peak_megabytes, reset_peak, table};

/// Events that a case of twelve months has: steps, facts, payments, runs.
const CASE_EVENTS: u64 = 100;

pub async fn run(setting: &Setting, size: Size) {
    let events = u64::from(size.bulk_events);
    let (_, repository) = setting.ledger("proofs").await;
    let streams = (0..size.bulk_events).map(|number| history(number, 1));
    repository.appender().append_bulk(streams, &BulkOptions::default()).await.unwrap();
    let store = TreeStore::<Sha256Tree>::open(repository.log().clone()).await.unwrap();
    seal(&store, size, events).await;
    let folder = setting.folder.path().join("proofs");
    let checkpoint = sealed(&store, &folder).await;
    bundles(&store, &checkpoint, &folder, size).await;
    inclusion(if events < 1_000_000 { 1_000_000 } else { 10 * events });
    repository.log().pool().close().await;
    setting.drop("proofs").await;
}

/// Everything up to a signed root: from events in memory, and from the database; beside the same bytes hashed bare.
async fn seal(store: &TreeStore<Sha256Tree>, size: Size, events: u64) {
    let stored = read(store.log(), events.min(200_000)).await;
    let count = stored.len() as f64;
    let entries: Vec<Vec<u8>> = stored.iter().map(|event| entry(store, event)).collect();
    let bytes: usize = entries.iter().map(Vec::len).sum();
    let mut lines = [
        Line::new("ours: leaf, hashes and tree, events in memory"),
        Line::new("ours: whole, read from the database, not signed"),
        Line::new("bare SHA-256 loop over the same leaves"),
    ];
    let mut peak = 0;
    for _ in 0..size.rounds {
        let started = Instant::now();
        let (mut tree, mut leaf) = (Growing::default(), Vec::new());
        for event in &stored {
            leaf.clear();
            leaf::encode(store.ledger(), event, &mut leaf).unwrap();
            tree.push::<Sha256Tree>(Sha256Tree::leaf(&leaf), |_, _, hashes| drop(black_box(hashes.to_vec())));
        }
        black_box(tree.root::<Sha256Tree>());
        lines[0].rates.push(count / started.elapsed().as_secs_f64());
        let started = Instant::now();
        for entry in &entries {
            black_box(Sha256::digest(entry));
        }
        lines[2].rates.push(count / started.elapsed().as_secs_f64());
        reset_peak();
        let started = Instant::now();
        black_box(grown(store, events).await);
        lines[1].rates.push(events as f64 / started.elapsed().as_secs_f64());
        peak = peak.max(peak_megabytes());
    }
    table(&format!("sealing, leaves of {} bytes", bytes / entries.len()), "events/s", &lines);
    println!(
        "  peak memory of this process while ours read {events} events: {peak} MB, of it in memory {} MB",
        bytes >> 19
    );
}

async fn read(log: &Log, events: u64) -> Vec<StoredEvent> {
    let (mut stream, mut stored) = (log.stream_all(0, events).await.unwrap(), Vec::new());
    while let Some(chunk) = stream.next_chunk().await.unwrap() {
        stored.extend(chunk);
    }
    stored
}

fn entry(store: &TreeStore<Sha256Tree>, event: &StoredEvent) -> Vec<u8> {
    let mut leaf = Vec::new();
    leaf::encode(store.ledger(), event, &mut leaf).unwrap();
    leaf
}

async fn grown(store: &TreeStore<Sha256Tree>, events: u64) -> NodeHash {
    let (mut leaves, mut tree) = (store.leaves(0, events).await.unwrap(), Growing::default());
    while let Some(chunk) = leaves.next_chunk().await.unwrap() {
        for leaf in chunk {
            tree.push::<Sha256Tree>(leaf, |_, _, hashes| drop(black_box(hashes.to_vec())));
        }
    }
    tree.root::<Sha256Tree>()
}

async fn sealed(store: &TreeStore<Sha256Tree>, folder: &Path) -> StoredCheckpoint {
    let keys = KeyFile::new(folder.join("signing.key"), store.origin()).read_or_make().unwrap();
    let copy = CheckpointCopy::new(folder.join("copy.jsonl"));
    let started = Instant::now();
    let mut sealer = Sealer::open(store.clone(), copy, keys).await.unwrap();
    let size = sealer.seal().await.unwrap().unwrap().checkpoint.size;
    let seconds = started.elapsed().as_secs_f64();
    println!("  sealed with tiles kept, signed and copied: {:.0} events/s", size as f64 / seconds);
    store.newest_checkpoint().await.unwrap().unwrap()
}

/// A bundle of a case's size, and one of everything that is then verified.
async fn bundles(store: &TreeStore<Sha256Tree>, checkpoint: &StoredCheckpoint, folder: &Path, size: Size) {
    let keyring = Keyring::open(store.log().pool().clone(), MasterKey::random().unwrap()).await.unwrap();
    let keys = KeyFile::new(folder.join("signing.key"), store.origin()).read().unwrap();
    let keys: Vec<_> = keys.iter().map(|key| key.verifier().clone()).collect();
    let bundle = async |name: &str, positions: &BTreeSet<u64>| {
        let directory = folder.join(name);
        let rules = RuleBooks::default();
        let contents = Contents {
            positions,
            checkpoint,
            keys: &keys,
            brought: &[],
            open: &[],
            rules: &rules,
            report: &[],
        };
        let started = Instant::now();
        write(&directory, store, &keyring, &contents).await.unwrap();
        (directory, started.elapsed())
    };
    let step = (checkpoint.size / CASE_EVENTS) as usize;
    let case: BTreeSet<u64> = (0..checkpoint.size).step_by(step).take(CASE_EVENTS as usize).collect();
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for round in 0..4 * size.rounds {
        times[0].push(bundle(&format!("case-{round}"), &case).await.1);
        times[1].push(bundle(&format!("case-{round}.tar"), &case).await.1);
        times[2].push(proven(store, &case, checkpoint.size).await);
    }
    println!("\nbundle of {CASE_EVENTS} events far apart, on the disk when the command answers");
    for (what, times) in
        ["as a directory", "as one archive", "of that: events read, proofs made"].iter().zip(times)
    {
        let least = times.iter().min().copied().unwrap_or_default();
        println!("  {what:<36} {} (median), least {least:.1?}", median(times));
    }
    let (whole, time) = bundle("whole", &(0..checkpoint.size).collect()).await;
    println!("bundle of all {} events, written: {:.1} s", checkpoint.size, time.as_secs_f64());
    let files = files(&whole);
    let mut lines =
        [Line::new("ours: verified offline, all cores"), Line::new("bare SHA-256 loop over the files")];
    for _ in 0..size.rounds {
        let started = Instant::now();
        let verified = verify(&whole, &Known::default());
        lines[0].rates.push(verified.events as f64 / started.elapsed().as_secs_f64());
        assert!(verified.faults.is_empty(), "{:?}", verified.faults);
        let started = Instant::now();
        for file in &files {
            black_box(Sha256::digest(std::fs::read(file).unwrap()));
        }
        lines[1].rates.push(verified.events as f64 / started.elapsed().as_secs_f64());
    }
    table("verifying a whole bundle", "events/s", &lines);
    std::fs::remove_dir_all(folder).unwrap();
}

/// What a bundle of some events asks of the database and of the tree, without its files.
async fn proven(store: &TreeStore<Sha256Tree>, positions: &BTreeSet<u64>, size: u64) -> Duration {
    let positions: Vec<u64> = positions.iter().copied().collect();
    let started = Instant::now();
    let mut prover = Prover::new(store.clone(), size);
    prover.prepare(&positions).await.unwrap();
    for event in store.log().read_at(&positions).await.unwrap() {
        black_box(entry(store, &event));
        black_box(prover.inclusion(event.position).await.unwrap());
    }
    started.elapsed()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Inclusion proofs in a large tree whose tiles lie in memory: our own time, without the database's.
fn inclusion(leaves: u64) {
    let (mut tree, mut tiles) = (Growing::default(), HashMap::new());
    for number in 0..leaves {
        tree.push::<Sha256Tree>(leaf_hash(number), |level, index, hashes| {
            tiles.insert((level, index), hashes.to_vec());
        });
    }
    tiles.extend(tree.unfinished().map(|(tile, hashes)| ((tile.level, tile.index), hashes.to_vec())));
    let root = tree.root::<Sha256Tree>();
    let node = |node: Node| {
        let (level, index, slice) = Tile::of_node(node);
        slice.root::<Sha256Tree>(&tiles[&(level, index)]).unwrap()
    };
    let mut times = Vec::new();
    for index in (0..leaves).step_by((leaves / 1_000) as usize) {
        let started = Instant::now();
        let ranges = inclusion_ranges(index, leaves).unwrap();
        let hash = |range: &eventlog::merkle::proof::Range| {
            join_nodes::<Sha256Tree>(&range.nodes().into_iter().map(node).collect::<Vec<_>>())
        };
        let proof: Vec<_> = ranges.iter().map(hash).collect();
        times.push(started.elapsed());
        verify_inclusion::<Sha256Tree>(leaf_hash(index), index, (leaves, root), &proof).unwrap();
    }
    let slowest = times.iter().max().copied().unwrap_or_default();
    println!(
        "\ninclusion proof in a tree of {leaves}, tiles in memory: {} (median), slowest {slowest:.0?}",
        median(times)
    );
}

fn leaf_hash(number: u64) -> NodeHash {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    NodeHash(bytes)
}

fn median(mut times: Vec<Duration>) -> String {
    times.sort();
    format!("{:.1?}", times[times.len() / 2])
}
