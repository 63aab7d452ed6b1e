//! What the visitor can do with a case now: the domain says what comes next, the role what is theirs.

use chrono::{Days, Months, NaiveDate};
use domain::actor::{ActorId, Contributors};
use domain::benefit_case::{
    Action, Appeal, BenefitCase, ClosureReason, Frequency, HeldMonths, HoldReason, Need, Objection, procedure,
};
use domain::policy::{AssistanceMode, ChosenSet};
use domain::program::Program;
use projections::case_files::CaseRow;

use crate::access::{Capability, may};
use crate::console::forms::{Field, Kind, StepForm};
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::registers::Named;

/// What the forms of a case follow from.
pub(super) struct Ground<'a> {
    pub visitor: &'a Visitor,
    pub row: &'a CaseRow,
    /// Who recorded facts of the household.
    pub facts_recorded_by: &'a Contributors,
    pub today: NaiveDate,
}

/// Which of the doors' capabilities an action needs.
pub(super) const fn capability(action: Action) -> Capability {
    match action {
        Action::Recommend | Action::WithdrawReview => Capability::ReviewCases,
        Action::DecideEligibility | Action::DetermineEntitlement | Action::DecideAppeal => {
            Capability::DecideCases
        }
        _ => Capability::PrepareCases,
    }
}

/// The forms, in the order of a case's life.
pub(super) fn forms(ground: &Ground<'_>) -> Vec<StepForm> {
    let actions = ground.row.state.next_actions();
    let mine = actions.into_iter().filter(|action| may(ground.visitor.role, capability(*action)));
    mine.filter_map(|action| ground.form(action)).collect()
}

impl Ground<'_> {
    fn me(&self) -> &ActorId {
        &self.visitor.account.account
    }

    fn form(&self, action: Action) -> Option<StepForm> {
        let lang = self.visitor.lang;
        let fields = self.fields(action)?;
        let path = format!("/cases/{}/{}", self.row.case_id, action.code());
        let does = lang.pick(does(action).0, does(action).1);
        let mut form = StepForm::new(path, action.code(), lang.pick(action.zh(), action.en()), does, fields);
        form.hidden.push(("version", self.row.sequence.to_string()));
        form.confirm = confirm(action).map(|(zh, en)| lang.pick(zh, en).to_owned());
        form.barred = self.barred(action).map(|(zh, en)| lang.pick(zh, en).to_owned());
        Some(form)
    }

    /// Why the visitor may not, where their role may.
    fn barred(&self, action: Action) -> Option<(&'static str, &'static str)> {
        let took_part = |file: &domain::benefit_case::CaseFile| file.contributors.include(self.me());
        let prepared = self.row.state.file().is_some_and(took_part);
        let recorded = self.facts_recorded_by.include(self.me());
        let reviewed_by = match &self.row.state {
            BenefitCase::UnderReview(case) => case.reviewed_by.as_ref(),
            _ => None,
        };
        match action {
            Action::DecideEligibility if prepared || recorded => Some((
                "您参与过该个案或其家庭信息的办理，须由其他审批人员决定。",
                "You prepared the case or facts of its household: another approver decides.",
            )),
            Action::DecideAppeal if prepared => Some((
                "您参与过该个案的办理，申诉须由其他审批人员决定。",
                "You took part in the case: another approver decides the appeal.",
            )),
            Action::WithdrawReview if reviewed_by != Some(self.me()) => {
                Some(("审核意见只能由提出人本人撤回。", "Only who gave the recommendation may withdraw it."))
            }
            Action::LiftPaymentHold if self.open_holds().is_empty() => Some((
                "登记暂缓的人不得自行解除，请由其他经办人员解除。",
                "Nobody lifts a hold of their own: another clerk does.",
            )),
            _ => None,
        }
    }

    /// What the form of an action asks for; none where the page has no such form.
    fn fields(&self, action: Action) -> Option<Vec<Field>> {
        let lang = self.visitor.lang;
        let t = |zh: &'static str, en: &'static str| lang.pick(zh, en);
        let day = |name, zh, en| Field::day(name, t(zh, en), self.today);
        let note = |zh, en| Field::new("note", t(zh, en), Kind::Lines);
        Some(match action {
            Action::HoldConsultation => return None,
            Action::ReceiveApplication => self.application(),
            Action::RequestMaterials => vec![
                Field::new("materials", t("需补正的材料（每行一项）", "Materials, one a line"), Kind::Lines),
                day("due_on", "补齐期限", "Due on"),
            ],
            Action::SupplyMaterials => vec![day("supplied_on", "补齐日期", "Supplied on")],
            Action::CheckMeans => vec![
                choice("finding", t("核对结果", "Finding"), findings(lang)),
                day("checked_on", "核对日期", "Checked on"),
                Field::new("report", t("核对报告编号", "Number of the report"), Kind::Line),
            ],
            Action::RecordHomeVisit => vec![
                Field::new("visitors", t("调查人员账号", "Visitors' accounts"), Kind::Line)
                    .holding(self.me().as_str())
                    .helped(t("至少两人，用逗号隔开", "Two at least, with a comma between")),
                note("调查所见（加密保存）", "What was seen (kept sealed)"),
                day("visited_on", "调查日期", "Visited on"),
            ],
            Action::Recommend | Action::DecideEligibility => {
                vec![choice("outcome", t("意见", "Outcome"), named_outcomes(lang))]
            }
            Action::DecideAppeal => {
                vec![choice("outcome", t("复议决定", "Decision"), pairs(lang, &APPEAL_OUTCOMES))]
            }
            Action::WithdrawReview | Action::PostNotice | Action::DetermineEntitlement => vec![],
            Action::RaiseObjection => {
                vec![
                    note("异议内容（加密保存）", "The objection (kept sealed)"),
                    day("raised_on", "日期", "Day"),
                ]
            }
            Action::ResolveObjection => vec![
                choice("objection", t("异议", "Objection"), self.objections()),
                choice(
                    "outcome",
                    t("处理结果", "Outcome"),
                    pairs(
                        lang,
                        &[
                            ("dismissed", "不成立", "dismissed"),
                            ("upheld", "成立，退回重新调查", "upheld: back to the review"),
                        ],
                    ),
                ),
                day("resolved_on", "日期", "Day"),
            ],
            _ => return self.fields_on_the_roll(action),
        })
    }

    fn fields_on_the_roll(&self, action: Action) -> Option<Vec<Field>> {
        let lang = self.visitor.lang;
        let t = |zh: &'static str, en: &'static str| lang.pick(zh, en);
        let day = |name, zh, en| Field::day(name, t(zh, en), self.today);
        Some(match action {
            Action::NoteRecertificationDue => vec![day("due_on", "复核期限", "Due on")],
            Action::Recertify => self.recertification(),
            Action::Suspend => vec![
                choice("reason", t("原因", "Reason"), pairs(lang, &[SUSPENSION])),
                day("since", "自何日起", "Since"),
            ],
            Action::Resume => vec![day("confirmed_on", "确认健在日期", "Confirmed alive on")],
            Action::HoldPayment => self.hold(),
            Action::LiftPaymentHold => vec![choice("months", t("月份", "Months"), self.open_holds())],
            Action::Close => vec![
                choice("reason", t("终止原因", "Reason"), self.closures()),
                day("closed_on", "最后一日", "Last day")
                    .helped(t("该日仍在享受", "The case still stands on it")),
            ],
            Action::FileAppeal => vec![
                Field::new("note", t("申诉请求（加密保存）", "What is asked (kept sealed)"), Kind::Lines),
                day("served_on", "决定送达日期", "Served on"),
                day("filed_on", "申诉日期", "Filed on"),
            ],
            _ => return None,
        })
    }

    fn application(&self) -> Vec<Field> {
        let lang = self.visitor.lang;
        let t = |zh: &'static str, en: &'static str| lang.pick(zh, en);
        let mut fields = vec![Field::day("applied_on", t("申请日期", "Applied on"), self.today)];
        if self.row.program == Program::TemporaryAssistance {
            let mode = choice("mode", t("救助方式", "Mode"), words::<AssistanceMode>(lang));
            let number = |name, zh, en| Field::new(name, t(zh, en), Kind::Number).optional();
            fields.extend([
                mode,
                Field::day("request_on", t("事由发生日期", "Day of the event"), self.today),
                number("persons", "人数（按标准）", "Persons (by the standard)"),
                number("tier", "月数（按标准）", "Months (by the standard)"),
                Field::new(
                    "amount",
                    t("金额（小额快救，元）", "Amount (small and quick, yuan)"),
                    Kind::Amount,
                )
                .optional(),
            ]);
        }
        if procedure(self.row.program, None).set_choice == Need::Needed {
            let mut sets = vec![(String::new(), t("不选择", "none").to_owned())];
            sets.extend(words::<ChosenSet>(lang));
            fields.push(choice("chosen_set", t("补贴组合", "Chosen set"), sets).optional());
        }
        fields
    }

    fn recertification(&self) -> Vec<Field> {
        let lang = self.visitor.lang;
        let months = procedure(self.row.program, None).recertification_months;
        let next = self.today.checked_add_months(Months::new(months)).unwrap_or(self.today);
        vec![
            Field::day("recertified_on", lang.pick("复核日期", "Recertified on"), self.today),
            Field::day("next_due_on", lang.pick("下次复核期限", "Next due on"), next),
        ]
    }

    fn hold(&self) -> Vec<Field> {
        let lang = self.visitor.lang;
        let reasons = HoldReason::ALL
            .iter()
            .map(|reason| (reason.code().to_owned(), lang.pick(reason.zh(), reason.en()).to_owned()));
        vec![
            Field::new("months", lang.pick("月份", "Month"), Kind::Month)
                .optional()
                .helped(lang.pick("留空为全部月份", "Empty: every month")),
            choice("reason", lang.pick("原因", "Reason"), reasons.collect()),
            Field::new("note", lang.pick("说明（加密保存）", "Note (kept sealed)"), Kind::Lines).optional(),
        ]
    }

    /// The holds that the visitor may lift.
    fn open_holds(&self) -> Vec<(String, String)> {
        let lang = self.visitor.lang;
        let Some((enrolled, _)) = self.row.state.enrollment() else { return Vec::new() };
        let open =
            enrolled.holds.iter().filter(|hold| hold.lifted_on.is_none() && hold.held_by != *self.me());
        let one = |hold: &domain::benefit_case::PaymentHold| {
            let (code, months) = match hold.months {
                HeldMonths::All => ("all".to_owned(), lang.pick("全部月份", "every month").to_owned()),
                HeldMonths::Month(month) => (month.to_string(), month.to_string()),
            };
            let why = lang.pick(hold.reason.zh(), hold.reason.en());
            (code, format!("{months}（{why}，{} {}）", hold.held_by.as_str(), hold.held_on))
        };
        open.map(one).collect()
    }

    /// Only what is paid once can be completed.
    fn closures(&self) -> Vec<(String, String)> {
        let lang = self.visitor.lang;
        let once = procedure(self.row.program, None).frequency == Frequency::Once;
        let fits = |reason: ClosureReason| reason != ClosureReason::Completed || once;
        let fitting = CLOSURES.iter().filter(|(reason, ..)| fits(*reason));
        fitting.map(|(_, code, zh, en)| ((*code).to_owned(), lang.pick(*zh, *en).to_owned())).collect()
    }

    fn objections(&self) -> Vec<(String, String)> {
        let BenefitCase::UnderReview(case) = &self.row.state else { return Vec::new() };
        let open = (1..).zip(&case.objections).filter_map(|(number, objection)| match objection {
            Objection::Open { raised_on } => Some((number.to_string(), format!("{number}（{raised_on}）"))),
            Objection::Resolved { .. } => None,
        });
        open.collect()
    }
}

/// What else is known of the next step, such as until when it waits.
pub(super) fn waits(lang: Lang, row: &CaseRow) -> Option<String> {
    use domain::benefit_case::{Materials, Recertification, Step};
    let says = |zh: String, en: String| Some(lang.pick(zh, en));
    match &row.state {
        BenefitCase::UnderReview(case) => match (case.step, &case.materials) {
            (Step::OnNotice { posted_on, earliest_decision_on }, _) => says(
                format!("{posted_on} 起公示，{earliest_decision_on} 起可以审批"),
                format!("on notice since {posted_on}, may be decided from {earliest_decision_on}"),
            ),
            (Step::Gathering, Materials::Requested { materials, due_on }) => says(
                format!("等待补正：{}，期限 {due_on}", materials.join("、")),
                format!("waits for {}, due on {due_on}", materials.join(", ")),
            ),
            _ => None,
        },
        BenefitCase::Enrolled(case) => match case.recertification {
            Recertification::Next { due_on, .. } => {
                says(format!("下次复核 {due_on}"), format!("next review by {due_on}"))
            }
            Recertification::Due { due_on } => {
                says(format!("应于 {due_on} 前复核"), format!("review due by {due_on}"))
            }
        },
        BenefitCase::Refused(case) if case.appeal == Appeal::NotFiled => {
            let until = case.decision.decided_on.checked_add_days(Days::new(60))?;
            says(
                format!("当日送达的，{until} 前可以申诉"),
                format!("served on the day, it may be appealed until {until}"),
            )
        }
        _ => None,
    }
}

const APPEAL_OUTCOMES: [(&str, &str, &str); 2] = [
    ("approved", "申诉成立，重新审核", "upheld: to be reviewed again"),
    ("refused", "维持原决定", "dismissed"),
];

const SUSPENSION: (&str, &str, &str) = ("unreachable", "连续六个月联系不上", "unreachable for six months");

fn choice(name: &'static str, label: &str, choices: Vec<(String, String)>) -> Field {
    Field::new(name, label, Kind::Choice(choices))
}

fn pairs(lang: Lang, of: &[(&str, &str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(code, zh, en)| ((*code).to_owned(), lang.pick(*zh, *en).to_owned())).collect()
}

/// The words of a register, by their codes.
fn words<T: Named>(lang: Lang) -> Vec<(String, String)> {
    T::NAMES.iter().map(|(_, zh, code)| ((*code).to_owned(), lang.pick(*zh, *code).to_owned())).collect()
}

fn named_outcomes(lang: Lang) -> Vec<(String, String)> {
    pairs(lang, &[("approved", "同意", "approve"), ("refused", "不同意", "refuse")])
}

fn findings(lang: Lang) -> Vec<(String, String)> {
    pairs(
        lang,
        &[
            ("consistent", "与申报一致", "as declared"),
            ("corrected", "与申报不符，已更正", "not as declared, corrected"),
        ],
    )
}

/// Why a case ends: code, Chinese, English.
pub(super) const CLOSURES: [(ClosureReason, &str, &str, &str); 5] = [
    (ClosureReason::Withdrawn, "withdrawn", "本人放弃（撤回申请）", "given up by the person"),
    (ClosureReason::NoLongerEligible, "no_longer_eligible", "不再符合条件", "no longer eligible"),
    (ClosureReason::MovedOut, "moved_out", "迁出", "moved out"),
    (ClosureReason::Deceased, "deceased", "死亡", "deceased"),
    (ClosureReason::Completed, "completed", "一次性救助已完成", "single aid completed"),
];

/// What an action will do.
const fn does(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::HoldConsultation => ("登记一次咨询。", "Records a consultation."),
        Action::ReceiveApplication => {
            ("受理申请，进入核对和审核。", "Receives the application: it comes under review.")
        }
        Action::RequestMaterials => (
            "通知申请人补正材料；补齐前不能提出审核意见。",
            "Asks for missing materials; no recommendation before they came.",
        ),
        Action::SupplyMaterials => ("登记材料已补齐。", "Records that all materials came."),
        Action::CheckMeans => ("登记家庭经济状况核对结果。", "Records the check of the household's means."),
        Action::RecordHomeVisit => (
            "登记两人以上入户调查；参加的人不能再审批本个案。",
            "Records a visit by two or more; none of them may decide the case.",
        ),
        Action::Recommend => (
            "提出审核意见；公示或审批前可以撤回或重新提出。",
            "Recommends; until the notice or the decision it can be withdrawn or given anew.",
        ),
        Action::WithdrawReview => (
            "撤回您的审核意见，个案退回核对阶段。",
            "Takes your recommendation back: the case is gathering again.",
        ),
        Action::PostNotice => (
            "自今天起公示规定天数；期满后第一个工作日起可以审批。",
            "Posts the notice today for the days that the procedure asks; it may be decided from the first working day after.",
        ),
        Action::RaiseObjection => (
            "登记公示期间的异议；处理前不能审批。",
            "Records an objection; nothing is decided before its answer.",
        ),
        Action::ResolveObjection => (
            "登记异议处理结果；成立的，个案退回重新调查。",
            "Answers an objection; one that stands sends the case back.",
        ),
        Action::DecideEligibility => (
            "按现行规则核定并作出决定；同意的同时核定待遇。决定作出后不能撤回，只能申诉。",
            "Decides by the rules in force; an approval also determines the entitlement. A decision cannot be withdrawn, only appealed.",
        ),
        _ => does_on_the_roll(action),
    }
}

/// What an action after the decision will do.
const fn does_on_the_roll(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::DetermineEntitlement => (
            "按现在所知的情况和规则重新核定每月应发。",
            "Determines the month's due anew, by the facts and rules known now.",
        ),
        Action::NoteRecertificationDue => ("登记复核到期。", "Records that the review is due."),
        Action::Recertify => {
            ("登记复核已完成，并定下次期限。", "Records the review, and when the next is due.")
        }
        Action::Suspend => (
            "自该日起停发；确认健在后可以恢复并补发。",
            "Suspends payment from that day; it resumes, with arrears, when the person is confirmed alive.",
        ),
        Action::Resume => (
            "恢复发放，停发期间应发的由下一批次补发。",
            "Resumes payment; the next run pays what stayed due.",
        ),
        Action::HoldPayment => (
            "暂缓发放：应发不变，解除前各批次不发；须由他人解除。",
            "Holds payment: it stays due and no run pays it; somebody else lifts the hold.",
        ),
        Action::LiftPaymentHold => ("解除暂缓，下一批次补发。", "Lifts the hold: the next run pays."),
        Action::Close => (
            "终止个案：此后月份不再应发，已多发的须追回。",
            "Ends the case: later months are not due, and what was paid of them is asked back.",
        ),
        Action::FileAppeal => {
            ("登记申诉（决定送达之日起 60 日内）。", "Records an appeal, within 60 days of the service.")
        }
        Action::DecideAppeal => (
            "决定申诉；成立的，个案退回重新审核。",
            "Decides the appeal; upheld, the case is reviewed again.",
        ),
        _ => ("办理此步骤。", "Takes this step."),
    }
}

/// What must be ticked before it is done.
const fn confirm(action: Action) -> Option<(&'static str, &'static str)> {
    match action {
        Action::Close => Some(("我已核对，确认终止", "I have checked it: end the case")),
        Action::Suspend => Some(("我已核对，确认停发", "I have checked it: suspend payment")),
        Action::DecideEligibility => Some(("我已查阅材料和核定依据", "I have seen the papers and the basis")),
        Action::DecideAppeal => Some(("我已查阅申诉材料", "I have seen the appeal")),
        _ => None,
    }
}
