//! The law and the office, as pure Rust.
//!
//! Nothing here reads a clock, performs input or output, or waits. A decision is a function of a state, a
//! command and the facts that came with it; see [`aggregate::Decider`]. The crates above bring the facts and
//! keep what was decided.
#![deny(clippy::float_arithmetic)]

pub mod actor;
pub mod aggregate;
pub mod any_event;
pub mod bank_return;
pub mod benefit_case;
pub mod books;
pub mod calendar;
pub mod campaign;
pub mod capitals;
pub mod disclosure;
pub mod event_catalogue;
pub mod events_document;
pub mod explain;
pub mod fund;
pub mod gazette;
pub mod household;
pub mod identifiers;
pub mod identity;
pub mod identity_provider;
pub mod ids;
pub mod log_break;
pub mod money;
pub mod numbers;
pub mod payment;
pub mod payment_run;
pub mod personal;
pub mod policy;
pub mod program;
pub mod recovery_plan;
pub mod retention;
pub mod schedule;
pub mod timeline;
pub mod todo;
pub mod user;
pub mod webhook;
