//! Entries of list cells, and identifiers.

use chrono::NaiveDate;
use domain::money::Money;
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
