//! Journeys through the real program.

mod banking;
mod banks;
mod browser;
mod checking;
mod closing;
mod console;
mod erasing;
mod funds;
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
mod silence;
mod three_months;
mod tls;
mod usage;
mod users;
