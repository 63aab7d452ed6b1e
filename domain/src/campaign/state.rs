//! The situations of a campaign, and how events lead from one to the next.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::command::CampaignTerms;
use super::event::{CampaignEvent, Donation, DonationMethod, Publicity};
use crate::aggregate::ImpossibleEvent;
use crate::ids::{DonationId, PersonId};
use crate::money::Money;

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

/// The gifts of a campaign: a few words for each, so that thousands stay small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiftBook {
    /// What the campaign is.
    pub terms: CampaignTerms,
    /// Every gift.
    pub gifts: BTreeMap<DonationId, Gift>,
    /// Received, in fen.
    pub received: Money,
    /// Refunded of it, in fen.
    pub refunded: Money,
    /// The last receipt's number; 0 before the first.
    pub last_receipt: u32,
    /// The day of the latest gift, or the first day of the campaign.
    pub latest_gift_on: NaiveDate,
}

/// What is remembered of a gift; the donor's name stays in the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gift {
    /// Whose key seals the name.
    pub donor: PersonId,
    /// Whether the name may be published.
    pub publicity: Publicity,
    /// How much, in fen.
    pub amount: Money,
    /// How it came.
    pub method: DonationMethod,
    /// When.
    pub received_on: NaiveDate,
    /// What went back; nearly always nothing.
    pub refunds: Vec<Refund>,
    /// Its receipt.
    pub receipt: Receipt,
}

/// 退还捐赠.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// How much, in fen.
    pub amount: Money,
    /// When.
    pub refunded_on: NaiveDate,
}

/// 票据.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Receipt {
    /// Not yet.
    NotIssued,
    /// With this number.
    Issued(u32),
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
            }
            (CampaignStage::Open, Event::DonationReceived { donation }) => {
                self.book_mut().and_then(|book| book.receive(donation)).ok_or_else(impossible)?;
            }
            (
                CampaignStage::Open | CampaignStage::Closed,
                &Event::DonationRefunded { donation_id, amount, refunded_on },
            ) => {
                let refund = Refund { amount, refunded_on };
                self.book_mut().and_then(|book| book.refund(donation_id, refund)).ok_or_else(impossible)?;
            }
            (_, &Event::ReceiptIssued { donation_id, receipt_number, .. }) => {
                self.book_mut()
                    .and_then(|book| book.issue(donation_id, receipt_number))
                    .ok_or_else(impossible)?;
            }
            (CampaignStage::Open, &Event::CampaignClosed { closed_on }) => {
                let Campaign::Open(book) = std::mem::take(self) else { return Err(impossible()) };
                *self = Campaign::Closed(Closed { book, closed_on });
            }
            (CampaignStage::Closed, &Event::ResultsPublished { published_on, .. }) => {
                let Campaign::Closed(Closed { book, closed_on }) = std::mem::take(self) else {
                    return Err(impossible());
                };
                *self = Campaign::Published(Published { book, closed_on, published_on });
            }
            _ => return Err(impossible()),
        }
        Ok(())
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
            } => Some(CampaignTerms {
                campaign_id: *campaign_id,
                name: name.clone(),
                organiser: organiser.clone(),
                purpose: purpose.clone(),
                fund_id: *fund_id,
                opens_on: *opens_on,
                closes_on: *closes_on,
            }),
            _ => None,
        }
    }
}

impl GiftBook {
    fn new(terms: CampaignTerms) -> GiftBook {
        let latest_gift_on = terms.opens_on;
        GiftBook {
            terms,
            gifts: BTreeMap::new(),
            received: Money::ZERO,
            refunded: Money::ZERO,
            last_receipt: 0,
            latest_gift_on,
        }
    }

    /// Received less refunded, in fen. Refunds never exceed what was received.
    pub fn total(&self) -> Money {
        self.received.minus(self.refunded).unwrap_or_default()
    }

    /// Number of gifts, refunded ones too.
    pub fn donation_count(&self) -> u64 {
        self.gifts.len() as u64
    }

    fn receive(&mut self, donation: &Donation) -> Option<()> {
        let received = self.received.plus(donation.amount).ok()?;
        let Entry::Vacant(place) = self.gifts.entry(donation.donation_id) else { return None };
        place.insert(Gift::of(donation));
        self.received = received;
        self.latest_gift_on = self.latest_gift_on.max(donation.received_on);
        Some(())
    }

    fn refund(&mut self, donation_id: DonationId, refund: Refund) -> Option<()> {
        let refunded = self.refunded.plus(refund.amount).ok()?;
        self.gifts.get_mut(&donation_id)?.refunds.push(refund);
        self.refunded = refunded;
        Some(())
    }

    fn issue(&mut self, donation_id: DonationId, number: u32) -> Option<()> {
        self.gifts.get_mut(&donation_id)?.receipt = Receipt::Issued(number);
        self.last_receipt = number;
        Some(())
    }
}

impl Gift {
    pub(super) fn of(donation: &Donation) -> Gift {
        Gift {
            donor: donation.donor,
            publicity: donation.publicity,
            amount: donation.amount,
            method: donation.method,
            received_on: donation.received_on,
            refunds: Vec::new(),
            receipt: Receipt::NotIssued,
        }
    }

    /// What was not refunded, in fen.
    pub fn remaining(&self) -> Money {
        let subtract = |left: Money, refund: &Refund| left.minus(refund.amount).unwrap_or_default();
        self.refunds.iter().fold(self.amount, subtract)
    }
}
