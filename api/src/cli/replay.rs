//! `ledger replay`: a case as of two clocks, from the log alone. Exit code 1 when a payment differs.

use chrono::{FixedOffset, Utc};

use super::ReplayArgs;
use super::failure::{Done, Failure};
use super::screen::{Align, Screen, yuan};
use super::session::Session;
use crate::processes::office_day;
use crate::replay::{Clocks, DueOnTheDay, PaymentCheck, Replay, ReplayStep, Verdict, Words, replay};

/// Tells the case and determines its payments anew.
///
/// # Errors
/// [`Failure`]: the case was not known then, or the log cannot be read.
pub(super) async fn run(session: &Session, arguments: &ReplayArgs) -> Result<Done, Failure> {
    let today = office_day(Utc::now());
    let effective = arguments.effective.unwrap_or(today);
    let clocks = Clocks { effective, known: arguments.known.unwrap_or(today) };
    let told =
        session.look_at_ledger(async |app| Ok(replay(app.office(), arguments.case, clocks).await?)).await?;
    let screen = session.screen;
    show_steps(&screen, &told)?;
    show_day(&screen, &told)?;
    show_payments(&screen, &told.payments)?;
    screen.answer(&told)?;
    let differs = |check: &PaymentCheck| matches!(check.verdict, Verdict::Differs { .. });
    Ok(if told.payments.iter().any(differs) { Done::Found } else { Done::Well })
}

fn said(screen: &Screen, words: &Words) -> String {
    screen.pick(&words.zh, &words.en).clone()
}

fn show_steps(screen: &Screen, told: &Replay) -> Result<(), Failure> {
    let (case, known) = (told.case_id, told.clocks.known);
    screen.say(
        format!("个案 {case}（{}），截至 {known} 所知：", told.program.zh()),
        format!("Case {case} ({}), as known at the end of {known}:", told.program.en()),
    )?;
    let heads = [
        ("#", Align::Right),
        (screen.pick("记录时间", "Recorded"), Align::Left),
        (screen.pick("生效", "Effective"), Align::Left),
        (screen.pick("经办", "Who"), Align::Left),
        (screen.pick("角色", "Role"), Align::Left),
        (screen.pick("事项", "What"), Align::Left),
    ];
    let rows: Vec<Vec<String>> = told.steps.iter().map(|step| step_row(screen, step)).collect();
    Ok(screen.table(&heads, &rows)?)
}

fn step_row(screen: &Screen, step: &ReplayStep) -> Vec<String> {
    let beijing = FixedOffset::east_opt(8 * 3600);
    let at = match beijing {
        Some(beijing) => step.recorded_at.with_timezone(&beijing).format("%Y-%m-%d %H:%M").to_string(),
        None => step.recorded_at.format("%Y-%m-%d %H:%MZ").to_string(),
    };
    vec![
        step.position.to_string(),
        at,
        step.effective_on.map(|day| day.to_string()).unwrap_or_default(),
        step.actor.clone(),
        role(screen, step.role).to_owned(),
        said(screen, &step.words),
    ]
}

fn role(screen: &Screen, role: domain::actor::Role) -> &'static str {
    use domain::actor::Role;
    match role {
        Role::Clerk => screen.pick("经办", "clerk"),
        Role::Reviewer => screen.pick("审核", "reviewer"),
        Role::Approver => screen.pick("审批", "approver"),
        Role::Finance => screen.pick("财务", "finance"),
        Role::Auditor => screen.pick("审计", "auditor"),
        Role::Administrator => screen.pick("管理员", "administrator"),
        Role::System => screen.pick("系统", "system"),
    }
}

fn show_day(screen: &Screen, told: &Replay) -> Result<(), Failure> {
    let (day, held) = (told.clocks.effective, &told.on_the_day);
    let members: Vec<String> = held.members.iter().map(|name| said(screen, name)).collect();
    let members = members.join(screen.pick("、", ", "));
    let income = held.income.map_or_else(|| "—".to_owned(), yuan);
    screen.say(
        format!("{day} 当日：{}；成员 {members}；家庭月收入 {income} 元", held.stage.zh()),
        format!("On {day}: {}; members {members}; income {income} yuan a month", held.stage.en()),
    )?;
    match &held.due {
        DueOnTheDay::Determined { month, amount, reasons, steps } => {
            let amount = yuan(*amount);
            let why = if reasons.is_empty() { String::new() } else { format!(" [{}]", reasons.join(", ")) };
            screen.say(
                format!("{month} 应发 {amount} 元{why}"),
                format!("{month} is due {amount} yuan{why}"),
            )?;
            for step in steps {
                let source =
                    if step.source.is_empty() { String::new() } else { format!(" · {}", step.source) };
                screen.say(format!("   {}{source}", step.zh), format!("   {}{source}", step.en))?;
            }
            Ok(())
        }
        DueOnTheDay::Unknown { words, .. } => {
            Ok(screen
                .say(format!("应发无法核定：{}", words.zh), format!("Nothing determined: {}", words.en))?)
        }
    }
}

fn show_payments(screen: &Screen, payments: &[PaymentCheck]) -> Result<(), Failure> {
    if payments.is_empty() {
        return Ok(());
    }
    let heads = [
        (screen.pick("月份", "Month"), Align::Left),
        (screen.pick("笔", "No."), Align::Right),
        (screen.pick("金额（元）", "Yuan"), Align::Right),
        (screen.pick("状态", "Status"), Align::Left),
        (screen.pick("核算位置", "Computed at"), Align::Right),
        (screen.pick("重新核定", "Determined anew"), Align::Left),
    ];
    let row = |check: &PaymentCheck| {
        vec![
            check.month.to_string(),
            check.attempt.to_string(),
            yuan(check.amount),
            screen.pick(check.stage.zh(), check.stage.en()).to_owned(),
            check.computed_at.to_string(),
            verdict(screen, &check.verdict),
        ]
    };
    Ok(screen.table(&heads, &payments.iter().map(row).collect::<Vec<_>>())?)
}

fn verdict(screen: &Screen, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Same => screen.pick("✓ 同", "✓ same").to_owned(),
        Verdict::Differs { differences } => {
            let (expected, found) = (screen.pick("应为", "expected"), screen.pick("实为", "found"));
            let one = |difference: &crate::replay::Difference| {
                format!(
                    "{}: {expected} {}, {found} {}",
                    difference.field, difference.expected, difference.found
                )
            };
            let all: Vec<String> = differences.iter().map(one).collect();
            format!("✗ {} {}", screen.pick("不同", "differs"), all.join("; "))
        }
        Verdict::Unanswerable { words, .. } => format!("? {}", said(screen, words)),
    }
}
