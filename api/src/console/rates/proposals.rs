//! New rates: proposed by one person, published by another.

use std::collections::BTreeMap;

use axum::Form as Sent;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::actor::Role;
use domain::gazette::{Proposal, ProposalStage};

use super::{Typed, page};
use crate::access::Capability;
use crate::console::Console;
use crate::console::address::Path;
use crate::console::answers::{Refusal, Stop};
use crate::console::sheet::{Block, Cell, Field, Form, Input, Row, Table};
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::{propose_rates, publish_rates, reject_rates};

/// Every proposal, the newest first, with what the visitor may do.
pub(super) fn table(visitor: &Visitor, proposals: &[Proposal], rejected_by: &BTreeMap<u32, String>) -> Table {
    let lang = visitor.lang;
    let empty = lang.pick("没有参数草案。在下方试算后提交。", "No proposals. Try a draft, then propose it.");
    Table::new(lang.pick("参数草案", "Proposals"), empty)
        .note(lang.pick("拟定人不得批准自己的草案。", "Nobody publishes what they proposed."))
        .number(lang.pick("编号", "Number"))
        .head(lang.pick("文号", "Document"))
        .head(lang.pick("拟定", "Proposed"))
        .head(lang.pick("状态", "Stage"))
        .head(lang.pick("结果", "Outcome"))
        .head(lang.pick("办理", "Act"))
        .rows(proposals.iter().rev().map(|proposal| row(visitor, proposal, rejected_by)))
}

fn row(visitor: &Visitor, proposal: &Proposal, rejected_by: &BTreeMap<u32, String>) -> Row {
    let lang = visitor.lang;
    let (mark, outcome) = match &proposal.stage {
        ProposalStage::Proposed => ("", String::new()),
        ProposalStage::Published { approved_on, approved_by } => {
            ("settled", format!("{approved_by} {approved_on}"))
        }
        ProposalStage::Rejected { reason, rejected_on } => {
            let by = rejected_by.get(&proposal.number).map_or("", String::as_str);
            ("bad", format!("{by} {rejected_on} {reason}"))
        }
    };
    Row::of(vec![
        Cell::number(proposal.number.to_string()),
        Cell::text(proposal.document.clone()),
        Cell::text(format!("{} {}", proposal.proposed_by, proposal.proposed_on)),
        Cell::Tag(mark, lang.pick(proposal.stage.zh(), proposal.stage.en()).to_owned()),
        Cell::text(outcome),
        Cell::Acts(acts(visitor, proposal)),
    ])
}

fn acts(visitor: &Visitor, proposal: &Proposal) -> Vec<Form> {
    let lang = visitor.lang;
    let open = proposal.stage == ProposalStage::Proposed;
    let path = |step: &str| format!("/rates/proposals/{}/{step}", proposal.number);
    let reason = || {
        let field = Field::new("reason", lang.pick("原因", "Reason"), Input::Text);
        field.id(format!("reason-{}", proposal.number)).needed()
    };
    let reject = |name: &str| Form::new(path("reject"), name).field(reason());
    match visitor.role {
        Role::Approver if open => vec![
            Form::new(path("approve"), lang.pick("批准发布", "Publish")),
            reject(lang.pick("退回", "Send back")),
        ],
        Role::Administrator | Role::Reviewer if open => vec![reject(lang.pick("撤回", "Withdraw"))],
        _ => Vec::new(),
    }
}

/// The form with which a draft that was tried is proposed.
pub(super) fn form(lang: Lang, text: &str, document: &str) -> Block {
    let hint = lang.pick("如 京民社救发〔2026〕1号", "the notice's number");
    let document =
        Field::new("document", lang.pick("文号", "Document"), Input::Text).value(document).hint(hint);
    let note = lang.pick(
        "草案每一行须写明公布日期。提交后由另一人（审批岗）批准发布；发布前可撤回。",
        "Every row must say when it was announced. Another person publishes it; until then it can be withdrawn.",
    );
    let form = Form::new("/rates/proposals", lang.pick("提交草案", "Propose"))
        .title(lang.pick("提交另一人发布", "Propose it"))
        .note(note)
        .field(document.needed())
        .hidden("text", text);
    Block::Form(form)
}

pub(super) async fn propose(
    State(console): State<Console>,
    visitor: Visitor,
    Sent(typed): Sent<Typed>,
) -> Result<Response, Stop> {
    if !super::may_propose(&visitor) {
        return Err(Stop::ForOthers(Capability::ProposeRates, visitor.lang));
    }
    let value = |name: &str| typed.get(name).map_or("", String::as_str);
    let proposed =
        propose_rates(&console.office, &visitor.desk(), value("document").trim(), value("text")).await;
    match proposed {
        Ok(_) => Ok(Redirect::to("/rates").into_response()),
        Err(error) => page(&console, &visitor, &typed, Some(Refusal::of(&error, visitor.lang))).await,
    }
}

pub(super) async fn step(
    State(console): State<Console>,
    visitor: Visitor,
    Path((number, step)): Path<(u32, String)>,
    Sent(typed): Sent<Typed>,
) -> Result<Response, Stop> {
    let (office, desk) = (&console.office, visitor.desk());
    let done = match step.as_str() {
        "approve" => publish_rates(office, &desk, number).await,
        "reject" => reject_rates(office, &desk, number, typed.get("reason").map_or("", String::as_str)).await,
        _ => return Err(Stop::Missing(visitor.lang)),
    };
    match done {
        Ok(()) => Ok(Redirect::to("/rates").into_response()),
        Err(error) => page(&console, &visitor, &Typed::new(), Some(Refusal::of(&error, visitor.lang))).await,
    }
}
