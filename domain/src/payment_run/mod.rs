//! PaymentRun 发放批次: how one benefit month, and what earlier months are still owed, is paid, from counting to the bank's last answer. One person
//! prepares a run, a second approves it, a third releases it, and it is released once.
//!
//! # The life of a run
//!
//! | Situation | `RecordCalculation` | `SubmitRun` | `EndorseRun` | `ApproveRun` | `RejectRun` | `ReleaseRun` | `ReconcileRun` |
//! |---|---|---|---|---|---|---|---|
//! | `Unopened` | – | – | – | – | – | – | – |
//! | `Opened` 已建批 | → `Calculated` | – | – | – | – | – | – |
//! | `Calculated` 已核算 | → `Calculated` | → `Submitted` | – | – | – | – | – |
//! | `Submitted` 待审批, one approval | – | – | – | → `Approved` | → `Rejected` | – | – |
//! | `Submitted` 待审批, above the sum | – | – | → `Endorsed` | – | → `Rejected` | – | – |
//! | `Endorsed` 待终审 | – | – | – | → `Approved` | → `Rejected` | – | – |
//! | `Approved` 待发放 | – | – | – | – | → `Rejected` | → `Released` | – |
//! | `Rejected` 已退回 | → `Calculated` | – | – | – | – | – | – |
//! | `Released` 已发放 | – | – | – | – | – | – | → `Reconciled` |
//! | `Reconciled` 已对账 | – | – | – | – | – | – | → `Reconciled`, where more settled |
//!
//! `OpenRun` leads from `Unopened` to `Opened`; everywhere else it is a repeat or `run_exists`. "–" is a refusal:
//! `run_unknown` in the first row, `wrong_stage` in the others, but `endorsement_missing` or `endorsement_not_needed`
//! where the sum decides (金额分档: above the sum that the rule book had on the day of the submission, two people
//! approve; the submission says which sum that was). A repeat is no refusal: a command that is asked
//! again with the same content, by the same person where it counts who, in the situation it led to, succeeds and
//! nothing happens.
//!
//! # Who does what
//!
//! | Command | Role | Not by someone who |
//! |---|---|---|
//! | `OpenRun`, `SubmitRun` | clerk | |
//! | `RecordCalculation` | clerk, or the program itself | |
//! | `EndorseRun` 初审 | approver | opened, calculated or submitted it |
//! | `ApproveRun` 审批, 终审 | approver | opened, calculated, submitted or endorsed it |
//! | `RejectRun` | approver 退回, clerk 撤回, finance when the lines changed | |
//! | `ReleaseRun` | finance | opened, calculated, submitted, endorsed or approved it |
//! | `ReconcileRun` | finance, or the program itself | |
//!
//! Preparing, approving a payment and carrying it out are duties that one person must not hold together
//! (不相容岗位相互分离, 行政事业单位内部控制规范, 财会〔2012〕21号, on expenditure). There is no override. A contributor
//! stays one after a rejection, so nobody can hand a run to themselves by having it sent back.
//!
//! # What a run pays
//!
//! *Due minus paid* ([`differences`]): for every month of a case up to the run's month, what the month is due in
//! all, less what stands of its payments: ordered, neither returned nor cancelled, without what is being recovered
//! of it. More than nothing
//! is a [`RunLine`]: ordinary pay, arrears, or the reissue of a returned payment. Less than nothing is an
//! overpayment to recover ([`recovery_proposals`]). A due month that cannot be paid now is a [`RunException`];
//! it stays due, so the next run tries again.
//!
//! The run itself holds no lines, only their count, sum and digest ([`Calculation`]), so that it weighs the same
//! for one line and for a million. The lines lie beside the log until the release, when each becomes a
//! `PaymentOrdered` in the stream of its own payment. [`CalculationBuilder`] takes them one at a time, ascending
//! by program code, case and month.
//!
//! # What always holds
//!
//! 1. What is released is what was approved: the digest of the lines at release equals the digest in the approved
//!    calculation (`lines_changed`), and the digest covers who gets how much on which account.
//! 2. Nobody approved what they prepared; nobody released what they prepared or approved.
//! 3. A run without lines is never submitted, and none whose warnings (提示事项) the submitter has not seen: all of them,
//!    counted.
//! 4. A calculation adds up: its programs' counts and sums are the run's, and each program is one of the run's.
//! 5. A reconciled run has an answer for every line: settled + returned = count and control sum of the run. From then
//!    on a line may only go from returned to settled (退汇更正), never the other way: what comes back later is recovered.
//! 6. Days follow each other: calculated ≤ submitted ≤ approved ≤ execution ≤ reconciled, none in the future
//!    except the day the bank is to pay. A run of which the bank refuses every line may be reconciled before that day.
//!
//! That a month is paid once is not this stream's to keep: the id of each payment follows from case, month and
//! attempt, so the log refuses a second order whichever run asks. That the money is there is the fund's: an
//! approval and the fund's commitment are appended together or not at all, as are a rejection after approval and
//! the release of what was committed.
//!
//! # Which refusal comes first
//!
//! Role · repeat (success) · unknown run or wrong situation · four eyes · days · content. Within a command the
//! order is that of the lines in `decide.rs`.
//!
//! # Where to read on
//!
//! `command.rs` what can be asked · `event.rs` what can happen · `state.rs` the situations · `decide.rs` the guards
//! · `error.rs` the refusals · `tests.rs` and `tests/` all of it as stories · `lines.rs` due minus paid · `line_text.rs` a line as
//! text · `calculation.rs` lines, digest and sums · `exception.rs` why a month gets no line.

mod calculation;
mod command;
mod decide;
mod error;
mod event;
mod exception;
mod line_text;
mod lines;
mod state;
#[cfg(test)]
mod tests;
mod warning;

pub use calculation::*;
pub use command::*;
pub use error::*;
pub use event::*;
pub use exception::*;
pub use line_text::NotALine;
pub use lines::*;
pub use state::*;
pub use warning::*;

crate::ledger_aggregate!(PaymentRun);
