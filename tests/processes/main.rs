//! What the processes promise when something goes wrong between their steps.

mod arrived_late;
mod bank_chance;
mod bank_returns;
mod bank_sheets;
mod bookings;
mod forecasts;
mod free_text;
mod funds;
mod nightly;
mod outlook;
mod payment_runs;
mod rates;
mod recoveries;
mod repeats;
mod returns;
mod run_desk;
mod second_factors;
mod users;
mod webhooks;
mod withdrawn;
