//! A bundle of every event: the whole tree is made again and compared with its tiles and all checkpoints.
//!
//! Bundles of entries are read and hashed by all cores; what they say is put in order by one.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;

use eventlog::merkle::hash::{NodeHash, Sha256Tree, TreeHash};
use eventlog::merkle::tile::{Entries, TILE_WIDTH, Tile, tile_bytes};
use eventlog::merkle::tree::Growing;

use super::breaks::{self, DeclaredBreak};
use super::entries::{self, InOrder, Seen};
use super::files::BundleFiles;
use super::heads::{self, Older};
use super::policy::Rules;
use super::some::{check_opened, opened};
use super::{Faults, Head, Known, Verified};
use crate::audit::opened::OpenedValue;
use crate::audit::{Fault, layout};

/// Bundles of entries that may wait to be put in order.
const WAITING: usize = 64;

/// What one bundle of entries holds.
struct Read {
    tile: Tile,
    leaves: Vec<NodeHash>,
    seen: Vec<Seen>,
    /// Opened values with what the check of each says.
    opened: Vec<(OpenedValue, String)>,
    rules: Rules,
    breaks: Vec<DeclaredBreak>,
    faults: Vec<Fault>,
}

/// Verifies every entry, tile and checkpoint.
pub fn verify(files: &BundleFiles, head: &Head, known: &Known, verified: &mut Verified, faults: &mut Faults) {
    let size = head.checkpoint.size;
    find_strange(files, size, faults);
    let mut older: BTreeMap<u64, Vec<Older>> = BTreeMap::new();
    let brought = heads::older(files, head, known, faults);
    heads::by_proofs(files, head, &brought, verified, faults);
    for each in brought {
        older.entry(each.checkpoint.size).or_default().push(each);
    }
    let values = opened(files, faults);
    let mut tree = Again { files, tree: Growing::default(), older, beside: Vec::new(), head, whole: true };
    let (mut order, mut rules) = (InOrder::default(), Rules::default());
    each_bundle(files, head, &values, |read| {
        let file = read.tile.entries_path();
        read.faults.into_iter().for_each(|fault| faults.add(fault));
        tree.whole &= read.leaves.len() == usize::from(read.tile.width);
        for seen in read.seen {
            order.take(seen, &file, true, verified, faults);
            verified.events += 1;
        }
        for (value, payload) in read.opened {
            check_opened(&value, &payload, verified, faults);
        }
        rules.join(read.rules);
        verified.breaks.extend(read.breaks);
        tree.grow(&read.leaves, verified, faults);
    });
    rules.compare(files, verified, faults);
    for value in values.iter().filter(|value| value.position >= size) {
        let (zh, en) = ("对应的事件不在证据包中", "opens a value of an event that is not in the bundle");
        faults.add(Fault::of("opened_strange", layout::OPENED, zh, en).at(value.position));
    }
    tree.finish(faults);
}

/// Files below `tile/` that a tree of this size does not have, and those that it lacks.
fn find_strange(files: &BundleFiles, size: u64, faults: &mut Faults) {
    for name in files.below("tile/") {
        let tile = Tile::parse(name);
        let belongs = |(tile, _): (Tile, bool)| Tile::in_tree(tile.level, tile.index, size) == Some(tile);
        if !tile.is_some_and(belongs) {
            let (zh, en) = ("这样大小的树没有此瓦片", "is no tile of a tree of this size");
            faults.add(Fault::of("tile_strange", format!("tile/{name}"), zh, en));
        }
    }
    for name in files.names().filter(|name| name.starts_with("entries/") || name.starts_with("proofs/")) {
        let (zh, en) = ("完整证据包中没有此类文件", "is no file of a whole bundle");
        faults.add(Fault::of("file_strange", name, zh, en));
    }
}

/// Reads all bundles of entries with all cores and hands them on in order.
fn each_bundle(files: &BundleFiles, head: &Head, values: &[OpenedValue], mut take: impl FnMut(Read)) {
    // a size can be anything: no more are looked for than are there, and the first that is not
    let there = files.below("tile/entries/").count() as u64;
    let count = head.checkpoint.size.div_ceil(TILE_WIDTH).min(there + 1);
    let (next, done) = (AtomicU64::new(0), AtomicU64::new(0));
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let (sender, reads) = sync_channel(WAITING);
        for _ in 0..cores {
            let (sender, next, done) = (sender.clone(), &next, &done);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let tile = Tile::in_tree(0, index, head.checkpoint.size);
                    let Some(tile) = tile.filter(|_| index < count) else { return };
                    // a core that is far ahead waits, so that not everything is held at once
                    while index > done.load(Ordering::Acquire) + WAITING as u64 {
                        thread::yield_now();
                    }
                    if sender.send(read(files, head, values, tile)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        for index in 0..count {
            let read = loop {
                if let Some(read) = waiting.remove(&index) {
                    break read;
                }
                match reads.recv() {
                    Ok(read) => waiting.insert(read.tile.index, read),
                    Err(_) => return,
                };
            };
            take(read);
            done.store(index, Ordering::Release);
        }
    });
}

fn read(files: &BundleFiles, head: &Head, values: &[OpenedValue], tile: Tile) -> Read {
    let file = tile.entries_path();
    let mut read = Read {
        tile,
        leaves: Vec::new(),
        seen: Vec::new(),
        opened: Vec::new(),
        rules: Rules::default(),
        breaks: Vec::new(),
        faults: Vec::new(),
    };
    let (bundle, fault) = files.load(&file);
    read.faults.extend(fault);
    let Some(bundle) = bundle else {
        read.faults.push(Fault::of("entries_missing", file, "缺少事件", "the entries are missing"));
        return read;
    };
    let first = tile.index * TILE_WIDTH;
    for (index, entry) in (first..).zip(Entries::of(&bundle)) {
        let Ok(entry) = entry else {
            let fault = Fault::of("entries_cut", &file, "事件不完整", "breaks off");
            read.faults.push(fault.at(index));
            break;
        };
        read.leaves.push(Sha256Tree::leaf(entry));
        match entries::read(entry, index, &file, head) {
            Err(fault) => read.faults.push(fault),
            Ok((leaf, seen)) => {
                read.seen.push(seen);
                read.rules.take(leaf.payload);
                read.breaks.extend(breaks::declared(&leaf));
                let mine = values.iter().filter(|value| value.position == index);
                read.opened.extend(mine.map(|value| (value.clone(), leaf.payload.to_owned())));
            }
        }
    }
    if read.leaves.len() != usize::from(tile.width) {
        let (found, due) = (read.leaves.len(), tile.width);
        let (zh, en) =
            (format!("有 {found} 个事件，应为 {due}"), format!("holds {found} entries, not {due}"));
        read.faults.push(Fault::of("entries_wrong", &file, zh, en));
    }
    read
}

/// The tree, made again.
struct Again<'b> {
    files: &'b BundleFiles,
    tree: Growing,
    older: BTreeMap<u64, Vec<Older>>,
    /// Older checkpoints that are not of this tree. They show a fork if it is the one that the log signed.
    beside: Vec<Older>,
    head: &'b Head,
    /// Whether every bundle so far had its entries: without them nothing below can agree.
    whole: bool,
}

impl Again<'_> {
    fn grow(&mut self, leaves: &[NodeHash], verified: &mut Verified, faults: &mut Faults) {
        if !self.whole {
            return;
        }
        let mut tiles = Vec::new();
        for leaf in leaves {
            self.tree.push::<Sha256Tree>(*leaf, |level, index, hashes| {
                tiles.push((Tile::whole(level, index), hashes.to_vec()));
            });
            self.compare_older(verified);
        }
        for (tile, hashes) in tiles {
            compare_tile(self.files, tile, &hashes, faults);
        }
    }

    fn compare_older(&mut self, verified: &mut Verified) {
        let size = self.tree.size();
        for older in self.older.remove(&size).into_iter().flatten() {
            if older.checkpoint.root == self.tree.root::<Sha256Tree>() {
                verified.consistent_with.push(size);
            } else {
                self.beside.push(older);
            }
        }
    }

    fn finish(self, faults: &mut Faults) {
        if !self.whole {
            return;
        }
        for (tile, hashes) in self.tree.unfinished() {
            compare_tile(self.files, tile, hashes, faults);
        }
        if self.tree.root::<Sha256Tree>() != self.head.checkpoint.root {
            let (zh, en) = ("其根不是这些事件的根", "has another root than these events");
            return faults.add(Fault::of("root_wrong", layout::CHECKPOINT, zh, en));
        }
        // one of the same size was compared with the checkpoint itself
        for older in self.beside.iter().filter(|older| older.checkpoint.size < self.tree.size()) {
            faults.add(heads::fork(older, self.head));
        }
    }
}

/// Compares a tile's file with its hashes; in a tile of leaves, the event that differs is named.
fn compare_tile(files: &BundleFiles, tile: Tile, hashes: &[NodeHash], faults: &mut Faults) {
    let name = tile.path();
    let Some(bytes) = files.get(&name, faults) else {
        if !files.has(&name) {
            faults.add(Fault::of("tile_missing", name, "缺少瓦片", "the tile is missing"));
        }
        return;
    };
    let expected = tile_bytes(hashes);
    if bytes == expected {
        return;
    }
    let place = bytes.iter().zip(&expected).take_while(|(one, other)| one == other).count() / 32;
    let fault = Fault::of("tile_wrong", name, "与事件的哈希不符", "is not that of the entries");
    let position = tile.index * TILE_WIDTH + place as u64;
    faults.add(if tile.level == 0 { fault.at(position) } else { fault });
}
