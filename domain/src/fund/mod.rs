//! Fund 资金: money by source and restriction, and what of it is promised to which payment run. It is the one place
//! that decides about the last yuan, so two runs can never both get it.
//!
//! # What moves a fund
//!
//! | Command | Role | Balance | Committed | Refused beyond |
//! |---|---|---|---|---|
//! | `Appropriate` 拨款到账 | finance | + | | |
//! | `CreditDonation` 捐赠入账 | clerk, finance, program | + (− for a refund) | | the gift; what is free |
//! | `Commit` 资金占用 | approver | | + | what is free: `fund_short` names the gap |
//! | `Spend` 支出 | finance, program | − | − | what is committed for the run |
//! | `Release` 占用解除 | finance, program, approver, clerk | | − | what is committed for the run |
//! | `Remit` 善款转交 | approver | − | | what is free |
//! | `CreditRecovery` 追回入账 | finance, program | + | | |
//!
//! `OpenFund` (finance) leads from `Unopened` to `Open`, the only other situation; a second one is a repeat or
//! `fund_exists`. Everything else asked of an unopened fund is `fund_unknown`.
//!
//! All but `OpenFund` and `Appropriate` are appended in one go with the event that causes them: the gift, the
//! approval or rejection of a run, the remittance, the results of payments, the recovered money.
//!
//! # What always holds
//!
//! 1. Balance ≥ 0 and free = balance − committed ≥ 0.
//! 2. For each run spent + released ≤ committed; the sum of the remainders is what the fund has committed.
//! 3. A fund takes money of its own source: appropriations for the budget, gifts for donations. Recovered money
//!    goes back to the fund that paid.
//! 4. A run is committed once, for its control sum. After an approval was undone and everything released, it can be
//!    committed again.
//!
//! Repeats: the same appropriation (document, amount, day), gift, refund or recovery (amount, day) and the same
//! commitment succeed without an event. `Spend` and `Release` have no name by which a repeat could be known; the
//! payments they come with happen once.
//!
//! # Which refusal comes first
//!
//! Role · unknown fund · repeat (success) · source · content and days · limits, in the order of `decide.rs`.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::*;
pub use error::*;
pub use event::*;
pub use state::*;

crate::ledger_aggregate!(Fund);
