//! Money comes in: appropriations, and gifts of which some go back.

use api::processes::{self as work, ProcessError, Step};
use chrono::NaiveDate;
use domain::campaign::{CampaignCommand, CampaignTerms};
use domain::fund::{FundCharter, FundCommand, FundSource, Restriction};
use domain::ids::DonationId;
use domain::money::Money;
use tests::personas;

use crate::people::{self, CAMPAIGN};
use crate::world::{Done, GROUPS, World};

const GIFTS: &str = "慈善捐赠资金";

pub async fn open_funds(world: &mut World) {
    let finance = world.street.desk(personas::finance());
    let of_groups = GROUPS.map(|(_, name)| (name, FundSource::Budget));
    for (name, source) in of_groups.into_iter().chain([(GIFTS, FundSource::Donations)]) {
        let charter = FundCharter {
            fund_id: world.street.office.fund_id(name),
            name: name.to_owned(),
            source,
            restriction: Restriction::Restricted,
            opened_on: finance.today(),
            programs: vec![],
        };
        let fund_id = work::open_fund(&world.street.office, &finance, charter).await.unwrap();
        world.books.fund(fund_id);
    }
    appropriate(world, 0, 300_000).await;
    appropriate(world, 1, 2_000_000).await;
}

pub async fn open_campaign(world: &mut World) {
    let terms = CampaignTerms {
        campaign_id: world.street.office.campaign_id(CAMPAIGN),
        name: CAMPAIGN.to_owned(),
        organiser: "街道办事处".to_owned(),
        filing_number: None,
        purpose: "扶老助困".to_owned(),
        fund_id: world.street.office.fund_id(GIFTS),
        opens_on: world.today(),
        closes_on: NaiveDate::from_ymd_opt(2026, 12, 31).unwrap(),
    };
    let clerk = world.street.desk(personas::clerk());
    work::open_campaign(&world.street.office, &clerk, terms).await.unwrap();
}

/// Appropriates to the fund of a group.
pub async fn appropriate(world: &mut World, group: usize, fen: i64) {
    world.appropriations += 1;
    let (desk, fund_id) = (world.street.desk(personas::finance()), world.fund_id(group));
    let (amount, document) = (money(fen), format!("昌财〔2023〕{}号", world.appropriations));
    work::appropriate(&world.street.office, &desk, fund_id, amount, &document).await.unwrap();
    world.books.fund(fund_id).received += fen;
    world.done.push(Done::Appropriated(desk, fund_id, amount, document));
    world.count("appropriated");
}

pub async fn appropriate_some(world: &mut World) {
    let group = usize::from(world.chance.percent(50));
    let fen = world.chance.between(50_000, 500_000);
    appropriate(world, group, fen).await;
}

pub async fn give_or_refund(world: &mut World) {
    if world.chance.percent(70) || world.gifts.is_empty() {
        give(world).await;
        return;
    }
    let donation = world.chance.one_of(&world.gifts).unwrap();
    let gift = &world.books.gifts[&donation];
    let left = gift.received - gift.refunded;
    if left > 0 {
        let fen = world.chance.between(1, left);
        let before = world.street.length().await;
        let outcome = refund(world, donation, fen).await;
        let done = world.attempt("gift refunded", before, outcome).await;
        refunded(world, donation, fen, done.unwrap());
    }
}

async fn give(world: &mut World) {
    let (number, fen) = (world.gifts.len() as u64 + 1, world.chance.between(1, 90_000));
    let receipt = if world.chance.percent(50) { "是" } else { "" };
    let row = people::gift(number, fen, world.today(), receipt);
    let desk = world.street.desk(personas::finance());
    let donation = work::receive_donation(&world.street.office, &desk, &row).await.unwrap();
    world.books.gifts.entry(donation).or_default().received += fen;
    let fund_id = world.street.office.fund_id(GIFTS);
    world.books.fund(fund_id).received += fen;
    world.gifts.push(donation);
    world.done.push(Done::Given(desk, row, donation));
    world.count("gift received");
}

/// Gives back part of a gift, in its campaign and its fund together; whether something was appended.
pub async fn refund(world: &World, donation_id: DonationId, fen: i64) -> Result<bool, ProcessError> {
    let (office, desk, amount) = (&world.street.office, world.street.desk(personas::finance()), money(fen));
    let (campaign_id, day) = (office.campaign_id(CAMPAIGN), desk.today());
    let refund =
        CampaignCommand::RefundDonation { donation_id, amount, refunded_on: day, refund_number: None };
    let amount = amount.negated();
    let credit = FundCommand::CreditDonation {
        campaign_id,
        donation_id,
        amount,
        credited_on: day,
        refund_number: None,
    };
    let key = office.derived("simulated_refund", &format!("{donation_id}|{fen}|{}", desk.now));
    let fund = office.fund_id(GIFTS).to_string();
    let steps = [Step::Campaign(campaign_id.to_string(), refund), Step::Fund(fund, credit)];
    Ok(office.together(&desk, key, steps).await?.is_some())
}

/// Notes a refund. The same amount of the same gift on the same day is a repeat, which appends nothing.
pub fn refunded(world: &mut World, donation: DonationId, fen: i64, appended: bool) {
    if appended {
        world.books.gifts.get_mut(&donation).unwrap().refunded += fen;
        let fund_id = world.street.office.fund_id(GIFTS);
        world.books.fund(fund_id).received -= fen;
    }
}

pub fn money(fen: i64) -> Money {
    Money::try_from_fen(fen).unwrap()
}
