//! `ledger person`: finds a person, restricts what the law keeps, and erases one when two people and the law agree.

mod attachment;
mod donor;
mod erase;
mod find;
mod list;

pub use attachment::AttachmentCommand;
use clap::Subcommand;
use domain::ids::PersonId;
use domain::personal::RetentionClass;
use serde_json::json;

use super::failure::{Done, Failure};
use super::session::Session;
use crate::processes::erasure;
use crate::processes::{Desk, Office, ProcessError};

/// Persons.
#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// 查人 · find a person by the ID number on standard input, which no shell keeps
    Find,
    /// 申请删除 · ask that a person be erased; another person approves it
    Erase {
        /// 人员 · the person
        person: domain::ids::PersonId,
        /// 法律依据 · legal basis
        #[arg(long)]
        basis: String,
        /// 保管类别 · which keys: case_work alone, or everything up to vouchers
        #[arg(long, value_name = "CLASS", default_value = "vouchers", value_parser = parse_class)]
        class: domain::personal::RetentionClass,
        /// 只说明会怎样 · say what would happen, changing nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// 批准删除 · erase as somebody else asked; it cannot be undone
    Approve {
        /// 人员 · the person
        person: domain::ids::PersonId,
    },
    /// 退回删除申请 · send the request back with a reason
    Reject {
        /// 人员 · the person
        person: domain::ids::PersonId,
        /// 原因 · why
        #[arg(long)]
        reason: String,
    },
    /// 删除申请一览 · list the requests to erase, and what became of them
    List,
    /// 附件 · scans and photographs of somebody's papers, kept sealed
    #[command(subcommand)]
    Attachment(AttachmentCommand),
    /// 限制处理 · keep what the law asks for, and show it to nobody
    Restrict {
        /// 人员 · the person
        person: domain::ids::PersonId,
        /// 法律依据 · legal basis
        #[arg(long)]
        basis: String,
    },
    /// 解除限制 · show it again, with a reason
    Unrestrict {
        /// 人员 · the person
        person: domain::ids::PersonId,
        /// 原因 · why
        #[arg(long)]
        reason: String,
    },
}

/// Finds a person, or does one step of an erasure.
///
/// # Errors
/// [`Failure`]: who acts is not said, nobody knows the person, or the step is refused.
pub(super) async fn run(session: &Session, command: PersonCommand) -> Result<Done, Failure> {
    let of_a_donor = donor::step_of(&command);
    match (of_a_person(session, command).await, of_a_donor) {
        // nobody's household knows them: they may have given
        (Err(Failure::Process(ProcessError::Unknown { what: "person" })), Some(step)) => {
            donor::run(session, step).await
        }
        (done, _) => done,
    }
}

async fn of_a_person(session: &Session, command: PersonCommand) -> Result<Done, Failure> {
    match command {
        PersonCommand::Find => find::run(session).await,
        PersonCommand::List => list::run(session).await,
        PersonCommand::Attachment(command) => attachment::run(session, command).await,
        PersonCommand::Erase { person, basis, class, dry_run: true } => {
            let plan = erase::plan(person, class, basis);
            erase::dry_run(session, &plan).await
        }
        PersonCommand::Erase { person, basis, class, dry_run: false } => {
            let plan = erase::plan(person, class, basis);
            erase::request(session, &plan).await
        }
        PersonCommand::Approve { person } => erase::approve(session, person).await,
        PersonCommand::Reject { person, reason } => {
            let said = Said { done: "rejected", zh: "的删除申请已退回", en: "is not erased" };
            let reject =
                async |office: &Office, desk: &Desk| erasure::reject(office, desk, person, &reason).await;
            step(session, person, said, reject).await
        }
        PersonCommand::Restrict { person, basis } => {
            let said = Said { done: "restricted", zh: "的个人信息已限制处理", en: "is restricted" };
            let restrict =
                async |office: &Office, desk: &Desk| erasure::restrict(office, desk, person, &basis).await;
            step(session, person, said, restrict).await
        }
        PersonCommand::Unrestrict { person, reason } => {
            let said =
                Said { done: "unrestricted", zh: "的限制处理已解除", en: "is restricted no more" };
            let lift =
                async |office: &Office, desk: &Desk| erasure::lift(office, desk, person, &reason).await;
            step(session, person, said, lift).await
        }
    }
}

/// What is said of a person once a step is done.
struct Said {
    done: &'static str,
    zh: &'static str,
    en: &'static str,
}

async fn step(
    session: &Session,
    person: PersonId,
    said: Said,
    work: impl AsyncFnOnce(&Office, &Desk) -> Result<(), ProcessError>,
) -> Result<Done, Failure> {
    let desk = session.desk()?;
    session.with_ledger(async |app| Ok(work(app.office(), &desk).await?)).await?;
    let Said { done, zh, en } = said;
    session.screen.say(format!("人员 {person} {zh}。"), format!("{person} {en}."))?;
    session.screen.answer(&json!({ "person_id": person, "done": done }))?;
    Ok(Done::Well)
}

/// Reads the name of a retention class.
pub(super) fn parse_class(code: &str) -> Result<RetentionClass, String> {
    let classes = [RetentionClass::CaseWork, RetentionClass::Vouchers];
    classes.into_iter().find(|class| class.as_str() == code).ok_or_else(|| {
        "没有这个保管类别 · there is no such class; the classes are case_work, vouchers".to_owned()
    })
}
