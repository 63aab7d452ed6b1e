//! The books (账簿): double entry as a pure function of events.
//!
//! Nothing is booked by hand. Each event that moves money gives pairs of a debit and a credit of the same amount, all of
//! one fund, so the books sum to zero at every position of the log, each fund's as the whole, and anyone can rebuild
//! them from it.
//!
//! | Event | Debit 借 | Credit 贷 |
//! |---|---|---|
//! | `MoneyAppropriated` 拨款到账 | 银行存款 | 财政拨款收入 (program, level, budget year) |
//! | `DonationReceived` 收到捐赠 | 银行存款 | 捐赠收入 |
//! | `DonationRefunded` 退还捐赠 | 捐赠收入 | 银行存款 |
//! | `DonationRemitted` 善款转交 | 转交支出 | 银行存款 |
//! | `PaymentOrdered` 发放 | 代发在途 | 银行存款 |
//! | `PaymentSettled` 到账 | 补助支出 (program) | 代发在途 |
//! | | 到账待核销 (备查) | 备查对应 |
//! | `PaymentReturned` 退汇 | 银行存款 | 代发在途 |
//! | `ReturnRevoked` 退汇更正 | 代发在途 | 银行存款 |
//! | `RecoveryOpened` 追缴立项 | 应收追回款 | 补助支出 (program) |
//! | `RecoveryReceived` 追回 | 银行存款 | 应收追回款 |
//! | `RecoveryReceived` 抵扣, withheld from a later payment | 补助支出 (the later payment's program) | 应收追回款 |
//! | `RecoveryWaived` 核销 | 追回款核销 | 应收追回款 |
//! | `RecoveryWithdrawn` 追缴撤回 | 补助支出 (program) | 应收追回款 |
//! | `FundsCommitted` 资金占用 | 资金占用 (备查) | 备查对应 |
//! | `FundsRecommitted` 恢复占用 | 资金占用 (备查) | 备查对应 |
//! | `FundsReleased` 占用解除 | 备查对应 | 资金占用 (备查) |
//! | `FundsSpent` 支出 | 备查对应 | 资金占用 (备查) |
//! | | 备查对应 | 到账待核销 (备查) |
//! | `FundYearClosed` 年终结账 | 财政拨款收入, 捐赠收入 … | 本期盈余 |
//! | | 本期盈余 | 补助支出 (program) … |
//! | `FundYearReopened` 撤销结账 | the same the other way round | |
//! | `FundYearCarriedOver` 年终结转 | 本期盈余 | 累计盈余, restricted or not |
//!
//! Every other event posts nothing, so that no yuan is counted twice: `DonationCredited`, `DonationsRemitted` and
//! `RecoveryCredited` say which money is free for what, not where it is; `PaymentReissued` and `PaymentCancelled` follow
//! a return that has booked the money back.
//!
//! # Which day
//!
//! A posting belongs to the day from which its fact holds ([`Bookkeeper`]). What becomes known of a year that is closed
//! on the fund, such as a settlement of 30 December in a file of January, is booked on the first day of the open year.
//!
//! # What the books tie to
//!
//! For each fund, and so for all together:
//!
//! - 代发在途 = the sum of pending payments.
//! - 补助支出 of a program = settled and withheld less recoveries opened and not withdrawn, of its payments, in the years
//!   that are not closed.
//! - 应收追回款 = recoveries opened less withdrawn, received and waived.
//! - 捐赠收入 = received less refunded, over its campaigns, in the years that are not closed. Goods are in no account;
//!   their value stands with the campaign.
//! - 转交支出 = remitted, over its campaigns, in the years that are not closed.
//! - 资金占用 = what the fund has committed.
//! - 银行存款 + 代发在途 + 到账待核销 = the fund's balance: spending leaves a fund when its run is reconciled.
//! - 备查对应 = − 资金占用 − 到账待核销.

mod account;
mod book;
mod bookkeeper;
mod document;
mod posting;
mod question;
mod subaccount;
#[cfg(test)]
mod tests;

pub use account::*;
pub use book::*;
pub use bookkeeper::*;
pub use document::*;
pub use posting::*;
pub use question::*;
pub use subaccount::*;
