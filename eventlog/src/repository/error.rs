//! Why a command did not take effect.

use domain::aggregate::ImpossibleEvent;
use domain::explain::Explain;

use crate::append::{AppendError, StreamId};
use crate::read::ReadError;

/// Why a command did not take effect.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError<E: Explain> {
    /// The aggregate refused.
    #[error("{0}")]
    Refused(E),
    /// The events could not be appended.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The stream could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The stream holds an event that cannot have happened.
    #[error("{stream} is damaged: {impossible}")]
    Damaged {
        /// The stream.
        stream: StreamId,
        /// The pair of state and event.
        impossible: ImpossibleEvent,
    },
    /// The stream holds an event of another aggregate.
    #[error("{stream} is damaged: {event} is no event of its type")]
    Foreign {
        /// The stream.
        stream: StreamId,
        /// The event's type.
        event: String,
    },
    /// An event could not be written as JSON: it holds personal data that was not sealed.
    #[error("an event cannot be written")]
    Unwritable(#[source] serde_json::Error),
}
