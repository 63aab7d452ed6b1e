//! Payments are held and let go: what is due waits, and the rest goes on.

use api::processes::payment_run;
use domain::benefit_case::{HeldMonths, HoldReason};
use tests::personas;

use crate::world::{CaseStep, World};

/// Holds a month, or every month, of a case on the roll, or lets go what is held. Nobody lets go what they held.
pub async fn hold_or_let_go(world: &mut World) {
    let held = world.held.len();
    if held > 0 && world.chance.percent(60) {
        let at = usize::try_from(world.chance.below(held as u64)).unwrap();
        let (office, before) = (world.street.office.clone(), world.street.length().await);
        let (case, months) = world.held[at];
        let holder = world.street.desk(personas::clerk());
        let outcome = payment_run::lift_hold(&office, &holder, case, months).await;
        world.refused("hold lifted by its holder", before, outcome, &["lifted_by_holder"]).await;
        let_go(world, at).await;
        return;
    }
    let on_the_roll: Vec<usize> =
        (0..world.cases.len()).filter(|place| world.cases[*place].step == CaseStep::Enrolled).collect();
    let Some(place) = world.chance.one_of(&on_the_roll) else { return };
    let case = world.cases[place].opened.subject.case_id;
    let months = if world.chance.percent(30) { HeldMonths::All } else { HeldMonths::Month(world.month()) };
    if world.held.contains(&(case, months)) {
        return;
    }
    let (office, before) = (world.street.office.clone(), world.street.length().await);
    let clerk = world.street.desk(personas::clerk());
    let why = (HoldReason::FactsInDoubt, None);
    let outcome = payment_run::hold(&office, &clerk, case, months, why).await;
    if world.attempt("payment held", before, outcome).await.is_some() {
        world.held.push((case, months));
    }
}

/// Lets go what is held at a place of the list.
async fn let_go(world: &mut World, at: usize) {
    let (case, months) = world.held.remove(at);
    let (office, before) = (world.street.office.clone(), world.street.length().await);
    let reviewer = world.street.desk(personas::reviewer());
    let outcome = payment_run::lift_hold(&office, &reviewer, case, months).await;
    world.attempt("payment let go", before, outcome).await.unwrap();
}

/// Lets everything go.
pub async fn let_all_go(world: &mut World) {
    while !world.held.is_empty() {
        world.street.pause();
        let_go(world, 0).await;
    }
}
