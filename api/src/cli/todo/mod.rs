//! `ledger todo`: what waits, who could have a benefit and has none, who seems to have lost the ground for one, and what people said of it.

mod eligible;
mod list;
mod nights;

use chrono::NaiveDate;
use clap::Subcommand;
use domain::ids::PersonId;
use domain::program::Program;
use domain::todo::TodoKind;
use serde_json::json;

use super::failure::{Done, Failure};
use super::session::Session;
use crate::outlook::found::{Entry, Horizon, dismiss};
use crate::processes::office_day;

/// To-do lists.
#[derive(Debug, Subcommand)]
pub enum TodoCommand {
    /// 待办一览 · what waits: cases, notices, reviews, runs, returned payments, rates, erasures
    List {
        /// Of which day
        #[command(flatten)]
        horizon: HorizonArgs,
    },
    /// 政策找人 · people who seem eligible without a case, and cases that seem to have ended
    Eligible {
        /// Of which day
        #[command(flatten)]
        horizon: HorizonArgs,
        /// 只看一类 · only this kind: not_enrolled, soon_eligible, seems_ended or review_overdue
        #[arg(long, value_parser = parse_kind)]
        kind: Option<TodoKind>,
        /// 只看一个项目 · only this program, by its code
        #[arg(long)]
        program: Option<Program>,
    },
    /// 夜间任务 · what each night the served ledger found, the last first
    Nights {
        /// 几夜 · how many
        #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=366))]
        last: u32,
    },
    /// 搁置 · set an entry aside with a reason; it comes back when its facts change
    Dismiss {
        /// 类别 · the kind
        #[arg(value_parser = parse_kind)]
        kind: TodoKind,
        /// 人员 · the person
        person: PersonId,
        /// 项目 · the program, by its code
        program: Program,
        /// 原因，加密保存 · why; kept sealed
        #[arg(long)]
        reason: String,
        /// Of which day
        #[command(flatten)]
        horizon: HorizonArgs,
    },
}

/// Of which day a list is.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct HorizonArgs {
    /// 日期 · of which day; today when absent
    #[arg(long)]
    pub on: Option<NaiveDate>,
    /// 提前天数 · how many days ahead people are looked for
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(0..=366))]
    pub within: u32,
}

impl HorizonArgs {
    fn horizon(self) -> Horizon {
        let on = self.on.unwrap_or_else(|| office_day(chrono::Utc::now()));
        Horizon { on, within_days: self.within }
    }
}

/// Shows a list, or sets an entry aside.
///
/// # Errors
/// [`Failure`]: the ledger cannot be read, who acts is not said, or the step is refused.
pub(super) async fn run(session: &Session, command: TodoCommand) -> Result<Done, Failure> {
    match command {
        TodoCommand::List { horizon } => list::run(session, horizon.horizon()).await,
        TodoCommand::Eligible { horizon, kind, program } => {
            eligible::run(session, horizon.horizon(), eligible::Only { kind, program }).await
        }
        TodoCommand::Nights { last } => nights::run(session, last).await,
        TodoCommand::Dismiss { kind, person, program, reason, horizon } => {
            let (desk, entry) = (session.desk()?, Entry { kind, person, program });
            if reason.trim().is_empty() {
                return Err(Failure::Usage {
                    code: "reason_required",
                    zh: "请用 --reason 写明搁置的原因".to_owned(),
                    en: "say with --reason why it is set aside".to_owned(),
                });
            }
            session
                .act(async |app| Ok(dismiss(app.office(), &desk, horizon.horizon(), entry, &reason).await?))
                .await?;
            session.screen.say(
                "已搁置；所依据的事实变化后会再次列出。",
                "set aside; it comes back when the facts that it rests on change.",
            )?;
            session.screen.answer(&json!({ "person_id": person, "done": "dismissed" }))?;
            Ok(Done::Well)
        }
    }
}

/// Reads a kind of entry.
fn parse_kind(code: &str) -> Result<TodoKind, String> {
    TodoKind::ALL.into_iter().find(|kind| kind.code() == code).ok_or_else(|| {
        let codes: Vec<&str> = TodoKind::ALL.iter().map(|kind| kind.code()).collect();
        format!("没有这一类 · there is no such kind; the kinds are {}", codes.join(", "))
    })
}
