//! The kinds of papers, each from plain data.

mod notice;
mod receipt;
mod reports;
mod roster;
mod voucher;

pub use notice::{Notice, NoticeRow};
pub use receipt::Receipt;
pub use reports::{CampaignSum, GroupCount, MonthReport, ProgramSum, RunSum, YearReport};
pub use roster::{Roster, RosterRow};
pub use voucher::{PaymentVoucher, RunVoucher, VoucherEntry};
