//! Erasure and restriction of personal data: asked for by one person, decided by another.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::NaiveDate;
use domain::explain::Explain;
use domain::household::{ErasureStep, Handling, PersonalRecord};
use domain::ids::PersonId;
use domain::personal::RetentionClass;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::case_facts::person_seen;
use super::{Done, Reason};
use crate::access::Capability as Can;
use crate::http::Api;
use crate::http::endpoint::{Endpoint, get, post};
use crate::http::input::{AtDesk, Named, Sent};
use crate::http::list::Page;
use crate::http::problem::Problem;
use crate::processes::ProcessError;
use crate::processes::erasure::{self, ErasurePlan, RequestEntry, RequestSubject, donor};

type Answer = Result<Json<Done>, Problem>;

pub(super) fn endpoints() -> Vec<Endpoint> {
    [persons(), donors()].concat()
}

fn persons() -> Vec<Endpoint> {
    let outlook = (
        "删除个人信息的条件：尚未办结的事项、各类何时可删除",
        "what an erasure would find: what is at work, and from when each class may go",
    );
    let approve =
        ("批准删除，须由他人办理，不可撤销", "erases, by somebody else than who asked; cannot be undone");
    vec![
        get("/erasure-requests", Can::DecideErasure, ("删除申请一览", "requests to erase"), requests)
            .lists::<RequestEntry>(),
        get("/persons/{id}/erasure", Can::ReadRegister, outlook, look_up).answers::<ErasureView>(),
        post("/persons/{id}/erasure", Can::RequestErasure, ("申请删除", "asks to erase a person"), request)
            .takes::<ErasureAsked>()
            .answers::<Done>(),
        post("/persons/{id}/erasure/approval", Can::DecideErasure, approve, approve_erasure)
            .answers::<Done>(),
        post(
            "/persons/{id}/erasure/rejection",
            Can::DecideErasure,
            ("退回删除申请", "sends the request back"),
            reject,
        )
        .takes::<Reason>()
        .answers::<Done>(),
        post(
            "/persons/{id}/restriction",
            Can::DecideErasure,
            ("限制处理", "restricts what is kept of a person"),
            restrict,
        )
        .takes::<Basis>()
        .answers::<Done>(),
        post(
            "/persons/{id}/restriction/lifting",
            Can::DecideErasure,
            ("解除限制", "lifts the restriction"),
            lift,
        )
        .takes::<Reason>()
        .answers::<Done>(),
    ]
}

fn donors() -> Vec<Endpoint> {
    vec![
        post(
            "/donors/{id}/erasure",
            Can::RequestErasure,
            ("申请删除捐赠人信息", "asks to erase a donor's name"),
            request_donor,
        )
        .takes::<Basis>()
        .answers::<Done>(),
        post(
            "/donors/{id}/erasure/approval",
            Can::DecideErasure,
            ("批准删除捐赠人信息，须由他人办理", "erases a donor's name, by somebody else"),
            approve_donor,
        )
        .answers::<Done>(),
        post(
            "/donors/{id}/erasure/rejection",
            Can::DecideErasure,
            ("退回捐赠人删除申请", "sends a donor's request back"),
            reject_donor,
        )
        .takes::<Reason>()
        .answers::<Done>(),
    ]
}

async fn requests(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let requests = erasure::requests(api.office()).await?;
    let persons: Vec<PersonId> = requests.iter().map(|request| request.person_id).collect();
    let seen = api.persons_seen_by(&caller, &persons).await?;
    // a donor is of no community
    let shown = |request: &RequestEntry| {
        request.subject == RequestSubject::Donor || seen.contains(&request.person_id)
    };
    let rows = requests.into_iter().filter(shown).collect();
    let position = api.office().repository.log().length().await.map_err(ProcessError::from)?;
    Page::of(rows, u32::MAX, position, |_: &RequestEntry| 0).answer(&headers)
}

/// What an erasure would find.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ErasureView {
    person_id: PersonId,
    /// How the person stands.
    record: PersonalRecord,
    /// Whether what is kept is restricted.
    handling: Handling,
    /// Whether a request waits, and how it was answered.
    request: ErasureStep,
    /// What is not finished yet and stands in the way.
    at_work: Vec<AtWork>,
    classes: Vec<ClassView>,
}

/// Something that stands in the way.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AtWork {
    code: String,
    zh: String,
    en: String,
}

/// A class of personal data.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct ClassView {
    class: RetentionClass,
    /// The first day on which it may be erased; none where no law keeps it.
    erasable_from: Option<NaiveDate>,
}

async fn look_up(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Named(id): Named<PersonId>,
) -> Result<Json<ErasureView>, Problem> {
    person_seen(&api, &caller, id).await?;
    let file = erasure::preview(api.office(), id).await?;
    let class = |class: &RetentionClass| ClassView {
        class: *class,
        erasable_from: file.holdings.erasable_from(*class),
    };
    let at_work = file.holdings.at_work.iter().map(|withheld| AtWork {
        code: withheld.code().to_owned(),
        zh: withheld.zh(),
        en: withheld.to_string(),
    });
    Ok(Json(ErasureView {
        person_id: id,
        record: file.record(),
        handling: file.handling(),
        request: file.erasure().clone(),
        at_work: at_work.collect(),
        classes: RetentionClass::Vouchers.through().iter().map(class).collect(),
    }))
}

/// 申请删除.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasureAsked {
    /// Values of this class, and of those that are kept shorter.
    class: RetentionClass,
    /// Legal basis; 1 to 200 characters, without personal values.
    basis: String,
}

async fn request(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named(person_id): Named<PersonId>,
    Sent(ErasureAsked { class, basis }): Sent<ErasureAsked>,
) -> Answer {
    person_seen(&api, &caller, person_id).await?;
    erasure::request(api.office(), &desk, &ErasurePlan { person_id, through: class, basis }).await?;
    Done::with(&api, person_id).await
}

async fn approve_erasure(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named(id): Named<PersonId>,
) -> Answer {
    person_seen(&api, &caller, id).await?;
    erasure::erase(api.office(), &desk, id).await?;
    Done::with(&api, id).await
}

async fn reject(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named(id): Named<PersonId>,
    Sent(Reason { reason }): Sent<Reason>,
) -> Answer {
    person_seen(&api, &caller, id).await?;
    erasure::reject(api.office(), &desk, id, &reason).await?;
    Done::with(&api, id).await
}

/// A legal basis.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// 1 to 200 characters, without personal values.
    basis: String,
}

async fn restrict(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named(id): Named<PersonId>,
    Sent(Basis { basis }): Sent<Basis>,
) -> Answer {
    person_seen(&api, &caller, id).await?;
    erasure::restrict(api.office(), &desk, id, &basis).await?;
    Done::with(&api, id).await
}

async fn lift(
    State(api): State<Api>,
    AtDesk { caller, desk }: AtDesk,
    Named(id): Named<PersonId>,
    Sent(Reason { reason }): Sent<Reason>,
) -> Answer {
    person_seen(&api, &caller, id).await?;
    erasure::lift(api.office(), &desk, id, &reason).await?;
    Done::with(&api, id).await
}

async fn donor_file(api: &Api, id: PersonId) -> Result<donor::DonorFile, Problem> {
    donor::look_up(api.office(), id).await?.ok_or_else(Problem::not_found)
}

async fn request_donor(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named(id): Named<PersonId>,
    Sent(Basis { basis }): Sent<Basis>,
) -> Answer {
    donor::request(api.office(), &desk, &donor_file(&api, id).await?, &basis).await?;
    Done::with(&api, id).await
}

async fn approve_donor(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named(id): Named<PersonId>,
) -> Answer {
    donor::erase(api.office(), &desk, &donor_file(&api, id).await?).await?;
    Done::with(&api, id).await
}

async fn reject_donor(
    State(api): State<Api>,
    AtDesk { desk, .. }: AtDesk,
    Named(id): Named<PersonId>,
    Sent(Reason { reason }): Sent<Reason>,
) -> Answer {
    donor::reject(api.office(), &desk, &donor_file(&api, id).await?, &reason).await?;
    Done::with(&api, id).await
}
