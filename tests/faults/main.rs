//! The program and its PostgreSQL are killed again and again while they work; nothing that was written is lost and
//! nothing happens twice. [`witness`] judges from what was committed, [`verdict`] from what callers were told.
//!
//! The seed of a run is printed; `LEDGER_FAULTS_SEED` repeats its choices.

mod chance;
mod house;
mod importing;
mod keyed;
mod kill;
mod planted;
#[path = "../src/bin/keyed_writer/record.rs"]
mod record;
mod verdict;
mod witness;
mod writer;
mod year;
