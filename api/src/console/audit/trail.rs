//! 审计轨迹: who did what; and 披露: whose personal data was opened, for whom and why.

use axum::extract::State;
use axum::response::Response;
use chrono::Days;
use domain::actor::ActorId;
use domain::disclosure::{DisclosureEvent, OpenedFields};
use domain::ids::PersonId;
use domain::numbers::grouped;
use projections::audit_trail::TrailRow;
use projections::audit_trail::queries::{TrailFilter, of_type, trail};
use projections::runner::Until;

use super::must_see;
use crate::access::Capability;
use crate::console::Console;
use crate::console::address::Query;
use crate::console::answers::{Refusal, Stop};
use crate::console::person::looked::named;
use crate::console::scope::sees_person;
use crate::console::sheet::{Block, Cell, Field, Form, Input, Row, Sheet, Table};
use crate::console::told::stream_name;
use crate::console::typed::Typed;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::{Office, ProcessError};
use crate::replay::{Subject, event_name, role};

/// Rows of one page.
const PAGE_ROWS: u32 = 100;

/// Disclosures that are shown, the newest.
const SHOWN: usize = 200;

/// How far back disclosures are looked for where nothing is said.
const DAYS_BACK: Days = Days::new(90);

fn filter(lang: Lang, typed: &Typed) -> Result<TrailFilter, Refusal> {
    let account = Some(typed.text("actor")).filter(|account| !account.is_empty());
    let actor = account.map(ActorId::parse).transpose().map_err(|_| {
        Refusal::typed("account_malformed", lang, "没有这样的账号。", "There is no such account.")
    })?;
    Ok(TrailFilter {
        person: typed.read_if(lang, "person")?,
        case: typed.read_if(lang, "case")?,
        run: typed.read_if(lang, "run")?,
        household: None,
        actor,
        since: typed.read_if(lang, "since")?,
        until: typed.read_if(lang, "until")?,
    })
}

pub(super) async fn show(
    State(console): State<Console>,
    visitor: Visitor,
    Query(typed): Query<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::Audit)?;
    let lang = visitor.lang;
    let sheet = Sheet::new(&visitor, "/audit", ("审计轨迹", "The trail"))
        .below("/audit", lang.pick("审计室", "Audit room"))
        .with(Block::Form(form(lang, &typed)));
    let asked =
        filter(lang, &typed).and_then(|filter| Ok((filter, typed.read_if(lang, "from")?.unwrap_or(0_u64))));
    let (filter, from) = match asked {
        Ok(asked) => asked,
        Err(refusal) => return Ok(sheet.answer(Some(refusal))),
    };
    let office = &console.office;
    if !may_ask(office, &visitor, &filter).await? {
        let (zh, en) = (
            "您只看部分社区：请先指定其中的人员或个案。",
            "You see some communities: name a person or a case of them.",
        );
        return Ok(sheet.answer(Some(Refusal::typed("scope_narrow", lang, zh, en))));
    }
    let rows = rows(office, &filter, from).await.map_err(|error| Stop::failed(error, lang))?;
    Ok(sheet.with(Block::Table(table(lang, &typed, &rows))).answer(None))
}

/// The trail holds identifiers alone and is narrowed by what is asked: who sees some communities asks of people there.
async fn may_ask(office: &Office, visitor: &Visitor, filter: &TrailFilter) -> Result<bool, Stop> {
    if visitor.sees_everyone() {
        return Ok(true);
    }
    match (filter.case, filter.person) {
        (Some(case), _) => must_see(office, visitor, Subject::Case(case)).await?,
        (None, Some(person)) => must_see(office, visitor, Subject::Person(person)).await?,
        (None, None) => return Ok(false),
    }
    Ok(true)
}

async fn rows(office: &Office, filter: &TrailFilter, from: u64) -> Result<Vec<TrailRow>, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    Ok(trail(&office.pool, filter, from, PAGE_ROWS + 1).await?)
}

fn form(lang: Lang, typed: &Typed) -> Form {
    let field = |name: &'static str, zh: &str, en: &str, input| {
        Field::new(name, lang.pick(zh, en), input).value(typed.text(name))
    };
    Form::asking("/audit/trail", lang.pick("查询", "Ask"))
        .field(field("actor", "办理人账号", "Account", Input::Text))
        .field(field("person", "人员编号", "Person", Input::Text))
        .field(field("case", "个案编号", "Case", Input::Text))
        .field(field("run", "批次编号", "Run", Input::Text))
        .field(field("since", "自", "From", Input::Date))
        .field(field("until", "至", "To", Input::Date))
}

fn table(lang: Lang, typed: &Typed, rows: &[TrailRow]) -> Table {
    let row = |row: &TrailRow| {
        let (zh, en) = role(row.actor_role);
        let (path, of) = place(lang, &row.stream_kind, &row.stream_id);
        let name = event_name(&row.event_type);
        Row::of(vec![
            Cell::number(grouped(row.position.cast_signed())),
            Cell::text(row.office_day.to_string()),
            Cell::text(format!("{}（{}）", row.actor_id, lang.pick(zh, en))),
            Cell::Named(lang.pick(name.zh, name.en), row.event_type.clone()),
            Cell::link(path, of),
        ])
    };
    let shown = rows.len().min(PAGE_ROWS as usize);
    let empty = lang.pick("没有符合条件的事件：放宽条件再查。", "No event fits: ask for less.");
    let mut table = Table::new(lang.pick("事件", "Events"), empty)
        .number(lang.pick("位置", "Position"))
        .head(lang.pick("业务日期", "Day"))
        .head(lang.pick("办理人", "Who"))
        .head(lang.pick("事件", "What"))
        .head(lang.pick("对象", "Of"))
        .rows(rows.iter().take(shown).map(row));
    let next = rows.get(shown).map(|row| {
        let mut path = format!("/audit/trail?from={}", row.position);
        for name in ["actor", "person", "case", "run", "since", "until"] {
            // what fits the filter was read, so nothing in it needs to be escaped
            if !typed.text(name).is_empty() {
                path.push_str(&format!("&{name}={}", typed.text(name)));
            }
        }
        path
    });
    table.pages = next.map(|next| (None, lang.pick("下一页", "Next").to_owned(), Some(next)));
    table
}

fn place(lang: Lang, kind: &str, id: &str) -> (String, String) {
    let path = match kind {
        "BenefitCase" => format!("/cases/{id}"),
        "PaymentRun" => format!("/runs/{id}"),
        "Fund" => format!("/funds/{id}/history"),
        "Campaign" => format!("/campaigns/{id}/history"),
        "User" => format!("/users/{id}"),
        "Webhook" => format!("/webhooks/{id}"),
        _ => String::new(),
    };
    (path, format!("{} {id}", stream_name(lang, kind)))
}

/// Who looked at whom.
pub(super) async fn disclosures(
    State(console): State<Console>,
    visitor: Visitor,
    Query(typed): Query<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::Audit)?;
    let lang = visitor.lang;
    let field = |name: &'static str, zh: &str, en: &str, input| {
        Field::new(name, lang.pick(zh, en), input).value(typed.text(name))
    };
    let form = Form::asking("/audit/disclosures", lang.pick("查询", "Ask"))
        .field(field("actor", "打开人账号", "Account", Input::Text))
        .field(field("person", "人员编号", "Person", Input::Text))
        .field(
            field("since", "自", "From", Input::Date)
                .hint(lang.pick("空为最近90天", "empty is the last 90 days")),
        )
        .field(field("until", "至", "To", Input::Date));
    let sheet = Sheet::new(&visitor, "/audit", ("谁看了谁", "Who looked at whom"))
        .below("/audit", lang.pick("审计室", "Audit room"))
        .lead(lang.pick(
            "姓名、账号等个人信息每次打开前都先记入日志：谁、为谁、为何、打开了哪些人的哪类信息。",
            "Before names, accounts and the like are opened, the log says who does it, for whom, why, and which kinds of whom.",
        ))
        .with(Block::Form(form));
    let filter = match filter(lang, &typed) {
        Ok(filter) => filter,
        Err(refusal) => return Ok(sheet.answer(Some(refusal))),
    };
    let found = found(&console.office, &visitor, &filter).await.map_err(|error| Stop::failed(error, lang))?;
    let row = |(trail, event): &(TrailRow, DisclosureEvent)| disclosed(lang, trail, event);
    let empty = lang.pick("此期间没有打开过个人信息。", "No personal data was opened in the period.");
    let table = Table::new(lang.pick("披露", "Disclosures"), empty)
        .number(lang.pick("位置", "Position"))
        .head(lang.pick("日期", "Day"))
        .head(lang.pick("打开人", "Who"))
        .head(lang.pick("接收方", "For whom"))
        .head(lang.pick("用途", "Why"))
        .head(lang.pick("打开的信息", "What"))
        .head(lang.pick("涉及人员", "Of whom"))
        .rows(found.iter().rev().take(SHOWN).map(row));
    Ok(sheet.with(Block::Table(table)).answer(None))
}

async fn found(
    office: &Office,
    visitor: &Visitor,
    filter: &TrailFilter,
) -> Result<Vec<(TrailRow, DisclosureEvent)>, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let today = visitor.desk().today();
    let since = filter.since.unwrap_or_else(|| today.checked_sub_days(DAYS_BACK).unwrap_or(today));
    let until = filter.until.unwrap_or(today);
    let mut rows = of_type(&office.pool, "PersonalDataDisclosed", since, until).await?;
    rows.extend(of_type(&office.pool, "AccountsDisclosed", since, until).await?);
    rows.retain(|row| filter.actor.as_ref().is_none_or(|actor| actor.as_str() == row.actor_id));
    rows.sort_by_key(|row| row.position);
    let positions: Vec<u64> = rows.iter().map(|row| row.position).collect();
    let stored = office.repository.log().read_at(&positions).await?;
    let mut found = Vec::new();
    for row in rows {
        let event = stored.iter().find(|stored| stored.position == row.position);
        let Some(event) = event.and_then(|stored| stored.decode::<DisclosureEvent>().ok().flatten()) else {
            continue;
        };
        if concerns(&event, filter.person) && sees(office, visitor, &event).await? {
            found.push((row, event));
        }
    }
    Ok(found)
}

fn concerns(event: &DisclosureEvent, person: Option<PersonId>) -> bool {
    match event {
        DisclosureEvent::PersonalDataDisclosed { opened, .. } => {
            person.is_none_or(|person| opened.iter().any(|each| each.person_id == person))
        }
        DisclosureEvent::AccountsDisclosed { .. } => person.is_none(),
    }
}

/// Who sees some communities is shown what was opened of people there alone.
async fn sees(office: &Office, visitor: &Visitor, event: &DisclosureEvent) -> Result<bool, ProcessError> {
    if visitor.sees_everyone() {
        return Ok(true);
    }
    let DisclosureEvent::PersonalDataDisclosed { opened, .. } = event else { return Ok(false) };
    for each in opened {
        if !sees_person(office, visitor, each.person_id).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn disclosed(lang: Lang, trail: &TrailRow, event: &DisclosureEvent) -> Row {
    let (zh, en) = role(trail.actor_role);
    let (recipient, purpose, what, whom, path) = match event {
        DisclosureEvent::PersonalDataDisclosed { recipient, purpose, opened, .. } => {
            let labels: std::collections::BTreeSet<&str> =
                opened.iter().flat_map(|each| each.labels.iter().map(String::as_str)).collect();
            let (whom, path) = people(lang, opened);
            (recipient, purpose, kinds(lang, labels), whom, path)
        }
        DisclosureEvent::AccountsDisclosed { recipient, purpose, run_id, line_count, labels, .. } => {
            let lines = grouped(line_count.cast_signed());
            let whom = lang.pick(format!("批次的 {lines} 笔"), format!("{lines} lines of a run"));
            let labels = labels.iter().map(String::as_str);
            (recipient, purpose, kinds(lang, labels), whom, format!("/runs/{run_id}"))
        }
    };
    Row::of(vec![
        Cell::number(grouped(trail.position.cast_signed())),
        Cell::text(trail.office_day.to_string()),
        Cell::text(format!("{}（{}）", trail.actor_id, lang.pick(zh, en))),
        Cell::text(recipient.clone()),
        Cell::text(purpose.clone()),
        Cell::Text(what),
        Cell::link(path, whom),
    ])
}

/// What the kinds of values are called.
fn kinds<'l>(lang: Lang, labels: impl IntoIterator<Item = &'l str>) -> String {
    let names: Vec<&str> = labels.into_iter().map(|label| named(lang, label)).collect();
    names.join(lang.pick("、", ", "))
}

/// The one person, with a link; else how many.
fn people(lang: Lang, opened: &[OpenedFields]) -> (String, String) {
    match opened {
        [one] => (one.person_id.to_string(), format!("/people/{}", one.person_id)),
        many => (lang.pick(format!("{} 人", many.len()), format!("{} people", many.len())), String::new()),
    }
}
