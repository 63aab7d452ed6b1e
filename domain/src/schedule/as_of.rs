//! The state as it was known at a moment.

use std::borrow::Borrow;

use crate::aggregate::{Decider, ImpossibleEvent};

/// Folds the events of one stream that were recorded up to `moment`, that moment included. `history` is in the
/// order of the stream; a moment may be an instant, a day or a log position.
///
/// # Errors
/// [`ImpossibleEvent`] when the history is damaged.
pub fn as_of<D, T, E>(history: impl IntoIterator<Item = (T, E)>, moment: &T) -> Result<D, ImpossibleEvent>
where
    D: Decider,
    T: PartialOrd,
    E: Borrow<D::Event>,
{
    let mut state = D::default();
    // recording never runs backwards, so the first later event ends what was known
    for (_, event) in history.into_iter().take_while(|(recorded_at, _)| recorded_at <= moment) {
        state.try_evolve(event.borrow())?;
    }
    Ok(state)
}
