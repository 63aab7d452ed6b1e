//! Somebody who is gone asks to be forgotten, or their family does.

use domain::household::{Household, HouseholdCommand};
use eventlog::keyring::CLASSES;
use tests::personas;

use crate::people::Situation;
use crate::world::{Stage, World};

/// Erases somebody who died or moved away, unless a run that nobody finished may still pay them.
pub async fn erase(world: &mut World) {
    if !world.runs_at(&[Stage::Submitted, Stage::Approved, Stage::Released]).is_empty() {
        return;
    }
    // what was paid too much can only be found while the facts can be read
    super::recover_everything(world).await;
    let gone = |place: &usize| matches!(world.people[*place].situation, Situation::Died | Situation::Moved);
    let places: Vec<usize> = (0..world.people.len()).filter(gone).collect();
    let Some(place) = world.chance.one_of(&places) else { return };
    let office = world.street.office.clone();
    let (person_id, household_id) = office.find(&world.people[place].id_number).await.unwrap();
    let desk = world.street.desk(personas::reviewer());
    let (basis, erased_on) = ("个人信息保护法第四十七条".to_owned(), desk.today());
    let erase = HouseholdCommand::ErasePerson { person_id, basis, erased_on };
    let key = office.derived("simulated_erasure", &person_id.to_string());
    let (id, request) = (household_id.to_string(), desk.request(key, &"erase"));
    office.repository.execute::<Household>(&id, erase, &desk.context(), &request).await.unwrap();
    office.keyring.erase(person_id, &CLASSES, erased_on).await.unwrap();
    world.people[place].situation = Situation::Erased;
    world.count("person erased");
}
