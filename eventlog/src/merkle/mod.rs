//! The Merkle tree over the log: what lets a stranger prove that nothing was changed, removed or put in between.
//!
//! The tree is that of RFC 6962, one leaf an event. Its hashes are kept in tiles (C2SP `tlog-tiles`), its heads are
//! signed as checkpoints (`tlog-checkpoint`, `signed-note`) and kept a second time in a file outside the database.
//! [`leaf`] says which bytes a leaf has, [`tree`] and [`proof`] are the arithmetic, [`note`], [`checkpoint`] and
//! [`transport`] the texts that other people's tools read, [`sealer`] the reader of the log that writes it all.
//!
//! Which hash a tree is made with is one type parameter, [`hash::TreeHash`]: a tree of another suite is another value of it,
//! over the same leaves, with its name in the origin of its checkpoints.

pub mod checkpoint;
pub mod copy;
pub mod cosigned;
pub mod hash;
pub mod key;
pub mod key_file;
pub mod leaf;
pub mod loss;
pub mod note;
pub mod proof;
pub mod sealer;
pub mod store;
pub mod tile;
pub mod transport;
pub mod tree;
