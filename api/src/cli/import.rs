//! `ledger import`: an empty template, a dry run, an import. The dry run always comes first.

use std::path::{Path, PathBuf};

use domain::actor::ActorId;
use serde_json::json;

use super::failure::{Done, Failure};
use super::screen::{Align, Screen, grouped};
use super::session::{Session, waiting};
use super::{ImportCommand, draft};
use crate::app::App;
use crate::processes::{Importable, Imported, Importer, Office, import, known, office_day};
use crate::registers::reading::{Limits, RegisterRows, read_register};
use crate::registers::{
    BadRow, DryRun, RegisterKind, Report, applications, care_assessments, changes, donations, dry_run,
    persons, workbook,
};

/// Problems shown on the screen; the corrections workbook has all.
const SHOWN: usize = 50;

/// What to do with the good rows.
enum Purpose {
    /// Say what an import would do.
    Check,
    /// Import them.
    Apply { importer: Box<Importer>, bad_rows: BadRows },
}

/// What bad rows mean for the good ones.
#[derive(Clone, Copy, PartialEq, Eq)]
enum BadRows {
    /// Nothing is imported.
    StopAll,
    /// The good rows are kept.
    StayOut,
}

/// Writes a template, checks a register, or imports it.
///
/// # Errors
/// [`Failure`]: the file is refused as a whole, or the ledger cannot be asked.
pub(super) async fn run(session: &Session, command: ImportCommand) -> Result<Done, Failure> {
    match command {
        ImportCommand::Template { kind, out } => template(session, kind, &out),
        ImportCommand::Check { kind, file, errors } => {
            take(session, kind, &file, errors, Purpose::Check).await
        }
        ImportCommand::Apply { kind, file, keep_good, errors, visitors } => {
            let importer = importer(session, kind, visitors)?;
            let bad_rows = if keep_good { BadRows::StayOut } else { BadRows::StopAll };
            take(session, kind, &file, errors, Purpose::Apply { importer, bad_rows }).await
        }
    }
}

fn importer(session: &Session, kind: RegisterKind, visitors: Vec<ActorId>) -> Result<Box<Importer>, Failure> {
    if kind != RegisterKind::Applications && !visitors.is_empty() {
        return Err(Failure::Usage {
            code: "visitors_unexpected",
            zh: "--visitors 只用于申请登记表".to_owned(),
            en: "--visitors belongs to the register of applications alone".to_owned(),
        });
    }
    Ok(Box::new(Importer { desk: session.desk()?, visitors }))
}

fn template(session: &Session, kind: RegisterKind, out: &Path) -> Result<Done, Failure> {
    // under another name Excel would not open it
    if !out.extension().is_some_and(|end| end.eq_ignore_ascii_case("xlsx")) {
        return Err(Failure::Usage {
            code: "form_unknown",
            zh: "模板是 Excel 工作簿：请把文件名写成 .xlsx".to_owned(),
            en: "the template is a workbook: name the file .xlsx".to_owned(),
        });
    }
    draft::write(out, &workbook::template(kind)?)?;
    let (sheet, path) = (kind.template().sheet, out.display().to_string());
    session
        .screen
        .say(format!("已写出{sheet}模板：{path}"), format!("Template {sheet} written to {path}"))?;
    session.screen.answer(&json!({ "register": kind.code(), "file": path }))?;
    Ok(Done::Well)
}

async fn take(
    session: &Session,
    kind: RegisterKind,
    file: &Path,
    errors: Option<PathBuf>,
    purpose: Purpose,
) -> Result<Done, Failure> {
    let read = waiting(|| read_register(file, kind, &Limits::default()))?;
    let job = Job { session, errors, purpose };
    session
        .with_ledger(async |app| match kind {
            RegisterKind::Persons => job.take::<persons::Row>(app, read).await,
            RegisterKind::Applications => job.take::<applications::Row>(app, read).await,
            RegisterKind::CareAssessments => job.take::<care_assessments::Row>(app, read).await,
            RegisterKind::Changes => job.take::<changes::Row>(app, read).await,
            RegisterKind::Donations => job.take::<donations::Row>(app, read).await,
        })
        .await
}

struct Job<'s> {
    session: &'s Session,
    errors: Option<PathBuf>,
    purpose: Purpose,
}

impl Job<'_> {
    async fn take<R: Importable>(&self, app: &App, read: RegisterRows) -> Result<Done, Failure> {
        let (office, screen) = (app.office(), self.session.screen);
        let today = office_day(chrono::Utc::now());
        let context = known::<R>(office, &read.rows, today).await?;
        let checked = dry_run::<R>(read.rows, &context);
        let report = checked.report();
        let DryRun { good, bad } = checked;
        show_report(&screen, &report)?;
        self.write_errors(R::KIND, &bad)?;
        let imported = self.apply(office, good, bad.len()).await?;
        if let Some(imported) = &imported {
            show_imported(&screen, imported)?;
        }
        let stopped = matches!(&self.purpose, Purpose::Apply { .. }) && imported.is_none();
        if stopped {
            screen.say(
                "有错误行，未导入任何数据。改正后再导入，或用 --keep-good 只导入正确行。",
                "There are bad rows, so nothing was imported. Mend them, or keep the good rows with --keep-good.",
            )?;
        }
        screen.answer(&json!({ "file_sha256": read.digest, "report": report, "imported": imported }))?;
        let refused = imported.is_some_and(|imported| !imported.refused.is_empty());
        Ok(if bad.is_empty() && !refused { Done::Well } else { Done::Found })
    }

    fn write_errors(&self, kind: RegisterKind, bad: &[BadRow]) -> Result<(), Failure> {
        let Some(path) = self.errors.as_deref().filter(|_| !bad.is_empty()) else { return Ok(()) };
        draft::write(path, &workbook::corrections(kind, bad)?)?;
        let path = path.display();
        self.session.screen.say(
            format!("错误行及原因已写入：{path}（含个人信息，请妥善保管）"),
            format!("The bad rows with their reasons are in {path} (it holds personal data)"),
        )?;
        Ok(())
    }

    /// Imports the good rows, unless the purpose or the bad rows forbid it.
    async fn apply<R: Importable>(
        &self,
        office: &Office,
        good: Vec<crate::registers::GoodRow<R>>,
        bad: usize,
    ) -> Result<Option<Imported>, Failure> {
        let Purpose::Apply { importer, bad_rows } = &self.purpose else { return Ok(None) };
        if bad > 0 && *bad_rows == BadRows::StopAll {
            return Ok(None);
        }
        let progress = self.session.screen.progress(good.len() as u64, "导入", "Importing");
        let imported = import(office, importer, good, &progress).await;
        progress.finish_and_clear();
        Ok(Some(imported?))
    }
}

fn show_report(screen: &Screen, report: &Report) -> Result<(), Failure> {
    let (sheet, rows) = (report.register.template().sheet, report.rows);
    screen.say(
        format!("{sheet}：{rows} 行，正确 {} 行，错误 {} 行。", report.good, report.bad),
        format!("{sheet}: {rows} rows, {} good, {} bad.", report.good, report.bad),
    )?;
    let row = |problem: &crate::registers::Problem| {
        vec![
            problem.row.to_string(),
            screen.pick(problem.column, problem.field).to_owned(),
            screen.pick(problem.zh, problem.en).to_owned(),
            code(problem.code),
        ]
    };
    let rows: Vec<Vec<String>> = report.problems.iter().take(SHOWN).map(row).collect();
    show_rows(screen, &rows, report.problems.len(), "--errors FILE")
}

fn show_imported(screen: &Screen, imported: &Imported) -> Result<(), Failure> {
    let (new, repeated) = (imported.new, imported.repeated);
    let refused = imported.refused.len();
    let count = |count: usize| grouped(i64::try_from(count).unwrap_or(i64::MAX));
    screen.say(
        format!("已导入 {} 行；{} 行此前已导入，没有变化；拒绝 {refused} 行。", count(new), count(repeated)),
        format!(
            "{} rows imported; {} had been imported before and changed nothing; {refused} refused.",
            count(new),
            count(repeated)
        ),
    )?;
    let row = |refused: &crate::processes::RefusedRow| {
        let reason = screen.pick(&refused.zh, &refused.en).clone();
        vec![refused.row.to_string(), String::new(), reason, refused.code.to_owned()]
    };
    let rows: Vec<Vec<String>> = imported.refused.iter().take(SHOWN).map(row).collect();
    show_rows(screen, &rows, refused, "--json")
}

fn show_rows(screen: &Screen, rows: &[Vec<String>], total: usize, option: &str) -> Result<(), Failure> {
    let heads = [
        (screen.pick("行", "Row"), Align::Right),
        (screen.pick("列", "Column"), Align::Left),
        (screen.pick("原因", "Reason"), Align::Left),
        ("code", Align::Left),
    ];
    if !rows.is_empty() {
        screen.table(&heads, rows)?;
    }
    let more = total.saturating_sub(rows.len());
    if more > 0 {
        screen.say(
            format!("……另有 {more} 处，用 {option} 看全部。"),
            format!("… and {more} more: see all with {option}."),
        )?;
    }
    Ok(())
}

fn code(code: crate::registers::ProblemCode) -> String {
    serde_json::to_value(code).ok().and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default()
}
