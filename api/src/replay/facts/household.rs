//! Facts of a household and its members. Names and accounts are masked; what was erased is shown as erased.

use chrono::{Days, NaiveDate};
use domain::household::{
    Household, HouseholdEvent, IncomeBasis, Member, PersonalRecord, RegisteredHousehold, Stay,
};
use domain::ids::PersonId;
use domain::money::Money;
use domain::policy::{DisabilityCertificate, MemberStatus, Property};

use super::{Fact, fact};
use crate::cli::screen::yuan;
use crate::registers::Named;
use crate::replay::Words;
use crate::replay::verdict::Shown;
use crate::replay::words::{code, moved, words};

/// What is known of the household; of what is dated, what holds on `day`.
pub(super) fn facts(household: &Household, day: NaiveDate, open: &Shown<'_>) -> Vec<Fact> {
    let Some(registered) = household.registered() else { return Vec::new() };
    let mut facts = of_the_whole(registered, day);
    for member in registered.members.values() {
        let of = open.value(&member.name, member.person_id, |name| masked(&name.0));
        let person = member.person_id;
        let known = of_a_member(registered, member, day, open);
        facts.extend(known.into_iter().map(|fact| Fact {
            person: Some(person),
            of: Some(of.clone()),
            ..fact
        }));
    }
    facts
}

/// The masked name of a member.
pub(in crate::replay) fn name(household: &Household, person: PersonId, open: &Shown<'_>) -> Words {
    match household.member(person) {
        Some(member) => open.value(&member.name, person, |name| masked(&name.0)),
        None => words("某成员", "a member"),
    }
}

fn of_the_whole(household: &RegisteredHousehold, day: NaiveDate) -> Vec<Fact> {
    let mut facts =
        vec![fact("community", "社区", "Community", words(&household.community, &household.community))];
    if let Some(record) = household.income.at(day) {
        let sum = yuan(Money::sum(record.income.iter().map(|income| income.amount)).unwrap_or_default());
        let (zh, en) = match &record.basis {
            IncomeBasis::Declared => ("申报".to_owned(), "declared".to_owned()),
            IncomeBasis::Verified { report } => (format!("核实 {report}"), format!("verified, {report}")),
        };
        let value = words(format!("{sum} 元（{zh}）"), format!("{sum} yuan ({en})"));
        facts.push(fact("income", "家庭月收入", "Income a month", value));
    }
    if let Some(property) = household.property.at(day) {
        facts.push(fact("property", "财产", "Property", owned(property)));
    }
    facts
}

fn owned(property: &Property) -> Words {
    let cash = property.cash_assets.map(yuan);
    let (vehicles, homes) = (property.motor_vehicles, property.homes);
    let (luxury_zh, luxury_en) =
        if property.luxury { ("，有高档消费品", ", luxury goods") } else { ("", "") };
    let cash_zh = cash.as_ref().map(|cash| format!("，存款 {cash} 元")).unwrap_or_default();
    let cash_en = cash.map(|cash| format!(", {cash} yuan in cash")).unwrap_or_default();
    words(
        format!("机动车 {vehicles} 辆，住房 {homes} 套{luxury_zh}{cash_zh}"),
        format!("{vehicles} motor vehicles, {homes} homes{luxury_en}{cash_en}"),
    )
}

fn of_a_member(
    household: &RegisteredHousehold,
    member: &Member,
    day: NaiveDate,
    open: &Shown<'_>,
) -> Vec<Fact> {
    let person = member.person_id;
    let name = open.value(&member.name, person, |name| masked(&name.0));
    let born = open.value(&member.birth_date, person, |birth| {
        let year = birth.0.format("%Y-**-**").to_string();
        words(year.clone(), year)
    });
    let mut facts = vec![
        fact("name", "姓名", "Name", name),
        fact("relation", "与户主关系", "Relation", words(member.relation.word(), code(&member.relation))),
        fact("birth_date", "出生日期", "Born", born),
        fact("presence", "在户", "Presence", presence(member, day)),
    ];
    if let Some(status) = member.status.at(day).filter(|status| **status != MemberStatus::Normal) {
        facts.push(fact("status", "状态", "Status", words(status.word(), code(status))));
    }
    if let Some(destination) = member.residence.at(day) {
        let (zh, en) = moved(*destination);
        facts.push(fact("residence", "住所", "Residence", words(zh, en)));
    }
    if let Some(account) = member.account.at(day) {
        let digits = open.value(&account.account, account.holder, |account| {
            let tail: String = account.as_str().chars().rev().take(4).collect();
            let tail: String = tail.chars().rev().collect();
            words(format!("尾号 {tail}"), format!("ending in {tail}"))
        });
        facts.push(fact("account", "收款账户", "Account", digits));
        if account.holder != person {
            let holder = household.members.get(&account.holder);
            let holder =
                holder.map(|holder| open.value(&holder.name, account.holder, |name| masked(&name.0)));
            facts.extend(holder.map(|holder| fact("account_holder", "收款人", "Payee", holder)));
        }
    }
    facts.extend(of_a_need(member, day, open));
    facts
}

fn of_a_need(member: &Member, day: NaiveDate, open: &Shown<'_>) -> Vec<Fact> {
    let (person, mut facts) = (member.person_id, Vec::new());
    if let Some(level) = member.care_level.at(day) {
        let value = open.value(level, person, |level| words(level.word(), level.code()));
        facts.push(fact("care_level", "能力评估", "Care level", value));
    }
    if let Some(certificate) = member.certificate.at(day) {
        facts.push(fact("certificate", "残疾证", "Disability", open.value(certificate, person, entries)));
    }
    if let Some((since, _)) = member.circumstances.iter().rev().find(|(since, _)| *since <= day) {
        let value = words(format!("自 {since} 登记"), format!("as recorded from {since}"));
        facts.push(fact("circumstances", "情况", "Circumstances", value));
    }
    if let PersonalRecord::Erased { erased_on } = member.record {
        facts.push(fact(
            "personal_data",
            "个人信息",
            "Personal data",
            words(format!("（已于 {erased_on} 删除）"), format!("(erased on {erased_on})")),
        ));
    }
    facts
}

fn entries(certificate: &DisabilityCertificate) -> Words {
    let zh = certificate.0.iter().map(|one| format!("{}{}级", one.fact.kind.word(), one.fact.grade));
    let en = certificate.0.iter().map(|one| format!("{} grade {}", one.fact.kind.code(), one.fact.grade));
    words(zh.collect::<Vec<_>>().join("、"), en.collect::<Vec<_>>().join(", "))
}

/// Whether the member lives with the household on a day; the day of death is the last on which one does.
fn presence(member: &Member, day: NaiveDate) -> Words {
    if let Some(died_on) = member.died_on().filter(|died_on| *died_on <= day) {
        return words(format!("{died_on} 去世"), format!("died on {died_on}"));
    }
    let here = member.stays.iter().any(|stay| covers(*stay, day));
    if here { words("同住", "lives here") } else { words("不在", "not here") }
}

fn covers(stay: Stay, day: NaiveDate) -> bool {
    stay.since.is_none_or(|since| since <= day) && stay.until.is_none_or(|until| day <= until)
}

/// The day on which an event of a household shows: who left still lives here on the last day.
pub(in crate::replay) fn shows_on(event: &HouseholdEvent, day: NaiveDate) -> NaiveDate {
    match event {
        HouseholdEvent::MemberLeft { .. } => day.checked_add_days(Days::new(1)).unwrap_or(day),
        _ => day,
    }
}

/// The first character of a name, and how it would go on.
fn masked(name: &str) -> Words {
    let masked: String = name.chars().take(1).chain("**".chars()).collect();
    words(masked.clone(), masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_first_character() {
        assert_eq!([masked("王小明").zh, masked("欧阳锋").zh], ["王**", "欧**"]);
    }
}
