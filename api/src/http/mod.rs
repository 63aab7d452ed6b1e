//! The program as a server: for now whether it lives, whether it is ready, and which version it is.

mod router;
mod server;

pub(crate) use router::live;
pub use router::{Health, router};
pub use server::serve;
