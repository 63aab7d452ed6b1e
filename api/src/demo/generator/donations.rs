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

/// What a campaign is opened with; the register of donations names it only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CampaignPlan {
    /// 名称, as in the register.
    pub name: &'static str,
    /// 主办方, who holds the certificate of public fundraising; invented.
    pub organiser: &'static str,
    /// 募捐用途.
    pub purpose: &'static str,
    /// First day.
    pub opens_on: NaiveDate,
    /// Last day.
    pub closes_on: NaiveDate,
    prefix: &'static str,
}

/// The two campaigns of the year, in the order of their days.
pub const CAMPAIGNS: [CampaignPlan; 2] = [
    CampaignPlan {
        name: SECOND_CAMPAIGN,
        organiser: "云杉区红十字会",
        purpose: "救助辖区内患大病和遭遇意外的困难家庭",
        opens_on: day(2023, 5, 4),
        closes_on: day(2023, 5, 31),
        prefix: "BA2023",
    },
    CampaignPlan {
        name: FIRST_CAMPAIGN,
        organiser: "云杉区慈善协会",
        purpose: "帮扶辖区内困境儿童、独居和失能老年人",
        opens_on: day(2023, 9, 5),
        closes_on: day(2023, 9, 28),
        prefix: "SS2023",
    },
];

/// Adds the gifts of both campaigns.
pub(crate) fn add(office: &mut Office) {
    let share = TOTAL * (38 + office.prng.below(7) as i64) / 100;
    for (plan, total) in CAMPAIGNS.iter().zip([share, TOTAL - share]) {
        campaign(office, plan, total);
    }
}

fn campaign(office: &mut Office, plan: &CampaignPlan, total: i64) {
    let mut gifts = Vec::new();
    let mut left = total;
    while left > 0 {
        let gift = next_gift(office).min(left);
        gifts.push((office.prng.day(plan.opens_on, plan.closes_on), gift));
        left -= gift;
    }
    // what is left at the end is what lay in the donation box
    let boxed = gifts.pop().map(|(_, gift)| (plan.closes_on, gift));
    gifts.sort_by_key(|(received_on, _)| *received_on);
    for (index, (received_on, fen)) in gifts.into_iter().chain(boxed).enumerate() {
        let row = row(office, plan, index + 1, received_on, fen);
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

fn row(office: &mut Office, plan: &CampaignPlan, number: usize, received_on: NaiveDate, fen: i64) -> Row {
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
        number: format!("{}-{number:04}", plan.prefix),
        campaign: plan.name.to_owned(),
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
