//! The office that is being made up: its rows so far, and how people and days are made.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use domain::calendar::WorkingDays;
use domain::identifiers::{CitizenId, Sex};
use domain::money::Money;
use domain::personal::{Address, PersonName};
use domain::policy::{Hukou, Income, IncomeKind, MemberStatus, Property, Relation};

use super::Registers;
use super::names::{self, COMMUNITIES};
use super::prng::Prng;
use crate::registers::persons::{Account, HouseholdPart, Row};
use crate::registers::synthetic;

/// The area of every ID number; no division has it.
const AREA: &str = "990114";
/// How every account begins; no bank has it.
const BANK: &str = "990114";

/// A day that is known to exist.
pub(crate) const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(day) => day,
        None => NaiveDate::MAX,
    }
}

/// Rows so far, and the source of chance.
pub(crate) struct Office {
    pub(crate) prng: Prng,
    pub(crate) registers: Registers,
    household_count: u32,
    account_count: u32,
    taken: BTreeSet<(NaiveDate, u32)>,
}

/// Someone before they have a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person {
    pub(crate) born: NaiveDate,
    pub(crate) sex: Sex,
    pub(crate) relation: Relation,
}

impl Office {
    pub(crate) fn new(seed: u64) -> Office {
        Office {
            prng: Prng::new(seed),
            registers: Registers::default(),
            household_count: 0,
            account_count: 0,
            taken: BTreeSet::new(),
        }
    }

    /// The number of a new household.
    pub(crate) fn household_number(&mut self) -> String {
        self.household_count += 1;
        format!("HLG-{:05}", self.household_count)
    }

    /// A row for a member of a household; a head gets a home and no income.
    pub(crate) fn person(&mut self, household: &str, surname: &str, person: Person) -> Row {
        let id_number = self.citizen_id(person.born, person.sex);
        let name = names::full_name(&mut self.prng, surname, person.sex, person.born.year());
        let part = if person.relation == Relation::Oneself { Some(self.household_part()) } else { None };
        Row {
            household_number: household.to_owned(),
            relation: person.relation,
            name: PersonName(name),
            id_number,
            birth_date: person.born,
            hukou: Hukou::Local,
            joined_on: None,
            account: None,
            member_status: MemberStatus::Normal,
            disabilities: Vec::new(),
            circumstances: Row::plain_circumstances(),
            household: part,
        }
    }

    /// An ID number that nobody has yet.
    pub(crate) fn citizen_id(&mut self, born: NaiveDate, sex: Sex) -> CitizenId {
        loop {
            let half = self.prng.between(1, 498) as u32;
            let serial = half * 2 + u32::from(sex == Sex::Male);
            if self.taken.insert((born, serial))
                && let Some(id) =
                    synthetic::citizen_id(&format!("{AREA}{}{serial:03}", born.format("%Y%m%d")))
            {
                return id;
            }
        }
    }

    /// An account that nobody has yet, 19 digits with a right Luhn digit, never one that the bank returns.
    pub(crate) fn account(&mut self) -> Account {
        loop {
            self.account_count += 1;
            let body = format!("{BANK}{:06}{:06}", self.prng.below(1_000_000), self.account_count);
            if let Some(number) = synthetic::account(&body)
                && !super::is_returned_by_bank(&number)
            {
                return Account { number, holder: None };
            }
        }
    }

    /// An account that the demonstration's bank returns.
    pub(crate) fn returned_account(&mut self) -> Option<Account> {
        let serial = self.prng.below(1000);
        (0..10).find_map(|digit| {
            let whole = format!("{BANK}77770{digit}{serial:03}{}", super::RETURNED_ENDING);
            // the ending's last digit is the check digit, so one of the ten fits
            let number = synthetic::account(&whole[..whole.len() - 1])?;
            super::is_returned_by_bank(&number).then_some(Account { number, holder: None })
        })
    }

    fn household_part(&mut self) -> HouseholdPart {
        let community = self.prng.pick(&COMMUNITIES);
        let registered = self.prng.day(day(2022, 11, 1), day(2022, 11, 30));
        let area = self.prng.between(3_800, 9_600) as u32;
        HouseholdPart {
            community: community.to_owned(),
            address: Address(names::address(&mut self.prng, community)),
            registered_on: office_day(registered),
            income: Vec::new(),
            property: Property { homes: 1, total_area: Some(area), ..Property::default() },
        }
    }

    /// Yuan in steps, from `least` to `most` yuan.
    pub(crate) fn yuan(&mut self, least: usize, most: usize, step: usize) -> Money {
        let yuan = least + step * self.prng.below((most - least) / step + 1);
        Money::try_from_fen(yuan as i64 * 100).unwrap_or_default()
    }
}

/// Ordinary income.
pub(crate) fn ordinary(amount: Money) -> Vec<Income> {
    if amount.is_zero() { Vec::new() } else { vec![Income { amount, kind: IncomeKind::Ordinary }] }
}

/// The day itself if the office works, else the next on which it does.
///
/// A year whose list is not published counts as plain weeks; no notice ends in one.
pub(crate) fn office_day(from: NaiveDate) -> NaiveDate {
    let mut day = from;
    while !is_office_day(day) {
        day = day + Days::new(1);
    }
    day
}

/// The office day `count` after a day.
pub(crate) fn office_days_after(from: NaiveDate, count: usize) -> NaiveDate {
    (0..count).fold(from, |day, _| office_day(day + Days::new(1)))
}

fn is_office_day(date: NaiveDate) -> bool {
    let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
    WorkingDays::published().is_working_day(date).unwrap_or(!weekend)
}
