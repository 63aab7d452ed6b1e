//! 披露: personal values that are opened for somebody outside of the daily work.

use domain::disclosure::{DisclosureCommand, OpenedFields};
use uuid::Uuid;

use super::steps::Step;
use super::{Desk, Office, ProcessError};

/// Records what is about to be opened, before it is. Each call is a disclosure of its own.
///
/// # Errors
/// [`ProcessError`] when the domain refuses.
pub async fn record_disclosure(
    office: &Office,
    desk: &Desk,
    recipient: &str,
    purpose: &str,
    opened: Vec<OpenedFields>,
) -> Result<(), ProcessError> {
    let id = Uuid::new_v4();
    let command = DisclosureCommand::RecordDisclosure {
        recipient: recipient.to_owned(),
        purpose: purpose.to_owned(),
        opened,
        disclosed_on: desk.today(),
    };
    office.together(desk, id, [Step::Disclosure(id.to_string(), command)]).await?;
    Ok(())
}
