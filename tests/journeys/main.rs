//! Journeys through the real program.

mod checking;
mod counter;
mod erasing;
mod importing;
mod paying;
mod usage;
