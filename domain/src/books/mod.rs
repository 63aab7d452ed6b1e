//! The books (账簿): double entry as a pure function of events.
//!
//! Nothing is booked by hand. Each event that moves money gives one debit and one credit of the same amount, so
//! the books sum to zero at every position of the log, and anyone can rebuild them from it.
//!
//! | Event | Debit 借 | Credit 贷 |
//! |---|---|---|
//! | `MoneyAppropriated` 拨款到账 | 银行存款 | 财政拨款收入 |
//! | `DonationReceived` 收到捐赠 | 银行存款 | 捐赠收入 |
//! | `DonationRefunded` 退还捐赠 | 捐赠收入 | 银行存款 |
//! | `DonationRemitted` 善款转交 | 转交支出 | 银行存款 |
//! | `PaymentOrdered` 发放 | 代发在途 | 银行存款 |
//! | `PaymentSettled` 到账 | 补助支出 (the program's) | 代发在途 |
//! | `PaymentReturned` 退汇 | 银行存款 | 代发在途 |
//! | `RecoveryOpened` 追缴立项 | 应收追回款 | 补助支出 (the program's) |
//! | `RecoveryReceived` 追回 | 银行存款 | 应收追回款 |
//! | `RecoveryReceived` 抵扣, withheld from a later payment | 补助支出 (the later payment's program) | 应收追回款 |
//! | `RecoveryWaived` 核销 | 追回款核销 | 应收追回款 |
//!
//! Every other event posts nothing, so that no yuan is counted twice: `DonationCredited`, `FundsCommitted`,
//! `FundsReleased`, `FundsSpent`, `DonationsRemitted` and `RecoveryCredited` say which money is free for what, not where it is;
//! `PaymentReissued` and `PaymentCancelled` follow a return that has booked the money back.
//!
//! # What the books tie to
//!
//! - 代发在途 = the sum of pending payments.
//! - 补助支出 of a program = settled and withheld less recoveries opened, of its payments.
//! - 应收追回款 = recoveries opened less received and waived.
//! - 捐赠收入 = received less refunded, over all campaigns. Goods are in no account; their value stands with the campaign.
//! - 转交支出 = remitted, over all campaigns.
//! - 银行存款 + 代发在途 = the balances of all funds, as spending leaves a fund when a payment settles.

mod account;
mod posting;
#[cfg(test)]
mod tests;

pub use account::*;
pub use posting::*;
