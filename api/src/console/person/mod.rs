//! 人员: what somebody is due and got, month by month; masked, until it is opened for a reason that is recorded; and who
//! looked.

mod attachments;
mod heat;
pub(super) mod looked;
mod opened;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::disclosure::{OPENING_ROLES, OpenedFields};
use domain::household::Member;
use domain::identifiers::masked_name;
use domain::ids::PersonId;
use domain::personal::{Opened, PersonalField, Sealed};
use projections::case_files;
use projections::listings::CaseEntry;

use attachments::Attachments;
pub(super) use attachments::{
    FORM_BYTES_MAX, keep as keep_attachment, open as open_attachment, withdraw as withdraw_attachment,
};

use super::Console;
use super::answers::{Refusal, Stop, shown};
use super::forms::{Field, Kind, Sheet, StepForm, Typed};
use super::page::Frame;
use super::visitor::Visitor;
use crate::access::Capability;
use crate::console::address::Path;
use crate::lang::Lang;
use crate::processes::summary::{Gathered, Summary, gather, summary_of};
use crate::processes::{AsOf, Office, ProcessError, record_disclosure};

/// What can be opened, and is recorded as opened.
const LABELS: [&str; 3] = ["name", "id_number", "account"];

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    frame: Frame,
    path: String,
    title: String,
    /// What is known of the person: label and value.
    known: Vec<(&'static str, String)>,
    /// Whether the values are shown in clear.
    opened: bool,
    form: Option<StepForm>,
    links: Vec<(String, String)>,
    cases: Vec<CaseLine>,
    totals: Vec<(&'static str, String)>,
    heat: Vec<heat::Row>,
    months: Vec<heat::Month>,
    looked: Vec<looked::Look>,
    may_see_looks: bool,
    attachments: Attachments,
}

struct CaseLine {
    path: String,
    program: &'static str,
    stage: String,
    since: String,
}

/// Shows a person, masked.
pub(super) async fn show(
    State(console): State<Console>,
    visitor: Visitor,
    Path(id): Path<PersonId>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadRegister)?;
    let page = read(&console, &visitor, id, false).await;
    Ok(shown(&page.map_err(|error| Stop::failed(error, visitor.lang))?))
}

/// Opens name, number and account for a reason, once it is recorded. The values stand in this answer alone.
pub(super) async fn open(
    State(console): State<Console>,
    visitor: Visitor,
    Path(id): Path<PersonId>,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadRegister)?;
    let failed = |error| Stop::failed(error, visitor.lang);
    // whether the visitor sees the person comes before anything is recorded
    let masked = read(&console, &visitor, id, false).await.map_err(failed)?;
    match disclose(&console.office, &visitor, id, &typed).await {
        Ok(()) => Ok(shown(&read(&console, &visitor, id, true).await.map_err(failed)?)),
        Err(refusal) => {
            let mut page = masked;
            let status = refusal.status;
            if let Some(form) = &mut page.form {
                form.keep(&typed, Some(&refusal));
            }
            page.frame.refused = Some(refusal);
            Ok((status, shown(&page)).into_response())
        }
    }
}

async fn disclose(
    office: &Office,
    visitor: &Visitor,
    person: PersonId,
    typed: &Typed,
) -> Result<(), Refusal> {
    let purpose = Sheet::new(typed, visitor.lang).filled("purpose")?;
    if purpose.chars().count() > 200 {
        let (zh, en) = ("用途不超过 200 字。", "A purpose has at most 200 characters.");
        let refusal = Refusal {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            ..Refusal::typed("text_too_long", visitor.lang, zh, en)
        };
        return Err(refusal.at("purpose"));
    }
    let labels = LABELS.iter().map(|label| (*label).to_owned()).collect();
    let opened = vec![OpenedFields { person_id: person, labels }];
    let recipient = visitor.account.account.as_str();
    let recorded = record_disclosure(office, &visitor.desk(), recipient, purpose, opened).await;
    recorded.map_err(|error| Refusal::of(&error, visitor.lang))
}

async fn known(office: &Office, visitor: &Visitor, person: PersonId) -> Result<Gathered, ProcessError> {
    let known = gather(office, &visitor.account.data_scope, &[person]).await?.pop().flatten();
    known.ok_or(ProcessError::UnknownPerson)
}

async fn read(
    console: &Console,
    visitor: &Visitor,
    person: PersonId,
    opened: bool,
) -> Result<PersonPage, ProcessError> {
    let (office, lang) = (&console.office, visitor.lang);
    let known = known(office, visitor, person).await?;
    let home = known.home()?;
    let member = home.member(person).ok_or(ProcessError::UnknownPerson)?;
    let today = visitor.desk().today();
    let summary = summary_of(office, &known, AsOf { effective: today, known: today }).await?;
    let values = opened::Values::of(office, member, today, lang, opened);
    let may_see_looks = crate::access::may(visitor.role, Capability::ReadCases);
    let may_open = OPENING_ROLES.contains(&visitor.role) && !member.is_restricted();
    let path = format!("/people/{person}");
    let mut links =
        vec![(format!("/households/{}", known.belonging.home), lang.pick("家庭", "Household").to_owned())];
    links.push((format!("{path}/history"), lang.pick("全部经过", "Whole history").to_owned()));
    links.push((format!("{path}/erasure"), lang.pick("个人信息删除", "Erasure").to_owned()));
    Ok(PersonPage {
        frame: Frame::new(visitor, "/find"),
        title: values.name.clone(),
        known: values.told(lang, home.registered(), member),
        opened,
        form: (!opened && may_open).then(|| form(lang, &path)),
        links,
        cases: known.cases.iter().map(|case| case_line(lang, case)).collect(),
        totals: totals(lang, &summary),
        heat: heat::rows(lang, &summary),
        months: heat::months(lang, &summary),
        looked: if may_see_looks { looked::looked(office, lang, person).await? } else { Vec::new() },
        may_see_looks,
        attachments: Attachments::of(office, visitor, &known.belonging).await?,
        path,
    })
}

fn form(lang: Lang, path: &str) -> StepForm {
    let purpose = Field::new("purpose", lang.pick("用途", "Purpose"), Kind::Line).helped(lang.pick(
        "如：核对来访本人身份；不超过 200 字，不要写个人信息",
        "such as: the person is at the window; at most 200 characters, nothing personal",
    ));
    let name = lang.pick("打开姓名、身份号码、账户", "Open name, ID number and account");
    let does = lang.pick(
        "先记录谁、为何打开，再显示一次；刷新后恢复遮蔽。",
        "Records first who opens them and why, then shows them once; they are masked again afterwards.",
    );
    StepForm::new(format!("{path}/open"), "open", name, does, vec![purpose])
}

fn case_line(lang: Lang, case: &CaseEntry) -> CaseLine {
    let since = case.decided_on.or(case.applied_on).map(|day| day.to_string()).unwrap_or_default();
    CaseLine {
        path: format!("/cases/{}", case.case_id),
        program: lang.pick(case.program.zh(), case.program.en()),
        stage: stage_name(lang, case.stage).to_owned(),
        since,
    }
}

/// What a stage of the case files is called.
pub(super) fn stage_name(lang: Lang, stage: case_files::CaseStage) -> &'static str {
    use case_files::CaseStage as Stage;
    let (zh, en) = match stage {
        Stage::Consulted => ("咨询", "Consultation"),
        Stage::Gathering => ("受理", "Under review"),
        Stage::Recommended => ("已审核", "Recommended"),
        Stage::OnNotice => ("公示", "On notice"),
        Stage::Refused => ("不予批准", "Refused"),
        Stage::Enrolled => ("享受中", "On the roll"),
        Stage::Suspended => ("停发", "Suspended"),
        Stage::Closed => ("终止", "Closed"),
        Stage::Discontinued => ("撤件", "Ended before a decision"),
    };
    lang.pick(zh, en)
}

fn totals(lang: Lang, summary: &Summary) -> Vec<(&'static str, String)> {
    let sums = &summary.totals;
    let all = [
        ("应发", "Due", sums.due_fen),
        ("已到账", "Paid", sums.paid_fen),
        ("待补发", "Arrears", sums.arrears_fen),
        ("退汇", "Returned", sums.returned_fen),
        ("追缴立项", "Asked back", sums.recovery_opened_fen),
        ("已追回", "Recovered", sums.recovery_received_fen),
    ];
    all.iter().map(|(zh, en, sum)| (lang.pick(*zh, *en), domain::numbers::yuan(*sum))).collect()
}

/// A sealed value in words; why it is not shown, where it is not.
fn value<T: PersonalField>(
    office: &Office,
    sealed: &Sealed<T>,
    person: PersonId,
    lang: Lang,
    say: impl FnOnce(&T) -> String,
) -> String {
    match sealed.open(person, &*office.keyring) {
        Ok(Opened::Clear(value)) => say(value.disclose()),
        Ok(Opened::Erased { .. }) => lang.pick("（已删除）", "(erased)").to_owned(),
        Err(_) => lang.pick("（无法解密）", "(cannot be opened)").to_owned(),
    }
}

/// The masked name of a member.
pub(super) fn masked(office: &Office, member: &Member, lang: Lang) -> String {
    if member.is_restricted() {
        return lang.pick("（限制处理）", "(restricted)").to_owned();
    }
    value(office, &member.name, member.person_id, lang, |name| masked_name(&name.0))
}
