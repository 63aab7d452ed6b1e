//! Reading the household.

use super::applicant::dated;
use super::fields::{self, Fault, Fields, Read};
use super::json::Json;
use crate::policy::{
    Dated, HouseholdFacts, Income, IncomeKind, MemberFacts, MemberStatus, Property, Relation,
};

const KEYS: [&str; 6] =
    ["members", "monthly_income", "property", "single_parent", "supporter_age", "able_supporter"];

/// Reads `household`.
pub fn household(json: &Json) -> Read<HouseholdFacts> {
    let fields = Fields::open(json, &KEYS)?;
    Ok(HouseholdFacts {
        members: fields.required("members", members)?,
        monthly_income: fields.list("monthly_income", income)?,
        property: fields.optional("property", property)?.unwrap_or_default(),
        single_parent: fields.flag("single_parent")?,
        supporter_age: fields.optional("supporter_age", |json| fields::small(json, 0, 150).map(u32::from))?,
        able_supporter: fields.flag("able_supporter")?,
    })
}

fn members(json: &Json) -> Read<Vec<Dated<MemberFacts>>> {
    let members = fields::list(json, member)?;
    if !(1..=20).contains(&members.len()) {
        return Err(Fault::new("has not 1 to 20 members"));
    }
    if !members.iter().any(|member| member.fact.relation == Relation::Oneself) {
        return Err(Fault::new("does not include the applicant, relation self"));
    }
    Ok(members)
}

const MEMBER_KEYS: [&str; 8] = [
    "since",
    "until",
    "relation",
    "birth_date",
    "full_time_student",
    "severe_illness",
    "severe_disability",
    "status",
];

fn member(json: &Json) -> Read<Dated<MemberFacts>> {
    dated(json, &MEMBER_KEYS, |fields| {
        Ok(MemberFacts {
            relation: fields.required("relation", |json| fields::code(json, Relation::from_code))?,
            birth_date: fields.optional("birth_date", fields::date)?,
            full_time_student: fields.flag("full_time_student")?,
            severe_illness: fields.flag("severe_illness")?,
            severe_disability: fields.flag("severe_disability")?,
            status: fields
                .or("status", MemberStatus::Normal, |json| fields::code(json, MemberStatus::from_code))?,
        })
    })
}

fn income(json: &Json) -> Read<Dated<Income>> {
    dated(json, &["since", "until", "amount", "kind"], |fields| {
        Ok(Income {
            amount: fields.required("amount", fields::money)?,
            kind: fields
                .or("kind", IncomeKind::Ordinary, |json| fields::code(json, IncomeKind::from_code))?,
        })
    })
}

const PROPERTY_KEYS: [&str; 7] = [
    "motor_vehicles",
    "disabled_motorcycles",
    "homes",
    "total_area",
    "usable_area_per_head",
    "luxury",
    "cash_assets",
];

fn property(json: &Json) -> Read<Property> {
    let fields = Fields::open(json, &PROPERTY_KEYS)?;
    Ok(Property {
        motor_vehicles: fields.or("motor_vehicles", 0, fields::count)?,
        disabled_motorcycles: fields.or("disabled_motorcycles", 0, fields::count)?,
        homes: fields.or("homes", 0, fields::count)?,
        total_area: fields.optional("total_area", fields::area)?,
        usable_area_per_head: fields.optional("usable_area_per_head", fields::area)?,
        luxury: fields.flag("luxury")?,
        cash_assets: fields.optional("cash_assets", fields::money)?,
    })
}
