//! Made-up people, and the rows that clerks write about them.

use api::registers::{RawRow, RegisterRow, applications, changes, donations, persons};
use chrono::NaiveDate;
use domain::identifiers::{BankAccount, CitizenId};
use domain::program::Program;

use crate::chance::Chance;

pub const CAMPAIGN: &str = "首善有我";
const COMMUNITIES: [&str; 3] = ["龙泽苑东社区", "龙华园社区", "龙跃苑社区"];
const STREET: &str = "龙华园";

/// Somebody who lives alone and is registered.
#[derive(Clone, Debug)]
pub struct Person {
    pub serial: u64,
    pub household: String,
    pub id_number: CitizenId,
    pub born_on: NaiveDate,
    pub situation: Situation,
    /// How many accounts were named so far.
    pub accounts: u64,
}

/// How it is with a person, as far as the office knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Situation {
    Lives,
    Died,
    Moved,
    Erased,
}

/// A birthday on which nobody's age reaches another rate within the years that are simulated.
pub fn birthday(chance: &mut Chance, program: Program) -> NaiveDate {
    let (least, most) = match program {
        Program::AdvancedAgeAllowance if chance.percent(40) => (1926, 1930),
        Program::AdvancedAgeAllowance => (1936, 1941),
        _ => (1965, 1985),
    };
    let year = i32::try_from(chance.between(least, most)).unwrap();
    let (month, day) = (chance.below(12) + 1, chance.below(28) + 1);
    NaiveDate::from_ymd_opt(year, u32::try_from(month).unwrap(), u32::try_from(day).unwrap()).unwrap()
}

/// The ID number of the person with this serial number, with the check character that fits.
pub fn id_number(born_on: NaiveDate, serial: u64) -> CitizenId {
    let begin = format!("990114{}{:03}", born_on.format("%Y%m%d"), serial % 1000);
    let mut tries = "0123456789X".chars().map(|check| CitizenId::parse(&format!("{begin}{check}")));
    tries.find_map(Result::ok).unwrap()
}

/// The account number `count` of a person.
pub fn account(serial: u64, count: u64) -> String {
    let begin = format!("990114{:012}", serial * 1000 + count);
    let mut tries = (0..10).map(|check| format!("{begin}{check}"));
    tries.find(|text| BankAccount::parse(text).is_ok()).unwrap()
}

/// The row that registers somebody, without an account if they have named none.
pub fn registration(person: &Person, on: NaiveDate) -> persons::Row {
    let account = if person.accounts > 0 { account(person.serial, person.accounts) } else { String::new() };
    let community = COMMUNITIES[usize::try_from(person.serial).unwrap() % COMMUNITIES.len()];
    let name = ["王秀英", "赵铁柱", "陈桂兰", "孙玉珍"][usize::try_from(person.serial).unwrap() % 4];
    let cells = [
        person.household.clone(),
        "户主".to_owned(),
        name.to_owned(),
        person.id_number.as_str().to_owned(),
        "本市户籍".to_owned(),
        community.to_owned(),
        format!("{STREET}{}号楼", person.serial),
        on.to_string(),
        String::new(),
        account,
    ];
    read(cells)
}

pub fn application(person: &Person, program: Program, on: NaiveDate) -> applications::Row {
    let (id_number, household) = (person.id_number.as_str().to_owned(), person.household.clone());
    read([id_number, household, program.zh().to_owned(), on.to_string(), on.to_string()])
}

/// A change of the kind `kind`; `account` and `income` are empty where they do not belong.
pub fn change(person: &Person, kind: &str, days: [NaiveDate; 2], value: &Value) -> changes::Row {
    let [effective_on, reported_on] = days.map(|day| day.to_string());
    let (account, income) = match value {
        Value::Nothing => (String::new(), String::new()),
        Value::Account(account) => (account.clone(), String::new()),
        Value::Income(income) => (String::new(), income.clone()),
    };
    let id_number = person.id_number.as_str().to_owned();
    read([id_number, kind.to_owned(), effective_on, reported_on, account, String::new(), income])
}

/// What a change brings.
pub enum Value {
    Nothing,
    Account(String),
    Income(String),
}

pub fn gift(number: u64, fen: i64, on: NaiveDate, receipt: &str) -> donations::Row {
    let yuan = format!("{}.{:02}", fen / 100, fen % 100);
    let words = [CAMPAIGN, "昌平振兴商贸公司", "公开"].map(str::to_owned);
    let [campaign, donor, publicity] = words;
    let method = "扫码".to_owned();
    let number = format!("J-{number}");
    read([number, campaign, donor, publicity, yuan, method, on.to_string(), receipt.to_owned()])
}

fn read<R: RegisterRow>(cells: impl IntoIterator<Item = String>) -> R {
    match R::read(&RawRow::from_texts(1, cells)) {
        Ok(row) => row,
        Err(problems) => panic!("a row of the simulation is not well-formed: {problems:?}"),
    }
}
