//! Entries of list cells, and identifiers.

use chrono::NaiveDate;
use domain::identifiers::{BankAccount, CitizenId};
use domain::money::Money;
use domain::personal::PersonName;
use domain::policy::{Dated, Disability, DisabilityKind, Income, IncomeKind, OtherBenefit, OtherBenefitPaid};

use super::codes::Named;
use super::fields::parse_money;

/// `2400.00` or `一般收入:2400.00`.
pub(crate) fn income(entry: &str) -> Option<Income> {
    let (kind, amount) = match entry.split_once(':') {
        Some((kind, amount)) => (IncomeKind::from_word(kind.trim())?, amount.trim()),
        None => (IncomeKind::Ordinary, entry),
    };
    Some(Income { amount: parse_money(amount).ok()?, kind })
}

/// The cell of a list of incomes.
pub(crate) fn write_income(incomes: &[Income]) -> String {
    let entry = |income: &Income| format!("{}:{}", income.kind.word(), income.amount);
    incomes.iter().map(entry).collect::<Vec<_>>().join("；")
}

/// `肢体1`, or `肢体一级`.
pub(crate) fn disability(entry: &str) -> Option<Disability> {
    let (kind, word, _) = DisabilityKind::NAMES.iter().find(|(_, word, _)| entry.starts_with(word))?;
    let grade = match entry[word.len()..].trim().trim_end_matches('级') {
        "1" | "一" => 1,
        "2" | "二" => 2,
        "3" | "三" => 3,
        "4" | "四" => 4,
        _ => return None,
    };
    Some(Disability { kind: *kind, grade })
}

/// Every entry of a certificate from one day on.
pub(crate) fn certificate(entries: Vec<Disability>, since: Option<NaiveDate>) -> Vec<Dated<Disability>> {
    entries.into_iter().map(|fact| Dated { since, until: None, fact }).collect()
}

/// The cell of a certificate.
pub(crate) fn write_certificate(entries: &[Dated<Disability>]) -> String {
    let entry = |entry: &Dated<Disability>| format!("{}{}", entry.fact.kind.word(), entry.fact.grade);
    entries.iter().map(entry).collect::<Vec<_>>().join("；")
}

/// `工伤生活护理费` or `离休人员护理费:500.00`, open at both ends.
pub(crate) fn other_benefit(entry: &str) -> Option<Dated<OtherBenefitPaid>> {
    let (kind, amount) = match entry.split_once(':') {
        Some((kind, amount)) => (kind.trim(), Some(parse_money(amount.trim()).ok()?)),
        None => (entry, None),
    };
    let fact = OtherBenefitPaid { kind: OtherBenefit::from_word(kind)?, amount };
    Some(Dated { since: None, until: None, fact })
}

/// The cell of a list of benefits from elsewhere.
pub(crate) fn write_other_benefits(benefits: &[Dated<OtherBenefitPaid>]) -> String {
    let amount = |amount: Option<Money>| amount.map(|amount| format!(":{amount}")).unwrap_or_default();
    let entry = |benefit: &Dated<OtherBenefitPaid>| {
        format!("{}{}", benefit.fact.kind.word(), amount(benefit.fact.amount))
    };
    benefits.iter().map(entry).collect::<Vec<_>>().join("；")
}

/// The cell of an optional day.
pub(crate) fn write_day(day: Option<NaiveDate>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// The cell of a yes or no: only yes is written.
pub(crate) fn write_flag(flag: bool) -> String {
    if flag { "是" } else { "" }.to_owned()
}

/// A citizen ID number from 18 or 15 characters (GB 11643-1999).
pub(crate) fn citizen_id(text: &str) -> Option<CitizenId> {
    let full = text.to_ascii_uppercase();
    let seventeen = match (full.is_ascii(), full.len()) {
        (true, 15) => format!("{}19{}", &full[..6], &full[6..]),
        (true, 18) => full[..17].to_owned(),
        _ => return None,
    };
    let complete = with_check(&seventeen)?;
    NaiveDate::parse_from_str(&complete[6..14], "%Y%m%d").ok()?;
    let right = full.len() == 15 || complete == full;
    if right { serde_json::from_value(serde_json::Value::String(complete)).ok() } else { None }
}

/// Seventeen digits and their check character (GB 11643-1999: weights modulo 11).
pub(crate) fn with_check(seventeen: &str) -> Option<String> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits: Vec<u32> = seventeen.chars().map(|letter| letter.to_digit(10)).collect::<Option<_>>()?;
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let check = b"10X98765432"[(sum % 11) as usize];
    if digits.len() == 17 { Some(format!("{seventeen}{}", char::from(check))) } else { None }
}

/// A bank account of 8 to 32 digits.
pub(crate) fn bank_account(text: &str) -> Option<BankAccount> {
    let plain = (8..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { serde_json::from_value(serde_json::Value::String(text.to_owned())).ok() } else { None }
}

/// A name: letters of any script, middle dots, inner spaces.
pub(crate) fn person_name(text: &str) -> Option<PersonName> {
    let letters =
        |letter: char| letter.is_alphabetic() || matches!(letter, '·' | '•' | '.' | '-' | '\'' | ' ');
    let begins = text.chars().next().is_some_and(char::is_alphabetic);
    if begins && text.chars().all(letters) { Some(PersonName(text.to_owned())) } else { None }
}

/// The digits of an ID number.
pub fn id_text(id: &CitizenId) -> String {
    serde_json::to_value(id).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The digits of an account.
pub fn account_text(account: &BankAccount) -> String {
    serde_json::to_value(account).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The day of birth in an ID number.
pub(crate) fn birth_date(id: &CitizenId) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(id_text(id).get(6..14)?, "%Y%m%d").ok()
}
