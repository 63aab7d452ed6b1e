//! `ledger policy try`: a draft of new rates on the real register. Nothing is stored.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use domain::calendar::BenefitMonth;
use domain::disclosure::{OpenedFields, PERSONS_MAX};
use domain::ids::PersonId;
use domain::money::Money;
use domain::policy::{Announcement, RateDraft};
use domain::program::Program;
use serde_json::json;

use super::publish::{changes_json, show_changes};
use super::read;
use crate::app::App;
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen, grouped, yuan};
use crate::cli::session::{Session, waiting};
use crate::lang::io_trouble;
use crate::outlook::people::Names;
use crate::outlook::what_if::{Change, Cost, Effect, Touched, WhatIf, try_rates};
use crate::processes::{ProcessError, office_day, record_disclosure};

/// How many touched cases and people are shown; a list has all.
const SHOWN: usize = 20;

/// What to try.
#[derive(Clone, Debug, clap::Args)]
pub struct TryArgs {
    /// 参数文件 · the new rates (.toml); rows without an announcement count as announced today
    pub file: PathBuf,
    /// 清单文件 · write every case and person that is touched here (.csv), names masked
    #[arg(long, value_name = "CSV")]
    pub list: Option<PathBuf>,
    /// 清单写明姓名，须注明接收方与用途并留痕 · names in full in the list; recorded as a disclosure
    #[arg(long, requires = "list", requires = "recipient", requires = "purpose")]
    pub names: bool,
    /// 接收方 · for whom the names are opened
    #[arg(long)]
    pub recipient: Option<String>,
    /// 用途 · why the names are opened
    #[arg(long)]
    pub purpose: Option<String>,
}

/// Tries a draft.
///
/// # Errors
/// [`Failure`]: the draft is at fault, naming line and place; the list cannot be written; names may not be opened.
pub(super) async fn run(session: &Session, arguments: &TryArgs) -> Result<Done, Failure> {
    let (text, screen) = (read(&arguments.file)?, session.screen);
    let name = arguments.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (draft, found, examples) = session
        .look_at_ledger(async |app| {
            let today = office_day(chrono::Utc::now());
            let rules = app.office().current_rules().await?;
            let draft = rules.draft(&name, &text, Announcement::Or(today));
            let draft = draft.map_err(|error| ProcessError::refused(&error))?;
            let (found, examples) = tried(session, app, arguments, &draft).await?;
            Ok((draft, found, examples))
        })
        .await?;
    show_changes(&screen, &draft.changes)?;
    show(&screen, &found, &examples)?;
    screen
        .answer(&json!({ "changes": changes_json(&draft.changes), "result": found, "examples": examples }))?;
    Ok(Done::Well)
}

/// The result with the first of those who are touched, and the list where one is asked for.
async fn tried(
    session: &Session,
    app: &App,
    arguments: &TryArgs,
    draft: &RateDraft,
) -> Result<(WhatIf, Vec<Change>), Failure> {
    let today = office_day(chrono::Utc::now());
    let path = arguments.list.as_deref();
    let mut list = match path {
        Some(path) if !arguments.names => Some(List::begin(path, session.screen)?),
        _ => None,
    };
    let (mut examples, mut persons) = (Vec::new(), Vec::new());
    let found = try_rates(app.office(), draft, today, Names::Masked, |change| {
        if arguments.names {
            persons.push(change.person_id);
        }
        if let Some(list) = &mut list {
            list.put(&change)?;
        }
        if examples.len() < SHOWN {
            examples.push(change);
        }
        Ok(())
    })
    .await?;
    if let (Some(path), true) = (path, arguments.names) {
        // nothing is recorded for a list that cannot be written, and nothing written before it is recorded
        List::may_begin(path)?;
        disclose(session, app, arguments, persons).await?;
        let mut open = List::begin(path, session.screen)?;
        try_rates(app.office(), draft, today, Names::Open, |change| open.put(&change)).await?;
        list = Some(open);
    }
    if let Some(list) = list {
        list.finish()?;
    }
    Ok((found, examples))
}

/// Records whose names will be opened, before they are.
async fn disclose(
    session: &Session,
    app: &App,
    arguments: &TryArgs,
    mut persons: Vec<PersonId>,
) -> Result<(), Failure> {
    let desk = session.desk()?;
    app.sealing().map_err(Failure::Sealing)?;
    let (recipient, purpose) = (arguments.recipient.as_deref(), arguments.purpose.as_deref());
    persons.sort_unstable();
    persons.dedup();
    for some in persons.chunks(PERSONS_MAX) {
        let of = |person: &PersonId| OpenedFields { person_id: *person, labels: vec!["name".to_owned()] };
        let opened = some.iter().map(of).collect();
        let (recipient, purpose) = (recipient.unwrap_or_default(), purpose.unwrap_or_default());
        record_disclosure(app.office(), &desk, recipient, purpose, opened).await?;
    }
    Ok(())
}

/// A list in a file, written as it comes.
struct List {
    writer: csv::Writer<File>,
    screen: Screen,
}

impl List {
    /// A list never takes the place of a file.
    fn may_begin(path: &Path) -> Result<(), Failure> {
        if waiting(|| path.exists()) {
            return Err(Failure::Refused {
                code: "file_exists",
                zh: format!("{} 已存在，请换一个文件名", path.display()),
                en: format!("{} exists: name another file", path.display()),
            });
        }
        Ok(())
    }

    fn begin(path: &Path, screen: Screen) -> Result<List, Failure> {
        List::may_begin(path)?;
        // names are for who asked alone
        let file = waiting(|| OpenOptions::new().write(true).create_new(true).mode(0o600).open(path));
        let file = file.map_err(|error| Failure::Refused {
            code: "file_unwritable",
            zh: format!("无法写入 {}：{}", path.display(), io_trouble(&error)),
            en: format!("{} cannot be written: {error}", path.display()),
        })?;
        let mut list = List { writer: csv::Writer::from_writer(file), screen };
        let zh =
            ["变化", "项目", "个案", "人员", "姓名", "现行（元/月）", "草案（元/月）", "12个月差额（元）"];
        let en = ["effect", "program", "case", "person", "name", "now", "draft", "difference_of_12_months"];
        list.record(&screen.pick(zh, en).map(str::to_owned))?;
        Ok(list)
    }

    fn put(&mut self, change: &Change) -> Result<(), ProcessError> {
        let row = row(&self.screen, change);
        self.record(&row)
    }

    fn record(&mut self, cells: &[String]) -> Result<(), ProcessError> {
        // a name that begins like a formula must not become one where the list is opened
        let plain = cells.iter().map(|cell| match cell.chars().next() {
            Some('=' | '+' | '@' | '\t' | '\r') => format!("'{cell}"),
            _ => cell.clone(),
        });
        self.writer.write_record(plain).map_err(|error| ProcessError::File(error.to_string()))
    }

    fn finish(mut self) -> Result<(), Failure> {
        Ok(self.writer.flush()?)
    }
}

fn row(screen: &Screen, change: &Change) -> [String; 8] {
    [
        screen.pick(change.effect.zh(), change.effect.en()).to_owned(),
        screen.pick(change.program.zh(), change.program.en()).to_owned(),
        change.case_id.map(|case| case.to_string()).unwrap_or_default(),
        change.person_id.to_string(),
        change.name.clone().unwrap_or_default(),
        change.now.to_string(),
        change.draft.to_string(),
        change.total.to_string(),
    ]
}

/// The same on the screen, where people read the sums.
fn shown(screen: &Screen, change: &Change) -> Vec<String> {
    let [effect, program, case, person, name, ..] = row(screen, change);
    vec![effect, program, case, person, name, yuan(change.now), yuan(change.draft), yuan(change.total)]
}

fn show(screen: &Screen, found: &WhatIf, examples: &[Change]) -> Result<(), Failure> {
    let WhatIf { position, first, last, compared_in, known_on, .. } = found;
    screen.say(
        format!("试算 {first} 至 {last}（按 {known_on} 所知标准，{position} 条事件，未保存任何内容）："),
        format!("{first} to {last}, by the rates known on {known_on}, {position} events; nothing is stored:"),
    )?;
    show_cost(screen, &found.cost)?;
    screen.say(
        format!("已发月份应补 {} 元，多发 {} 元。", yuan(found.arrears), yuan(found.overpaid)),
        format!(
            "Of months that were paid: {} yuan owed, {} too much.",
            yuan(found.arrears),
            yuan(found.overpaid)
        ),
    )?;
    show_touched(screen, &found.touched, *compared_in)?;
    if found.unjudged > 0 {
        let count = found.unjudged;
        screen.say(
            format!("另有 {count} 项因缺少事实无法测算。"),
            format!("{count} could not be asked: facts are missing."),
        )?;
    }
    let heads = [
        (screen.pick("变化", "Effect"), Align::Left),
        (screen.pick("项目", "Program"), Align::Left),
        (screen.pick("个案", "Case"), Align::Left),
        (screen.pick("人员", "Person"), Align::Left),
        (screen.pick("姓名", "Name"), Align::Left),
        (screen.pick("现行", "Now"), Align::Right),
        (screen.pick("草案", "Draft"), Align::Right),
        (screen.pick("12个月", "12 months"), Align::Right),
    ];
    if !examples.is_empty() {
        screen.table(&heads, &examples.iter().map(|one| shown(screen, one)).collect::<Vec<_>>())?;
    }
    Ok(())
}

fn show_cost(screen: &Screen, cost: &[Cost]) -> Result<(), Failure> {
    let heads = [
        (screen.pick("项目", "Program"), Align::Left),
        (screen.pick("月份", "Month"), Align::Left),
        (screen.pick("现行（元）", "Now"), Align::Right),
        (screen.pick("草案（元）", "Draft"), Align::Right),
        (screen.pick("差额（元）", "Difference"), Align::Right),
    ];
    let mut sums: BTreeMap<Program, [Money; 3]> = BTreeMap::new();
    let mut rows = Vec::new();
    let touched: Vec<Program> =
        cost.iter().filter(|one| !one.difference.is_zero()).map(|one| one.program).collect();
    for one in cost.iter().filter(|one| touched.contains(&one.program)) {
        let sum = sums.entry(one.program).or_default();
        for (sum, amount) in sum.iter_mut().zip([one.now, one.draft, one.difference]) {
            *sum = sum.plus(amount).map_err(ProcessError::from)?;
        }
        rows.push(cost_row(screen, one.program, one.month.to_string(), [one.now, one.draft, one.difference]));
    }
    for (program, sum) in sums {
        rows.push(cost_row(screen, program, screen.pick("合计", "in all").to_owned(), sum));
    }
    if rows.is_empty() {
        screen.say("在享受个案的费用没有变化。", "What cases on the roll cost does not change.")?;
    } else {
        screen.table(&heads, &rows)?;
    }
    Ok(())
}

fn cost_row(screen: &Screen, program: Program, month: String, sums: [Money; 3]) -> Vec<String> {
    let mut row = vec![screen.pick(program.zh(), program.en()).to_owned(), month];
    row.extend(sums.map(yuan));
    row
}

fn show_touched(
    screen: &Screen,
    touched: &BTreeMap<Effect, Touched>,
    month: BenefitMonth,
) -> Result<(), Failure> {
    let monthly = screen.pick(format!("{month}（元）"), format!("{month} yuan"));
    let heads = [
        (screen.pick("变化", "Effect"), Align::Left),
        (screen.pick("数量", "Count"), Align::Right),
        (monthly.as_str(), Align::Right),
        (screen.pick("12个月（元）", "12 months"), Align::Right),
    ];
    let rows: Vec<Vec<String>> = Effect::ALL
        .into_iter()
        .map(|effect| {
            let Touched { count, monthly, total } = touched.get(&effect).copied().unwrap_or_default();
            let name = screen.pick(effect.zh(), effect.en()).to_owned();
            vec![name, grouped(count.cast_signed()), yuan(monthly), yuan(total)]
        })
        .collect();
    screen.table(&heads, &rows)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::screen::Form;
    use crate::lang::Lang;

    #[test]
    fn sums_have_their_thousands_on_the_screen_and_none_in_a_list() {
        let change = Change {
            effect: Effect::Gains,
            program: Program::AdvancedAgeAllowance,
            case_id: None,
            person_id: PersonId::new(uuid::Uuid::from_u128(1)),
            name: None,
            now: Money::from_fen(130_000),
            draft: Money::from_fen(139_500),
            total: Money::from_fen(114_000),
        };
        let screen = Screen { lang: Lang::Zh, form: Form::Text };
        assert_eq!(shown(&screen, &change)[5..], ["1,300.00", "1,395.00", "1,140.00"]);
        assert_eq!(row(&screen, &change)[5..], ["1300.00", "1395.00", "1140.00"]);
    }
}
