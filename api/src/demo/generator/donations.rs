//! Two campaigns whose gifts add up to exactly 70,313.00 yuan.

use chrono::NaiveDate;
use domain::campaign::{DonationMethod, Publicity};
use domain::identifiers::Sex;
use domain::money::Money;
use domain::personal::DonorName;

use super::names::{self, ORGANISATIONS};
use super::office::{Office, day};
use super::{FIRST_CAMPAIGN, SECOND_CAMPAIGN};
use crate::registers::donations::{Receipt, Row};

/// What both campaigns receive together, in fen.
const TOTAL: i64 = 7_031_300;

/// What people give, in yuan, more often what stands more often; nobody is told what to give.
const GIFTS: [i64; 30] = [
    5, 10, 10, 10, 20, 20, 20, 20, 20, 30, 30, 50, 50, 50, 50, 50, 50, 66, 66, 80, 88, 99, 100, 100, 100,
    100, 150, 200, 200, 300,
];

struct Campaign {
    name: &'static str,
    prefix: &'static str,
    first: NaiveDate,
    last: NaiveDate,
}

/// Adds the gifts of both campaigns.
pub(crate) fn add(office: &mut Office) {
    let second_share = TOTAL * (38 + office.prng.below(7) as i64) / 100;
    let second =
        Campaign { name: SECOND_CAMPAIGN, prefix: "BA2023", first: day(2023, 5, 4), last: day(2023, 5, 31) };
    campaign(office, &second, second_share);
    let first =
        Campaign { name: FIRST_CAMPAIGN, prefix: "SS2023", first: day(2023, 9, 5), last: day(2023, 9, 28) };
    campaign(office, &first, TOTAL - second_share);
}

fn campaign(office: &mut Office, campaign: &Campaign, total: i64) {
    let mut gifts = Vec::new();
    let mut left = total;
    while left > 0 {
        let gift = next_gift(office).min(left);
        gifts.push((office.prng.day(campaign.first, campaign.last), gift));
        left -= gift;
    }
    // what is left at the end is what lay in the donation box
    let boxed = gifts.pop().map(|(_, gift)| (campaign.last, gift));
    gifts.sort_by_key(|(received_on, _)| *received_on);
    for (index, (received_on, fen)) in gifts.into_iter().chain(boxed).enumerate() {
        let row = row(office, campaign, index + 1, received_on, fen);
        office.registers.donations.push(row);
    }
}

fn next_gift(office: &mut Office) -> i64 {
    let prng = &mut office.prng;
    match prng.below(100) {
        // coins out of a purse
        0..4 => prng.between(130, 4990) as i64,
        4..6 => prng.pick(&[52_000, 100_000, 66_600, 50_000]),
        _ => prng.pick(&GIFTS) * 100,
    }
}

fn row(office: &mut Office, campaign: &Campaign, number: usize, received_on: NaiveDate, fen: i64) -> Row {
    let donor = donor(office, fen);
    let prng = &mut office.prng;
    let from_box = fen % 100 != 0;
    let method = match (from_box, fen >= 50_000) {
        (true, _) => DonationMethod::Cash,
        (_, true) => DonationMethod::Transfer,
        _ if prng.chance(68) => DonationMethod::MobilePayment,
        _ => DonationMethod::Cash,
    };
    let donor = if from_box { None } else { donor };
    let named = donor.is_some() && prng.chance(85);
    let receipt = donor.is_some() && (fen >= 20_000 || prng.chance(10));
    Row {
        number: format!("{}-{number:04}", campaign.prefix),
        campaign: campaign.name.to_owned(),
        donor: donor.map(DonorName),
        publicity: if named { Publicity::Named } else { Publicity::Anonymous },
        amount: Money::try_from_fen(fen).unwrap_or_default(),
        method,
        received_on,
        receipt: if receipt { Receipt::Wanted } else { Receipt::NotWanted },
    }
}

/// Who gave; some leave no name, and large gifts come from organisations too.
fn donor(office: &mut Office, fen: i64) -> Option<String> {
    let prng = &mut office.prng;
    if prng.chance(12) {
        return None;
    }
    if fen >= 50_000 && prng.chance(60) {
        return Some(prng.pick(&ORGANISATIONS).to_owned());
    }
    let sex = if prng.chance(50) { Sex::Female } else { Sex::Male };
    let surname = names::surname(prng);
    let birth_year = if prng.chance(45) { 1955 } else { 1985 };
    Some(names::full_name(prng, surname, sex, birth_year))
}
