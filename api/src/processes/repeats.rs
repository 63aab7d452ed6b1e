//! 重复与再办: by what is known that somebody asks the same again, and does not want it done a second time.
//!
//! A key that follows from what is asked alone would take a suspension after a resumption for a repeat of the one before. So
//! it also holds what the act was asked on ([`Repeats`]): who asks again on the same state, or under the same key of a form or
//! request, has it done once; who asks on a newer state does something new, and the domain says whether there is anything to do.

use std::fmt::Display;

use domain::aggregate::Decider;
use uuid::Uuid;

use super::{Desk, Office, ProcessError, Seen};

/// By what a repeat of what somebody does is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repeats {
    /// By the state of the thing: what is asked of the same version, on the same day and by the same person, is done once.
    #[default]
    OfState,
    /// By the key of the form or request: done once under it, whatever happened since.
    OfRequest(Uuid),
    /// By what it says, for ever: a row of a register comes again with every file that holds it.
    OfContent,
}

impl Office {
    /// The key of what somebody asks of one `A`. `content` says all of it but who asks, when and on what.
    ///
    /// # Errors
    /// [`ProcessError`] when the stream cannot be read.
    pub(super) async fn act_key<A: Decider>(
        &self,
        desk: &Desk,
        id: impl Display,
        (label, content): (&str, &str),
    ) -> Result<Uuid, ProcessError> {
        let asked_on = match (desk.repeats, desk.seen) {
            (Repeats::OfContent, _) => return Ok(self.derived(label, content)),
            (Repeats::OfRequest(key), _) => format!("request {key}"),
            (Repeats::OfState, Some(Seen::Case(_, version) | Seen::Run(_, version))) => {
                format!("version {version}")
            }
            // what is asked on a household is asked of a person in it, whose acts make their own keys
            (Repeats::OfState, Some(Seen::Household(..)) | None) => {
                format!("version {}", self.repository.load_newest::<A>(id).await?.version)
            }
        };
        Ok(self.derived(label, &format!("{content}|{}|{}|{asked_on}", desk.actor.id, desk.today())))
    }
}
