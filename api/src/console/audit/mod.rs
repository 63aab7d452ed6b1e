//! 审计室, read-only: a subject as it was known on any day and on another, red flags, a paid run determined anew, how far
//! the log is proven, evidence to take away, who looked at whom, and the trail.
//!
//! | File | Pages |
//! |---|---|
//! | `hall` | where one begins |
//! | `compare` | what was known on two days |
//! | `flags` | 疑点 |
//! | `runs` | a run beside what was paid |
//! | `proofs` | checkpoints, witnesses, checking the whole log, bundles |
//! | `trail` | 审计轨迹, and 披露: who looked at whom |

mod compare;
mod flags;
mod hall;
mod proofs;
mod runs;
mod trail;

use std::sync::Arc;

use axum::routing::{get, post};
use axum::{Extension, Router};
use domain::ids::{CampaignId, CaseId, FundId, PersonId, RunId};

use super::Console;
use super::answers::{Refusal, Stop};
use super::scope::{seen_cases, sees_person};
use super::sheet::{Choice, Field, Input};
use super::typed::Typed;
use super::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::{Office, ProcessError};
use crate::replay::Subject;

/// The room.
pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/audit", get(hall::show))
        .route("/audit/replay", get(hall::replay))
        .route("/audit/compare", get(compare::show))
        .route("/audit/flags", get(flags::show))
        .route("/audit/runs", get(runs::show))
        .route("/audit/proofs", get(proofs::show))
        .route("/audit/proofs/verification", post(proofs::verify))
        .route("/audit/bundle", post(proofs::bundle))
        .route("/audit/trail", get(trail::show))
        .route("/audit/disclosures", get(trail::disclosures))
        .layer(Extension(Arc::new(proofs::LastCheck::default())))
}

/// The kinds of subjects.
const KINDS: [(&str, &str, &str); 5] = [
    ("case", "个案", "case"),
    ("person", "人员", "person"),
    ("run", "发放批次", "payment run"),
    ("fund", "资金", "fund"),
    ("campaign", "募捐活动", "campaign"),
];

/// The fields that name a subject.
fn subject_fields(lang: Lang, typed: &Typed, form: &str) -> [Field; 2] {
    let choices =
        KINDS.iter().map(|(code, zh, en)| Choice::new(*code, lang.pick(*zh, *en), typed.text("of") == *code));
    [
        Field::new("of", lang.pick("对象", "What"), Input::Choice(choices.collect()))
            .id(format!("{form}-of")),
        Field::new("id", lang.pick("编号", "Identifier"), Input::Text)
            .id(format!("{form}-id"))
            .value(typed.text("id"))
            .needed(),
    ]
}

/// The subject that was asked for.
fn subject(lang: Lang, typed: &Typed) -> Result<Subject, Refusal> {
    Ok(match typed.text("of") {
        "person" => Subject::Person(typed.read::<PersonId>(lang, "id")?),
        "run" => Subject::Run(typed.read::<RunId>(lang, "id")?),
        "fund" => Subject::Fund(typed.read::<FundId>(lang, "id")?),
        "campaign" => Subject::Campaign(typed.read::<CampaignId>(lang, "id")?),
        _ => Subject::Case(typed.read::<CaseId>(lang, "id")?),
    })
}

/// Lets through who sees the subject: of other communities there is none.
async fn must_see(office: &Office, visitor: &Visitor, subject: Subject) -> Result<(), Stop> {
    let failed = |error: ProcessError| Stop::failed(error, visitor.lang);
    let seen = match subject {
        _ if visitor.sees_everyone() => true,
        Subject::Case(case) => !seen_cases(office, visitor, &[case]).await.map_err(failed)?.is_empty(),
        Subject::Person(person) => sees_person(office, visitor, person).await.map_err(failed)?,
        Subject::Run(_) => false,
        Subject::Fund(_) | Subject::Campaign(_) => true,
    };
    if seen { Ok(()) } else { Err(Stop::Missing(visitor.lang)) }
}
