//! 纸质材料: what the office prints, gathered from the same questions that the command line asks.
//!
//! A paper that shows a name or an account is a disclosure: it needs somebody who may open personal values, and it is
//! recorded before any of them is opened. The public notice shows masked names alone and the reports none.

mod notice;
mod people;
mod receipt;
mod reports;
mod roster;
mod trace;
mod voucher;

pub use notice::{NoticeOf, notice, on_notice};
pub use people::Detail;
pub use receipt::receipt;
pub use reports::{month, year};
pub use roster::roster;
pub use voucher::{payment_voucher, run_voucher};

use chrono::{NaiveDate, Utc};
use eventlog::merkle::hash::Sha256Tree;
use eventlog::merkle::store::TreeStore;
use print::{Paper, Sheet};

use crate::processes::{Desk, Office, ProcessError, office_day};
use crate::sealing::Sealing;

/// The day at the office.
pub fn today() -> NaiveDate {
    office_day(Utc::now())
}

/// Where a paper is made: the ledger, whose name it bears, and who prints it.
#[derive(Clone, Copy)]
pub struct Press<'a> {
    /// The ledger.
    pub office: &'a Office,
    /// The tree over its log.
    pub tree: &'a TreeStore<Sha256Tree>,
    /// What seals the log; none where that is somebody else's.
    pub sealing: Option<&'a Sealing>,
    /// The office's name above the title; may be empty.
    pub name: &'a str,
    /// Who prints; papers without personal values need nobody.
    pub desk: Option<&'a Desk>,
}

impl Press<'_> {
    /// Who prints, where values are opened.
    fn opener(&self) -> Result<&Desk, ProcessError> {
        self.desk
            .ok_or_else(|| ProcessError::Damaged("a paper with personal values needs its printer".into()))
    }

    /// The paper, with where it comes from.
    async fn paper(&self, sheet: Sheet, position: u64) -> Result<Paper, ProcessError> {
        Ok(Paper { sheet, trace: trace::trace(self, position).await? })
    }
}
