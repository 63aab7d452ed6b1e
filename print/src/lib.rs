//! Papers of the office (纸质材料): plain data in, PDF and Excel bytes out.
//!
//! Each kind of paper has a struct of plain data ([`Roster`], [`Notice`], [`RunVoucher`], [`PaymentVoucher`],
//! [`Receipt`], [`ReceiptRegister`], [`DonationList`], [`MonthReport`], [`YearReport`]) that becomes a [`Paper`]: a title, facts, tables with their sums, lines for
//! signatures. [`pdf::write`] and [`xlsx::write`] set the same paper, so both say the same. Nothing here reads a database, a
//! clock or a file; the same paper is the same bytes.
//!
//! A page can be traced: its foot names the log, the position up to which it was read, the newest checkpoint's root, and the
//! digest of what the paper says. Its file says the same in its metadata ([`Imprint`]), so that the paper can be made again.

mod digest;
mod error;
mod font;
mod imprint;
mod kinds;
mod paper;
pub mod pdf;
#[cfg(test)]
mod tests;
pub mod xlsx;

pub use error::{Missing, PrintError};
pub use imprint::{Imprint, ImprintError, Part, Subject};
pub use kinds::{
    CampaignSum, DonationList, Given, GoodsGift, GroupCount, MoneyGift, MonthReport, Notice, NoticeRow,
    PaymentVoucher, ProgramSum, Receipt, ReceiptRegister, ReceiptRow, Roster, RosterRow, RunSum, RunVoucher,
    Standing, VoidedOn, VoucherEntry, YearReport,
};
pub use paper::{
    Align, CheckpointMark, Column, Fact, Paper, PaperKind, Section, Sheet, Signature, Trace, Value,
};
