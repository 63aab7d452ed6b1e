//! Every edition of the rule book that an office had: the program's own, and one more with each publication.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{RuleBook, RuleBookError};

/// Rates that an office published, with their place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedRates {
    /// Where the publication stands in the log.
    pub position: u64,
    /// The day at the office on which it was recorded.
    pub recorded_on: NaiveDate,
    /// 文号 of the document.
    pub document: String,
    /// The exact TOML text.
    pub text: String,
}

/// Every edition (规则各版). What was decided earlier is asked of the edition that was known then, so no publication
/// ever changes an earlier decision.
#[derive(Clone, Debug)]
pub struct RuleBooks {
    /// In the order of the log.
    publications: Vec<PublishedRates>,
    /// The book without publications, and the book after each.
    editions: Vec<Arc<RuleBook>>,
}

impl Default for RuleBooks {
    fn default() -> RuleBooks {
        let editions = vec![Arc::new(RuleBook::published().clone())];
        RuleBooks { publications: Vec::new(), editions }
    }
}

impl RuleBooks {
    /// The editions that follow from publications, in whichever order they come.
    ///
    /// # Errors
    /// [`RuleBookError`] for a text that this program cannot read.
    pub fn of(publications: impl IntoIterator<Item = PublishedRates>) -> Result<RuleBooks, RuleBookError> {
        let mut ordered: Vec<PublishedRates> = publications.into_iter().collect();
        ordered.sort_by_key(|publication| publication.position);
        ordered.dedup_by_key(|publication| publication.position);
        let mut books = RuleBooks::default();
        for publication in ordered {
            let file = format!("{} @{}", publication.document, publication.position);
            let next = books.newest().with_published(&file, &publication.text)?;
            books.editions.push(Arc::new(next));
            books.publications.push(publication);
        }
        Ok(books)
    }

    /// These with further publications.
    ///
    /// # Errors
    /// As [`RuleBooks::of`].
    pub fn with(&self, more: Vec<PublishedRates>) -> Result<RuleBooks, RuleBookError> {
        RuleBooks::of(self.publications.iter().cloned().chain(more))
    }

    /// The newest edition.
    pub fn newest(&self) -> &Arc<RuleBook> {
        &self.editions[self.publications.len()]
    }

    /// The edition that stood before a position of the log.
    pub fn before(&self, position: u64) -> &Arc<RuleBook> {
        &self.editions[self.count_before(position)]
    }

    /// The edition of a version, if it is one of these.
    pub fn named(&self, version: &str) -> Option<&Arc<RuleBook>> {
        self.editions.iter().find(|edition| edition.version() == version)
    }

    /// The edition by which something at a position of the log was decided that names `version`: the one that stood
    /// there, or the one before it, because a publication may come between asking the rules and recording the answer.
    pub fn as_decided(&self, version: &str, position: u64) -> &Arc<RuleBook> {
        let at = self.count_before(position);
        let just_before = at.checked_sub(1).map(|at| &self.editions[at]);
        match just_before {
            Some(edition) if edition.version() == version => edition,
            _ => &self.editions[at],
        }
    }

    /// What was known at the end of a day.
    #[must_use]
    pub fn known_on(&self, day: NaiveDate) -> RuleBooks {
        let known = self.publications.iter().take_while(|publication| publication.recorded_on <= day).count();
        RuleBooks {
            publications: self.publications[..known].to_vec(),
            editions: self.editions[..=known].to_vec(),
        }
    }

    /// The publications, in the order of the log.
    pub fn publications(&self) -> &[PublishedRates] {
        &self.publications
    }

    /// The publications of an edition, in the order of the log; none where the version is not one of these.
    pub fn publications_of(&self, version: &str) -> Option<&[PublishedRates]> {
        let at = self.editions.iter().position(|edition| edition.version() == version)?;
        Some(&self.publications[..at])
    }

    fn count_before(&self, position: u64) -> usize {
        self.publications.partition_point(|publication| publication.position < position)
    }
}
