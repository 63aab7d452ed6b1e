//! The situations of a campaign, and how events lead from one to the next.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::book::GiftBook;
use super::command::{CampaignTerms, Publication};
use super::event::CampaignEvent;
use crate::aggregate::ImpossibleEvent;

/// A campaign (募捐活动), by its situation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Campaign {
    /// Nobody opened it.
    #[default]
    Unopened,
    /// 进行中: gifts come in.
    Open(GiftBook),
    /// 已结束: no more gifts.
    Closed(Closed),
    /// 已公开: the total stands.
    Published(Published),
}

/// A campaign that takes no more gifts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Its gifts.
    pub book: GiftBook,
    /// Since when.
    pub closed_on: NaiveDate,
}

/// A campaign whose results are public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// Its gifts.
    pub book: GiftBook,
    /// Since when it took no more.
    pub closed_on: NaiveDate,
    /// Since when the results are public.
    pub published_on: NaiveDate,
    /// What they said.
    pub results: Publication,
}

/// The situations by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignStage {
    /// Not there.
    Unopened,
    /// 进行中.
    Open,
    /// 已结束.
    Closed,
    /// 已公开.
    Published,
}

impl CampaignStage {
    /// The name that clerks see.
    pub const fn zh(self) -> &'static str {
        match self {
            CampaignStage::Unopened => "未开始",
            CampaignStage::Open => "进行中",
            CampaignStage::Closed => "已结束",
            CampaignStage::Published => "已公开",
        }
    }

    /// The name in English.
    pub const fn en(self) -> &'static str {
        match self {
            CampaignStage::Unopened => "unopened",
            CampaignStage::Open => "open",
            CampaignStage::Closed => "closed",
            CampaignStage::Published => "published",
        }
    }
}

impl fmt::Display for CampaignStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.en())
    }
}

impl Campaign {
    /// The situation's name.
    pub const fn stage(&self) -> CampaignStage {
        match self {
            Campaign::Unopened => CampaignStage::Unopened,
            Campaign::Open(_) => CampaignStage::Open,
            Campaign::Closed(_) => CampaignStage::Closed,
            Campaign::Published(_) => CampaignStage::Published,
        }
    }

    /// Its gifts, once it was opened.
    pub const fn book(&self) -> Option<&GiftBook> {
        match self {
            Campaign::Unopened => None,
            Campaign::Open(book)
            | Campaign::Closed(Closed { book, .. })
            | Campaign::Published(Published { book, .. }) => Some(book),
        }
    }

    const fn book_mut(&mut self) -> Option<&mut GiftBook> {
        match self {
            Campaign::Unopened => None,
            Campaign::Open(book)
            | Campaign::Closed(Closed { book, .. })
            | Campaign::Published(Published { book, .. }) => Some(book),
        }
    }

    /// Evolves in place, because a campaign may hold thousands of gifts.
    pub(super) fn evolve(&mut self, event: &CampaignEvent) -> Result<(), ImpossibleEvent> {
        use CampaignEvent as Event;
        let stage = self.stage();
        let impossible = || ImpossibleEvent::new(event, stage);
        match (stage, event) {
            (CampaignStage::Unopened, opened @ Event::CampaignOpened { .. }) => {
                let terms = CampaignTerms::of(opened).ok_or_else(impossible)?;
                *self = Campaign::Open(GiftBook::new(terms));
                Ok(())
            }
            (CampaignStage::Open, &Event::CampaignClosed { closed_on }) => {
                let Campaign::Open(book) = std::mem::take(self) else { return Err(impossible()) };
                *self = Campaign::Closed(Closed { book, closed_on });
                Ok(())
            }
            (
                CampaignStage::Closed,
                Event::ResultsPublished { total, donation_count, published_on, list },
            ) => {
                let Campaign::Closed(Closed { book, closed_on }) = std::mem::take(self) else {
                    return Err(impossible());
                };
                let (total, donation_count, list) = (*total, *donation_count, list.clone());
                let results = Publication { total, donation_count, list };
                let published_on = *published_on;
                *self = Campaign::Published(Published { book, closed_on, published_on, results });
                Ok(())
            }
            _ if stage.allows(event) => {
                self.book_mut().and_then(|book| book.evolve(event)).ok_or_else(impossible)
            }
            _ => Err(impossible()),
        }
    }
}

impl CampaignStage {
    /// Whether an event that leaves the situation as it is can happen in it.
    const fn allows(self, event: &CampaignEvent) -> bool {
        use CampaignEvent as Event;
        match event {
            Event::CampaignOpened { .. } | Event::CampaignClosed { .. } | Event::ResultsPublished { .. } => {
                false
            }
            Event::DonationReceived { .. } | Event::InKindReceived { .. } => {
                matches!(self, CampaignStage::Open)
            }
            Event::DonationRefunded { .. } | Event::ProgressPublished { .. } => {
                matches!(self, CampaignStage::Open | CampaignStage::Closed)
            }
            Event::PublicityChanged { .. }
            | Event::ReceiptIssued { .. }
            | Event::ReceiptVoided { .. }
            | Event::RemittanceProposed { .. }
            | Event::RemittanceRejected { .. }
            | Event::DonationRemitted { .. }
            | Event::DonorErasureRequested { .. }
            | Event::DonorErasureRejected { .. }
            | Event::DonorErased { .. } => !matches!(self, CampaignStage::Unopened),
        }
    }
}

impl CampaignTerms {
    fn of(event: &CampaignEvent) -> Option<CampaignTerms> {
        match event {
            CampaignEvent::CampaignOpened {
                campaign_id,
                name,
                organiser,
                purpose,
                fund_id,
                opens_on,
                closes_on,
                filing_number,
            } => Some(CampaignTerms {
                campaign_id: *campaign_id,
                name: name.clone(),
                organiser: organiser.clone(),
                filing_number: filing_number.clone(),
                purpose: purpose.clone(),
                fund_id: *fund_id,
                opens_on: *opens_on,
                closes_on: *closes_on,
            }),
            _ => None,
        }
    }
}
