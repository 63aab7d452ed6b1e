//! 纸质材料: what the office prints, gathered from the same questions that the command line asks.
//!
//! A paper that shows a name or an account is a disclosure: it needs somebody who may open personal values, and it is
//! recorded before any of them is opened. The public notice shows masked names alone and the reports none.

mod again;
mod gifts;
mod notice;
mod people;
mod places;
mod receipt;
mod reports;
mod roster;
mod trace;
mod voucher;

pub use again::{Compared, Doubt, FILE_BYTES_MAX, Form, Printed, Written, compare, discloses};
pub use notice::{NoticeOf, on_notice};

use chrono::{NaiveDate, Utc};
use eventlog::merkle::hash::Sha256Tree;
use eventlog::merkle::store::TreeStore;
use people::Detail;
use print::{Paper, Sheet, Subject, Trace};
use projections::snapshot::Snapshot;
use projections::{About, Until, past};
use sqlx::PgPool;

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
    /// As of when.
    pub as_of: AsOf<'a>,
}

/// As of when a paper is made.
#[derive(Clone, Copy, Debug)]
pub enum AsOf<'a> {
    /// The log's end.
    Now,
    /// Where a paper that was printed before says that it comes from.
    Then {
        /// What the paper says.
        trace: &'a Trace,
        /// Who may build the read tables of that position beside the present ones.
        owner: &'a PgPool,
    },
}

impl Press<'_> {
    /// Makes the paper that is asked for.
    ///
    /// # Errors
    /// [`ProcessError`]: there is no such thing, whoever prints may not open personal values, or what stands there does not
    /// add up.
    pub async fn make(&self, subject: &Subject) -> Result<Paper, ProcessError> {
        let (sheet, position) = match subject {
            Subject::Roster { run, whole: false } => roster::roster(self, *run, Detail::Masked).await?,
            Subject::Roster { run, whole: true } => roster::roster(self, *run, Detail::Whole).await?,
            Subject::Notice { case, program, day, objections_to } => {
                notice::notice(self, notice::NoticeOf { case: *case, program: *program }, *day, objections_to)
                    .await?
            }
            Subject::RunVoucher { run } => voucher::run_voucher(self, *run).await?,
            Subject::PaymentVoucher { payment } => voucher::payment_voucher(self, *payment).await?,
            Subject::Receipt { campaign, number } => receipt::receipt(self, campaign, *number).await?,
            Subject::Receipts { campaign } => gifts::receipts(self, campaign).await?,
            Subject::Donations { campaign } => gifts::donations(self, campaign).await?,
            Subject::MonthReport { month } => reports::month(self, *month).await?,
            Subject::YearReport { year } => reports::year(self, *year).await?,
        };
        let trace = match self.as_of {
            AsOf::Now => trace::trace(self, position).await?,
            AsOf::Then { trace, .. } => trace.clone(),
        };
        Ok(Paper { sheet, trace, subject: subject.clone() })
    }

    /// The read tables of some projections, as of when the paper is made.
    async fn snapshot(&self, needed: &[&'static About]) -> Result<Snapshot, ProcessError> {
        let office = self.office;
        Ok(match self.as_of {
            AsOf::Now => {
                office.runner.catch_up(Until::Head).await?;
                Snapshot::take(&office.pool, needed).await?
            }
            AsOf::Then { trace, owner } => {
                past::as_of(owner, office.repository.log(), needed, trace.position).await?
            }
        })
    }

    /// Who prints, where values are opened.
    fn opener(&self) -> Result<&Desk, ProcessError> {
        self.desk
            .ok_or_else(|| ProcessError::Damaged("a paper with personal values needs its printer".into()))
    }
}

/// What a paper says, and how many events of the log it was read from.
type Told = (Sheet, u64);
