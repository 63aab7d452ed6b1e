//! A campaign's gifts and receipts as the log knew them when a paper was read.

use std::collections::BTreeMap;

use domain::aggregate::Decider;
use domain::campaign::{Campaign, CampaignEvent, GiftBook, Publicity, ReceiptEntry, Valuation};
use domain::ids::{CampaignId, DonationId, PersonId};
use domain::money::Money;
use domain::numbers::receipt_serial;
use domain::personal::{DonorName, Opened, Sealed};
use eventlog::append::StreamId;
use print::{DonationList, Given, GoodsGift, MoneyGift, ReceiptRegister, ReceiptRow, Standing, VoidedOn};

use super::{AsOf, Press, Told};
use crate::lang::Lang;
use crate::processes::campaign::{masked, to_be_voided};
use crate::processes::{Office, ProcessError};
use crate::registers::Named;

/// What stands for a donor who gave no name, or wishes that none is shown (慈善法 art. 38).
pub(super) const ANONYMOUS: &str = "匿名";

/// A campaign up to a position of the log.
pub(super) struct CampaignThen {
    campaign: Campaign,
    /// Gifts in the order of the log, each with whose key seals the name, and the name.
    pub gifts: BTreeMap<DonationId, SealedName>,
    order: Vec<DonationId>,
    /// How many events of the log it was read from.
    pub position: u64,
}

/// A donor's name, sealed; none where nobody gave one.
pub(super) struct SealedName {
    pub donor: PersonId,
    pub name: Option<Sealed<DonorName>>,
}

impl CampaignThen {
    /// Reads it from its own stream.
    ///
    /// # Errors
    /// [`ProcessError::Unknown`] when nobody had opened it; those of the log.
    pub async fn read(press: &Press<'_>, campaign: &str) -> Result<CampaignThen, ProcessError> {
        let office = press.office;
        let log = office.repository.log();
        let position = match press.as_of {
            AsOf::Now => log.length().await?,
            AsOf::Then { trace, .. } => trace.position,
        };
        let unknown = || ProcessError::Unknown { what: "campaign" };
        let last = position.checked_sub(1).ok_or_else(unknown)?;
        let id: CampaignId = campaign.parse().unwrap_or_else(|_| office.campaign_id(campaign));
        let mut then = CampaignThen {
            campaign: Campaign::Unopened,
            gifts: BTreeMap::new(),
            order: Vec::new(),
            position,
        };
        for stored in log.read_stream_until(&StreamId::new(Campaign::TYPE, id.to_string()), last).await? {
            let damaged = |error: &dyn std::fmt::Display| ProcessError::Damaged(error.to_string());
            let event = stored.decode::<CampaignEvent>().map_err(|error| damaged(&error))?;
            let Some(event) = event else { continue };
            then.campaign.try_evolve(&event).map_err(|error| damaged(&error))?;
            then.remember(event);
        }
        then.campaign.book().ok_or_else(unknown)?;
        Ok(then)
    }

    fn remember(&mut self, event: CampaignEvent) {
        let (id, donor, name) = match event {
            CampaignEvent::DonationReceived { donation } => {
                (donation.donation_id, donation.donor, donation.donor_name)
            }
            CampaignEvent::InKindReceived { gift } => (gift.donation_id, gift.donor, gift.donor_name),
            _ => return,
        };
        self.order.push(id);
        self.gifts.insert(id, SealedName { donor, name });
    }

    /// Its gifts.
    ///
    /// # Errors
    /// [`ProcessError::Unknown`] when nobody had opened it.
    pub fn book(&self) -> Result<&GiftBook, ProcessError> {
        self.campaign.book().ok_or(ProcessError::Unknown { what: "campaign" })
    }
}

/// What a gift is.
pub(super) fn given(book: &GiftBook, id: DonationId) -> Option<Given> {
    let money = book.gifts.get(&id).map(|gift| Given::Money { method: gift.method.word().to_owned() });
    let goods = book.in_kind.get(&id).map(|gift| Given::Goods {
        item: format!("{} {} {}", gift.goods.description, gift.goods.quantity, gift.goods.unit),
        valuation: valuation(gift.goods.valuation).to_owned(),
    });
    money.or(goods)
}

const fn valuation(valuation: Valuation) -> &'static str {
    match valuation {
        Valuation::Invoice => "发票",
        Valuation::MarketPrice => "市场价格",
        Valuation::Appraisal => "评估报告",
    }
}

/// When and why a receipt was voided.
pub(super) fn voided(entry: &ReceiptEntry) -> Option<VoidedOn> {
    let voided = entry.voided.as_ref()?;
    Some(VoidedOn { day: voided.voided_on, reason: voided.reason.clone() })
}

/// The receipts of the same gift before and after a number.
pub(super) fn neighbors(book: &GiftBook, number: u32, id: DonationId) -> (Option<u32>, Option<u32>) {
    let same = |(number, entry): (&u32, &ReceiptEntry)| (entry.donation_id == id).then_some(*number);
    let before = book.receipts.range(..number).rev().find_map(same);
    (before, book.receipts.range(number + 1..).find_map(same))
}

/// What of a receipt's money was given back since, in fen.
pub(super) fn refunded_since(book: &GiftBook, entry: &ReceiptEntry) -> Money {
    let still = book.certified(entry.donation_id).map_or(Money::ZERO, |certified| certified.amount);
    entry.amount.minus(still).unwrap_or_default()
}

/// The register of a campaign's receipts, voided ones too.
///
/// # Errors
/// [`ProcessError`]: there is no such campaign, or a number is missing.
pub(super) async fn receipts(press: &Press<'_>, campaign: &str) -> Result<Told, ProcessError> {
    let then = CampaignThen::read(press, campaign).await?;
    let book = then.book()?;
    let register = ReceiptRegister {
        office: press.name.to_owned(),
        campaign: book.terms.name.clone(),
        organiser: book.terms.organiser.clone(),
        rows: book.receipts.iter().map(|(number, entry)| row(book, *number, entry)).collect(),
        last: book.last_receipt,
    };
    Ok((register.sheet().map_err(|error| ProcessError::refused(&error))?, then.position))
}

fn row(book: &GiftBook, number: u32, entry: &ReceiptEntry) -> ReceiptRow {
    let (item, money, goods) = match given(book, entry.donation_id) {
        Some(Given::Goods { item, .. }) => (item, Money::ZERO, entry.amount),
        Some(Given::Money { method }) => (format!("货币资金（{method}）"), entry.amount, Money::ZERO),
        None => (String::new(), entry.amount, Money::ZERO),
    };
    let (before, after) = neighbors(book, number, entry.donation_id);
    let before = before.map(|number| format!("代替 {}", receipt_serial(number)));
    let after = after.map(|number| format!("由 {} 代替", receipt_serial(number)));
    let (state, standing) = match voided(entry) {
        Some(VoidedOn { day, reason }) => (format!("作废　{day}　{reason}"), Standing::Voided),
        None => match to_be_voided(Lang::Zh, refunded_since(book, entry), entry.amount) {
            Some(state) => (state.to_owned(), Standing::ToBeVoided),
            None => ("有效".to_owned(), Standing::Stands),
        },
    };
    let linked = [before, after].into_iter().flatten().collect::<Vec<_>>().join("，");
    ReceiptRow { number, issued_on: entry.issued_on, item, money, goods, state, standing, linked }
}

/// The gifts of a campaign as they are published, with donors as they want to be named.
///
/// # Errors
/// [`ProcessError`]: there is no such campaign, or the gifts do not add up to what it says.
pub(super) async fn donations(press: &Press<'_>, campaign: &str) -> Result<Told, ProcessError> {
    let then = CampaignThen::read(press, campaign).await?;
    let book = then.book()?;
    let office = press.office;
    office.load_keys(then.gifts.values().map(|sealed| sealed.donor)).await?;
    let (mut money, mut goods) = (Vec::new(), Vec::new());
    for id in &then.order {
        if let Some(gift) = book.gifts.get(id) {
            let refunded = gift.amount.minus(gift.remaining())?;
            let (donor, method) = (named(office, &then, *id, gift.publicity), gift.method.word().to_owned());
            let received_on = gift.received_on;
            money.push(MoneyGift { donor, received_on, method, amount: gift.amount, refunded });
        } else if let (Some(gift), Some(Given::Goods { item, valuation })) =
            (book.in_kind.get(id), given(book, *id))
        {
            let (donor, received_on) = (named(office, &then, *id, gift.publicity), gift.received_on);
            goods.push(GoodsGift { donor, received_on, item, valuation, value: gift.goods.fair_value });
        }
    }
    let list = DonationList {
        office: press.name.to_owned(),
        campaign: book.terms.name.clone(),
        organiser: book.terms.organiser.clone(),
        filing_number: book.terms.filing_number.clone().unwrap_or_default(),
        money,
        goods,
        total: book.total(),
        goods_value: book.in_kind_value,
        remitted: book.remitted,
    };
    Ok((list.sheet().map_err(|error| ProcessError::refused(&error))?, then.position))
}

/// The donor as they want to be named; who wants no name is not opened, and an erased name is one that nobody left.
fn named(office: &Office, then: &CampaignThen, id: DonationId, publicity: Publicity) -> String {
    let sealed = then.gifts.get(&id).and_then(|sealed| Some((sealed.donor, sealed.name.as_ref()?)));
    let Some((donor, name)) = sealed.filter(|_| publicity != Publicity::Anonymous) else {
        return ANONYMOUS.to_owned();
    };
    match name.open(donor, &*office.keyring) {
        Ok(Opened::Clear(name)) if publicity == Publicity::Masked => masked(&name.disclose().0),
        Ok(Opened::Clear(name)) => name.disclose().0.clone(),
        Ok(Opened::Erased { .. }) => ANONYMOUS.to_owned(),
        Err(_) => "（无法解密）".to_owned(),
    }
}
