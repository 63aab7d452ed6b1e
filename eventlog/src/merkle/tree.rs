//! The growing edge of a tree: what is needed to add leaves and to name the root, and no more.

use super::hash::{NodeHash, TreeHash};
use super::proof::join_nodes;
use super::tile::{TILE_WIDTH, Tile};

/// The roots of the whole subtrees that a tree of some size is made of, the largest first. At most 64 hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    roots: Vec<NodeHash>,
}

impl Edge {
    /// The edge of a tree without leaves.
    pub fn new() -> Edge {
        Edge::default()
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf.
    pub fn push<H: TreeHash>(&mut self, leaf: NodeHash) {
        let mut hash = leaf;
        // as many whole subtrees end here as the size has ones at its end
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                hash = H::node(&left, &hash);
            }
        }
        self.roots.push(hash);
        self.size += 1;
    }

    /// The root of the tree.
    pub fn root<H: TreeHash>(&self) -> NodeHash {
        let mut roots = self.roots.iter().rev();
        let Some(last) = roots.next() else { return H::empty() };
        roots.fold(*last, |right, left| H::node(left, &right))
    }
}

/// The root over leaf hashes.
pub fn root_of<H: TreeHash>(leaves: &[NodeHash]) -> NodeHash {
    if !leaves.len().is_power_of_two() {
        let mut edge = Edge::new();
        leaves.iter().for_each(|leaf| edge.push::<H>(*leaf));
        return edge.root::<H>();
    }
    let mut level = leaves.to_vec();
    while level.len() > 1 {
        for place in 0..level.len() / 2 {
            level[place] = H::node(&level[2 * place], &level[2 * place + 1]);
        }
        level.truncate(level.len() / 2);
    }
    level[0]
}

/// A tree that grows tile by tile: what of each level does not fill a tile yet, and no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Growing {
    size: u64,
    levels: Vec<Vec<NodeHash>>,
}

impl Growing {
    /// A tree of `size` leaves whose unfinished tiles hold these hashes, from the leaves up; none when they are not as
    /// many as the size says.
    pub fn from_levels(size: u64, mut levels: Vec<Vec<NodeHash>>) -> Option<Growing> {
        while levels.last().is_some_and(Vec::is_empty) {
            levels.pop();
        }
        let counted = levels.iter().rev().try_fold(0_u64, |sum, level| {
            let digit = Some(level.len() as u64).filter(|digit| *digit < TILE_WIDTH)?;
            sum.checked_mul(TILE_WIDTH)?.checked_add(digit)
        });
        (counted == Some(size)).then_some(Growing { size, levels })
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf; every tile that is now whole is handed to `whole`, with its level and place.
    pub fn push<H: TreeHash>(&mut self, leaf: NodeHash, mut whole: impl FnMut(u8, u64, &[NodeHash])) {
        let (mut hash, mut tiles) = (leaf, self.size / TILE_WIDTH);
        self.size += 1;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::with_capacity(TILE_WIDTH as usize));
            }
            let hashes = &mut self.levels[level];
            hashes.push(hash);
            if (hashes.len() as u64) < TILE_WIDTH {
                return;
            }
            whole(level as u8, tiles, hashes);
            hash = root_of::<H>(hashes);
            hashes.clear();
            tiles /= TILE_WIDTH;
        }
    }

    /// The tiles that are not whole yet, with their hashes.
    pub fn unfinished(&self) -> impl Iterator<Item = (Tile, &[NodeHash])> {
        let begun = self.levels.iter().enumerate().filter(|(_, hashes)| !hashes.is_empty());
        begun.map(|(level, hashes)| {
            let index = self.size.checked_shr(8 * (level as u32 + 1)).unwrap_or(0);
            (Tile { level: level as u8, index, width: hashes.len() as u16 }, &hashes[..])
        })
    }

    /// The root of the tree.
    pub fn root<H: TreeHash>(&self) -> NodeHash {
        let mut nodes = Vec::new();
        for hashes in self.levels.iter().rev() {
            let mut rest = &hashes[..];
            while !rest.is_empty() {
                let (first, after) = rest.split_at(1 << rest.len().ilog2());
                nodes.push(root_of::<H>(first));
                rest = after;
            }
        }
        join_nodes::<H>(&nodes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::hash::Sha256Tree;
    use crate::merkle::tile::Slice;

    #[test]
    fn a_tree_that_grows_by_tiles_has_the_root_of_its_leaves() {
        let (mut growing, mut edge, mut tiles) = (Growing::default(), Edge::new(), Vec::new());
        assert_eq!(growing.root::<Sha256Tree>(), Sha256Tree::empty());
        for number in 0..70_000_u64 {
            let leaf = Sha256Tree::leaf(&number.to_be_bytes());
            growing.push::<Sha256Tree>(leaf, |level, index, hashes| {
                tiles.push(Tile::whole(level, index));
                assert_eq!(
                    Slice { start: 0, len: 256 }.root::<Sha256Tree>(hashes),
                    Some(root_of::<Sha256Tree>(hashes))
                );
            });
            edge.push::<Sha256Tree>(leaf);
            if number % 977 == 0 || [255, 256, 65_535, 65_536, 69_999].contains(&number) {
                assert_eq!(growing.root::<Sha256Tree>(), edge.root::<Sha256Tree>(), "{number}");
                let again = Growing::from_levels(growing.size(), growing.levels.clone());
                assert_eq!(again.as_ref(), Some(&growing), "{number}");
            }
        }
        tiles.extend(growing.unfinished().map(|(tile, _)| tile));
        tiles.sort();
        assert_eq!(tiles, Tile::all(70_000).collect::<Vec<_>>());
        assert_eq!(Growing::from_levels(70_001, growing.levels.clone()), None);
    }
}
