//! A register, looked through and taken in, whichever it is.

use chrono::Utc;
use indicatif::ProgressBar;

use super::within::outside;
use crate::console::visitor::Visitor;
use crate::processes::{Importable, Imported, Importer, Office, ProcessError, import, known, office_day};
use crate::registers::reading::RegisterRows;
use crate::registers::{
    BadRow, DryRun, GoodRow, ProblemCode, RawRow, RegisterKind, applications, care_assessments, changes,
    donations, dry_run, persons,
};

/// What a look found.
pub(super) struct Checked {
    pub kind: RegisterKind,
    /// SHA-256 of the file.
    pub digest: String,
    pub good: usize,
    pub bad: Vec<BadRow>,
}

/// Somebody with a file.
pub(super) struct Job<'a> {
    pub office: &'a Office,
    pub visitor: &'a Visitor,
}

impl Job<'_> {
    /// What an import would do.
    pub async fn look(&self, read: RegisterRows) -> Result<Checked, ProcessError> {
        match read.kind {
            RegisterKind::Persons => self.looked::<persons::Row>(read).await,
            RegisterKind::Applications => self.looked::<applications::Row>(read).await,
            RegisterKind::CareAssessments => self.looked::<care_assessments::Row>(read).await,
            RegisterKind::Changes => self.looked::<changes::Row>(read).await,
            RegisterKind::Donations => self.looked::<donations::Row>(read).await,
        }
    }

    /// Imports; nothing, where a row is bad and the good ones are not wanted alone.
    pub async fn take(
        &self,
        read: RegisterRows,
        importer: &Importer,
        keep_good: bool,
    ) -> Result<Option<Imported>, ProcessError> {
        match read.kind {
            RegisterKind::Persons => self.taken::<persons::Row>(read, importer, keep_good).await,
            RegisterKind::Applications => self.taken::<applications::Row>(read, importer, keep_good).await,
            RegisterKind::CareAssessments => {
                self.taken::<care_assessments::Row>(read, importer, keep_good).await
            }
            RegisterKind::Changes => self.taken::<changes::Row>(read, importer, keep_good).await,
            RegisterKind::Donations => self.taken::<donations::Row>(read, importer, keep_good).await,
        }
    }

    async fn looked<R: Importable>(&self, read: RegisterRows) -> Result<Checked, ProcessError> {
        let (kind, digest) = (read.kind, read.digest.clone());
        let DryRun { good, bad } = self.dry_run::<R>(read).await?;
        Ok(Checked { kind, digest, good: good.len(), bad })
    }

    async fn taken<R: Importable>(
        &self,
        read: RegisterRows,
        importer: &Importer,
        keep_good: bool,
    ) -> Result<Option<Imported>, ProcessError> {
        let DryRun { good, bad } = self.dry_run::<R>(read).await?;
        if !bad.is_empty() && !keep_good {
            return Ok(None);
        }
        Ok(Some(import(self.office, importer, good, &ProgressBar::hidden()).await?))
    }

    /// Rows of people whom the visitor does not see are bad rows.
    async fn dry_run<R: Importable>(&self, read: RegisterRows) -> Result<DryRun<R>, ProcessError> {
        let context = known::<R>(self.office, &read.rows, office_day(Utc::now())).await?;
        let DryRun { good, mut bad } = dry_run::<R>(read.rows, &context);
        let outside = outside(self.office, self.visitor, &good).await?;
        let (out, good): (Vec<_>, Vec<_>) = good.into_iter().partition(|good| outside.contains(&good.number));
        bad.extend(out.iter().map(bad_row));
        bad.sort_by_key(|bad| bad.raw.number);
        Ok(DryRun { good, bad })
    }
}

fn bad_row<R: Importable>(good: &GoodRow<R>) -> BadRow {
    let problems = vec![ProblemCode::OutsideScope.at(good.number, "", "")];
    BadRow { raw: RawRow::from_texts(good.number, good.row.write()), problems }
}
