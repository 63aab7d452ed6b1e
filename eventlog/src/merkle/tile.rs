//! Tiles: 256 neighbouring hashes of one level in one piece (C2SP `tlog-tiles`), and the bundles of entries below them.

use std::fmt;

use super::hash::{HASH_BYTES, NodeHash, TreeHash};
use super::proof::Node;

/// Hashes in a whole tile.
pub const TILE_WIDTH: u64 = 256;

/// The height of a tile, in levels of the tree.
pub const TILE_HEIGHT: u8 = 8;

/// The most bytes of an entry: a bundle gives its length in 16 bits.
pub const ENTRY_BYTES_MAX: usize = u16::MAX as usize;

/// Which tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// 0 holds leaves; above, each hash is the root of a whole tile one level below.
    pub level: u8,
    /// The place within the level.
    pub index: u64,
    /// How many hashes it holds: 1 to 256.
    pub width: u16,
}

impl Tile {
    /// A tile with all its hashes.
    pub fn whole(level: u8, index: u64) -> Tile {
        Tile { level, index, width: TILE_WIDTH as u16 }
    }

    /// Whether it holds all its hashes, and will not change any more.
    pub fn is_whole(self) -> bool {
        u64::from(self.width) == TILE_WIDTH
    }

    /// The tile as a tree of `size` leaves has it; none where it has nothing yet.
    pub fn in_tree(level: u8, index: u64, size: u64) -> Option<Tile> {
        let hashes = size.checked_shr(u32::from(level) * u32::from(TILE_HEIGHT)).unwrap_or(0);
        let width = hashes.saturating_sub(index.saturating_mul(TILE_WIDTH)).min(TILE_WIDTH);
        (width > 0).then_some(Tile { level, index, width: width as u16 })
    }

    /// Every tile of a tree of `size` leaves, from the leaves up.
    pub fn all(size: u64) -> impl Iterator<Item = Tile> {
        let levels = (0..8_u8).take_while(move |level| Tile::in_tree(*level, 0, size).is_some());
        levels.flat_map(move |level| (0_u64..).map_while(move |index| Tile::in_tree(level, index, size)))
    }

    /// The tile of a whole node, and where in it the node's hashes lie: how many levels below the node, and from which.
    pub fn of_node(node: Node) -> (u8, u64, Slice) {
        let (level, below) = (node.height / TILE_HEIGHT, node.height % TILE_HEIGHT);
        let first = node.index << below;
        let slice = Slice { start: (first % TILE_WIDTH) as usize, len: 1 << below };
        (level, first / TILE_WIDTH, slice)
    }

    /// The path of its hashes, as in `tile/0/x001/234.p/5`.
    pub fn path(self) -> String {
        format!("tile/{}/{}", self.level, Place(self))
    }

    /// The path of its entries; level 0 alone has some.
    pub fn entries_path(self) -> String {
        format!("tile/entries/{}", Place(self))
    }

    /// Reads what follows `tile/`: a level and a place, or `entries` and a place. Only the one spelling that
    /// [`Tile::path`] and [`Tile::entries_path`] write is read.
    pub fn parse(text: &str) -> Option<(Tile, bool)> {
        let (level, place) = text.split_once('/')?;
        let entries = level == "entries";
        let level: u8 = if entries { 0 } else { level.parse().ok()? };
        let (index, width) = match place.split_once(".p/") {
            Some((index, width)) => (index, width.parse().ok().filter(|width| (1..256).contains(width))?),
            None => (place, TILE_WIDTH as u16),
        };
        let mut number = 0_u64;
        for part in index.split('/') {
            let digits = part.strip_prefix('x').unwrap_or(part);
            let value = (digits.len() == 3).then(|| digits.parse::<u16>().ok())??;
            number = number.checked_mul(1000)?.checked_add(u64::from(value))?;
        }
        let tile = Tile { level, index: number, width };
        let written = if entries { tile.entries_path() } else { tile.path() };
        (level < 64 && written.strip_prefix("tile/") == Some(text)).then_some((tile, entries))
    }
}

/// A part of a tile's hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The first.
    pub start: usize,
    /// How many: a power of two.
    pub len: usize,
}

impl Slice {
    /// The root over this part of a tile's hashes; none when the tile is too narrow.
    pub fn root<H: TreeHash>(self, tile: &[NodeHash]) -> Option<NodeHash> {
        let part = tile.get(self.start..self.start.checked_add(self.len)?)?;
        Some(super::tree::root_of::<H>(part))
    }
}

struct Place(Tile);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = vec![self.0.index % 1000];
        let mut rest = self.0.index / 1000;
        while rest > 0 {
            parts.push(rest % 1000);
            rest /= 1000;
        }
        while let Some(part) = parts.pop() {
            if parts.is_empty() { write!(f, "{part:03}")? } else { write!(f, "x{part:03}/")? }
        }
        if self.0.is_whole() { Ok(()) } else { write!(f, ".p/{}", self.0.width) }
    }
}

/// The hashes of a tile, one after another.
pub fn tile_bytes(hashes: &[NodeHash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// Reads a tile's hashes; none when the bytes are not a whole number of hashes.
pub fn tile_hashes(bytes: &[u8]) -> Option<Vec<NodeHash>> {
    let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
    rest.is_empty().then(|| hashes.iter().map(|hash| NodeHash(*hash)).collect())
}

/// Adds an entry to a bundle; nothing is added when it is too long.
#[must_use]
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> bool {
    let Ok(length) = u16::try_from(entry.len()) else { return false };
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    true
}

/// The entries of a bundle; an error where it breaks off.
#[derive(Debug)]
pub struct Entries<'b> {
    rest: &'b [u8],
}

/// A bundle of entries breaks off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bundle of entries breaks off")]
pub struct BundleCut;

impl<'b> Entries<'b> {
    /// Reads a bundle.
    pub fn of(bundle: &'b [u8]) -> Entries<'b> {
        Entries { rest: bundle }
    }
}

impl<'b> Iterator for Entries<'b> {
    type Item = Result<&'b [u8], BundleCut>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let cut = self
            .rest
            .split_first_chunk::<2>()
            .and_then(|(length, rest)| rest.split_at_checked(usize::from(u16::from_be_bytes(*length))));
        let Some((entry, rest)) = cut else {
            self.rest = &[];
            return Some(Err(BundleCut));
        };
        self.rest = rest;
        Some(Ok(entry))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        for (tile, path) in [
            (Tile::whole(0, 0), "tile/0/000"),
            (Tile::whole(0, 1_234_067), "tile/0/x001/x234/067"),
            (Tile::whole(1, 1000), "tile/1/x001/000"),
            (Tile { level: 2, index: 5, width: 112 }, "tile/2/005.p/112"),
        ] {
            assert_eq!(tile.path(), path);
            assert_eq!(Tile::parse(&path["tile/".len()..]), Some((tile, false)));
        }
        let bundle = Tile { level: 0, index: 12_345, width: 1 };
        assert_eq!(bundle.entries_path(), "tile/entries/x012/345.p/1");
        assert_eq!(Tile::parse("entries/x012/345.p/1"), Some((bundle, true)));
    }

    #[test]
    fn no_other_spelling_is_read() {
        for text in [
            "",
            "0",
            "0/",
            "0/0",
            "0/00",
            "0/0000",
            "0/x000/001",
            "0/001/002",
            "0/x001",
            "00/001",
            "64/001",
            "0/001.p/0",
            "0/001.p/256",
            "0/001.p/01",
            "0/001.p/",
            "0/+01",
            "-1/001",
            "entries/1",
            "a/001",
            "0/x999/x999/x999/x999/x999/x999/x999/999",
            "0/001/",
            "0/../001",
            "0/００１",
        ] {
            assert_eq!(Tile::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_tree_of_70000_has_the_tiles_of_the_specification() {
        let tiles: Vec<Tile> = Tile::all(70_000).collect();
        let of = |level| tiles.iter().filter(move |tile| tile.level == level);
        assert_eq!(of(0).filter(|tile| tile.is_whole()).count(), 273);
        assert_eq!(of(0).next_back(), Some(&Tile { level: 0, index: 273, width: 112 }));
        assert_eq!(of(1).count(), 2);
        assert_eq!(of(1).next_back(), Some(&Tile { level: 1, index: 1, width: 17 }));
        assert_eq!(of(2).next_back(), Some(&Tile { level: 2, index: 0, width: 1 }));
        assert_eq!(Tile::all(0).count(), 0);
        assert_eq!(Tile::all(256).map(Tile::path).collect::<Vec<_>>(), ["tile/0/000", "tile/1/000.p/1"]);
    }

    #[test]
    fn a_bundle_gives_its_entries_back_and_says_where_it_breaks_off() {
        let mut bundle = Vec::new();
        let long = vec![7; ENTRY_BYTES_MAX];
        for entry in [&b""[..], "低保".as_bytes(), &long] {
            assert!(push_entry(&mut bundle, entry));
        }
        assert!(!push_entry(&mut bundle, &vec![0; ENTRY_BYTES_MAX + 1]));
        let read: Result<Vec<_>, _> = Entries::of(&bundle).collect();
        assert_eq!(read.unwrap(), [&b""[..], "低保".as_bytes(), &long]);
        for end in [1, 3, 5, bundle.len() - 1] {
            let read: Vec<_> = Entries::of(&bundle[..end]).collect();
            assert_eq!(read.last(), Some(&Err(BundleCut)), "{end}");
        }
    }
}
