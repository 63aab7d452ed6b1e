//! The program and its PostgreSQL are killed again and again while they work; nothing that was written is lost and
//! nothing happens twice.
//!
//! The seed of a run is printed; `LEDGER_FAULTS_SEED` repeats its choices.

mod chance;
mod house;
mod importing;
mod kill;
mod planted;
mod witness;
mod year;
