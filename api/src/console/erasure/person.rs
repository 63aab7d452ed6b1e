//! The erasure of a person of the register.

use std::collections::BTreeSet;

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::NaiveDate;
use domain::explain::Explain;
use domain::household::PersonalRecord;
use domain::ids::{CaseId, HouseholdId, PersonId};
use domain::personal::RetentionClass;
use domain::retention::Withheld;
use projections::runner::Until;

use super::page::{
    ClassLine, ErasurePage, HistoryLine, Obstacle, Request, approve_form, basis_field, pending, reason_field,
    reject_form,
};
use super::words;
use crate::access::{Capability, may};
use crate::console::Console;
use crate::console::address::Path;
use crate::console::answers::{Refusal, Stop};
use crate::console::forms::{Field, Kind, Sheet, StepForm, Typed};
use crate::console::page::Frame;
use crate::console::person::masked;
use crate::console::scope::{seen_cases, sees_person};
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::erasure::{self, ErasurePlan, Membership, PersonFile, RequestEntry, RequestSubject};
use crate::processes::{Office, ProcessError, Seen};

/// Every class of values, the shortest kept first.
const CLASSES: &[RetentionClass] = RetentionClass::Vouchers.through();

/// What is known of a person's erasure.
struct Known {
    file: PersonFile,
    /// Those of this person, the newest first.
    requests: Vec<RequestEntry>,
    /// The cases at work that the visitor sees.
    cases: BTreeSet<CaseId>,
    name: String,
}

/// Shows what an erasure would find, the request, and the steps of whoever looks.
pub(super) async fn show(
    State(console): State<Console>,
    visitor: Visitor,
    Path(person): Path<PersonId>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadRegister)?;
    let known = read(&console.office, &visitor, person).await;
    let known = known.map_err(|error| Stop::failed(error, visitor.lang))?;
    Ok(page(&visitor, &known).answer(None))
}

async fn read(office: &Office, visitor: &Visitor, person: PersonId) -> Result<Known, ProcessError> {
    must_see(office, visitor, person).await?;
    let file = erasure::preview(office, person).await?;
    let mut requests = erasure::requests(office).await?;
    requests.retain(|one| one.subject == RequestSubject::Person && one.person_id == person);
    requests.reverse();
    let at_work: Vec<CaseId> = file.holdings.at_work.iter().filter_map(case_of).collect();
    let cases = seen_cases(office, visitor, &at_work).await?;
    office.load_keys([person]).await?;
    let member = file.memberships.first().map(|known| &known.member);
    let name = member.map(|member| masked(office, member, visitor.lang)).unwrap_or_default();
    Ok(Known { file, requests, cases, name })
}

async fn must_see(office: &Office, visitor: &Visitor, person: PersonId) -> Result<(), ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    match sees_person(office, visitor, person).await? {
        true => Ok(()),
        false => Err(ProcessError::UnknownPerson),
    }
}

const fn case_of(withheld: &Withheld) -> Option<CaseId> {
    match withheld {
        Withheld::CaseOpen { case } => Some(*case),
        _ => None,
    }
}

fn page(visitor: &Visitor, known: &Known) -> ErasurePage {
    let (lang, file, today) = (visitor.lang, &known.file, visitor.desk().today());
    let person = file.person_id;
    let request = pending(&known.requests);
    let stands = vec![
        (lang.pick("姓名", "Name"), known.name.clone()),
        (lang.pick("个人信息", "Values"), words::record(lang, file.record())),
        (lang.pick("处理方式", "Handling"), words::handling(lang, &file.handling())),
    ];
    let asked = request.map(|entry| Request::of(lang, entry, words::of_a_person(lang, entry.through)));
    ErasurePage {
        frame: Frame::new(visitor, "/erasures"),
        title: format!("{} · {}", lang.pick("个人信息删除", "Erasure"), known.name),
        above: vec![
            ("/erasures".to_owned(), lang.pick("个人信息删除", "Erasures").to_owned()),
            (format!("/people/{person}"), lang.pick("人员", "Person").to_owned()),
        ],
        stands,
        request: asked,
        classes: CLASSES.iter().map(|class| class_line(lang, file, *class, today)).collect(),
        at_work: file.holdings.at_work.iter().map(|withheld| obstacle(visitor, known, withheld)).collect(),
        forms: forms(visitor, known),
        idle: idle(lang, known, request),
        history: known.requests.iter().map(|entry| HistoryLine::of(lang, entry)).collect(),
    }
}

fn class_line(lang: Lang, file: &PersonFile, class: RetentionClass, today: NaiveDate) -> ClassLine {
    let from = file.holdings.erasable_from(class);
    let (mark, now) = if is_gone(file, class) {
        ("unordered", lang.pick("已删除", "erased"))
    } else if !file.holdings.at_work.is_empty() {
        ("warn", lang.pick("有未办结事项", "something is at work"))
    } else if from.is_some_and(|from| today < from) {
        ("warn", lang.pick("保管期限未满", "still kept by law"))
    } else {
        ("settled", lang.pick("可以删除", "may be erased"))
    };
    let from = match from {
        _ if !file.holdings.at_work.is_empty() => {
            lang.pick("办结后起算", "counts once it is finished").to_owned()
        }
        Some(from) => from.to_string(),
        None => lang.pick("无保管义务", "nothing is kept").to_owned(),
    };
    ClassLine {
        name: lang.pick(class.zh(), class.en()),
        holds: words::sealed(lang, class),
        from,
        mark,
        today: now,
    }
}

fn is_gone(file: &PersonFile, class: RetentionClass) -> bool {
    file.memberships.first().is_some_and(|known| known.member.is_erased_through(class))
}

fn obstacle(visitor: &Visitor, known: &Known, withheld: &Withheld) -> Obstacle {
    let path = match withheld {
        Withheld::CaseOpen { case } if known.cases.contains(case) => format!("/cases/{case}"),
        Withheld::RunUnfinished { run } => format!("/runs/{run}"),
        Withheld::PaymentInTransit { payment }
        | Withheld::PaymentReturned { payment }
        | Withheld::RecoveryOpen { payment } => format!("/payments/{payment}"),
        Withheld::CaseOpen { .. } | Withheld::RetentionRuns { .. } => String::new(),
    };
    Obstacle { words: said(visitor.lang, withheld), path }
}

fn said(lang: Lang, withheld: &Withheld) -> String {
    lang.pick(withheld.zh(), withheld.to_string())
}

fn idle(lang: Lang, known: &Known, request: Option<&RequestEntry>) -> &'static str {
    if request.is_some() {
        return words::waits(lang);
    }
    match known.file.record() {
        PersonalRecord::Erased { .. } => {
            lang.pick("个人信息已删除，没有可办理的事项。", "The values are erased; nothing is left to do.")
        }
        _ => words::no_step(lang),
    }
}

/// The steps that whoever looks may take now.
fn forms(visitor: &Visitor, known: &Known) -> Vec<StepForm> {
    let (lang, file) = (visitor.lang, &known.file);
    let path = format!("/people/{}/erasure", file.person_id);
    let decides = may(visitor.role, Capability::DecideErasure);
    let mut forms = Vec::new();
    match pending(&known.requests) {
        Some(entry) if decides => {
            let mut approve = approve_form(visitor, &path, &entry.requested_by);
            if let (None, Err(withheld)) =
                (&approve.barred, file.holdings.check(entry.through, visitor.desk().today()))
            {
                approve.barred = Some(said(lang, &withheld));
            }
            approve.hidden = seen_of(file).into_iter().map(|seen| ("seen", seen)).collect();
            forms.extend([approve, reject_form(lang, &path)]);
        }
        None if may(visitor.role, Capability::RequestErasure) => {
            forms.extend(request_form(visitor, file, &path));
        }
        _ => {}
    }
    if decides && file.record() == PersonalRecord::Kept {
        forms.push(restriction_form(lang, file, &path));
    }
    forms
}

/// The version of the person's first household that is looked at; a request stands in every one.
fn seen_of(file: &PersonFile) -> Option<String> {
    file.memberships
        .first()
        .map(|Membership { household_id, version, .. }| format!("{household_id} {version}"))
}

/// Asks; none where nothing is left, barred where no class may go today.
fn request_form(visitor: &Visitor, file: &PersonFile, path: &str) -> Option<StepForm> {
    let (lang, today) = (visitor.lang, visitor.desk().today());
    let left: Vec<RetentionClass> = CLASSES.iter().copied().filter(|class| !is_gone(file, *class)).collect();
    let shortest = left.first()?;
    let possible = left.iter().rev().find(|class| file.holdings.check(**class, today).is_ok());
    let choice = |class: &RetentionClass| (class.as_str().to_owned(), words::taken(lang, *class).to_owned());
    let scope =
        Field::new("class", lang.pick("删除范围", "What"), Kind::Choice(left.iter().map(choice).collect()))
            .holding(possible.unwrap_or(shortest).as_str());
    let does = lang.pick(
        "提出申请，由其他审核、审批人员决定；批准之前可以退回，批准之后不能恢复。",
        "Asks for it; another reviewer or approver decides. Until then it can be sent back, afterwards nothing can be brought back.",
    );
    let name = lang.pick("申请删除", "Ask to erase");
    let mut form =
        StepForm::new(format!("{path}/request"), "request", name, does, vec![scope, basis_field(lang)]);
    form.open = true;
    if possible.is_none() {
        form.barred = file.holdings.check(*shortest, today).err().map(|withheld| said(lang, &withheld));
    }
    Some(form)
}

/// Restricts, or lifts the restriction.
fn restriction_form(lang: Lang, file: &PersonFile, path: &str) -> StepForm {
    if file.memberships.first().is_some_and(|known| known.member.is_restricted()) {
        let does = lang.pick(
            "此人的信息恢复展示，可以重新登记和申请。",
            "The values are shown again, and new facts and cases are taken.",
        );
        let name = lang.pick("解除限制", "Lift the restriction");
        return StepForm::new(format!("{path}/lift"), "lift", name, does, vec![reason_field(lang)]);
    }
    let does = lang.pick(
        "依法须继续保管而不能删除时使用：只保管，不展示姓名和情况，不再登记新的内容和申请；可以解除。",
        "For what the law still keeps: it is kept and shown to nobody, and no new fact or case is taken. It can be lifted.",
    );
    let name = lang.pick("限制处理", "Restrict");
    let mut form = StepForm::new(format!("{path}/restrict"), "restrict", name, does, vec![basis_field(lang)]);
    form.confirm = Some(lang.pick("已核对法律依据", "I have checked the legal basis").to_owned());
    form.barred = file.holdings.check_at_rest().err().map(|withheld| said(lang, &withheld));
    form
}

/// Takes a step; what is refused is shown on the page with what was typed.
pub(super) async fn step(
    State(console): State<Console>,
    visitor: Visitor,
    Path((person, step)): Path<(PersonId, String)>,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    let capability = match step.as_str() {
        "request" => Capability::RequestErasure,
        "approve" | "reject" | "restrict" | "lift" => Capability::DecideErasure,
        _ => return Err(Stop::Missing(visitor.lang)),
    };
    visitor.must(capability)?;
    let failed = |error| Stop::failed(error, visitor.lang);
    must_see(&console.office, &visitor, person).await.map_err(failed)?;
    let back = || Ok(Redirect::to(&format!("/people/{person}/erasure")).into_response());
    let Err(refusal) = take(&console.office, &visitor, (person, &step), &typed).await else { return back() };
    let known = read(&console.office, &visitor, person).await.map_err(failed)?;
    let is_repeat = refusal.code == "version_changed" && known.file.record() != PersonalRecord::Kept;
    if is_repeat && pending(&known.requests).is_none() {
        // the form was sent twice: it is done
        return back();
    }
    Ok(page(&visitor, &known).answer(Some((&step, &typed, refusal))))
}

async fn take(
    office: &Office,
    visitor: &Visitor,
    (person_id, step): (PersonId, &str),
    typed: &Typed,
) -> Result<(), Refusal> {
    let (lang, desk) = (visitor.lang, visitor.desk());
    let sheet = Sheet::new(typed, lang);
    let done = match step {
        "request" => {
            let through =
                sheet.choice("class", |code| CLASSES.iter().copied().find(|class| class.as_str() == code))?;
            let plan = ErasurePlan { person_id, through, basis: sheet.text("basis").to_owned() };
            erasure::request(office, &desk, &plan).await.map(drop)
        }
        "approve" => {
            sheet.confirmed()?;
            let desk = desk.having_seen(Some(seen_in(&sheet)?));
            erasure::erase(office, &desk, person_id).await.map(drop)
        }
        "reject" => erasure::reject(office, &desk, person_id, sheet.text("reason")).await,
        "restrict" => {
            sheet.confirmed()?;
            erasure::restrict(office, &desk, person_id, sheet.text("basis")).await
        }
        _ => erasure::lift(office, &desk, person_id, sheet.text("reason")).await,
    };
    done.map_err(|error| Refusal::of(&error, lang))
}

/// What the form was made on. Nobody approves what they did not see.
fn seen_in(sheet: &Sheet<'_>) -> Result<Seen, Refusal> {
    let read = |text: &str| -> Option<(HouseholdId, u64)> {
        let (household, version) = text.split_once(' ')?;
        Some((household.parse().ok()?, version.parse().ok()?))
    };
    let seen = sheet.choice("seen", read)?;
    Ok(Seen::Household(seen.0, seen.1))
}
