//! `ledger recovery plan`, `receive`, `list` and `show`.

use chrono::NaiveDate;
use domain::ids::{CaseId, RecoveryPlanId};
use domain::money::Money;
use projections::Until;
use projections::recovery_plans::PlanRow;
use projections::recovery_plans::queries::{self, OpenPayment, recoveries};
use serde_json::json;

use super::PlanArgs;
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen, yuan};
use crate::cli::session::Session;
use crate::processes::{Repaid, propose_plan, receive_repayment};
use crate::replay::{Words, plan_way};

/// Proposes a plan and shows it.
///
/// # Errors
/// [`Failure`]: something is missing, or the domain refuses.
pub(super) async fn propose(session: &Session, arguments: &PlanArgs) -> Result<Done, Failure> {
    let (desk, screen) = (session.desk()?, session.screen);
    let wanted = arguments.wanted()?;
    let (plan, payments) = session
        .act(async |app| {
            let office = app.office();
            let plan_id = propose_plan(office, &desk, arguments.case, wanted).await?;
            office.runner.catch_up(Until::Head).await?;
            look_up(&office.pool, plan_id).await
        })
        .await?;
    show_plan(&screen, &plan, &payments)?;
    let plan_id = plan.plan_id;
    screen.say(
        format!("下一步（须由他人）：ledger recovery approve {plan_id} --as approver:…"),
        format!("Next, by another person: ledger recovery approve {plan_id} --as approver:…"),
    )?;
    screen.answer(&json!({ "plan": plan, "payments": payments }))?;
    Ok(Done::Well)
}

/// Takes repaid money in.
///
/// # Errors
/// [`Failure`]: more than is open, or nothing of the case was asked back.
pub(super) async fn receive(
    session: &Session,
    case: CaseId,
    (amount, on, reference): (Money, Option<NaiveDate>, Option<String>),
) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let repaid = Repaid { amount, received_on: on.unwrap_or(desk.today()), reference: reference.clone() };
    let payments = session
        .act(async |app| {
            let office = app.office();
            receive_repayment(office, &desk, case, repaid).await?;
            office.runner.catch_up(Until::Head).await?;
            Ok(recoveries(&office.pool, &[case]).await?)
        })
        .await?;
    let open = open_of(&payments);
    session.screen.say(
        format!("已收退款 {} 元，个案 {case} 尚待追回 {} 元。", yuan(amount), yuan(open)),
        format!("{} yuan taken in; {} yuan of case {case} are still to come back.", yuan(amount), yuan(open)),
    )?;
    session.screen.answer(&json!({
        "case_id": case,
        "received_fen": amount,
        "reference": reference,
        "open_fen": open,
    }))?;
    Ok(Done::Well)
}

/// Shows one plan with its payments.
///
/// # Errors
/// [`Failure`]: there is no such plan, or the ledger cannot be read.
pub(super) async fn show(session: &Session, plan_id: RecoveryPlanId) -> Result<Done, Failure> {
    let (plan, payments) = session
        .with_ledger(async |app| {
            app.office().runner.catch_up(Until::Head).await?;
            look_up(&app.office().pool, plan_id).await
        })
        .await?;
    show_plan(&session.screen, &plan, &payments)?;
    session.screen.answer(&json!({ "plan": plan, "payments": payments }))?;
    Ok(Done::Well)
}

async fn look_up(
    pool: &sqlx::PgPool,
    plan_id: RecoveryPlanId,
) -> Result<(PlanRow, Vec<OpenPayment>), Failure> {
    let plan = queries::plan(pool, plan_id).await?.ok_or_else(|| Failure::Refused {
        code: "unknown_object",
        zh: format!("没有追回方案 {plan_id}"),
        en: format!("there is no recovery plan {plan_id}"),
    })?;
    let of_case = recoveries(pool, &[plan.case_id]).await?;
    let of_plan = of_case
        .into_iter()
        .filter(|payment| plan.items.iter().any(|item| item.payment_id == payment.payment_id));
    Ok((plan.clone(), of_plan.collect()))
}

fn show_plan(screen: &Screen, plan: &PlanRow, payments: &[OpenPayment]) -> Result<(), Failure> {
    let Words { zh, en } = plan_way(&plan.way);
    let stage = screen.pick(plan.stage.zh(), plan.stage.en());
    screen.say(
        format!("追回方案 {}（{stage}）：{} {} 元，{zh}", plan.plan_id, plan.program.zh(), yuan(plan.total)),
        format!(
            "Recovery plan {} ({stage}): {}, {} yuan, {en}",
            plan.plan_id,
            plan.program.en(),
            yuan(plan.total)
        ),
    )?;
    if let Some(reason) = &plan.closed_reason {
        screen.say(format!("原因：{reason}"), format!("Reason: {reason}"))?;
    }
    let heads = [
        (screen.pick("月份", "Month"), Align::Left),
        (screen.pick("发放明细", "Payment"), Align::Left),
        (screen.pick("立项", "Opened"), Align::Right),
        (screen.pick("追回", "Received"), Align::Right),
        (screen.pick("核销", "Waived"), Align::Right),
        (screen.pick("待追回（元）", "Open (yuan)"), Align::Right),
    ];
    let row = |payment: &OpenPayment| {
        vec![
            payment.month.to_string(),
            payment.payment_id.to_string(),
            yuan(payment.opened),
            yuan(payment.received),
            yuan(payment.waived),
            yuan(open_of(std::slice::from_ref(payment))),
        ]
    };
    Ok(screen.table(&heads, &payments.iter().map(row).collect::<Vec<_>>())?)
}

/// Lists the plans, and the open recoveries of cases that no open plan is about.
///
/// # Errors
/// [`Failure`] when the ledger cannot be read.
pub(super) async fn list(session: &Session) -> Result<Done, Failure> {
    let screen = session.screen;
    let (plans, payments) = session
        .with_ledger(async |app| {
            let pool = &app.office().pool;
            app.office().runner.catch_up(Until::Head).await?;
            Ok((queries::plans(pool).await?, recoveries(pool, &[]).await?))
        })
        .await?;
    let heads = [
        (screen.pick("方案", "Plan"), Align::Left),
        (screen.pick("项目", "Program"), Align::Left),
        (screen.pick("状态", "Stage"), Align::Left),
        (screen.pick("方式", "Way"), Align::Left),
        (screen.pick("金额", "Yuan"), Align::Right),
        (screen.pick("待追回", "Open"), Align::Right),
    ];
    let row = |plan: &PlanRow| {
        let items =
            |payment: &&OpenPayment| plan.items.iter().any(|item| item.payment_id == payment.payment_id);
        let open: Vec<OpenPayment> = payments.iter().filter(items).cloned().collect();
        let Words { zh, en } = plan_way(&plan.way);
        vec![
            plan.plan_id.to_string(),
            screen.pick(plan.program.zh(), plan.program.en()).to_owned(),
            screen.pick(plan.stage.zh(), plan.stage.en()).to_owned(),
            screen.pick(zh, en),
            yuan(plan.total),
            yuan(open_of(&open)),
        ]
    };
    screen.table(&heads, &plans.iter().map(row).collect::<Vec<_>>())?;
    let unplanned = unplanned(&plans, &payments);
    show_unplanned(&screen, &unplanned)?;
    screen.answer(&json!({ "plans": plans, "unplanned": unplanned, "open_fen": open_of(&payments) }))?;
    Ok(Done::Well)
}

/// What is open of cases without an open plan.
fn unplanned(plans: &[PlanRow], payments: &[OpenPayment]) -> Vec<OpenPayment> {
    let planned = |payment: &OpenPayment| {
        plans.iter().any(|plan| plan.case_id == payment.case_id && plan.stage.is_open())
    };
    let open = payments.iter().filter(|payment| open_of(std::slice::from_ref(*payment)).is_positive());
    open.filter(|payment| !planned(payment)).cloned().collect()
}

fn show_unplanned(screen: &Screen, payments: &[OpenPayment]) -> Result<(), Failure> {
    if payments.is_empty() {
        return Ok(());
    }
    screen.say("已立项、尚无方案：", "Asked back, without a plan:")?;
    let heads = [
        (screen.pick("个案", "Case"), Align::Left),
        (screen.pick("项目", "Program"), Align::Left),
        (screen.pick("月份", "Month"), Align::Left),
        (screen.pick("待追回（元）", "Open (yuan)"), Align::Right),
    ];
    let row = |payment: &OpenPayment| {
        vec![
            payment.case_id.to_string(),
            screen.pick(payment.program.zh(), payment.program.en()).to_owned(),
            payment.month.to_string(),
            yuan(open_of(std::slice::from_ref(payment))),
        ]
    };
    Ok(screen.table(&heads, &payments.iter().map(row).collect::<Vec<_>>())?)
}

fn open_of(payments: &[OpenPayment]) -> Money {
    let open = |payment: &OpenPayment| payment.opened.minus(payment.received)?.minus(payment.waived);
    payments.iter().try_fold(Money::ZERO, |sum, payment| sum.plus(open(payment)?)).unwrap_or_default()
}
