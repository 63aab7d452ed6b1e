//! Somebody who is gone asks to be forgotten, or their family does.

use api::processes::{Step, erasure};
use domain::household::HouseholdCommand;
use domain::personal::RetentionClass;
use domain::retention::Holdings;
use eventlog::keyring::CLASSES;
use tests::personas;

use crate::people::Situation;
use crate::world::{Stage, World};

/// Erases somebody who died or moved away, unless a run that nobody finished may still pay them.
pub async fn erase(world: &mut World) {
    let unfinished = [Stage::Submitted, Stage::Endorsed, Stage::Approved, Stage::Released];
    if !world.runs_at(&unfinished).is_empty() {
        return;
    }
    // what was paid too much can only be found while the facts can be read
    super::recover_everything(world).await;
    let gone = |place: &usize| matches!(world.people[*place].situation, Situation::Died | Situation::Moved);
    let places: Vec<usize> = (0..world.people.len()).filter(gone).collect();
    let Some(place) = world.chance.one_of(&places) else { return };
    let office = world.street.office.clone();
    let (person_id, household_id) = office.find(&world.people[place].id_number).await.unwrap();
    let preview = erasure::preview(&office, person_id).await.unwrap();
    assert_eq!(
        preview,
        erasure::look_up(&office, person_id).await.unwrap(),
        "a page shows what a decision finds"
    );
    let (clerk, approver) = (world.street.desk(personas::clerk()), world.street.desk(personas::approver()));
    let erased_on = approver.today();
    // the law's time is never over within the years played here; what an erasure leaves behind is the matter
    let holdings = Holdings::default();
    let request = HouseholdCommand::RequestErasure {
        person_id,
        through: RetentionClass::Vouchers,
        basis: "个人信息保护法第四十七条".to_owned(),
        holdings: holdings.clone(),
        requested_on: erased_on,
    };
    let erase = HouseholdCommand::ErasePerson { person_id, holdings, erased_on };
    for (desk, label, command) in
        [(clerk, "simulated_request", request), (approver, "simulated_erasure", erase)]
    {
        let key = office.derived(label, &person_id.to_string());
        office.together(&desk, key, [Step::Household(household_id.to_string(), command)]).await.unwrap();
    }
    office.keyring.erase(person_id, &CLASSES, erased_on).await.unwrap();
    world.people[place].situation = Situation::Erased;
    world.count("person erased");
}
