//! `ledger replay`: a case, run, person, fund or campaign as of two clocks, from the log alone. Exit code 1 when
//! something that was decided or paid differs.

use chrono::{FixedOffset, Utc};

use super::audit::{show_lines, show_totals};
use super::failure::{Done, Failure};
use super::screen::{Form, Screen, yuan};
use super::session::Session;
use super::told::{proof, said, verdict};
use super::{ReplayArgs, SubjectArgs};
use crate::audit::proven::prove_items;
use crate::processes::{Office, office_day};
use crate::replay::{
    Clocks, DueOnTheDay, Head, LineReport, OnTheDay, ReportItem, ReportStep, Subject, Verdict,
    nothing_sealed, replay, role,
};

/// Tells the subject and determines anew what was decided and paid.
///
/// # Errors
/// [`Failure`]: nothing of it was known then, or the log cannot be read.
pub(super) async fn run(session: &Session, arguments: &ReplayArgs) -> Result<Done, Failure> {
    let today = office_day(Utc::now());
    let effective = arguments.effective.unwrap_or(today);
    let clocks = Clocks { effective, known: arguments.known.unwrap_or(today) };
    let screen = session.screen;
    let mut items = Vec::new();
    session
        .look_at_ledger(async |app| {
            let subject = subject(app.office(), &arguments.subject)?;
            replay(app.office(), subject, clocks, &nothing_sealed, |item| items.push(item)).await?;
            Ok(prove_items(app.tree(), &mut items).await.map_err(anyhow::Error::from)?)
        })
        .await?;
    let faults = items.iter().filter(|item| item.is_fault()).count();
    // people see the lines of a run that are not the same, programs see all
    if screen.form != Form::Json {
        items.retain(|item| {
            item.is_fault() || !matches!(item, ReportItem::Line(line) if line.verdict == Verdict::Same)
        });
    }
    show(&screen, &items)?;
    screen.answer(&items)?;
    Ok(if faults > 0 { Done::Found } else { Done::Well })
}

/// The subject that was asked for; funds and campaigns also by their names.
fn subject(office: &Office, asked: &SubjectArgs) -> Result<Subject, Failure> {
    let case = asked.case.map(Subject::Case);
    let run = asked.run.map(Subject::Run);
    let person = asked.person.map(Subject::Person);
    let fund = asked.fund.as_ref();
    let fund = fund.map(|name| Subject::Fund(name.parse().unwrap_or_else(|_| office.fund_id(name))));
    let campaign = asked.campaign.as_ref();
    let campaign =
        campaign.map(|name| Subject::Campaign(name.parse().unwrap_or_else(|_| office.campaign_id(name))));
    case.or(run).or(person).or(fund).or(campaign).ok_or(Failure::Usage {
        code: "subject_required",
        zh: "请说明重放什么：--case、--run、--person、--fund 或 --campaign".to_owned(),
        en: "say what to replay: --case, --run, --person, --fund or --campaign".to_owned(),
    })
}

fn show(screen: &Screen, items: &[ReportItem]) -> Result<(), Failure> {
    let lines: Vec<LineReport> = items
        .iter()
        .filter_map(|item| match item {
            ReportItem::Line(line) => Some(line.clone()),
            _ => None,
        })
        .collect();
    for item in items {
        match item {
            ReportItem::Head(head) => show_head(screen, head)?,
            ReportItem::Step(step) => show_step(screen, step)?,
            ReportItem::OnTheDay(held) => show_day(screen, held)?,
            ReportItem::Line(_) => {}
            ReportItem::RunTotals(totals) => {
                screen.say("", "")?;
                show_lines(screen, &lines)?;
                show_totals(screen, totals)?;
            }
        }
    }
    Ok(())
}

fn show_head(screen: &Screen, head: &Head) -> Result<(), Failure> {
    let Clocks { effective, known } = head.clocks;
    let (zh, en, id) = match head.subject {
        Subject::Case(id) => ("个案", "Case", id.to_string()),
        Subject::Run(id) => ("批次", "Run", id.to_string()),
        Subject::Person(id) => ("个人", "Person", id.to_string()),
        Subject::Fund(id) => ("资金", "Fund", id.to_string()),
        Subject::Campaign(id) => ("募捐活动", "Campaign", id.to_string()),
    };
    let rules = &head.rule_version;
    Ok(screen.say(
        format!("{zh} {id}，截至 {known} 所知，{effective} 生效（规则 {rules}）\n"),
        format!("{en} {id}, as known at the end of {known}, effective {effective} (rules {rules})\n"),
    )?)
}

fn show_step(screen: &Screen, step: &ReportStep) -> Result<(), Failure> {
    let beijing = FixedOffset::east_opt(8 * 3600);
    let at = match beijing {
        Some(beijing) => step.recorded_at.with_timezone(&beijing).format("%Y-%m-%d %H:%M").to_string(),
        None => step.recorded_at.format("%Y-%m-%d %H:%MZ").to_string(),
    };
    let (zh, en) = step.role.map_or(("", ""), role);
    let who = format!("{}（{zh}）", step.actor);
    let who = screen.pick(who, format!("{} ({en})", step.actor));
    let proof = proof(screen, step.proof);
    line(screen, &format!("#{:<6} {at}  {who}  {}  {proof}", step.position, said(screen, &step.words)))?;
    for change in &step.changes {
        let nothing = || "—".to_owned();
        let shown = |words: &Option<_>| words.as_ref().map_or_else(nothing, |words| said(screen, words));
        let of = change.of.as_ref().map(|of| format!("{} ", said(screen, of))).unwrap_or_default();
        let (before, after) = (shown(&change.before), shown(&change.after));
        line(screen, &format!("          {of}{}  {before} → {after}", said(screen, &change.label)))?;
    }
    show_basis(screen, &step.basis)?;
    match &step.verdict {
        Some(found) => line(screen, &format!("          {}", verdict(screen, found))),
        None => Ok(()),
    }
}

fn show_basis(screen: &Screen, basis: &[domain::policy::Step]) -> Result<(), Failure> {
    for step in basis {
        let source = if step.source.is_empty() { String::new() } else { format!(" · {}", step.source) };
        line(screen, &format!("          § {}{source}", screen.pick(&step.zh, &step.en)))?;
    }
    Ok(())
}

fn show_day(screen: &Screen, held: &OnTheDay) -> Result<(), Failure> {
    screen.say(
        format!("\n当日所是 · {} {}", held.stream, held.stream_id),
        format!("\nOn the day · {} {}", held.stream, held.stream_id),
    )?;
    for fact in &held.facts {
        let of = fact.of.as_ref().map(|of| format!("{} ", said(screen, of))).unwrap_or_default();
        line(screen, &format!("  {of}{}  {}", said(screen, &fact.label), said(screen, &fact.value)))?;
    }
    match &held.due {
        None => Ok(()),
        Some(DueOnTheDay::Determined { month, amount, reasons, steps }) => {
            let amount = yuan(*amount);
            let why = if reasons.is_empty() { String::new() } else { format!(" [{}]", reasons.join(", ")) };
            screen.say(
                format!("  {month} 应发 {amount} 元{why}"),
                format!("  {month} is due {amount} yuan{why}"),
            )?;
            show_basis(screen, steps)
        }
        Some(DueOnTheDay::Unknown { words, .. }) => Ok(screen
            .say(format!("  应发无法核定：{}", words.zh), format!("  Nothing determined: {}", words.en))?),
    }
}

fn line(screen: &Screen, text: &str) -> Result<(), Failure> {
    Ok(screen.say(text, text)?)
}
