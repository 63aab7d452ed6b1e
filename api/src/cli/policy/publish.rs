//! `ledger policy propose|approve|reject|list`: new rates, by two people.

use std::collections::BTreeMap;
use std::path::Path;

use domain::gazette::{Proposal, ProposalStage};
use domain::policy::{Announcement, RateChange};
use serde::Serialize;
use serde_json::{Value, json};

use super::read;
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen};
use crate::cli::session::Session;
use crate::processes::{
    ProcessError, propose_rates, publish_rates, rate_proposals, rates_rejected_by, reject_rates,
};

/// Proposes the rates of a file.
///
/// # Errors
/// [`Failure`]: the file cannot be read, or the domain refuses, naming line and place.
pub(super) async fn propose(session: &Session, file: &Path, document: &str) -> Result<Done, Failure> {
    let (desk, text, screen) = (session.desk()?, read(file)?, session.screen);
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (proposal, changes) = session
        .with_ledger(async |app| {
            let rules = app.office().current_rules().await?;
            // the domain asks the same, and would name the document instead of the file
            let draft = rules.draft(&name, &text, Announcement::InTheText);
            let draft = draft.map(|draft| draft.changes);
            let proposal = match &draft {
                Err(error) if error.line().is_some() => return Err(ProcessError::refused(error).into()),
                _ => propose_rates(app.office(), &desk, document, &text).await?,
            };
            Ok((proposal, draft.unwrap_or_default()))
        })
        .await?;
    let number = proposal.number;
    match &proposal.stage {
        // the same text is proposed once, whatever became of it
        ProposalStage::Published { approved_on, .. } => screen.say(
            format!("同样的参数草案第 {number} 号（{document}）已于 {approved_on} 发布，本次没有新增记录。"),
            format!("proposal {number} ({document}) says the same and was published on {approved_on}: nothing was added."),
        )?,
        _ => screen.say(
            format!(
                "参数草案第 {number} 号（{document}）待另一人批准：ledger policy approve {number} --as approver:…"
            ),
            format!(
                "proposal {number} ({document}) waits for another person: ledger policy approve {number} --as approver:…"
            ),
        )?,
    }
    show_changes(&screen, &changes)?;
    screen
        .answer(&json!({ "number": number, "stage": proposal.stage, "changes": changes_json(&changes) }))?;
    Ok(Done::Well)
}

/// What a draft changes, for people.
pub(super) fn show_changes(screen: &Screen, changes: &[RateChange]) -> Result<(), Failure> {
    let heads = [
        (screen.pick("参数", "Parameter"), Align::Left),
        (screen.pick("自", "From"), Align::Left),
        (screen.pick("原值", "Before"), Align::Right),
        (screen.pick("新值", "New"), Align::Right),
        (screen.pick("公布", "Announced"), Align::Left),
    ];
    let row = |change: &RateChange| {
        let before = change.before.map_or_else(|| "—".to_owned(), |value| change.unit.show_grouped(value));
        vec![
            change.parameter.key().to_owned(),
            change.row.from.to_string(),
            before,
            change.unit.show_grouped(change.row.value),
            change.row.announced.map(|day| day.to_string()).unwrap_or_default(),
        ]
    };
    if !changes.is_empty() {
        screen.table(&heads, &changes.iter().map(row).collect::<Vec<_>>())?;
    }
    Ok(())
}

/// What a draft changes, for programs.
pub(super) fn changes_json(changes: &[RateChange]) -> Vec<Value> {
    let one = |change: &RateChange| {
        json!({
            "parameter": change.parameter.key(),
            "from": change.row.from,
            "before": change.before.map(|value| change.unit.show(value)),
            "value": change.unit.show(change.row.value),
            "announced": change.row.announced,
        })
    };
    changes.iter().map(one).collect()
}

/// Publishes a proposal.
///
/// # Errors
/// [`Failure`] when the domain refuses.
pub(super) async fn approve(session: &Session, number: u32) -> Result<Done, Failure> {
    let (desk, screen) = (session.desk()?, session.screen);
    let version = session
        .act(async |app| {
            publish_rates(app.office(), &desk, number).await?;
            Ok(app.office().current_rules().await?.version().to_owned())
        })
        .await?;
    screen.say(
        format!("参数草案第 {number} 号已发布，规则版本 {version}。追溯月份的差额在下一发放批次补发；已作决定不变。"),
        format!(
            "proposal {number} is published; the rules are now {version}. What earlier months are owed comes with the \
             next payment run; earlier decisions stay."
        ),
    )?;
    screen.answer(&json!({ "number": number, "rule_version": version }))?;
    Ok(Done::Well)
}

/// Sends a proposal back.
///
/// # Errors
/// [`Failure`] when the domain refuses.
pub(super) async fn reject(session: &Session, number: u32, reason: &str) -> Result<Done, Failure> {
    let (desk, screen) = (session.desk()?, session.screen);
    session.act(async |app| Ok(reject_rates(app.office(), &desk, number, reason).await?)).await?;
    screen.say(format!("参数草案第 {number} 号已退回。"), format!("proposal {number} was sent back."))?;
    screen.answer(&json!({ "number": number, "done": "rejected" }))?;
    Ok(Done::Well)
}

/// Lists every proposal.
///
/// # Errors
/// [`Failure`] when the ledger cannot be read.
pub(super) async fn list(session: &Session) -> Result<Done, Failure> {
    let screen = session.screen;
    let (proposals, rejected_by) = session
        .with_ledger(async |app| {
            let office = app.office();
            Ok((rate_proposals(office).await?, rates_rejected_by(office).await?))
        })
        .await?;
    let listed = |proposal| Listed::of(proposal, &rejected_by);
    let proposals: Vec<Listed<'_>> = proposals.iter().map(listed).collect();
    let heads = [
        (screen.pick("编号", "Number"), Align::Right),
        (screen.pick("文号", "Document"), Align::Left),
        (screen.pick("拟定", "Proposed"), Align::Left),
        (screen.pick("状态", "Stage"), Align::Left),
        (screen.pick("办理", "By"), Align::Left),
    ];
    screen.table(&heads, &proposals.iter().map(|one| row(&screen, one)).collect::<Vec<_>>())?;
    screen.answer(&proposals)?;
    Ok(Done::Well)
}

/// A proposal, and who sent it back.
#[derive(Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    proposal: &'a Proposal,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected_by: Option<&'a str>,
}

impl<'a> Listed<'a> {
    fn of(proposal: &'a Proposal, rejected_by: &'a BTreeMap<u32, String>) -> Listed<'a> {
        Listed { proposal, rejected_by: rejected_by.get(&proposal.number).map(String::as_str) }
    }
}

fn row(screen: &Screen, listed: &Listed<'_>) -> Vec<String> {
    let proposal = listed.proposal;
    let closed = match &proposal.stage {
        ProposalStage::Proposed => String::new(),
        ProposalStage::Published { approved_on, approved_by } => format!("{approved_by} {approved_on}"),
        ProposalStage::Rejected { reason, rejected_on } => {
            format!("{} {rejected_on} {reason}", listed.rejected_by.unwrap_or_default())
        }
    };
    vec![
        proposal.number.to_string(),
        proposal.document.clone(),
        format!("{} {}", proposal.proposed_by, proposal.proposed_on),
        screen.pick(proposal.stage.zh(), proposal.stage.en()).to_owned(),
        closed,
    ]
}
