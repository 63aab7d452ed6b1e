//! Journeys through the real program.

mod checking;
mod counter;
mod importing;
mod paying;
mod usage;
