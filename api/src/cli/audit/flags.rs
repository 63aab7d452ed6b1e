//! `ledger audit flags`: every rule with what it found; exit code 1 when one found something.

use std::fs::File;
use std::path::Path;

use super::FlagsArgs;
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen};
use crate::cli::session::{Session, waiting};
use crate::flags::{
    Brought, FileError, Flag, FlagOptions, FlagReport, RULES, RuleResult, read_relatives, read_statements,
    report,
};
use crate::lang::io_trouble;
use crate::processes::Office;

/// Flags shown for one rule; the rest are counted. `--json` shows all.
const SHOWN: usize = 10;

/// Looks for red flags and shows them.
///
/// # Errors
/// [`Failure`] when a file is refused or the ledger cannot be read.
pub(super) async fn run(session: &Session, arguments: &FlagsArgs) -> Result<Done, Failure> {
    let screen = session.screen;
    let found = session
        .with_ledger(async |app| {
            let office = app.office();
            let options = FlagOptions {
                codes: arguments.rules.clone(),
                on: arguments.on,
                brought: waiting(|| brought(office, arguments))?,
            };
            let progress = screen.progress(office.repository.log().length().await?, "查找疑点", "Looking");
            let found = report(office, &options, || progress.inc(1)).await;
            progress.finish_and_clear();
            Ok(found?)
        })
        .await?;
    show(&screen, &found)?;
    screen.answer(&found)?;
    Ok(if found.flags.is_empty() { Done::Well } else { Done::Found })
}

/// Reads the code of a rule.
pub(super) fn parse_rule(code: &str) -> Result<String, String> {
    if RULES.iter().any(|rule| rule.code == code) {
        return Ok(code.to_owned());
    }
    let codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
    Err(format!("没有这条规则 · there is no such rule; the rules are {}", codes.join(", ")))
}

fn brought(office: &Office, arguments: &FlagsArgs) -> Result<Brought, Failure> {
    let mut brought = Brought::default();
    if let Some(path) = &arguments.staff {
        let read = read_relatives(opened(path)?, &*office.keyring);
        brought.relatives = read.map_err(|error| refused(path, &error))?;
    }
    if let Some(path) = &arguments.statements {
        brought.statements = Some(read_statements(opened(path)?).map_err(|error| refused(path, &error))?);
    }
    Ok(brought)
}

fn opened(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|error| Failure::Refused {
        code: "file_unreadable",
        zh: format!("无法读取 {}：{}", path.display(), io_trouble(&error)),
        en: format!("{} cannot be read: {error}", path.display()),
    })
}

fn refused(path: &Path, error: &FileError) -> Failure {
    let (path, line) = (path.display(), error.line);
    Failure::Refused {
        code: "file_malformed",
        zh: format!("{path} 第 {line} 行：{}", error.zh),
        en: format!("{path}, line {line}: {}", error.en),
    }
}

fn show(screen: &Screen, found: &FlagReport) -> std::io::Result<()> {
    let (events, on) = (found.events, found.on);
    screen.say(format!("截至 {on}，{events} 条事件："), format!("As of {on}, {events} events:"))?;
    let heads = [
        ("", Align::Left),
        (screen.pick("疑点", "Red flag"), Align::Left),
        (screen.pick("发现", "Found"), Align::Right),
        (screen.pick("无法判断", "Not judged"), Align::Right),
        ("code", Align::Left),
    ];
    let rows: Vec<Vec<String>> = found.rules.iter().map(|rule| row(screen, rule)).collect();
    screen.table(&heads, &rows)?;
    for rule in found.rules.iter().filter(|rule| rule.found > 0) {
        screen.say(format!("✗ {}", rule.zh), format!("✗ {}", rule.en))?;
        for flag in found.flags.iter().filter(|flag| flag.code == rule.code).take(SHOWN) {
            let (at, whom) = (positions(flag), subject(screen, flag));
            screen.say(format!("   {at}{}{whom}", flag.zh), format!("   {at}{}{whom}", flag.en))?;
        }
        let more = rule.found.saturating_sub(SHOWN);
        if more > 0 {
            screen.say(format!("   ……另有 {more} 条"), format!("   … and {more} more"))?;
        }
    }
    Ok(())
}

fn row(screen: &Screen, rule: &RuleResult) -> Vec<String> {
    let mark = if rule.found == 0 { "✓" } else { "✗" };
    let name = screen.pick(rule.zh, rule.en);
    let unjudged = if rule.unjudged == 0 { String::new() } else { rule.unjudged.to_string() };
    vec![mark.to_owned(), name.to_owned(), rule.found.to_string(), unjudged, rule.code.to_owned()]
}

fn positions(flag: &Flag) -> String {
    let shown: Vec<String> = flag.positions.iter().take(4).map(|position| format!("#{position}")).collect();
    let more = if flag.positions.len() > shown.len() { " …" } else { "" };
    format!("{}{more} ", shown.join(" "))
}

/// By which ids it is found again.
fn subject(screen: &Screen, flag: &Flag) -> String {
    let subject = flag.subject;
    let ids = [
        (screen.pick("个案", "case"), subject.case_id.map(|id| id.to_string())),
        (screen.pick("批次", "run"), subject.run_id.map(|id| id.to_string())),
        (screen.pick("活动", "campaign"), subject.campaign_id.map(|id| id.to_string())),
    ];
    let mut named: Vec<String> =
        ids.into_iter().filter_map(|(name, id)| id.map(|id| format!("{name} {id}"))).collect();
    if let (true, Some(person)) = (named.is_empty(), subject.person_id) {
        named.push(format!("{} {person}", screen.pick("人员", "person")));
    }
    if named.is_empty() { String::new() } else { format!(" [{}]", named.join(", ")) }
}
