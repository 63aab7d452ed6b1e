//! Every request to erase somebody whom the visitor sees, the ones that wait first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use domain::ids::PersonId;
use projections::case_files;
use projections::case_files::queries::members;

use super::words;
use crate::access::Capability;
use crate::console::Console;
use crate::console::answers::Stop;
use crate::console::names::{Shown, people};
use crate::console::scope::narrowed;
use crate::console::sheet::{Block, Cell, Row, Sheet, Table};
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::ProcessError;
use crate::processes::erasure::{RequestAnswer, RequestEntry, RequestSubject, requests};

/// Requests that are shown, the ones that wait and then the newest.
const SHOWN_MAX: usize = 200;

/// Shows them.
pub(super) async fn show(State(console): State<Console>, visitor: Visitor) -> Result<Response, Stop> {
    visitor.must(Capability::ReadRegister)?;
    let lang = visitor.lang;
    let found = seen(&console, &visitor).await.map_err(|error| Stop::failed(error, lang))?;
    Ok(Sheet::new(&visitor, "/erasures", ("个人信息删除", "Erasures"))
        .lead(lang.pick(
            "一人申请、他人决定：审核、审批人员批准后密钥销毁，不能恢复；批准之前可以退回。",
            "One person asks, another decides: once a reviewer or approver approves, the keys are destroyed for ever; until then \
             the request can be sent back.",
        ))
        .with(Block::Table(table(lang, &found)))
        .answer(None))
}

/// Requests with the names of whom they are of.
struct Found {
    requests: Vec<RequestEntry>,
    names: BTreeMap<PersonId, Shown>,
}

/// A donor is of no community; people are seen by who sees one of their households.
async fn seen(console: &Console, visitor: &Visitor) -> Result<Found, ProcessError> {
    let office = &console.office;
    let mut requests = requests(office).await?;
    let of_people = requests.iter().filter(|one| one.subject == RequestSubject::Person);
    let asked: Vec<PersonId> = of_people.map(|one| one.person_id).collect();
    let mut snapshot = narrowed(office, visitor, &[&case_files::ABOUT]).await?;
    let known = members(snapshot.connection(), &asked).await?;
    drop(snapshot);
    let mut names = people(office, known.iter().map(|member| member.person_id), visitor.lang).await?;
    // who moved away is seen by the old community, and the new one is not told to it
    let strange = names.values_mut().filter(|person| !visitor.sees(&person.community));
    strange.for_each(|person| person.community.clear());
    requests.retain(|one| one.subject == RequestSubject::Donor || names.contains_key(&one.person_id));
    requests.reverse();
    requests.sort_by_key(|one| (one.answer != RequestAnswer::Pending, Reverse(one.requested_on)));
    Ok(Found { requests, names })
}

fn table(lang: Lang, found: &Found) -> Table {
    let empty = lang.pick(
        "没有删除申请。本人要求删除时，先查找此人，在人员页面进入“个人信息删除”提出申请；捐赠人从募捐活动的捐赠一览进入。",
        "There is no request. When somebody asks for it, find the person and follow “Erasure” on their page; donors from the gifts \
         of their campaign.",
    );
    let mut table = Table::new(lang.pick("删除申请", "Requests"), empty)
        .head(lang.pick("人员", "Who"))
        .head(lang.pick("社区", "Community"))
        .head(lang.pick("范围", "What"))
        .head(lang.pick("法律依据", "Legal basis"))
        .head(lang.pick("申请人", "Asked by"))
        .head(lang.pick("申请日期", "On"))
        .head(lang.pick("状态", "State"))
        .head(lang.pick("决定", "Decision"))
        .rows(found.requests.iter().take(SHOWN_MAX).map(|one| row(lang, found, one)));
    let more = found.requests.len().saturating_sub(SHOWN_MAX);
    if more > 0 {
        table.note = lang
            .pick(format!("另有较早的 {more} 项未列出。"), format!("{more} earlier ones are not listed."));
    }
    table
}

fn row(lang: Lang, found: &Found, request: &RequestEntry) -> Row {
    let id = request.person_id;
    let (who, community) = match (request.subject, found.names.get(&id)) {
        (RequestSubject::Person, Some(known)) => {
            (Cell::link(format!("/people/{id}/erasure"), known.name.clone()), known.community.clone())
        }
        _ => (Cell::link(format!("/donors/{id}/erasure"), lang.pick("捐赠人", "a donor")), String::new()),
    };
    let (mark, state, decided) = words::answer(lang, &request.answer);
    Row::of(vec![
        who,
        Cell::text(community),
        Cell::text(words::taken(lang, request.through)),
        Cell::text(request.basis.clone()),
        Cell::text(request.requested_by.to_string()),
        Cell::text(request.requested_on.to_string()),
        Cell::Tag(mark, state.to_owned()),
        Cell::text(decided),
    ])
}
