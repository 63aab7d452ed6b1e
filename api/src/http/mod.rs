//! The program as a server: whether it lives, whether it is ready, which version it is, and the proofs of its log.

mod proofs;
mod router;
mod server;

pub use proofs::{EntriesServed, ProofSource, Proofs, SignedCheckpoint};
pub(crate) use router::live;
pub use router::{Health, Nights, proof_routes, router};
pub use server::serve;
