//! Journeys through the real program.

mod banking;
mod banks;
mod browser;
mod checking;
mod closing;
mod console;
mod erasing;
mod funds;
mod gifts_on_paper;
mod giving;
mod going_on;
mod importing;
mod outlook;
mod paying;
mod printing;
mod proving;
mod publishing;
mod recovering;
mod second_factor;
mod serving;
mod three_months;
mod tls;
mod tracing;
mod usage;
mod users;
