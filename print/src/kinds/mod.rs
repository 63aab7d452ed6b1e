//! The kinds of papers, each from plain data.

mod donations;
mod notice;
mod receipt;
mod reports;
mod roster;
mod voucher;

pub use donations::{DonationList, GoodsGift, MoneyGift, ReceiptRegister, ReceiptRow, Standing};
pub use notice::{Notice, NoticeRow};
pub use receipt::{Given, Receipt, VoidedOn};
pub use reports::{CampaignSum, GroupCount, MonthReport, ProgramSum, RunSum, YearReport};
pub use roster::{Roster, RosterRow};
pub use voucher::{PaymentVoucher, RunVoucher, VoucherEntry};
