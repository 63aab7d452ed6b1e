//! RFC 6962 hashing, for any digest of 32 bytes.

use std::fmt;
use std::marker::PhantomData;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::digest::consts::U32;
use sha2::digest::{Digest, FixedOutput, HashMarker, Update};

/// The bytes of a hash.
pub const HASH_BYTES: usize = 32;

/// A hash of the tree. Shown as base64, as everywhere in the C2SP formats.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeHash(pub [u8; HASH_BYTES]);

impl NodeHash {
    /// Reads base64 of exactly 32 bytes.
    pub fn parse(text: &str) -> Option<NodeHash> {
        let bytes = STANDARD.decode(text).ok()?;
        bytes.try_into().ok().map(NodeHash)
    }

    /// Reads exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<NodeHash> {
        bytes.try_into().ok().map(NodeHash)
    }
}

impl fmt::Display for NodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for NodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// How a tree hashes. The one place where a suite is chosen.
pub trait TreeHash: Send + Sync + 'static {
    /// The suite's name, as it ends the origin of its checkpoints.
    const SUITE: &'static str;

    /// The hash of a leaf.
    fn leaf(entry: &[u8]) -> NodeHash;

    /// The hash of two nodes side by side.
    fn node(left: &NodeHash, right: &NodeHash) -> NodeHash;

    /// The root of a tree without leaves.
    fn empty() -> NodeHash;
}

/// RFC 6962 with the digest `D`: leaves are hashed behind a 0, nodes behind a 1.
#[derive(Clone, Copy, Debug)]
pub struct Rfc6962<D>(PhantomData<D>);

/// The suite of today: SHA-256.
pub type Sha256Tree = Rfc6962<sha2::Sha256>;

/// A digest that has a name here.
pub trait NamedDigest:
    Default + Update + FixedOutput<OutputSize = U32> + HashMarker + Send + Sync + 'static
{
    /// The name.
    const NAME: &'static str;
}

impl NamedDigest for sha2::Sha256 {
    const NAME: &'static str = "sha256";
}

impl<D: NamedDigest> TreeHash for Rfc6962<D> {
    const SUITE: &'static str = D::NAME;

    fn leaf(entry: &[u8]) -> NodeHash {
        let mut digest = D::default();
        digest.update(&[0]);
        digest.update(entry);
        NodeHash(digest.finalize_fixed().into())
    }

    fn node(left: &NodeHash, right: &NodeHash) -> NodeHash {
        let mut both = [1; 1 + 2 * HASH_BYTES];
        both[1..=HASH_BYTES].copy_from_slice(&left.0);
        both[1 + HASH_BYTES..].copy_from_slice(&right.0);
        let mut digest = D::default();
        digest.update(&both);
        NodeHash(digest.finalize_fixed().into())
    }

    fn empty() -> NodeHash {
        NodeHash(<D as Digest>::digest([]).into())
    }
}
