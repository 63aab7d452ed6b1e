//! The demonstration: a synthetic street office and its year.

pub mod generator;
