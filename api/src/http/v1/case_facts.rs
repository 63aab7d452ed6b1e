//! What stands in a case: its file, what held on a day as known on another, two such days compared, and month by month what is
//! due beside what was paid.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use domain::benefit_case::{Appeal, BenefitCase, Materials, Objection, PaymentHold, Recertification};
use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, PersonId};
use domain::money::Money;
use projections::case_files;
use projections::case_files::queries::members;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cases::ReplayAsked;
use crate::access::{Caller, Capability as Can};
use crate::http::Api;
use crate::http::endpoint::{Endpoint, get};
use crate::http::input::{Asked, AtDesk, Named, askable};
use crate::http::problem::Problem;
use crate::processes::{self as office, ProcessError};
use crate::replay::{Clocks, Fact, OnTheDay, ReportItem, Subject, nothing_sealed, replay};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let file = (
        "个案卷宗：待补材料、异议、暂缓、复核、核定、申诉",
        "a case's file: missing documents, objections, holds, reviews, entitlements, appeal",
    );
    let months =
        ("逐月应发、已发与差额", "month by month what is due now, what was paid, and the difference");
    let facts = ("某日情况，可指定生效日与知悉日", "what held on a day, as known at the end of another");
    let compared = ("比较两日的情况", "what differs between two days");
    let person = ("人员情况，可指定生效日与知悉日", "a person's facts as of two clocks, names masked");
    vec![
        get("/cases/{id}/file", Can::ReadCases, file, file_of).answers::<CaseFileView>(),
        get("/cases/{id}/months", Can::ReadPayments, months, months_of).answers::<NettedView>(),
        get("/cases/{id}/facts", Can::ReadCases, facts, facts_of)
            .query::<ReplayAsked>()
            .answers::<FactsView>(),
        get("/cases/{id}/comparison", Can::ReadCases, compared, comparison)
            .query::<ComparisonAsked>()
            .answers::<ComparisonView>(),
        get("/persons/{id}/facts", Can::ReadCases, person, person_facts)
            .query::<ReplayAsked>()
            .answers::<FactsView>(),
    ]
}

/// What a case's file holds besides its steps.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CaseFileView {
    case_id: CaseId,
    /// complete, requested with the documents and the day, or supplied; none where the case is not under review.
    materials: Option<Materials>,
    /// Each open with its day, or resolved.
    objections: Vec<Objection>,
    /// 暂缓, lifted ones too.
    holds: Vec<PaymentHold>,
    /// When the next review is due; none off the roll.
    review_due_on: Option<NaiveDate>,
    entitlements: Vec<EntitlementView>,
    /// 申诉 against a refusal or an end.
    appeal: Option<Appeal>,
    version: u64,
}

/// 核定. Amounts in fen.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EntitlementView {
    /// The day from which it holds.
    from: NaiveDate,
    amount_fen: Money,
    rule_version: String,
}

async fn file_of(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Named(id): Named<CaseId>,
) -> Result<Json<CaseFileView>, Problem> {
    api.case_seen_by(&caller, id).await?;
    let loaded = api.office().repository.load_newest::<BenefitCase>(id).await.map_err(ProcessError::from)?;
    let state = &*loaded.state;
    let mut view = CaseFileView {
        case_id: id,
        materials: None,
        objections: Vec::new(),
        holds: Vec::new(),
        review_due_on: None,
        entitlements: Vec::new(),
        appeal: None,
        version: loaded.version,
    };
    match state {
        BenefitCase::UnderReview(review) => {
            view.materials = Some(review.materials.clone());
            view.objections = review.objections.clone();
        }
        BenefitCase::Refused(refused) => view.appeal = Some(refused.appeal),
        BenefitCase::Closed(closed) => view.appeal = Some(closed.appeal),
        _ => {}
    }
    if let Some((enrolled, closing)) = state.enrollment() {
        view.holds = enrolled.holds.clone();
        view.entitlements = enrolled
            .entitlements
            .iter()
            .map(|(from, entitlement)| EntitlementView {
                from,
                amount_fen: entitlement.amount,
                rule_version: entitlement.rule_version.clone(),
            })
            .collect();
        view.review_due_on = closing.is_none().then_some(match enrolled.recertification {
            Recertification::Next { due_on, .. } | Recertification::Due { due_on } => due_on,
        });
    }
    Ok(Json(view))
}

/// 逐月. Amounts in fen.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct NettedView {
    case_id: CaseId,
    months: Vec<NettedMonthView>,
    /// Owed to the beneficiary.
    arrears_fen: Money,
    /// Paid too much and not asked back yet.
    overpaid_fen: Money,
    /// Asked back and still open.
    open_fen: Money,
}

/// A month. Amounts in fen.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct NettedMonthView {
    month: BenefitMonth,
    /// What it was due when it was paid.
    due_before_fen: Money,
    /// What it is due by what is known now.
    due_now_fen: Money,
    ordered_fen: Money,
    settled_fen: Money,
    returned_fen: Money,
    withheld_fen: Money,
    recovery_opened_fen: Money,
    recovery_received_fen: Money,
    recovery_waived_fen: Money,
    /// Owed where above nothing, paid too much below.
    difference_fen: Money,
}

async fn months_of(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named(id): Named<CaseId>,
) -> Result<Json<NettedView>, Problem> {
    api.case_seen_by(&caller, id).await?;
    let netting = office::net_case(api.office(), desk.today(), id).await?.netting;
    let month = |netted: &domain::recovery_plan::NettedMonth| NettedMonthView {
        month: netted.paid.month,
        due_before_fen: netted.paid.due_before,
        due_now_fen: netted.due_now,
        ordered_fen: netted.paid.ordered,
        settled_fen: netted.paid.settled,
        returned_fen: netted.paid.returned,
        withheld_fen: netted.paid.withheld,
        recovery_opened_fen: netted.paid.recovery_opened,
        recovery_received_fen: netted.paid.recovery_received,
        recovery_waived_fen: netted.paid.recovery_waived,
        difference_fen: netted.difference,
    };
    Ok(Json(NettedView {
        case_id: id,
        months: netting.months.iter().map(month).collect(),
        arrears_fen: netting.arrears,
        overpaid_fen: netting.overpaid,
        open_fen: netting.open,
    }))
}

/// What held on a day.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FactsView {
    effective: NaiveDate,
    known: NaiveDate,
    /// Of each household and case that belongs to it: its facts and, of a case, what the day's month was due.
    held: Vec<OnTheDay>,
}

async fn facts_of(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named(id): Named<CaseId>,
    Asked(asked): Asked<ReplayAsked>,
) -> Result<Json<FactsView>, Problem> {
    api.case_seen_by(&caller, id).await?;
    let clocks = asked.clocks(desk.today())?;
    told(held(&api, Subject::Case(id), clocks).await?, clocks)
}

async fn person_facts(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named(id): Named<PersonId>,
    Asked(asked): Asked<ReplayAsked>,
) -> Result<Json<FactsView>, Problem> {
    person_seen(&api, &caller, id).await?;
    let clocks = asked.clocks(desk.today())?;
    told(held(&api, Subject::Person(id), clocks).await?, clocks)
}

/// Whether the caller sees a person, in any household they belonged to.
pub(super) async fn person_seen(api: &Api, caller: &Caller, id: PersonId) -> Result<(), Problem> {
    let mut seen = api.seen_by(caller, &[&case_files::ABOUT]).await?;
    let homes = members(seen.connection(), &[id]).await?;
    if homes.is_empty() { Err(Problem::not_found()) } else { Ok(()) }
}

fn told(held: Vec<OnTheDay>, clocks: Clocks) -> Result<Json<FactsView>, Problem> {
    Ok(Json(FactsView { effective: clocks.effective, known: clocks.known, held }))
}

async fn held(api: &Api, subject: Subject, clocks: Clocks) -> Result<Vec<OnTheDay>, Problem> {
    let mut held = Vec::new();
    let take = |item| {
        if let ReportItem::OnTheDay(day) = item {
            held.push(day);
        }
    };
    replay(api.office(), subject, clocks, &nothing_sealed, take).await?;
    Ok(held)
}

/// Two days, each as known at the end of another.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComparisonAsked {
    /// 生效截至 of the first; today when absent.
    effective: Option<NaiveDate>,
    /// 知悉截至 of the first; today when absent.
    known: Option<NaiveDate>,
    /// 生效截至 of the second; today when absent.
    other_effective: Option<NaiveDate>,
    /// 知悉截至 of the second; today when absent.
    other_known: Option<NaiveDate>,
}

/// What differs between two days.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ComparisonView {
    first: FactsView,
    second: FactsView,
    differences: Vec<DifferenceView>,
}

/// A fact that is another.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DifferenceView {
    /// The stream's type.
    stream: String,
    /// The fact on the first day; none where it did not hold.
    first: Option<Fact>,
    /// The fact on the second day; none where it did not hold.
    second: Option<Fact>,
}

async fn comparison(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named(id): Named<CaseId>,
    Asked(asked): Asked<ComparisonAsked>,
) -> Result<Json<ComparisonView>, Problem> {
    api.case_seen_by(&caller, id).await?;
    let today = desk.today();
    let first = Clocks {
        effective: askable(asked.effective, today, "effective")?,
        known: askable(asked.known, today, "known")?,
    };
    let second = Clocks {
        effective: askable(asked.other_effective, today, "other_effective")?,
        known: askable(asked.other_known, today, "other_known")?,
    };
    let one = held(&api, Subject::Case(id), first).await?;
    let other = held(&api, Subject::Case(id), second).await?;
    let differences = differences(&one, &other);
    let (Json(first), Json(second)) = (told(one, first)?, told(other, second)?);
    Ok(Json(ComparisonView { first, second, differences }))
}

fn differences(first: &[OnTheDay], second: &[OnTheDay]) -> Vec<DifferenceView> {
    let streams = first.iter().chain(second.iter().filter(|day| !first.iter().any(|one| same(one, day))));
    let facts = |days: &[OnTheDay], of: &OnTheDay| -> Vec<Fact> {
        days.iter().filter(|day| same(day, of)).flat_map(|day| day.facts.clone()).collect()
    };
    let mut found = Vec::new();
    for stream in streams {
        let (one, other) = (facts(first, stream), facts(second, stream));
        let gone = one.iter().filter(|fact| !other.contains(fact));
        for fact in gone {
            let now = other.iter().find(|now| now.is_of(fact) && !one.contains(now));
            found.push(differs(stream, Some(fact), now));
        }
        let new = other.iter().filter(|now| !one.iter().any(|fact| fact.is_of(now)));
        found.extend(new.map(|now| differs(stream, None, Some(now))));
    }
    found
}

fn same(one: &OnTheDay, other: &OnTheDay) -> bool {
    (&one.stream, &one.stream_id) == (&other.stream, &other.stream_id)
}

fn differs(of: &OnTheDay, first: Option<&Fact>, second: Option<&Fact>) -> DifferenceView {
    let stream = of.stream.clone();
    DifferenceView { stream, first: first.cloned(), second: second.cloned() }
}
