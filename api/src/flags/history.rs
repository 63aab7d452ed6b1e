//! The history of one stream, asked for as it stood at a position.

use chrono::NaiveDate;
use domain::aggregate::Decider;

/// An event with what the rules look at of its envelope.
#[derive(Clone, Debug)]
pub struct Recorded<E> {
    /// Place in the log.
    pub position: u64,
    /// The office day on which the log took it.
    pub day: NaiveDate,
    /// Who recorded it.
    pub actor: String,
    /// What happened.
    pub event: E,
}

/// The events of one stream, in order.
#[derive(Clone, Debug)]
pub struct History<D: Decider> {
    /// Ascending by position.
    pub events: Vec<Recorded<D::Event>>,
}

impl<D: Decider> Default for History<D> {
    fn default() -> Self {
        History { events: Vec::new() }
    }
}

impl<D: Decider> History<D> {
    /// The state before `position`. An event that cannot follow changes nothing here: `ledger check` names it.
    pub fn before(&self, position: u64) -> D {
        let mut state = D::default();
        for recorded in self.events.iter().take_while(|recorded| recorded.position < position) {
            let _ = state.try_evolve(&recorded.event);
        }
        state
    }

    /// The state at the end of the log.
    pub fn now(&self) -> D {
        self.before(u64::MAX)
    }
}
