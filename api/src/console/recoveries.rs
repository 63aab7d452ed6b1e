//! 追缴: what is asked back, the plans by which it comes back, and who decides on them.

use std::collections::BTreeMap;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ids::{CaseId, RecoveryPlanId};
use domain::money::Money;
use domain::numbers::yuan;
use domain::recovery_plan::PlanStage;
use projections::recovery_plans::PlanRow;
use projections::recovery_plans::queries::{OpenPayment, plan, plans, recoveries};
use projections::runner::Until;
use serde::Deserialize;

use super::Console;
use super::answers::{Refusal, Stop, shown};
use super::forms::{Field, Kind, Sheet, StepForm, Typed};
use super::page::Frame;
use super::scope::seen_cases;
use super::visitor::Visitor;
use crate::access::{Capability, may};
use crate::console::address::{Path, Query};
use crate::lang::Lang;
use crate::processes::{self as office, Office, ProcessError, Repaid, WantedWay};
use crate::replay::plan_way;

/// Plans that ended which are still shown, the newest.
const ENDED_MAX: usize = 50;

#[derive(Template)]
#[template(path = "recoveries.html")]
struct RecoveriesPage {
    frame: Frame,
    propose: Option<StepForm>,
    open: Vec<PlanLine>,
    ended: Vec<PlanLine>,
    owed: Vec<Owed>,
    may_see_cases: bool,
}

struct PlanLine {
    id: String,
    case: String,
    program: &'static str,
    total: String,
    way: String,
    stage: &'static str,
    by: String,
    on: String,
    reason: String,
    forms: Vec<StepForm>,
}

/// What a case still owes.
struct Owed {
    case: String,
    program: &'static str,
    months: String,
    amount: String,
    form: Option<StepForm>,
}

/// For which case a plan is proposed.
#[derive(Default, Deserialize)]
pub(super) struct Wanted {
    case: Option<CaseId>,
}

/// Shows plans and what is owed.
pub(super) async fn list(
    State(console): State<Console>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadPayments)?;
    let page = read(&console.office, &visitor, wanted.case).await;
    Ok(shown(&page.map_err(|error| Stop::failed(error, visitor.lang))?))
}

async fn read(
    office: &Office,
    visitor: &Visitor,
    case: Option<CaseId>,
) -> Result<RecoveriesPage, ProcessError> {
    let lang = visitor.lang;
    office.runner.catch_up(Until::Head).await?;
    let rows = plans(&office.pool).await?;
    let owed = recoveries(&office.pool, &[]).await?;
    let ids: Vec<CaseId> =
        rows.iter().map(|row| row.case_id).chain(owed.iter().map(|payment| payment.case_id)).collect();
    let seen = seen_cases(office, visitor, &ids).await?;
    let (open, ended): (Vec<_>, Vec<_>) =
        rows.iter().filter(|row| seen.contains(&row.case_id)).partition(|row| row.stage.is_open());
    let may_propose = may(visitor.role, Capability::PrepareRecoveries);
    Ok(RecoveriesPage {
        frame: Frame::new(visitor, "/recoveries"),
        propose: may_propose.then(|| propose_form(lang, case)),
        open: open.iter().rev().map(|row| line(visitor, row)).collect(),
        ended: ended.iter().rev().take(ENDED_MAX).map(|row| line(visitor, row)).collect(),
        owed: owed_lines(visitor, owed.iter().filter(|payment| seen.contains(&payment.case_id)))?,
        may_see_cases: may(visitor.role, Capability::ReadCases),
    })
}

fn line(visitor: &Visitor, row: &PlanRow) -> PlanLine {
    let lang = visitor.lang;
    let way = plan_way(&row.way);
    PlanLine {
        id: row.plan_id.to_string(),
        case: row.case_id.to_string(),
        program: lang.pick(row.program.zh(), row.program.en()),
        total: yuan(row.total),
        way: lang.pick(way.zh, way.en),
        stage: lang.pick(row.stage.zh(), row.stage.en()),
        by: row.proposed_by.to_string(),
        on: row.proposed_on.to_string(),
        reason: row.closed_reason.clone().unwrap_or_default(),
        forms: forms(visitor, row),
    }
}

fn forms(visitor: &Visitor, row: &PlanRow) -> Vec<StepForm> {
    let lang = visitor.lang;
    let t = |zh: &'static str, en: &'static str| lang.pick(zh, en);
    let path = |step: &str| format!("/recoveries/{}/{step}", row.plan_id);
    let code = |step: &str| format!("{step}-{}", row.plan_id);
    let reason = || Field::new("reason", t("原因", "Reason"), Kind::Line);
    let mut forms = Vec::new();
    if row.stage == PlanStage::Proposed && may(visitor.role, Capability::ApproveRecoveries) {
        let does = t(
            "按方案追回；核销的在批准时核销。",
            "The money comes back by the plan; a waiver gives it up at once.",
        );
        let mut approve =
            StepForm::new(path("approve"), &code("approve"), t("批准", "Approve"), does, vec![]);
        approve.confirm = Some(t("我已查阅方案", "I have seen the plan").to_owned());
        if row.proposed_by == visitor.account.account {
            approve.barred =
                Some(t("不能批准自己提出的方案。", "Nobody approves a plan of their own.").to_owned());
        }
        forms.push(approve);
        let does = t("退回方案，由财务重新提出。", "Sends the plan back; finance proposes another.");
        forms.push(StepForm::new(
            path("reject"),
            &code("reject"),
            t("退回", "Send back"),
            does,
            vec![reason()],
        ));
    }
    if row.stage.is_open() && may(visitor.role, Capability::PrepareRecoveries) {
        let does = t(
            "撤回或终止方案；未追回的仍未结清，可另提方案。",
            "Withdraws or ends the plan; what is open stays open for another.",
        );
        let mut end = StepForm::new(
            path("end"),
            &code("end"),
            t("撤回或终止", "Withdraw or end"),
            does,
            vec![reason()],
        );
        end.confirm = Some(t("我已核对", "I have checked it").to_owned());
        forms.push(end);
    }
    forms
}

fn propose_form(lang: Lang, case: Option<CaseId>) -> StepForm {
    let t = |zh: &'static str, en: &'static str| lang.pick(zh, en);
    let ways = [
        ("repayment", "本人退款", "the beneficiary repays"),
        ("heirs", "继承人在遗产价值内退款", "the heirs repay, up to the estate"),
        ("withholding", "从以后月份抵扣", "later payments withhold it"),
        ("small_sum", "小额核销", "a small sum is given up"),
        ("estate_exhausted", "遗产已清偿完毕，核销", "the estate is exhausted"),
    ];
    let ways = ways.map(|(code, zh, en)| (code.to_owned(), t(zh, en).to_owned()));
    let amount = |name, zh, en| Field::new(name, t(zh, en), Kind::Amount).optional();
    let case = case.map(|case| case.to_string()).unwrap_or_default();
    let fields = vec![
        Field::new("case", t("个案编号", "Case"), Kind::Line).holding(&case),
        Field::new("way", t("追回方式", "Way"), Kind::Choice(ways.to_vec())),
        amount("per_month", "每月抵扣（元）", "Withheld a month (yuan)")
            .helped(t("抵扣时填写", "Where it is withheld")),
        amount("estate", "遗产价值（元）", "Value of the estate (yuan)")
            .helped(t("涉及遗产时填写", "Where there is an estate")),
        Field::new("agreement", t("协议编号", "Agreement"), Kind::Line)
            .optional()
            .helped(t("从他人待遇抵扣时须有书面协议", "Where it is withheld from somebody else")),
        Field::new("from_case", t("从哪个个案抵扣", "Withheld from case"), Kind::Line)
            .optional()
            .helped(t("空为本个案", "Empty: this one")),
        Field::new("reason", t("核销原因", "Why it is given up"), Kind::Line)
            .optional()
            .helped(t("核销时填写", "Where it is given up")),
    ];
    let does = t(
        "对该个案全部多发的提出一个方案，由审批人员决定。",
        "Proposes one plan for everything that the case was paid too much; an approver decides.",
    );
    let mut form =
        StepForm::new("/recoveries".to_owned(), "propose", t("提出追回方案", "Propose a plan"), does, fields);
    form.open = !case.is_empty();
    form
}

fn owed_lines<'a>(
    visitor: &Visitor,
    payments: impl Iterator<Item = &'a OpenPayment>,
) -> Result<Vec<Owed>, ProcessError> {
    let lang = visitor.lang;
    let mut cases: BTreeMap<CaseId, (&OpenPayment, Vec<String>, Money)> = BTreeMap::new();
    for payment in payments {
        let open = payment.opened.minus(payment.received)?.minus(payment.waived)?;
        if open.is_positive() {
            let (_, months, sum) = cases.entry(payment.case_id).or_insert((payment, Vec::new(), Money::ZERO));
            months.push(payment.month.to_string());
            *sum = sum.plus(open)?;
        }
    }
    let may_take = may(visitor.role, Capability::TakeRepayments);
    let owed = cases.into_iter().map(|(case, (payment, months, sum))| Owed {
        case: case.to_string(),
        program: lang.pick(payment.program.zh(), payment.program.en()),
        months: months.join(" "),
        amount: yuan(sum),
        form: may_take.then(|| repay_form(visitor, case, sum)),
    });
    Ok(owed.collect())
}

fn repay_form(visitor: &Visitor, case: CaseId, open: Money) -> StepForm {
    let lang = visitor.lang;
    let fields = vec![
        Field::new("amount", lang.pick("金额（元）", "Yuan"), Kind::Amount)
            .holding(&open.to_yuan().to_string()),
        Field::day("received_on", lang.pick("到账日期", "Received on"), visitor.desk().today()),
        Field::new("reference", lang.pick("银行流水号", "Number of the slip"), Kind::Line).optional(),
    ];
    let does = lang.pick(
        "登记退回的款项，从最早的月份起冲抵，退回原资金。",
        "Takes repaid money in, the oldest month first, back to the fund that had paid.",
    );
    let name = lang.pick("登记退款", "Take a repayment");
    StepForm::new(
        format!("/recoveries/cases/{case}/repayments"),
        &format!("repay-{case}"),
        name,
        does,
        fields,
    )
}

/// Proposes a plan.
pub(super) async fn propose(
    State(console): State<Console>,
    visitor: Visitor,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::PrepareRecoveries)?;
    let done = async {
        let sheet = Sheet::new(&typed, visitor.lang);
        let case: CaseId = sheet.choice("case", |id| id.parse().ok())?;
        must_see(&console.office, &visitor, case).await?;
        let way = way(&sheet)?;
        let proposed = office::propose_plan(&console.office, &visitor.desk(), case, way).await;
        proposed.map(drop).map_err(|error| Refusal::of(&error, visitor.lang))
    };
    answered(&console, &visitor, "propose", &typed, done.await).await
}

fn way(sheet: &Sheet<'_>) -> Result<WantedWay, Refusal> {
    let owned = |text: &str| text.to_owned();
    Ok(match sheet.text("way") {
        "repayment" => WantedWay::Repayment,
        "heirs" => WantedWay::Heirs { estate: sheet.amount("estate")? },
        "withholding" => WantedWay::Withholding {
            from_case: sheet
                .given("from_case")
                .map(|_| sheet.choice("from_case", |id| id.parse().ok()))
                .transpose()?,
            per_month: sheet.amount("per_month")?,
            agreement: sheet.given("agreement").map(owned),
        },
        "small_sum" => WantedWay::SmallSum { reason: owned(sheet.filled("reason")?) },
        "estate_exhausted" => WantedWay::EstateExhausted {
            estate: sheet.amount("estate")?,
            reason: owned(sheet.filled("reason")?),
        },
        _ => sheet.choice("way", |_| None)?,
    })
}

/// Takes a step with a plan.
pub(super) async fn step(
    State(console): State<Console>,
    visitor: Visitor,
    Path((id, step)): Path<(RecoveryPlanId, String)>,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    let capability = match step.as_str() {
        "approve" | "reject" => Capability::ApproveRecoveries,
        "end" => Capability::PrepareRecoveries,
        _ => return Err(Stop::Missing(visitor.lang)),
    };
    visitor.must(capability)?;
    let (office, desk) = (&console.office, visitor.desk());
    let done = async {
        let refused = |error: ProcessError| Refusal::of(&error, visitor.lang);
        office.runner.catch_up(Until::Head).await.map_err(|error| refused(error.into()))?;
        let row = plan(&office.pool, id).await.map_err(|error| refused(error.into()))?;
        let row = row.ok_or_else(|| refused(ProcessError::Unknown { what: "plan" }))?;
        must_see(office, &visitor, row.case_id).await?;
        let sheet = Sheet::new(&typed, visitor.lang);
        match step.as_str() {
            "approve" => {
                sheet.confirmed()?;
                office::approve_plan(office, &desk, id).await.map_err(refused)
            }
            "reject" => {
                office::reject_plan(office, &desk, id, sheet.filled("reason")?).await.map_err(refused)
            }
            _ => {
                sheet.confirmed()?;
                office::end_plan(office, &desk, id, sheet.filled("reason")?).await.map_err(refused)
            }
        }
    };
    answered(&console, &visitor, &format!("{step}-{id}"), &typed, done.await).await
}

/// Takes repaid money in.
pub(super) async fn repay(
    State(console): State<Console>,
    visitor: Visitor,
    Path(case): Path<CaseId>,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::TakeRepayments)?;
    let done = async {
        must_see(&console.office, &visitor, case).await?;
        let sheet = Sheet::new(&typed, visitor.lang);
        let (amount, received_on) = (sheet.amount("amount")?, sheet.day("received_on")?);
        let repaid = Repaid { amount, received_on, reference: sheet.given("reference").map(str::to_owned) };
        let taken = office::receive_repayment(&console.office, &visitor.desk(), case, repaid).await;
        taken.map_err(|error| Refusal::of(&error, visitor.lang))
    };
    answered(&console, &visitor, &format!("repay-{case}"), &typed, done.await).await
}

async fn must_see(office: &Office, visitor: &Visitor, case: CaseId) -> Result<(), Refusal> {
    let seen = seen_cases(office, visitor, &[case]).await;
    match seen.map(|seen| seen.contains(&case)) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Refusal::of(&ProcessError::Unknown { what: "case" }, visitor.lang).at("case")),
        Err(error) => Err(Refusal::of(&error, visitor.lang)),
    }
}

async fn answered(
    console: &Console,
    visitor: &Visitor,
    code: &str,
    typed: &Typed,
    done: Result<(), Refusal>,
) -> Result<Response, Stop> {
    let Err(refusal) = done else { return Ok(Redirect::to("/recoveries").into_response()) };
    let page = read(&console.office, visitor, None).await;
    let mut page = page.map_err(|error| Stop::failed(error, visitor.lang))?;
    let of_plans = page.open.iter_mut().flat_map(|line| &mut line.forms);
    let of_cases = page.owed.iter_mut().filter_map(|owed| owed.form.as_mut());
    let forms = page.propose.iter_mut().chain(of_plans).chain(of_cases);
    forms.filter(|form| form.code == code).for_each(|form| form.keep(typed, Some(&refusal)));
    let status = refusal.status;
    page.frame.refused = Some(refusal);
    Ok((status, shown(&page)).into_response())
}
