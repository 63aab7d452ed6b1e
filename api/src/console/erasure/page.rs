//! What the page of a person's erasure and that of a donor's are made of.

use askama::Template;
use axum::response::{IntoResponse, Response};
use domain::actor::ActorId;

use super::words;
use crate::console::answers::{Refusal, shown};
use crate::console::forms::{Field, Kind, StepForm, Typed};
use crate::console::page::Frame;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::erasure::{RequestAnswer, RequestEntry};

#[derive(Template)]
#[template(path = "erasure.html")]
pub(super) struct ErasurePage {
    pub frame: Frame,
    pub title: String,
    /// What is above it: path and name.
    pub above: Vec<(String, String)>,
    /// How things stand: label and value.
    pub stands: Vec<(&'static str, String)>,
    /// The request that waits.
    pub request: Option<Request>,
    pub classes: Vec<ClassLine>,
    pub at_work: Vec<Obstacle>,
    pub forms: Vec<StepForm>,
    /// What is said where there is no form.
    pub idle: &'static str,
    /// What was asked before, the newest first.
    pub history: Vec<HistoryLine>,
}

/// A request that waits for its decision.
pub(super) struct Request {
    /// Who asked, when, why and for what: label and value.
    pub told: Vec<(&'static str, String)>,
    /// What approving does.
    pub does: Vec<String>,
    /// Until when it can be taken back.
    pub withdrawal: &'static str,
}

/// A class of values, and from when it may go.
pub(super) struct ClassLine {
    pub name: &'static str,
    pub holds: &'static str,
    pub from: String,
    pub mark: &'static str,
    pub today: &'static str,
}

/// Something that is not finished; the path is empty where the visitor has no page of it.
pub(super) struct Obstacle {
    pub words: String,
    pub path: String,
}

pub(super) struct HistoryLine {
    pub asked: String,
    pub taken: &'static str,
    pub basis: String,
    pub mark: &'static str,
    pub state: &'static str,
    pub decided: String,
}

impl Request {
    /// A request, with what approving it does.
    pub fn of(lang: Lang, entry: &RequestEntry, does: Vec<String>) -> Request {
        let told = vec![
            (lang.pick("申请人", "Asked by"), entry.requested_by.to_string()),
            (lang.pick("申请日期", "On"), entry.requested_on.to_string()),
            (lang.pick("法律依据", "Legal basis"), entry.basis.clone()),
            (lang.pick("删除范围", "What"), words::taken(lang, entry.through).to_owned()),
        ];
        Request { told, does, withdrawal: words::withdrawal(lang) }
    }
}

impl HistoryLine {
    pub fn of(lang: Lang, entry: &RequestEntry) -> HistoryLine {
        let (mark, state, decided) = words::answer(lang, &entry.answer);
        HistoryLine {
            asked: format!("{} {}", entry.requested_on, entry.requested_by),
            taken: words::taken(lang, entry.through),
            basis: entry.basis.clone(),
            mark,
            state,
            decided,
        }
    }
}

/// The request that waits among those of somebody.
pub(super) fn pending(requests: &[RequestEntry]) -> Option<&RequestEntry> {
    requests.iter().find(|entry| entry.answer == RequestAnswer::Pending)
}

impl ErasurePage {
    /// The answer, with what was typed and refused in its form again.
    pub fn answer(mut self, refused: Option<(&str, &Typed, Refusal)>) -> Response {
        let Some((code, typed, refusal)) = refused else { return shown(&self) };
        let sent = self.forms.iter_mut().filter(|form| form.code == code);
        sent.for_each(|form| form.keep(typed, Some(&refusal)));
        let status = refusal.status;
        self.frame.refused = Some(refusal);
        (status, shown(&self)).into_response()
    }
}

/// The field for a legal basis.
pub(super) fn basis_field(lang: Lang) -> Field {
    Field::new("basis", lang.pick("法律依据", "Legal basis"), Kind::Line).helped(lang.pick(
        "如：个人信息保护法第四十七条；不超过 200 字，永久留在日志中，不要写个人信息",
        "such as: art. 47 of the Personal Information Protection Law; at most 200 characters, in the log for ever: nothing personal",
    ))
}

/// The field for a reason.
pub(super) fn reason_field(lang: Lang) -> Field {
    Field::new("reason", lang.pick("原因", "Reason"), Kind::Line).helped(lang.pick(
        "不超过 200 字，永久留在日志中，不要写个人信息",
        "at most 200 characters, in the log for ever: nothing personal",
    ))
}

/// The form that approves, barred for who asked.
pub(super) fn approve_form(visitor: &Visitor, path: &str, asked_by: &ActorId) -> StepForm {
    let lang = visitor.lang;
    let does = lang.pick(
        "当即销毁上面所列的密钥，不能恢复。",
        "Destroys the keys named above at once. It cannot be undone.",
    );
    let name = lang.pick("批准删除", "Approve the erasure");
    let mut form = StepForm::new(format!("{path}/approve"), "approve", name, does, Vec::new());
    let sure = lang.pick(
        "已核对申请和法律依据，知晓批准后不能恢复",
        "I have checked the request and its basis, and know that it is for ever",
    );
    form.confirm = Some(sure.to_owned());
    if *asked_by == visitor.account.account {
        let words = lang.pick(
            "您提出了申请，须由其他审核、审批人员决定。",
            "You asked for it: another reviewer or approver decides.",
        );
        form.barred = Some(words.to_owned());
    }
    form
}

/// The form that sends a request back.
pub(super) fn reject_form(lang: Lang, path: &str) -> StepForm {
    let does = lang.pick(
        "不作删除，申请结束；需要时可以重新申请。",
        "Nothing is erased and the request is over; another can be made.",
    );
    let name = lang.pick("退回申请", "Send it back");
    StepForm::new(format!("{path}/reject"), "reject", name, does, vec![reason_field(lang)])
}
