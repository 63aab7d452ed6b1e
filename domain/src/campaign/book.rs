//! The gifts of a campaign, with what became of them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::command::{CampaignTerms, Publication};
use super::event::{Donation, DonationMethod, Goods, InKindGift, Publicity, PublishedList, StatementLine};
use crate::actor::ActorId;
use crate::ids::{DonationId, PersonId, RemittanceId};
use crate::money::Money;

/// The gifts of a campaign: a few words for each, so that thousands stay small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiftBook {
    /// What the campaign is.
    pub terms: CampaignTerms,
    /// Every gift of money.
    pub gifts: BTreeMap<DonationId, Gift>,
    /// Every gift of goods.
    pub in_kind: BTreeMap<DonationId, InKind>,
    /// Every receipt by its number, voided ones too.
    pub receipts: BTreeMap<u32, ReceiptEntry>,
    /// Every remittance that was proposed.
    pub remittances: BTreeMap<RemittanceId, Remittance>,
    /// What was published while the campaign lasted, in order.
    pub progress: Vec<Progress>,
    /// Donors whose erasure was asked for.
    pub donors: BTreeMap<PersonId, DonorRecord>,
    /// Received, in fen.
    pub received: Money,
    /// Refunded of it, in fen.
    pub refunded: Money,
    /// Remitted of it, in fen.
    pub remitted: Money,
    /// Fair value of the goods, in fen.
    pub in_kind_value: Money,
    /// The last receipt's number; 0 before the first.
    pub last_receipt: u32,
    /// The day of the latest gift, or the first day of the campaign.
    pub latest_gift_on: NaiveDate,
}

/// What is remembered of a gift of money; the donor's name stays in the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gift {
    /// Whose key seals the name.
    pub donor: PersonId,
    /// Whether a name was left.
    pub donor_named: bool,
    /// Whether the name may be published, as the donor last said.
    pub publicity: Publicity,
    /// The same, as it was said with the gift.
    pub publicity_given: Publicity,
    /// How much, in fen.
    pub amount: Money,
    /// How it came.
    pub method: DonationMethod,
    /// When.
    pub received_on: NaiveDate,
    /// The line of the statement it was read from.
    pub statement: Option<StatementLine>,
    /// What went back; nearly always nothing.
    pub refunds: Vec<Refund>,
    /// Its receipt.
    pub receipt: Receipt,
}

/// What is remembered of a gift of goods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InKind {
    /// Whose key seals the name.
    pub donor: PersonId,
    /// Whether a name was left.
    pub donor_named: bool,
    /// Whether the name may be published, as the donor last said.
    pub publicity: Publicity,
    /// The same, as it was said with the gift.
    pub publicity_given: Publicity,
    /// What was given.
    pub goods: Goods,
    /// When.
    pub received_on: NaiveDate,
    /// Its receipt.
    pub receipt: Receipt,
}

/// 退还捐赠.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// How much, in fen.
    pub amount: Money,
    /// When.
    pub refunded_on: NaiveDate,
    /// 退款单号; none where it was given back by hand.
    pub number: Option<String>,
}

/// 票据 of a gift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Receipt {
    /// Not yet, or voided since.
    NotIssued,
    /// With this number.
    Issued(u32),
}

/// A receipt that was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptEntry {
    /// For which gift.
    pub donation_id: DonationId,
    /// What it certifies, in fen.
    pub amount: Money,
    /// When.
    pub issued_on: NaiveDate,
    /// Why and when it was voided; none while it stands.
    pub voided: Option<Voided>,
}

/// 作废.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Voided {
    /// Why.
    pub reason: String,
    /// When.
    pub voided_on: NaiveDate,
}

/// 善款转交.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Remittance {
    /// 接收单位.
    pub recipient: String,
    /// How much, in fen.
    pub amount: Money,
    /// Who proposed it.
    pub proposed_by: ActorId,
    /// When.
    pub proposed_on: NaiveDate,
    /// How far it is.
    pub step: RemittanceStep,
}

/// How far a remittance is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum RemittanceStep {
    /// 待批准.
    Proposed,
    /// 已退回.
    Rejected {
        /// Why.
        reason: String,
        /// When.
        rejected_on: NaiveDate,
    },
    /// 已转交.
    Remitted {
        /// 汇款凭证号.
        reference: String,
        /// When.
        remitted_on: NaiveDate,
    },
}

/// 定期公开.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CampaignProgress")]
pub struct Progress {
    /// What it said.
    pub publication: Publication,
    /// When.
    pub published_on: NaiveDate,
}

/// How a donor's name stands, once its erasure was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum DonorRecord {
    /// Somebody asked for its erasure.
    Requested {
        /// Legal basis.
        basis: String,
        /// Who asked.
        by: ActorId,
        /// When.
        requested_on: NaiveDate,
    },
    /// The request was sent back.
    Rejected {
        /// Why.
        reason: String,
        /// When.
        rejected_on: NaiveDate,
    },
    /// It is erased.
    Erased {
        /// When.
        erased_on: NaiveDate,
    },
}

/// What a receipt of a gift would certify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certified {
    /// Money that was not refunded, or the goods' fair value, in fen.
    pub amount: Money,
    /// The day of the gift.
    pub received_on: NaiveDate,
    /// The receipt that stands.
    pub receipt: Receipt,
}

impl GiftBook {
    /// Receipts that stand and certify more than is left of their gift, with what was refunded since they were issued, in
    /// fen.
    pub fn receipts_to_void(&self) -> impl Iterator<Item = (u32, Money)> {
        let standing = self.receipts.iter().filter(|(_, entry)| entry.voided.is_none());
        standing.filter_map(|(number, entry)| {
            let left =
                self.certified(entry.donation_id).map(|certified| certified.amount).unwrap_or_default();
            let refunded = entry.amount.minus(left).ok()?;
            refunded.is_positive().then_some((*number, refunded))
        })
    }

    pub(super) fn new(terms: CampaignTerms) -> GiftBook {
        let latest_gift_on = terms.opens_on;
        GiftBook {
            terms,
            gifts: BTreeMap::new(),
            in_kind: BTreeMap::new(),
            receipts: BTreeMap::new(),
            remittances: BTreeMap::new(),
            progress: Vec::new(),
            donors: BTreeMap::new(),
            received: Money::ZERO,
            refunded: Money::ZERO,
            remitted: Money::ZERO,
            in_kind_value: Money::ZERO,
            last_receipt: 0,
            latest_gift_on,
        }
    }

    /// Received less refunded, in fen. Refunds never exceed what was received.
    pub fn total(&self) -> Money {
        self.received.minus(self.refunded).unwrap_or_default()
    }

    /// The total less what was remitted, in fen.
    pub fn not_remitted(&self) -> Money {
        self.total().minus(self.remitted).unwrap_or_default()
    }

    /// Number of gifts of money, refunded ones too.
    pub fn donation_count(&self) -> u64 {
        self.gifts.len() as u64
    }

    /// Whether a remittance went out under this voucher number; blanks around it make no other number.
    pub(super) fn has_voucher(&self, reference: &str) -> bool {
        self.remittances.values().any(|remittance| match &remittance.step {
            RemittanceStep::Remitted { reference: known, .. } => known.trim() == reference.trim(),
            RemittanceStep::Proposed | RemittanceStep::Rejected { .. } => false,
        })
    }

    /// What a publication must say; `sha256` is that of its list.
    pub fn publication(&self, sha256: String) -> Publication {
        let list = PublishedList {
            in_kind_count: self.in_kind.len() as u64,
            in_kind_value: self.in_kind_value,
            remitted: self.remitted,
            sha256,
        };
        Publication { total: self.total(), donation_count: self.donation_count(), list: Some(list) }
    }

    /// What a receipt of the gift would certify now; none where there is no such gift.
    pub fn certified(&self, donation_id: DonationId) -> Option<Certified> {
        let goods = self.in_kind.get(&donation_id).map(|gift| Certified {
            amount: gift.goods.fair_value,
            received_on: gift.received_on,
            receipt: gift.receipt,
        });
        let money = self.gifts.get(&donation_id).map(|gift| Certified {
            amount: gift.remaining(),
            received_on: gift.received_on,
            receipt: gift.receipt,
        });
        money.or(goods)
    }

    /// The last day on which a voucher of the donor was made; none where the donor gave nothing here.
    pub fn last_voucher_on(&self, donor: PersonId) -> Option<NaiveDate> {
        let money = self.gifts.iter().filter(|(_, gift)| gift.donor == donor).map(|(id, gift)| {
            let refunds = gift.refunds.iter().map(|refund| refund.refunded_on);
            (id, refunds.fold(gift.received_on, NaiveDate::max))
        });
        let goods = self.in_kind.iter().filter(|(_, gift)| gift.donor == donor);
        let gifts = money.chain(goods.map(|(id, gift)| (id, gift.received_on)));
        gifts.map(|(id, on)| self.receipt_days(*id).fold(on, NaiveDate::max)).max()
    }

    fn receipt_days(&self, donation_id: DonationId) -> impl Iterator<Item = NaiveDate> {
        let receipts = self.receipts.values().filter(move |entry| entry.donation_id == donation_id);
        receipts.map(|entry| entry.voided.as_ref().map_or(entry.issued_on, |voided| voided.voided_on))
    }

    /// Whether the donor's name is erased.
    pub fn is_erased(&self, donor: PersonId) -> bool {
        matches!(self.donors.get(&donor), Some(DonorRecord::Erased { .. }))
    }
}

impl Gift {
    pub(super) fn of(donation: &Donation) -> Gift {
        Gift {
            donor: donation.donor,
            donor_named: donation.donor_name.is_some(),
            publicity: donation.publicity,
            publicity_given: donation.publicity,
            amount: donation.amount,
            method: donation.method,
            received_on: donation.received_on,
            statement: donation.statement.clone(),
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

impl InKind {
    pub(super) fn of(gift: &InKindGift) -> InKind {
        InKind {
            donor: gift.donor,
            donor_named: gift.donor_name.is_some(),
            publicity: gift.publicity,
            publicity_given: gift.publicity,
            goods: gift.goods.clone(),
            received_on: gift.received_on,
            receipt: Receipt::NotIssued,
        }
    }
}
