//! Inclusion and consistency proofs (RFC 6962, section 2.1): which subtrees they are made of, and how they are checked.
//!
//! A proof is a list of subtrees, each a range of leaves. Ranges are cut into [`Node`]s, the whole subtrees whose
//! hashes the tiles hold, so that making a proof is: list the ranges, fetch the nodes, hash what is left.

use super::hash::{NodeHash, TreeHash};

/// Where a proof cannot be longer: a tree of 2^63 leaves.
pub const PROOF_HASHES_MAX: usize = 63;

/// A whole subtree: the `index`-th of 2^`height` leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    /// The height; 0 is a leaf.
    pub height: u8,
    /// The place among the subtrees of its height.
    pub index: u64,
}

/// Leaves from `start` to before `end`, hashed as a tree of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first leaf.
    pub start: u64,
    /// The leaf after the last.
    pub end: u64,
}

impl Range {
    /// The whole subtrees that it is made of, the largest first. Every range of a proof begins where they fit.
    pub fn nodes(self) -> Vec<Node> {
        let (mut start, mut nodes) = (self.start, Vec::new());
        while start < self.end {
            let height = (self.end - start).ilog2();
            nodes.push(Node { height: height as u8, index: start >> height });
            start += 1 << height;
        }
        nodes
    }

    fn len(self) -> u64 {
        self.end - self.start
    }

    /// The largest power of two below its length: where RFC 6962 cuts it in two.
    fn cut(self) -> u64 {
        self.start + (1 << (self.len() - 1).ilog2())
    }
}

/// The subtrees that prove leaf `index` in a tree of `size`, from the leaf's neighbour up; none when it is not in it.
pub fn inclusion_ranges(index: u64, size: u64) -> Option<Vec<Range>> {
    if index >= size {
        return None;
    }
    let (mut range, mut ranges) = (Range { start: 0, end: size }, Vec::new());
    while range.len() > 1 {
        let cut = range.cut();
        let (left, right) = (Range { end: cut, ..range }, Range { start: cut, ..range });
        let (inside, beside) = if index < cut { (left, right) } else { (right, left) };
        ranges.push(beside);
        range = inside;
    }
    ranges.reverse();
    Some(ranges)
}

/// The subtrees that prove that a tree of `old` leaves is the beginning of one of `new`; none when `old` is larger.
pub fn consistency_ranges(old: u64, new: u64) -> Option<Vec<Range>> {
    if old > new {
        return None;
    }
    if old == 0 || old == new {
        return Some(Vec::new());
    }
    let (mut range, mut ranges) = (Range { start: 0, end: new }, Vec::new());
    while range.end > old {
        let cut = range.cut();
        let (left, right) = (Range { end: cut, ..range }, Range { start: cut, ..range });
        if old <= cut {
            ranges.push(right);
            range = left;
        } else {
            ranges.push(left);
            range = right;
        }
    }
    // the old tree itself is known, unless it is not one subtree
    if range.start > 0 {
        ranges.push(range);
    }
    ranges.reverse();
    Some(ranges)
}

/// The hash of a range from those of its nodes, the largest first.
pub fn join_nodes<H: TreeHash>(hashes: &[NodeHash]) -> NodeHash {
    let mut hashes = hashes.iter().rev();
    let Some(last) = hashes.next() else { return H::empty() };
    hashes.fold(*last, |right, left| H::node(left, &right))
}

/// Why a proof proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The sizes or the index cannot be.
    #[error("position {index} is not in a tree of {size}")]
    OutOfRange {
        /// The leaf, or the smaller size.
        index: u64,
        /// The tree.
        size: u64,
    },
    /// Too few or too many hashes.
    #[error("a proof of {expected} hashes was due, {found} came")]
    Length {
        /// How many belong there.
        expected: usize,
        /// How many came.
        found: usize,
    },
    /// The hashes lead to another root.
    #[error("the proof leads to another root")]
    Root,
    /// The hashes lead to the root of the larger tree, and to another one of the smaller: it was another beginning.
    #[error("the larger tree begins with another tree than this")]
    OtherBeginning,
}

/// Checks that `leaf` stands at `index` in the tree of `size` leaves under `root`.
///
/// # Errors
/// [`ProofError`].
pub fn verify_inclusion<H: TreeHash>(
    leaf: NodeHash,
    index: u64,
    (size, root): (u64, NodeHash),
    proof: &[NodeHash],
) -> Result<(), ProofError> {
    let ranges = inclusion_ranges(index, size).ok_or(ProofError::OutOfRange { index, size })?;
    expect_length(ranges.len(), proof.len())?;
    let found = ranges.iter().zip(proof).fold(leaf, |inside, (range, beside)| {
        if range.start > index { H::node(&inside, beside) } else { H::node(beside, &inside) }
    });
    if found == root { Ok(()) } else { Err(ProofError::Root) }
}

/// Checks that the tree of `old` is the beginning of the tree of `new`; each is a size and a root.
///
/// # Errors
/// [`ProofError`].
pub fn verify_consistency<H: TreeHash>(
    old: (u64, NodeHash),
    new: (u64, NodeHash),
    proof: &[NodeHash],
) -> Result<(), ProofError> {
    let beyond = ProofError::OutOfRange { index: old.0, size: new.0 };
    let ranges = consistency_ranges(old.0, new.0).ok_or(beyond)?;
    expect_length(ranges.len(), proof.len())?;
    if old.0 == 0 {
        return if old.1 == H::empty() { Ok(()) } else { Err(ProofError::Root) };
    }
    if old.0 == new.0 {
        return if old.1 == new.1 { Ok(()) } else { Err(ProofError::Root) };
    }
    // where the old tree is one subtree of the new one, the proof leaves it out
    let whole = old.0.is_power_of_two();
    let (first, rest) = if whole { (old.1, proof) } else { (proof[0], &proof[1..]) };
    let ranges = if whole { &ranges[..] } else { &ranges[1..] };
    let (mut old_root, mut new_root) = (first, first);
    for (range, beside) in ranges.iter().zip(rest) {
        if range.start >= old.0 {
            new_root = H::node(&new_root, beside);
        } else {
            old_root = H::node(beside, &old_root);
            new_root = H::node(beside, &new_root);
        }
    }
    match (new_root == new.1, old_root == old.1) {
        (true, true) => Ok(()),
        (true, false) => Err(ProofError::OtherBeginning),
        (false, _) => Err(ProofError::Root),
    }
}

fn expect_length(expected: usize, found: usize) -> Result<(), ProofError> {
    if expected == found { Ok(()) } else { Err(ProofError::Length { expected, found }) }
}

#[cfg(test)]
#[path = "proof_tests.rs"]
mod tests;
