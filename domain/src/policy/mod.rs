//! The law as functions of facts: which program pays how much for which month, and why.

mod facts;

pub use facts::*;
