//! 疑点: what an auditor should look at. They accuse nobody.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::header::REFRESH;
use axum::response::{IntoResponse, Response};
use domain::ids::CaseId;
use domain::numbers::grouped;

use crate::access::Capability;
use crate::console::Console;
use crate::console::address::Query;
use crate::console::answers::Stop;
use crate::console::kept::{Found, Soon};
use crate::console::scope::{seen_cases, sees_person};
use crate::console::sheet::{Block, Cell, Row, Sheet, Table};
use crate::console::told::beijing;
use crate::console::typed::Typed;
use crate::console::visitor::Visitor;
use crate::flags::{Flag, FlagOptions, FlagReport, RULES, Rule, RuleResult, report};
use crate::lang::Lang;
use crate::processes::ProcessError;

/// Flags of one page; one rule alone shows more of its own.
const SHOWN: usize = 200;

pub(super) async fn show(
    State(console): State<Console>,
    visitor: Visitor,
    Query(typed): Query<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::Audit)?;
    let lang = visitor.lang;
    let rule = RULES.iter().find(|rule| rule.code == typed.text("rule"));
    let failed = |error| Stop::failed(error, lang);
    let office = &console.office;
    let look = || {
        let office = office.clone();
        async move { report(&office, &FlagOptions::default(), || ()).await }
    };
    let (kept, looking) = match console.flags.soon(office, look).await.map_err(failed)? {
        Soon::Found(kept) => (kept, false),
        Soon::Looking(Some(kept)) => (kept, true),
        Soon::Looking(None) => return Ok(not_yet(&visitor)),
    };
    let found = Seen::of(&console, &visitor, &kept.what, rule).await.map_err(failed)?;
    let sheet = sheet(&visitor).lead(lead(lang, &kept, looking));
    let described = rule.map(|rule| {
        let line = |zh: &str, en: &str, text: &str| format!("{}{text}", lang.pick(zh, en));
        Block::Words(
            lang.pick(rule.zh, rule.en).to_owned(),
            vec![
                line("查找：", "Finds: ", rule.finds),
                line("依据：", "Comes from: ", rule.source),
                line("看不到：", "Cannot see: ", rule.blind),
            ],
        )
    });
    Ok(sheet
        .with(Block::Table(rules(lang, &found.rules)))
        .and(described)
        .with(Block::Table(flags(lang, &found)))
        .answer(None))
}

fn sheet(visitor: &Visitor) -> Sheet {
    Sheet::new(visitor, "/audit", ("疑点", "Red flags"))
        .below("/audit", visitor.lang.pick("审计室", "Audit room"))
}

/// What the flags come from, and whether they are looked for again just now.
fn lead(lang: Lang, kept: &Found<FlagReport>, looking: bool) -> String {
    let (on, events) = (kept.what.on, grouped(kept.what.events.cast_signed()));
    let at = beijing(kept.moment.at).format("%Y-%m-%d %H:%M");
    let again = match looking {
        true => lang.pick("正在重新查找，稍后再看。", " They are looked for again just now: come back."),
        false => "",
    };
    lang.pick(
        format!("截至 {on}，通读 {events} 条事件（{at} 查找）。疑点只说明应当核实，不指控任何人。{again}"),
        format!(
            "As of {on}, from {events} events, looked for {at}. A flag says what should be looked at and accuses nobody.{again}"
        ),
    )
}

/// The page while nothing was ever found: it asks again by itself.
fn not_yet(visitor: &Visitor) -> Response {
    let words = visitor.lang.pick(
        "正在通读全部事件，查找疑点；本页自动刷新，找到后即显示。",
        "Every event is being read for red flags; this page asks again by itself and shows them when they are found.",
    );
    let page = sheet(visitor).lead(words).answer(None);
    ([(REFRESH, "1")], page).into_response()
}

/// The flags of people whom a visitor sees, of one rule or of all.
struct Seen<'r> {
    flags: Vec<&'r Flag>,
    /// What each rule found of them.
    rules: Vec<RuleResult>,
}

impl<'r> Seen<'r> {
    async fn of(
        console: &Console,
        visitor: &Visitor,
        report: &'r FlagReport,
        rule: Option<&Rule>,
    ) -> Result<Seen<'r>, ProcessError> {
        let asked = |code: &str| rule.is_none_or(|rule| rule.code == code);
        let rules = report.rules.iter().filter(|result| asked(result.code)).cloned().collect();
        let flags: Vec<&Flag> = report.flags.iter().filter(|flag| asked(flag.code)).collect();
        if visitor.sees_everyone() {
            return Ok(Seen { flags, rules });
        }
        let cases: BTreeSet<CaseId> = flags.iter().filter_map(|flag| flag.subject.case_id).collect();
        let cases: Vec<CaseId> = cases.into_iter().collect();
        let cases = seen_cases(&console.office, visitor, &cases).await?;
        let mut seen = Seen { flags: Vec::new(), rules };
        for flag in flags {
            let sees = match (flag.subject.case_id, flag.subject.person_id) {
                (Some(case), _) => cases.contains(&case),
                (None, Some(person)) => sees_person(&console.office, visitor, person).await?,
                (None, None) => true,
            };
            if sees {
                seen.flags.push(flag);
            }
        }
        for rule in &mut seen.rules {
            rule.found = seen.flags.iter().filter(|flag| flag.code == rule.code).count();
        }
        Ok(seen)
    }
}

fn rules(lang: Lang, rules: &[RuleResult]) -> Table {
    let row = |rule: &RuleResult| {
        let found = if rule.found == 0 {
            Cell::Tag("settled", lang.pick("无", "none").to_owned())
        } else {
            Cell::Tag("bad", rule.found.to_string())
        };
        let unjudged = if rule.unjudged == 0 { String::new() } else { rule.unjudged.to_string() };
        Row::of(vec![
            Cell::link(format!("/audit/flags?rule={}", rule.code), lang.pick(rule.zh, rule.en)),
            found,
            Cell::Number(unjudged),
            Cell::Code(rule.code.to_owned()),
        ])
    };
    Table::new(lang.pick("规则", "Rules"), "")
        .head(lang.pick("疑点", "Red flag"))
        .head(lang.pick("发现", "Found"))
        .number(lang.pick("无法判断", "Not judged"))
        .head(lang.pick("代码", "Code"))
        .rows(rules.iter().map(row))
}

fn flags(lang: Lang, found: &Seen<'_>) -> Table {
    let called = |code: &str| {
        let rule = found.rules.iter().find(|rule| rule.code == code);
        rule.map_or(code, |rule| lang.pick(rule.zh, rule.en)).to_owned()
    };
    let row = |flag: &&Flag| {
        let positions: Vec<String> = flag.positions.iter().map(|position| format!("#{position}")).collect();
        let (path, name) = subject(lang, flag);
        Row::of(vec![
            Cell::Named(called(flag.code), flag.code.to_owned()),
            Cell::link(path, name),
            Cell::text(positions.join(" ")),
            Cell::text(lang.pick(&flag.zh, &flag.en).clone()),
        ])
    };
    let empty = lang.pick("没有发现疑点。", "No red flag was found.");
    let mut table = Table::new(lang.pick("发现", "Found"), empty);
    let more = found.flags.len().saturating_sub(SHOWN);
    if more > 0 {
        let words = lang.pick(
            "另有，点规则单独查看或用命令行：",
            "more; look at a rule alone, or use the command line: ",
        );
        table = table.note(format!("{words}{more}"));
    }
    table
        .head(lang.pick("疑点", "Red flag"))
        .head(lang.pick("对象", "Of"))
        .head(lang.pick("日志位置", "Positions"))
        .head(lang.pick("内容", "What"))
        .rows(found.flags.iter().take(SHOWN).map(row))
}

fn subject(lang: Lang, flag: &Flag) -> (String, String) {
    let subject = flag.subject;
    let named = |path: &str, zh: &str, en: &str, id: String| {
        (format!("{path}{id}"), format!("{} {}", lang.pick(zh, en), id.get(..8).unwrap_or_default()))
    };
    if let Some(case) = subject.case_id {
        return named("/cases/", "个案", "case", case.to_string());
    }
    if let Some(run) = subject.run_id {
        return named("/runs/", "批次", "run", run.to_string());
    }
    if let Some(campaign) = subject.campaign_id {
        return named("/campaigns/", "活动", "campaign", campaign.to_string());
    }
    match subject.person_id {
        Some(person) => named("/people/", "人员", "person", person.to_string()),
        None => Default::default(),
    }
}
