//! What people do at the office, one file a job. Every door (command line, import, demo, later HTTP) calls these;
//! none of the doors has rules of its own, and neither have these: they gather facts, ask the domain, append.

pub mod attachments;
pub mod campaign;
mod case;
mod change;
pub(crate) mod cores;
mod disclosure;
mod donation;
pub mod erasure;
mod error;
mod fund;
mod household;
mod import;
mod objection;
mod office;
pub mod payment_run;
mod recovery;
mod rules;
mod steps;
pub mod summary;
pub mod users;
pub mod webhooks;

pub use case::*;
pub use change::*;
pub use disclosure::record_disclosure;
pub use donation::*;
pub use error::ProcessError;
pub use fund::*;
pub use household::*;
pub use import::*;
pub use objection::{PublicObjection, object_publicly};
pub use office::{Desk, Office, Seen, SessionDigest, office_day};
pub use recovery::*;
pub use rules::*;
pub use steps::Step;
