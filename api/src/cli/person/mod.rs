//! `ledger person`: finds a person, and erases one when two people and the law agree.

mod erase;
mod find;

use domain::personal::RetentionClass;

use super::PersonCommand;
use super::failure::{Done, Failure};
use super::session::Session;

/// Finds a person, or does one step of an erasure.
///
/// # Errors
/// [`Failure`]: who acts is not said, nobody knows the person, or the step is refused.
pub(super) async fn run(session: &Session, command: PersonCommand) -> Result<Done, Failure> {
    match command {
        PersonCommand::Find => find::run(session).await,
        PersonCommand::Erase { person, basis, class, dry_run: true } => {
            let plan = erase::plan(person, class, basis);
            erase::dry_run(session, &plan).await
        }
        PersonCommand::Erase { person, basis, class, dry_run: false } => {
            let plan = erase::plan(person, class, basis);
            erase::request(session, &plan).await
        }
        PersonCommand::Approve { person } => erase::approve(session, person).await,
        PersonCommand::Reject { person, reason } => erase::reject(session, person, &reason).await,
    }
}

/// Reads the name of a retention class.
pub(super) fn parse_class(code: &str) -> Result<RetentionClass, String> {
    let classes = [RetentionClass::CaseWork, RetentionClass::Vouchers];
    classes.into_iter().find(|class| class.as_str() == code).ok_or_else(|| {
        "没有这个保管类别 · there is no such class; the classes are case_work, vouchers".to_owned()
    })
}
