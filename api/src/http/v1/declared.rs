//! What is recorded of people and households after they were registered: what a household owns, how much care somebody needs.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use domain::ids::{HouseholdId, PersonId};
use domain::money::Money;
use domain::policy::{CareLevel, Property};
use projections::case_files;
use projections::case_files::queries::members;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Done;
use crate::access::Capability as Can;
use crate::http::Api;
use crate::http::endpoint::{Endpoint, post};
use crate::http::input::{AtDesk, Named, Sent};
use crate::http::problem::Problem;
use crate::processes::attachments::Belonging;
use crate::processes::{ProcessError, assess_care_level, declare_property};

type Answer = Result<Json<Done>, Problem>;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let property = ("财产申报，自某日起", "records what a household owns, from a day on; amounts in fen");
    let care = ("老年人能力评估，自评估日起", "records somebody's assessed care level, from that day on");
    vec![
        post("/households/{id}/property", Can::RegisterPeople, property, declare)
            .takes::<Declaration>()
            .answers::<Done>(),
        post("/persons/{id}/care-assessments", Can::RegisterPeople, care, assess)
            .takes::<CareAssessment>()
            .answers::<Done>(),
    ]
}

/// 财产申报.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// What the household owns.
    property: PropertySent,
    /// From which day: at most a year ahead.
    since: NaiveDate,
}

/// What a household owns. It takes the place of what was declared before; what is not said is nothing, or not known.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PropertySent {
    /// 机动车数, ordinary motorcycles included.
    #[serde(default)]
    motor_vehicles: u32,
    /// 残疾人机动车数, which do not count.
    #[serde(default)]
    disabled_motorcycles: u32,
    /// 住房套数, rented public ones included.
    #[serde(default)]
    homes: u32,
    /// 住房总面积 in hundredths of a square metre.
    total_area: Option<u32>,
    /// 人均使用面积 in hundredths of a square metre.
    usable_area_per_head: Option<u32>,
    /// 高档消费品.
    #[serde(default)]
    luxury: bool,
    /// 货币财产: cash and deposits, in fen.
    cash_assets: Option<Money>,
}

impl From<PropertySent> for Property {
    fn from(sent: PropertySent) -> Property {
        Property {
            motor_vehicles: sent.motor_vehicles,
            disabled_motorcycles: sent.disabled_motorcycles,
            homes: sent.homes,
            total_area: sent.total_area,
            usable_area_per_head: sent.usable_area_per_head,
            luxury: sent.luxury,
            cash_assets: sent.cash_assets,
        }
    }
}

async fn declare(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named(id): Named<HouseholdId>,
    Sent(Declaration { property, since }): Sent<Declaration>,
) -> Answer {
    api.household_seen_by(&caller, id).await?;
    let declared = declare_property(api.office(), &desk, id, (property.into(), since)).await;
    declared.map_err(|error| located(error, "since"))?;
    Done::with(&api, id).await
}

/// 老年人能力评估. The level is kept sealed.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CareAssessment {
    /// 评估等级.
    level: CareLevel,
    /// 评估日期: not after today.
    assessed_on: NaiveDate,
}

async fn assess(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named(id): Named<PersonId>,
    Sent(CareAssessment { level, assessed_on }): Sent<CareAssessment>,
) -> Answer {
    let mut seen = api.seen_by(&caller, &[&case_files::ABOUT]).await?;
    let homes = members(seen.connection(), &[id]).await?;
    drop(seen);
    let home = Belonging::among(id, &homes).ok_or_else(Problem::not_found)?.home;
    let assessed = assess_care_level(api.office(), &desk, (id, home), (level, assessed_on)).await;
    assessed.map_err(|error| located(error, "assessed_on"))?;
    Done::with(&api, id).await
}

/// What the domain says of the day is said of the member that it came in.
fn located(error: ProcessError, day: &str) -> Problem {
    let problem = Problem::from(error);
    if &*problem.field == "date" { problem.at(day) } else { problem }
}
