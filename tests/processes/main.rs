//! What the processes promise when something goes wrong between their steps.

mod outlook;
mod payment_runs;
mod rates;
mod run_desk;
