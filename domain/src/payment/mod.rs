//! Payment 发放明细: one amount to one payee for one month of one case, from the order to the bank's answer and to
//! whatever is asked back. Its stream is named after case, month and attempt, so it can be ordered only once.
//!
//! # The life of a payment
//!
//! | Situation | `SettlePayment` | `ReturnPayment` | `SettleReturned` | `ReissuePayment` | `CancelPayment` | `OpenRecovery`, `ReceiveRecovery`, `WaiveRecovery`, `WithdrawRecovery` |
//! |---|---|---|---|---|---|---|
//! | `Unordered` | – | – | – | – | – | – |
//! | `Ordered` 在途 | → `Settled` | → `Returned` | – | – | – | – |
//! | `Settled` 已到账 | `settlement_differs` | `returned_after_settlement` | `settlement_differs` | – | – | → `Settled` |
//! | `Returned` 已退汇 | `settled_after_return` | `return_differs` | → `Settled` | → `Reissued` | → `Cancelled` | – |
//! | `Reissued` 已重发 | `settled_after_return` | `return_differs` | → `Settled` | `reissue_differs` | – | – |
//! | `Cancelled` 已作废 | `settled_after_return` | `return_differs` | → `Settled` | – | – | – |
//!
//! `OrderPayment` leads from `Unordered` to `Ordered`; everywhere else it is a repeat or `payment_differs`. "–" is
//! `payment_unknown` in the first row, `wrong_stage` in the others. The same answer of the bank (the same
//! reference or reason) read twice, on whatever day, is a repeat and succeeds; another answer is refused with a code
//! that says how the two disagree. A settlement without a reference (a status report names no booking) gets that of the
//! statement (流水号补记), so that a second booking is told from the first.
//!
//! A file alone never takes a return back (退汇更正): finance says so, who asked the bank. Where the month was paid again
//! meanwhile, it is then overpaid, which is recovered as any overpayment is.
//!
//! Everything is done by finance or by the program itself as it reads the bank's file; only finance cancels. Only an
//! approver gives up a recovery (核销), with the approval of its plan ([`crate::recovery_plan`]), and only an approver
//! withdraws one (追缴撤回) that turned out to be due after all: finance opens them.
//! Four eyes were needed for the run that ordered the payment, and are not needed again.
//!
//! # What always holds
//!
//! 1. At every instant ordered = settled + returned + pending ([`Payment::whereabouts`]).
//! 2. The id follows from case, month and attempt; the amount is more than nothing and at most what the month is due.
//! 3. Recoveries opened less withdrawn ≤ settled + withheld; received + waived ≤ opened less withdrawn. What is withheld from a payment (抵扣) is due
//!    with it: amount + withheld ≤ due. It takes effect with the settlement, in the same append as what it repays.
//! 4. A reissue is the next attempt at the same month of the same case. A returned or cancelled payment leaves its
//!    month unpaid, so the next run orders what is then due.
//!
//! Two recoveries of the same amount, reason and day are one, and so are two receipts of the same amount and day:
//! when a repeat cannot be told from a second one, the books must not count twice. A payment repays another once under
//! a plan. After a withdrawal the same recovery may be opened anew; a withdrawal itself is known again by its command key
//! alone, and never takes back more than is open.
//!
//! # Which refusal comes first
//!
//! Role · repeat (success) · contradiction or wrong situation · content and days, in the order of `decide.rs`.

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

crate::ledger_aggregate!(Payment);
