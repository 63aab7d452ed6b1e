//! Fund 资金: money by source and restriction, and what of it is promised to which payment run. It is the one place
//! that decides about the last yuan, so two runs can never both get it.
//!
//! # What moves a fund
//!
//! | Command | Role | Balance | Committed | Refused beyond |
//! |---|---|---|---|---|
//! | `Appropriate` 拨款到账 | finance | + | | a program that the fund may not pay |
//! | `CreditDonation` 捐赠入账 | clerk, finance, program | + (− for a refund) | | the gift; what is free |
//! | `Commit` 资金占用 | approver | | + | what is free: `fund_short` names the gap; what is free for a program: `program_short` |
//! | `Spend` 支出 | finance, program | − | − | what is committed for the run |
//! | `Release` 占用解除 | finance, program, approver, clerk | | − | what is committed for the run |
//! | `Recommit` 恢复占用 | finance, program | | + | what was released of the run; what is free |
//! | `Remit` 善款转交 | approver | − | | what is free |
//! | `CreditRecovery` 追回入账 | finance, program | + | | |
//!
//! `OpenFund` (finance) leads from `Unopened` to `Open`, the only other situation; a second one is a repeat or
//! `fund_exists`. Everything else asked of an unopened fund is `fund_unknown`.
//!
//! All but `OpenFund` and `Appropriate` are appended in one go with the event that causes them: the gift, the
//! approval or rejection of a run, the remittance, the results of payments, the recovered money.
//!
//! # Money for a purpose
//!
//! A fund with programs in its charter pays those and no other (`program_not_allowed`): so a restricted donation pays
//! its purpose. An appropriation for one program pays that program alone ([`Earmarks`]); one of a later budget year is
//! not free before that year begins. What is left at the end of a year keeps its restriction and its programs.
//!
//! # The end of a year
//!
//! `CloseYear` (finance, once the year is over) fixes what the books say of the year, and from then on nothing is booked
//! into it on this fund (`year_closed`). Another person adds it up anew and carries it over under a document
//! (`closing_differs` where it is not the same), or it is reopened. Commitments and money in transit go on as they are.
//!
//! # What always holds
//!
//! 1. Balance ≥ 0 and free = balance − committed ≥ 0.
//! 2. For each run spent + released ≤ committed; the sum of the remainders is what the fund has committed.
//! 3. A fund takes money of its own source: appropriations for the budget, gifts for donations. Recovered money
//!    goes back to the fund that paid.
//! 4. A run is committed once, for its control sum. After an approval was undone and everything released, it can be
//!    committed again.
//! 5. No program uses more than what came in for it and for any program.
//! 6. Years are closed in their order, each carried over before the next is closed; nobody carries over what they closed.
//!
//! Repeats: the same appropriation (document, amount, day), gift, refund or recovery (amount, day) and the same
//! commitment succeed without an event. `Spend`, `Release` and `Recommit` have no name by which a repeat could be known;
//! the payments they come with happen once.
//!
//! # Which refusal comes first
//!
//! Role · unknown fund · repeat (success) · source · content and days · purpose · limits, in the order of `decide.rs`
//! and `decide_year.rs`.

mod command;
mod decide;
mod decide_year;
mod earmark;
mod error;
mod event;
mod level;
mod state;
#[cfg(test)]
mod tests;
mod year;

pub use command::*;
pub use earmark::*;
pub use error::*;
pub use event::*;
pub use level::*;
pub use state::*;
pub use year::*;

crate::ledger_aggregate!(Fund);
