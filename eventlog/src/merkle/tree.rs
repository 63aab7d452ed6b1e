//! The growing edge of a tree: what is needed to add leaves and to name the root, and no more.

use super::hash::{NodeHash, TreeHash};

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

    /// The edge of a tree of `size` leaves with these roots of whole subtrees; none when they are not as many.
    pub fn from_roots(size: u64, roots: Vec<NodeHash>) -> Option<Edge> {
        (roots.len() == size.count_ones() as usize).then_some(Edge { size, roots })
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
    let mut edge = Edge::new();
    for leaf in leaves {
        edge.push::<H>(*leaf);
    }
    edge.root::<H>()
}
