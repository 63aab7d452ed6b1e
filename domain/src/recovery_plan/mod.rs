//! RecoveryPlan 追回方案: how what was paid without being due comes back, or is given up. Finance proposes a plan for
//! the open recoveries of one case, an approver decides on it, and it ends when nothing of it is open any more.
//!
//! # The life of a plan
//!
//! | Situation | `ApprovePlan` | `RejectPlan` | `CompletePlan` | `EndPlan` |
//! |---|---|---|---|---|
//! | `Unproposed` | – | – | – | – |
//! | `Proposed` 待审批 | → `Approved`, a waiver → `Completed` | → `Rejected` | – | → `Ended` |
//! | `Approved` 执行中 | repeat | – | → `Completed` | → `Ended` |
//! | `Rejected` 已退回 | – | repeat | – | – |
//! | `Completed` 已完成 | – | – | repeat | – |
//! | `Ended` 已终止 | – | – | – | repeat |
//!
//! `ProposePlan` leads from `Unproposed` to `Proposed`; everywhere else it is a repeat or `plan_exists`. "–" is
//! `plan_unknown` in the first row, `wrong_stage` in the others. A rejected or ended plan leaves its recoveries open:
//! a new plan, with the case's next number, takes them up.
//!
//! # The ways
//!
//! | Way | For whom | At most |
//! |---|---|---|
//! | `Repayment` by the beneficiary 本人退款 | the living | what is open |
//! | `Repayment` by the heirs 继承人退款 | the deceased | the value of the estate (民法典第一千一百六十一条): an heir owes the deceased's debts up to the value of what is inherited; what is paid beyond is voluntary |
//! | `Withholding` 分期抵扣 | who receives later payments of the same fund; from another person's only with that person's written agreement | the instalment of the plan, and a share of what the month is due (`recovery_withholding_share`), and never the whole of a payment |
//! | `Waiver` 核销, small sum | anyone | `recovery_waiver_limit` |
//! | `Waiver` 核销, estate exhausted | the deceased | what is left after the heirs have repaid up to the estate's value |
//!
//! The limits are dated parameters of the rule book (`recovery.toml`); those of the day of the proposal are stored
//! with it. The law orders unlawfully drawn money to be returned (社会救助暂行办法, 国务院令第649号, 第六十八条) and is
//! silent on instalments: the share is the office's own rule.
//!
//! # Who does what
//!
//! `ProposePlan`, `EndPlan`: finance. `ApprovePlan`, `RejectPlan`: an approver, never the one who proposed it; there is
//! no override. `CompletePlan`: finance, the approver of a waiver, or the program itself.
//!
//! # What always holds
//!
//! 1. A plan's items are payments of its case with an amount more than nothing, each payment once, ascending by month.
//! 2. Nobody approved what they proposed.
//! 3. A waiver is complete with its approval: the payments' `RecoveryWaived` are appended with it.
//!
//! What is still open is not this stream's to know: it is the payments' ([`crate::payment`]). An instalment is counted
//! when its payment settles, so a returned payment repays nothing and the next attempt withholds anew.
//!
//! # Which refusal comes first
//!
//! Role · repeat (success) · unknown plan or wrong situation · four eyes · days · content · limits, in the order of
//! `decide.rs`.
//!
//! # Where to read on
//!
//! `netting.rs` due now beside what was paid, month by month · `withholding.rs` what a line withholds.

mod command;
mod decide;
mod error;
mod event;
mod netting;
mod state;
#[cfg(test)]
mod tests;
mod withholding;

pub use command::*;
pub use error::*;
pub use event::*;
pub use netting::*;
pub use state::*;
pub use withholding::*;

crate::ledger_aggregate!(RecoveryPlan);
