//! Campaign 募捐活动: the gifts of one fundraising campaign, from the first day to the published result. Each gift
//! goes into a fund in the same moment, and a campaign numbers its receipts itself.
//!
//! # The life of a campaign
//!
//! | Situation | gift, goods | `RefundDonation`, `PublishProgress` | `CloseCampaign` | `PublishResults` | all others |
//! |---|---|---|---|---|---|
//! | `Unopened` | – | – | – | – | – |
//! | `Open` 进行中 | → `Open` | → `Open` | → `Closed` | – | → `Open` |
//! | `Closed` 已结束 | – | → `Closed` | – | → `Published` | → `Closed` |
//! | `Published` 已公开 | – | – | – | – | → `Published` |
//!
//! `OpenCampaign` leads from `Unopened` to `Open`; everywhere else it is a repeat or `campaign_exists`. "–" is
//! `campaign_unknown` in the first row, `wrong_stage` in the others. All others are receipts, the donor's wish to be
//! named, remittances and the erasure of donors: they go on after the results.
//!
//! | Command | Role | Not by someone who |
//! |---|---|---|
//! | `OpenCampaign`, `PublishProgress`, `PublishResults`, `ChangePublicity` | clerk | |
//! | `CloseCampaign` | clerk, or the program itself | |
//! | `ReceiveDonation` | clerk, finance, or the program itself (a file of gifts) | |
//! | `ReceiveInKind`, `ProposeRemittance` | clerk, finance | |
//! | `RefundDonation`, `VoidReceipt` | finance | |
//! | `IssueReceipt` | finance, or the program itself | |
//! | `Remit` | approver | proposed it |
//! | `RejectRemittance` | approver | |
//! | `RequestDonorErasure` | clerk, reviewer | |
//! | `EraseDonor` | reviewer, approver | asked for it |
//! | `RejectDonorErasure` | reviewer, approver | |
//!
//! # What always holds
//!
//! 1. Each gift counts once: an id seen before is a repeat when donor, publicity, amount, method, day and statement line
//!    agree, else `donation_differs`. The sealed name is not compared, because sealing twice gives two ciphertexts.
//! 2. Every gift lies within the period, and the total is received less refunded. Goods have a value of their own,
//!    which is never added to the total.
//! 3. No gift is refunded beyond its amount. The same amount refunded on the same day under the same number is a repeat;
//!    one refund number is one refund.
//! 4. Receipt numbers are 1, 2, 3 … without gap, one that stands for each gift at most, none for a gift that was refunded
//!    whole. A voided receipt keeps its number; its gift may get the next one.
//! 5. What is published is what the log says (慈善法 art. 73 in the version of 2016: every three months while a campaign lasts
//!    over six, and whole within three months of its end; see [`due_publications`]). A late publication is accepted,
//!    because refusing it would make it later.
//! 6. Remitted ≤ received − refunded. Who proposed a remittance does not approve it (不相容岗位相互分离); one voucher number
//!    is one remittance of the campaign (`reference_taken`).
//! 7. A donor's name is erased when the vouchers' 30 years are over, by somebody else than asked.
//! 8. A gift with which nobody left a name does not become one to be named, whole or in part (`donor_name_missing`).
//!
//! # Where a yuan went
//!
//! [`follow`] is the rule by which each yuan of a fund is followed from gift to use; see `trace.rs`.
//!
//! The state keeps a few words for each gift, never a name but whether there is one; every command finds its gift in
//! O(log n).
//!
//! # Which refusal comes first
//!
//! Role · unknown campaign, gift, receipt, remittance or donor · repeat (success) · wrong situation · four eyes · content
//! and days · limits, in the order of `decide/`.

mod book;
mod command;
mod deadlines;
mod decide;
mod error;
mod event;
mod evolve;
mod state;
#[cfg(test)]
mod tests;
mod trace;

pub use book::*;
pub use command::*;
pub use deadlines::*;
pub use error::*;
pub use event::*;
pub use state::*;
pub use trace::*;

/// Whether a text is a SHA-256 in hexadecimal digits.
fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

crate::ledger_aggregate!(Campaign);
