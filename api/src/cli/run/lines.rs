//! `ledger run show --lines`: every line of a run with how its amount comes about, page by page, or those of one case.

use domain::ids::{CaseId, RunId};
use domain::money::Money;
use domain::personal::Opened;
use domain::policy::{Determination, Step};
use serde_json::{Value, json};

use super::prepare::program_name;
use crate::cli::failure::Failure;
use crate::cli::screen::{Align, Screen, yuan};
use crate::processes::payment_run::{StagedLine, lines_from, lines_of_cases};
use crate::processes::{Office, ProcessError};

/// Lines of one page on the screen.
const PAGE_LINES: u32 = 200;

/// Which lines are shown, and how much of each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// Those of one case; a page of all without.
    pub case: Option<CaseId>,
    /// The page, from 1.
    pub page: u32,
    /// How an amount was determined: for one case only, as it is opened for it.
    pub steps: Steps,
}

/// Whether the steps of the determination are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Steps {
    /// They stay sealed.
    Sealed,
    /// They are opened.
    Shown,
}

/// A line with its steps, where they were asked for.
pub(super) struct Line {
    staged: StagedLine,
    steps: Vec<Step>,
}

/// Reads the lines that are asked for.
///
/// # Errors
/// [`Failure`]: steps without a case, or something cannot be read.
pub(super) async fn read(office: &Office, run_id: RunId, asked: Asked) -> Result<Vec<Line>, Failure> {
    let found = match asked.case {
        Some(case) => lines_of_cases(&office.pool, run_id, &[case]).await?,
        None if asked.steps == Steps::Shown => return Err(steps_of_one_case()),
        None => {
            let from = u64::from(asked.page.saturating_sub(1)) * u64::from(PAGE_LINES);
            lines_from(&office.pool, run_id, from, PAGE_LINES).await?
        }
    };
    let mut lines = Vec::with_capacity(found.len());
    for staged in found {
        let steps = match asked.steps {
            Steps::Sealed => Vec::new(),
            Steps::Shown => opened(office, &staged).await?,
        };
        lines.push(Line { staged, steps });
    }
    Ok(lines)
}

fn steps_of_one_case() -> Failure {
    Failure::Usage {
        code: "case_required",
        zh: "查看核定步骤请用 --case 指明一个个案".to_owned(),
        en: "say with --case whose steps are to be shown".to_owned(),
    }
}

/// The steps by which an amount was determined; none where the person was erased since.
async fn opened(office: &Office, staged: &StagedLine) -> Result<Vec<Step>, ProcessError> {
    let beneficiary = staged.line.beneficiary;
    office.load_keys([beneficiary]).await?;
    let opened: Opened<Determination> = staged.determination.open(beneficiary, &*office.keyring)?;
    Ok(match opened {
        Opened::Clear(determination) => determination.into_disclosed().steps,
        Opened::Erased { .. } => Vec::new(),
    })
}

impl Line {
    /// What the month had before: ordered, and neither returned nor asked back.
    fn standing(&self) -> Money {
        let line = &self.staged.line;
        line.due.minus(line.amount).and_then(|rest| rest.minus(self.withheld())).unwrap_or_default()
    }

    /// What is due besides and withheld for earlier payments.
    fn withheld(&self) -> Money {
        Money::sum(self.staged.line.withheld.iter().map(|part| part.amount)).unwrap_or_default()
    }

    /// The line for programs.
    pub fn json(&self) -> Value {
        let line = &self.staged.line;
        let mut json = json!({
            "payment_id": line.payment_id, "case_id": line.case_id, "beneficiary": line.beneficiary,
            "program": line.program, "month": line.month, "attempt": line.attempt, "kind": line.kind,
            "due": line.due, "standing": self.standing(), "withheld": line.withheld, "amount": line.amount,
            "payee": line.payee, "replaces": self.staged.replaces, "rule_version": self.staged.rule_version,
        });
        if !self.steps.is_empty() {
            json["steps"] = json!(self.steps);
        }
        json
    }

    fn row(&self, screen: &Screen) -> Vec<String> {
        let line = &self.staged.line;
        let own = line.payee == line.beneficiary;
        vec![
            program_name(screen.lang, line.program).to_owned(),
            line.case_id.to_string(),
            line.month.to_string(),
            format!("{} {}", screen.pick(line.kind.zh(), line.kind.en()), line.attempt),
            yuan(line.due),
            yuan(self.standing()),
            yuan(self.withheld()),
            yuan(line.amount),
            if own { screen.pick("本人", "own") } else { screen.pick("代领", "another's") }.to_owned(),
        ]
    }
}

/// Prints lines: what the month is due, what stands of it, and the difference that is paid.
pub(super) fn show(screen: &Screen, lines: &[Line], asked: Asked, all: u64) -> Result<(), Failure> {
    let heads = [
        (screen.pick("项目", "Program"), Align::Left),
        (screen.pick("个案", "Case"), Align::Left),
        (screen.pick("月份", "Month"), Align::Left),
        (screen.pick("类别 次", "Kind, attempt"), Align::Left),
        (screen.pick("应发（元）", "Due"), Align::Right),
        (screen.pick("未退已下达", "Standing"), Align::Right),
        (screen.pick("抵扣", "Withheld"), Align::Right),
        (screen.pick("本次发放", "To pay"), Align::Right),
        (screen.pick("账户", "Account"), Align::Left),
    ];
    screen.table(&heads, &lines.iter().map(|line| line.row(screen)).collect::<Vec<_>>())?;
    for line in lines.iter().filter(|line| !line.steps.is_empty()) {
        show_steps(screen, line)?;
    }
    let pages = all.div_ceil(u64::from(PAGE_LINES)).max(1);
    if asked.case.is_none() && pages > 1 {
        let page = asked.page;
        screen.say(
            format!("第 {page} 页，共 {pages} 页；翻页用 --page。"),
            format!("Page {page} of {pages}; --page turns it."),
        )?;
    }
    Ok(())
}

fn show_steps(screen: &Screen, line: &Line) -> Result<(), Failure> {
    let month = line.staged.line.month;
    screen.say(format!("{month} 的核定步骤："), format!("How {month} was determined:"))?;
    let heads = [
        (screen.pick("步骤", "Step"), Align::Left),
        (screen.pick("金额（元）", "Yuan"), Align::Right),
        (screen.pick("依据", "Source"), Align::Left),
    ];
    let row = |step: &Step| {
        let text = screen.pick(&step.zh, &step.en).clone();
        vec![text, step.amount.map(yuan).unwrap_or_default(), step.source.clone()]
    };
    Ok(screen.table(&heads, &line.steps.iter().map(row).collect::<Vec<_>>())?)
}
