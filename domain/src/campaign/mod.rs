//! Campaign 募捐活动: the gifts of one fundraising campaign, from the first day to the published result. Each gift
//! goes into a fund in the same moment, and a campaign numbers its receipts itself.
//!
//! # The life of a campaign
//!
//! | Situation | `ReceiveDonation` | `RefundDonation` | `IssueReceipt` | `CloseCampaign` | `PublishResults` |
//! |---|---|---|---|---|---|
//! | `Unopened` | – | – | – | – | – |
//! | `Open` 进行中 | → `Open` | → `Open` | → `Open` | → `Closed` | – |
//! | `Closed` 已结束 | – | → `Closed` | → `Closed` | – | → `Published` |
//! | `Published` 已公开 | – | – | → `Published` | – | – |
//!
//! `OpenCampaign` leads from `Unopened` to `Open`; everywhere else it is a repeat or `campaign_exists`. "–" is
//! `campaign_unknown` in the first row, `wrong_stage` in the others.
//!
//! | Command | Role |
//! |---|---|
//! | `OpenCampaign`, `PublishResults` | clerk |
//! | `CloseCampaign` | clerk, or the program itself |
//! | `ReceiveDonation` | clerk, finance, or the program itself (a file of gifts) |
//! | `RefundDonation` | finance |
//! | `IssueReceipt` | finance, or the program itself |
//!
//! # What always holds
//!
//! 1. Each gift counts once: an id seen before is a repeat when donor, publicity, amount, method and day agree, else
//!    `donation_differs`. The sealed name is not compared, because sealing twice gives two ciphertexts.
//! 2. Every gift lies within the period, and the total is received less refunded.
//! 3. No gift is refunded beyond its amount. The same amount refunded on the same day is a repeat.
//! 4. Receipt numbers are 1, 2, 3 … without gap, one for each gift at most, none for a gift that was refunded whole.
//! 5. What is published is what the log says (慈善法 art. 73 in the version of 2016 asks for it within three months;
//!    a late publication is accepted, because refusing it would make it later).
//!
//! The state keeps a few words for each gift, never a name; every command finds its gift in O(log n).
//!
//! # Which refusal comes first
//!
//! Role · unknown campaign or gift · repeat (success) · wrong situation · content and days, in the order of
//! `decide.rs`.

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

crate::ledger_aggregate!(Campaign);
