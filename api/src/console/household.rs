//! 家庭: who belongs to it, what is known of it by two clocks, and its cases.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::household::{Household, Member};
use domain::ids::HouseholdId;
use domain::personal::Opened;
use projections::case_files::queries::cases_of_household;

use super::Console;
use super::answers::{Stop, shown};
use super::page::Frame;
use super::person::{masked, stage_name};
use super::told::{AsOf, Fact};
use super::visitor::Visitor;
use crate::access::Capability;
use crate::console::address::{Path, Query};
use crate::lang::Lang;
use crate::processes::{Office, ProcessError};
use crate::registers::Named;
use crate::replay::{Clocks, household_on};

#[derive(Template)]
#[template(path = "household.html")]
struct HouseholdPage {
    frame: Frame,
    path: String,
    community: String,
    registered_on: String,
    effective: String,
    known: String,
    today: String,
    members: Vec<MemberLine>,
    cases: Vec<(String, &'static str, &'static str)>,
    facts: Vec<Fact>,
}

struct MemberLine {
    path: String,
    name: String,
    id_number: String,
    relation: String,
    state: String,
}

/// Shows a household.
pub(super) async fn show(
    State(console): State<Console>,
    visitor: Visitor,
    Path(id): Path<HouseholdId>,
    Query(as_of): Query<AsOf>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadRegister)?;
    let page = read(&console.office, &visitor, id, &as_of).await;
    Ok(shown(&page.map_err(|error| Stop::failed(error, visitor.lang))?))
}

async fn read(
    office: &Office,
    visitor: &Visitor,
    id: HouseholdId,
    as_of: &AsOf,
) -> Result<HouseholdPage, ProcessError> {
    let lang = visitor.lang;
    let missing = || ProcessError::Unknown { what: "household" };
    let loaded = office.repository.load_newest::<Household>(id).await?.state;
    let home = loaded.registered().filter(|home| visitor.sees(&home.community)).ok_or_else(missing)?;
    office.load_keys(home.members.keys().copied()).await?;
    let today = visitor.desk().today();
    let clocks: Clocks = as_of.clocks(today);
    let facts = match household_on(office, id, clocks).await {
        // before its registration nothing was known
        Err(ProcessError::Unknown { .. }) => Vec::new(),
        facts => facts?,
    };
    let rows = cases_of_household(&office.pool, id).await?;
    let cases = rows.iter().map(|case| {
        let program = lang.pick(case.program.zh(), case.program.en());
        (format!("/cases/{}", case.case_id), program, stage_name(lang, case.stage))
    });
    Ok(HouseholdPage {
        frame: Frame::new(visitor, "/find"),
        path: format!("/households/{id}"),
        community: home.community.clone(),
        registered_on: home.registered_on.to_string(),
        effective: clocks.effective.to_string(),
        known: clocks.known.to_string(),
        today: today.to_string(),
        members: home.members.values().map(|member| line(office, lang, member)).collect(),
        cases: cases.collect(),
        facts: facts.iter().map(|fact| Fact::of(lang, fact)).collect(),
    })
}

fn line(office: &Office, lang: Lang, member: &Member) -> MemberLine {
    let number = match member.id_number.open(member.person_id, &*office.keyring) {
        Ok(Opened::Clear(number)) if !member.is_restricted() => number.disclose().masked(),
        _ => "—".to_owned(),
    };
    let state = match member.died_on() {
        Some(day) => format!("{} {day}", lang.pick("去世", "died")),
        None if member.is_present() => lang.pick("在户", "present").to_owned(),
        None => lang.pick("已离开", "left").to_owned(),
    };
    MemberLine {
        path: format!("/people/{}", member.person_id),
        name: masked(office, member, lang),
        id_number: number,
        relation: member.relation.said(lang),
        state,
    }
}
