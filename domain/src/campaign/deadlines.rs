//! Which publication of a campaign is due when.
//!
//! 慈善法 of 2016, art. 73, first paragraph: who raises money publicly publishes regularly; where the campaign lasts longer
//! than six months at least every three months, and whole within three months of its end. The law as amended on
//! 2023-12-29 has the same terms, in force from 2024-09-05.

use chrono::{Months, NaiveDate};
use serde::Serialize;

use super::book::GiftBook;
use super::state::{Campaign, Closed, Published};

/// The amended law holds for what is due from this day on.
const AMENDED: Option<NaiveDate> = NaiveDate::from_ymd_opt(2024, 9, 5);

/// What is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PublicationKind {
    /// 定期公开, while the campaign lasts.
    Progress,
    /// 全面公开, after its end.
    Results,
}

/// A publication that the law asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DuePublication {
    /// What.
    pub kind: PublicationKind,
    /// The last day on which it is in time.
    pub due_on: NaiveDate,
    /// When it was published; none where it was not.
    pub published_on: Option<NaiveDate>,
}

impl PublicationKind {
    /// The name in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            PublicationKind::Progress => "定期公开募捐情况",
            PublicationKind::Results => "全面公开募捐情况",
        }
    }

    /// The name in English.
    pub const fn en(self) -> &'static str {
        match self {
            PublicationKind::Progress => "progress",
            PublicationKind::Results => "results",
        }
    }
}

impl DuePublication {
    /// Whether it came after its day, or has not come by `today` and the day is over.
    pub fn is_late(&self, today: NaiveDate) -> bool {
        self.published_on.unwrap_or(today) > self.due_on
    }

    /// The law that asks for it, by the day on which it is due.
    pub fn source(&self) -> &'static str {
        if AMENDED.is_some_and(|amended| self.due_on >= amended) {
            "慈善法（2023 年修正，自 2024-09-05 起）"
        } else {
            "慈善法（2016 年）第七十三条"
        }
    }
}

/// Every publication that was due by `today`, and the next one; in the order of their days. None before the campaign was
/// opened.
///
/// Whether a campaign lasts longer than six months is asked of its plan, or of its end where that came later: what was
/// due does not cease to have been due when a campaign ends early.
pub fn due_publications(campaign: &Campaign, today: NaiveDate) -> Vec<DuePublication> {
    let (book, ended_on, results_on) = match campaign {
        Campaign::Unopened => return Vec::new(),
        Campaign::Open(book) => (book, None, None),
        Campaign::Closed(Closed { book, closed_on }) => (book, Some(*closed_on), None),
        Campaign::Published(Published { book, closed_on, published_on, .. }) => {
            (book, Some(*closed_on), Some(*published_on))
        }
    };
    let last_day = ended_on.unwrap_or(book.terms.closes_on);
    let mut due = progress_due(book, last_day, today);
    if due.last().is_none_or(|last| last.due_on <= today || last.published_on.is_some()) {
        // nothing is given after the planned end: who closes late gains no time
        let due_on = after(last_day.min(book.terms.closes_on), 3);
        due.push(DuePublication { kind: PublicationKind::Results, due_on, published_on: results_on });
    }
    due
}

fn progress_due(book: &GiftBook, last_day: NaiveDate, today: NaiveDate) -> Vec<DuePublication> {
    let opens_on = book.terms.opens_on;
    if book.terms.closes_on.max(last_day) < after(opens_on, 6) {
        return Vec::new();
    }
    let mut published = book.progress.iter().map(|progress| progress.published_on).peekable();
    let (mut due, mut since) = (Vec::new(), opens_on);
    loop {
        let due_on = after(since, 3);
        if due_on > last_day || due_on <= since {
            return due;
        }
        let published_on = published.next();
        due.push(DuePublication { kind: PublicationKind::Progress, due_on, published_on });
        // several publications within the term leave the newest to count from
        since = match published_on {
            Some(mut on) => {
                while let Some(next) = published.next_if(|next| *next <= due_on) {
                    on = next;
                }
                on
            }
            None if due_on > today => return due,
            None => due_on,
        };
    }
}

fn after(day: NaiveDate, months: u32) -> NaiveDate {
    day.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX)
}
