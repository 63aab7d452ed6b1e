//! The erasure of a donor's name, which stands on the vouchers of a campaign.

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::explain::Explain;
use domain::ids::PersonId;
use domain::personal::RetentionClass;
use domain::retention::Withheld;

use super::page::{
    ClassLine, ErasurePage, HistoryLine, Request, approve_form, basis_field, pending, reject_form,
};
use super::words;
use crate::access::{Capability, may};
use crate::console::Console;
use crate::console::address::Path;
use crate::console::answers::{Refusal, Stop};
use crate::console::forms::{Sheet, StepForm, Typed};
use crate::console::page::Frame;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::erasure::donor::{self, DonorFile};
use crate::processes::erasure::{RequestEntry, RequestSubject, requests};
use crate::processes::{Office, ProcessError, campaign};

/// What is known of a donor's erasure.
struct Known {
    file: DonorFile,
    /// Those of this donor, the newest first.
    requests: Vec<RequestEntry>,
    /// What the campaign is called.
    campaign: String,
}

/// Shows from when the name may go, the request, and the steps of whoever looks.
pub(super) async fn show(
    State(console): State<Console>,
    visitor: Visitor,
    Path(donor): Path<PersonId>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadMoney)?;
    let known = read(&console.office, donor).await;
    let known = known.map_err(|error| Stop::failed(error, visitor.lang))?;
    Ok(page(&visitor, &known).answer(None))
}

async fn read(office: &Office, id: PersonId) -> Result<Known, ProcessError> {
    let file = file_of(office, id).await?;
    let mut requests = requests(office).await?;
    requests.retain(|one| one.subject == RequestSubject::Donor && one.person_id == id);
    requests.reverse();
    let known = campaign::campaign(office, file.campaign_id).await?;
    let campaign = known.book().map(|book| book.terms.name.clone()).unwrap_or_default();
    Ok(Known { file, requests, campaign })
}

async fn file_of(office: &Office, id: PersonId) -> Result<DonorFile, ProcessError> {
    donor::look_up(office, id).await?.ok_or(ProcessError::Unknown { what: "donor" })
}

fn page(visitor: &Visitor, known: &Known) -> ErasurePage {
    let (lang, file) = (visitor.lang, &known.file);
    let record = file.erased_on().map_or_else(
        || lang.pick("名称密封保管，页面不显示", "the name is kept sealed, and shown on no page").to_owned(),
        |on| words::erased(lang, on),
    );
    let stands = vec![
        (lang.pick("捐赠人编号", "Donor"), file.donor.to_string()),
        (lang.pick("募捐活动", "Campaign"), known.campaign.clone()),
        (lang.pick("个人信息", "Values"), record),
    ];
    let request = pending(&known.requests);
    let gifts = format!("/campaigns/{}/gifts", file.campaign_id);
    ErasurePage {
        frame: Frame::new(visitor, "/money"),
        title: lang.pick("捐赠人信息删除", "Erasure of a donor").to_owned(),
        above: vec![
            ("/money".to_owned(), lang.pick("资金与捐赠", "Funds and gifts").to_owned()),
            (gifts, lang.pick("捐赠与票据", "Gifts and receipts").to_owned()),
        ],
        stands,
        request: request.map(|entry| Request::of(lang, entry, words::of_a_donor(lang))),
        classes: vec![class_line(visitor, file)],
        at_work: Vec::new(),
        forms: forms(visitor, known),
        idle: idle(lang, known, request),
        history: known.requests.iter().map(|entry| HistoryLine::of(lang, entry)).collect(),
    }
}

fn class_line(visitor: &Visitor, file: &DonorFile) -> ClassLine {
    let lang = visitor.lang;
    let (mark, today) = match withheld(visitor, file) {
        _ if file.erased_on().is_some() => ("unordered", lang.pick("已删除", "erased")),
        Some(_) => ("warn", lang.pick("保管期限未满", "still kept by law")),
        None => ("settled", lang.pick("可以删除", "may be erased")),
    };
    let class = RetentionClass::Vouchers;
    ClassLine {
        name: lang.pick(class.zh(), class.en()),
        holds: lang.pick("捐赠和票据上的捐赠人名称", "the donor's name on gifts and receipts"),
        from: file.erasable_from.to_string(),
        mark,
        today,
    }
}

/// Why the name may not go today, where it may not.
fn withheld(visitor: &Visitor, file: &DonorFile) -> Option<Withheld> {
    let (class, from) = (RetentionClass::Vouchers, file.erasable_from);
    (visitor.desk().today() < from).then_some(Withheld::RetentionRuns { class, from })
}

fn idle(lang: Lang, known: &Known, request: Option<&RequestEntry>) -> &'static str {
    match (known.file.erased_on(), request) {
        (Some(_), _) => {
            lang.pick("名称已删除，没有可办理的事项。", "The name is erased; nothing is left to do.")
        }
        (None, Some(_)) => words::waits(lang),
        (None, None) => words::no_step(lang),
    }
}

fn forms(visitor: &Visitor, known: &Known) -> Vec<StepForm> {
    let (lang, file) = (visitor.lang, &known.file);
    let path = format!("/donors/{}/erasure", file.donor);
    let barred = withheld(visitor, file).map(|withheld| lang.pick(withheld.zh(), withheld.to_string()));
    match pending(&known.requests) {
        Some(entry) if may(visitor.role, Capability::DecideErasure) => {
            let mut approve = approve_form(visitor, &path, &entry.requested_by);
            approve.barred = approve.barred.or(barred);
            vec![approve, reject_form(lang, &path)]
        }
        None if file.erased_on().is_none() && may(visitor.role, Capability::RequestErasure) => {
            let does = lang.pick(
                "提出申请，由其他审核、审批人员决定；批准之前可以退回，批准之后不能恢复。名称只是不愿公开的，改为匿名即可。",
                "Asks for it; another reviewer or approver decides. Until then it can be sent back, afterwards nothing can be \
                 brought back. A name that is only not to be published is made anonymous instead.",
            );
            let name = lang.pick("申请删除", "Ask to erase");
            let fields = vec![basis_field(lang)];
            let mut form = StepForm::new(format!("{path}/request"), "request", name, does, fields);
            (form.open, form.barred) = (true, barred);
            vec![form]
        }
        _ => Vec::new(),
    }
}

/// Takes a step; what is refused is shown on the page with what was typed.
pub(super) async fn step(
    State(console): State<Console>,
    visitor: Visitor,
    Path((donor, step)): Path<(PersonId, String)>,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    let capability = match step.as_str() {
        "request" => Capability::RequestErasure,
        "approve" | "reject" => Capability::DecideErasure,
        _ => return Err(Stop::Missing(visitor.lang)),
    };
    visitor.must(capability)?;
    let failed = |error| Stop::failed(error, visitor.lang);
    let file = file_of(&console.office, donor).await.map_err(failed)?;
    match take(&console.office, &visitor, (&file, &step), &typed).await {
        Ok(()) => Ok(Redirect::to(&format!("/donors/{donor}/erasure")).into_response()),
        Err(refusal) => {
            let known = read(&console.office, donor).await.map_err(failed)?;
            Ok(page(&visitor, &known).answer(Some((&step, &typed, refusal))))
        }
    }
}

async fn take(
    office: &Office,
    visitor: &Visitor,
    (file, step): (&DonorFile, &str),
    typed: &Typed,
) -> Result<(), Refusal> {
    let (lang, desk) = (visitor.lang, visitor.desk());
    let sheet = Sheet::new(typed, lang);
    let done = match step {
        "request" => donor::request(office, &desk, file, sheet.text("basis")).await,
        "approve" => {
            sheet.confirmed()?;
            donor::erase(office, &desk, file).await.map(drop)
        }
        _ => donor::reject(office, &desk, file, sheet.text("reason")).await,
    };
    done.map_err(|error| Refusal::of(&error, lang))
}
