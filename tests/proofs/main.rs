//! The Merkle tree over a real log: what is sealed, what is refused, and that no superuser can change anything unseen.

mod archives;
mod bundles;
mod entries;
mod evidence;
mod flips;
mod fuzz;
mod heads;
mod others;
mod sealed;
mod sealing;
mod tampering;
