//! A household as of two clocks, read from its own stream.

use std::collections::BTreeSet;

use domain::aggregate::Decider;
use domain::any_event::AnyEvent;
use domain::household::{Household, HouseholdEvent};
use domain::ids::HouseholdId;

use super::Clocks;
use super::facts::{Fact, State};
use super::verdict::Shown;
use crate::processes::{Office, ProcessError, office_day};

/// The facts of a household that held on a day, as they were known at the end of another. Names are masked; of people
/// who are restricted now nothing is shown, however far back one looks.
///
/// # Errors
/// [`ProcessError::Unknown`] where nothing was known of it; those of the log.
pub async fn household_on(
    office: &Office,
    id: HouseholdId,
    clocks: Clocks,
) -> Result<Vec<Fact>, ProcessError> {
    let newest = office.repository.load_newest::<Household>(id).await?.state;
    let members = newest.registered().into_iter().flat_map(|household| household.members.values());
    let (mut persons, mut restricted) = (Vec::new(), BTreeSet::new());
    for member in members {
        persons.push(member.person_id);
        if member.is_restricted() {
            restricted.insert(member.person_id);
        }
    }
    let mut state = State::Household(Household::default());
    let mut known_of = false;
    for stored in office.repository.log().read_streams(Household::TYPE, &[id.to_string()], u64::MAX).await? {
        if office_day(stored.recorded_at) > clocks.known {
            continue;
        }
        let event = stored.decode::<HouseholdEvent>();
        let event = event.map_err(|error| ProcessError::Damaged(error.to_string()))?;
        if let Some(event) = event {
            known_of = true;
            let evolved = state.try_evolve(&AnyEvent::Household(event));
            evolved.map_err(|error| ProcessError::Damaged(error.to_string()))?;
        }
    }
    if !known_of {
        return Err(ProcessError::Unknown { what: "household" });
    }
    let keys = office.keyring.keys_of(&persons).await?;
    Ok(state.facts(clocks.effective, &Shown::new(&keys, &restricted)))
}
