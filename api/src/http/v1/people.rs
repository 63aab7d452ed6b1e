//! Persons and households.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::NaiveDate;
use domain::household::Household;
use domain::identifiers::{CitizenId, masked_name};
use domain::ids::{HouseholdId, PersonId};
use domain::policy::Relation;
use projections::case_files;
use projections::listings::{self, PersonFilter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::Denied;
use crate::http::Api;
use crate::http::input::{Asked, AtDesk, Named, Sent};
use crate::http::list::{Page, limit, place, sort_unknown, tagged};
use crate::http::problem::Problem;
use crate::processes::{self, ProcessError, register_household};
use crate::registers::{RawRow, RegisterRow, persons as register_of_persons};

/// Which persons.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonsAsked {
    /// 社区: of one community.
    community: Option<String>,
    /// present, left, deceased or erased.
    presence: Option<String>,
    /// How many, at most 500.
    limit: Option<u32>,
    /// From the page before.
    cursor: Option<String>,
}

pub(super) async fn persons(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Asked(asked): Asked<PersonsAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (limit, after) = (limit(asked.limit)?, place::<(Uuid, Uuid)>(asked.cursor.as_deref())?);
    let filter = PersonFilter { community: asked.community, presence: asked.presence };
    let mut seen = api.seen_by(&caller, &[&case_files::ABOUT]).await?;
    let rows = listings::persons(seen.connection(), &filter, after, limit + 1).await?;
    let of = |last: &listings::PersonEntry| (last.person_id, last.household_id);
    Page::of(rows, limit, seen.position(), of).answer(&headers)
}

/// Which households.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HouseholdsAsked {
    /// 社区: of one community.
    community: Option<String>,
    /// registered, or -registered for the newest first; registered when absent.
    sort: Option<String>,
    /// How many, at most 500.
    limit: Option<u32>,
    /// From the page before.
    cursor: Option<String>,
}

pub(super) async fn households(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Asked(asked): Asked<HouseholdsAsked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (limit, after) = (limit(asked.limit)?, place::<u64>(asked.cursor.as_deref())?);
    let mut seen = api.seen_by(&caller, &[&case_files::ABOUT]).await?;
    let (community, connection) = (asked.community.as_deref(), seen.connection());
    let rows = match asked.sort.as_deref() {
        None | Some("registered") => listings::households(connection, community, after, limit + 1).await?,
        Some("-registered") => listings::households_newest(connection, community, after, limit + 1).await?,
        Some(_) => return Err(sort_unknown()),
    };
    Page::of(rows, limit, seen.position(), |last| last.registered_position).answer(&headers)
}

/// A household.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HouseholdView {
    household_id: HouseholdId,
    community: String,
    head: PersonId,
    registered_on: NaiveDate,
    members: Vec<MemberView>,
    version: u64,
}

/// A member, masked.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MemberView {
    person_id: PersonId,
    #[schemars(with = "String")]
    relation: Relation,
    /// Masked; none where it is restricted or erased.
    name_masked: Option<String>,
    /// Masked; none where it is restricted or erased.
    id_number_masked: Option<String>,
    present: bool,
    died_on: Option<NaiveDate>,
}

pub(super) async fn household(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Named(id): Named<HouseholdId>,
) -> Result<Response, Problem> {
    let office = api.office();
    let loaded = office.repository.load_newest::<Household>(id).await.map_err(ProcessError::from)?;
    let home = loaded.state.registered().filter(|home| caller.sees(&home.community));
    let home = home.ok_or_else(Problem::not_found)?;
    office.load_keys(home.members.keys().copied()).await?;
    let mut members = Vec::new();
    for member in home.members.values() {
        let (person, opener) = (member.person_id, &*office.keyring);
        let shown = !member.is_restricted();
        let name = member.name.open(person, opener)?;
        let number = member.id_number.open(person, opener)?;
        members.push(MemberView {
            person_id: person,
            relation: member.relation,
            name_masked: name.clear().filter(|_| shown).map(|name| masked_name(&name.0)),
            id_number_masked: number.clear().filter(|_| shown).map(|number| number.masked()),
            present: member.is_present(),
            died_on: member.died_on(),
        });
    }
    let view = HouseholdView {
        household_id: id,
        community: home.community.clone(),
        head: home.head,
        registered_on: home.registered_on,
        members,
        version: loaded.version,
    };
    Ok(tagged(&view, loaded.version))
}

/// Whom to find.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Find {
    /// 公民身份号码.
    id_number: String,
}

/// Who was found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Found {
    person_id: PersonId,
    household_id: HouseholdId,
}

pub(super) async fn find(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Sent(sent): Sent<Find>,
) -> Result<Json<Found>, Problem> {
    let number = CitizenId::parse(sent.id_number.trim()).map_err(|error| ProcessError::refused(&error))?;
    let (person_id, household_id) = match api.office().find(&number).await {
        Err(ProcessError::UnknownPerson) => return Err(Problem::not_found()),
        found => found?,
    };
    api.household_seen_by(&caller, household_id).await?;
    Ok(Json(Found { person_id, household_id }))
}

/// A household to register.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHousehold {
    /// Each member by the codes of the columns of 人员家庭登记表 (household_number, relation, name, id_number, hukou and so
    /// on), as texts.
    members: Vec<BTreeMap<String, String>>,
}

/// A registered household.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RegisteredView {
    household_id: HouseholdId,
    persons: Vec<PersonId>,
}

pub(super) async fn register(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Sent(sent): Sent<NewHousehold>,
) -> Result<Json<RegisteredView>, Problem> {
    let rows: Vec<register_of_persons::Row> = rows_of(&sent.members, "members")?;
    let mut homes = processes::households(&rows);
    let (Some(rows), true) = (homes.pop(), homes.is_empty()) else {
        let (zh, en) =
            ("一次登记一户：各成员户号相同。", "one household at a time: all members have one number");
        return Err(invalid("members", zh, en));
    };
    let part = rows.first().and_then(|head| head.household.as_ref());
    let Some(part) = part else {
        return Err(invalid("members", "该户没有户主。", "the household has no head"));
    };
    if !caller.sees(&part.community) {
        return Err(Problem {
            zh: "该社区不在您的数据范围内。".into(), ..Problem::denied(Denied::Role)
        }
        .at("community"));
    }
    let done = register_household(api.office(), &desk, &rows).await?;
    Ok(Json(RegisteredView { household_id: done.household_id, persons: done.persons }))
}

/// Reads what is given by column as a register reads its rows: the same words, the same bounds, the same problems.
pub(super) fn rows_of<R: RegisterRow>(
    given: &[BTreeMap<String, String>],
    field: &str,
) -> Result<Vec<R>, Problem> {
    let columns = R::KIND.template().columns;
    let mut rows = Vec::with_capacity(given.len());
    for (number, one) in (1..).zip(given) {
        if one.keys().any(|code| !columns.iter().any(|column| column.code == code.as_str())) {
            let (zh, en) = ("有未知字段，请按登记表的列填写。", "a field is none of the register's columns");
            return Err(invalid(field, zh, en));
        }
        let cell = |code: &str| one.get(code).cloned().unwrap_or_default();
        let raw = RawRow::from_texts(number, columns.iter().map(|column| cell(column.code)));
        rows.push(R::read(&raw).map_err(|problems| Problem::of_rows(&problems))?);
    }
    Ok(rows)
}

pub(super) fn invalid(field: &str, zh: &str, en: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "fields_invalid", zh, en).at(field)
}
