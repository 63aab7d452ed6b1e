//! What the rules must refuse, tried on purpose.

use api::processes::payment_run::{self, BankOutcome, BankResult, RunPlan};
use api::processes::{self as work};
use chrono::Days;
use domain::actor::Role;
use domain::benefit_case::Outcome;
use domain::ids::RunId;
use domain::payment::RecoveryReason;
use domain::payment_run::PaymentRun;
use tests::personas;

use super::gifts::{money, refund};
use super::{counter, recoveries};
use crate::books::Place;
use crate::people::{Person, application, id_number, registration};
use crate::street::{in_role, second_approver, third_approver};
use crate::world::{CaseStep, GROUPS, Stage, World};

pub async fn try_what_is_forbidden(world: &mut World) {
    match world.chance.below(9) {
        0 => sign_ones_own_run(world).await,
        1 => sign_in_the_wrong_order(world).await,
        2 => contradict_the_bank(world).await,
        3 => take_back_too_much(world).await,
        4 => decide_ones_own_case(world).await,
        5 => register_twice(world).await,
        6 => act_in_the_wrong_role(world).await,
        7 => calculate_again(world).await,
        _ => pay_too_early(world).await,
    }
}

async fn sign_ones_own_run(world: &mut World) {
    let office = world.street.office.clone();
    if let Some(place) = world.chance.one_of(&world.runs_at(&[Stage::Submitted])) {
        let (id, before) = (world.runs[place].id, world.street.length().await);
        let desk = world.street.desk(in_role(&personas::clerk().id, Role::Approver));
        let outcome = payment_run::approve(&office, &desk, id).await;
        world.refused("own run approved", before, outcome, &["four_eyes", "endorsement_missing"]).await;
    }
    if let Some(place) = world.chance.one_of(&world.runs_at(&[Stage::Approved])) {
        let (id, day, before) = (world.runs[place].id, world.today(), world.street.length().await);
        let state = office.repository.load::<PaymentRun>(id).await.unwrap().state;
        let PaymentRun::Approved(approved) = &*state else { panic!("{state:?}") };
        for signer in [&personas::clerk().id, &approved.approval.by] {
            let desk = world.street.desk(in_role(signer, Role::Finance));
            let outcome = payment_run::release(&office, &desk, id, day, &mut Vec::new()).await;
            world.refused("own run released", before, outcome, &["four_eyes"]).await;
        }
    }
}

async fn sign_in_the_wrong_order(world: &mut World) {
    let office = world.street.office.clone();
    let (finance, other) = (world.street.desk(personas::finance()), world.street.desk(second_approver()));
    let tomorrow = world.today() + Days::new(1);
    let released = world.runs_at(&[Stage::Released, Stage::Reconciled]);
    if let Some(place) = world.chance.one_of(&released) {
        let (id, before) = (world.runs[place].id, world.street.length().await);
        let outcome = payment_run::release(&office, &finance, id, tomorrow, &mut Vec::new()).await;
        // a run that is done with is at no step any more; of one on its way the files are for its own day
        let code = match world.runs[place].stage {
            Stage::Released => "released_for_another_day",
            _ => "wrong_stage",
        };
        world.refused("run released twice", before, outcome, &[code]).await;
        approve_again(world, id, before).await;
        let outcome = payment_run::reject(&office, &other, id, "已经发放").await;
        world.refused("released run rejected", before, outcome, &["wrong_stage"]).await;
    }
    let unreleased = [Stage::Calculated, Stage::Submitted, Stage::Endorsed, Stage::Rejected];
    if let Some(place) = world.chance.one_of(&world.runs_at(&unreleased)) {
        let (id, before) = (world.runs[place].id, world.street.length().await);
        let outcome = payment_run::release(&office, &finance, id, tomorrow, &mut Vec::new()).await;
        world.refused("unapproved run released", before, outcome, &["wrong_stage"]).await;
        let outcome = payment_run::settle(&office, &finance, id, Vec::new()).await;
        world.refused("unreleased run settled", before, outcome, &["run_not_released"]).await;
    }
}

/// An approval is its signer's own: whoever repeats somebody else's is told that it is done.
async fn approve_again(world: &mut World, id: RunId, before: u64) {
    let (office, other) = (world.street.office.clone(), world.street.desk(third_approver()));
    let outcome = payment_run::approve(&office, &other, id).await;
    world.refused("run approved twice", before, outcome, &["wrong_stage"]).await;
}

/// A run that was submitted is calculated no more, and whoever asks for it changes nothing: what waits for its release
/// or for the bank stays as it is.
async fn calculate_again(world: &mut World) {
    let stages = [Stage::Submitted, Stage::Endorsed, Stage::Approved, Stage::Released, Stage::Reconciled];
    let Some(place) = world.chance.one_of(&world.runs_at(&stages)) else { return };
    let (office, clerk) = (world.street.office.clone(), world.street.desk(personas::second_clerk()));
    let before = world.street.length().await;
    let outcome = payment_run::calculate(&office, &clerk, world.runs[place].id).await;
    world.refused("calculated too late", before, outcome, &["wrong_stage"]).await;
}

/// The bank says of a payment what it did not say before.
async fn contradict_the_bank(world: &mut World) {
    let (office, desk) = (world.street.office.clone(), world.street.desk(personas::finance()));
    let settled = world.chance.one_of(&world.payments_at(Place::Settled));
    let returned = world.chance.one_of(&world.payments_at(Place::Returned));
    let contradictions = [
        (settled, BankOutcome::Returned("AC04".to_owned()), "returned_after_settlement"),
        (returned, BankOutcome::Settled("B-2".to_owned()), "settled_after_return"),
    ];
    for (payment, outcome, code) in contradictions {
        let Some(payment_id) = payment else { continue };
        let before = world.street.length().await;
        let run = world.runs.iter().find(|run| run.lines.contains(&payment_id)).unwrap().id;
        let results = vec![BankResult { payment_id, outcome }];
        let outcome = payment_run::settle(&office, &desk, run, results).await;
        world.refused("bank contradicted", before, outcome, &[code]).await;
    }
}

async fn take_back_too_much(world: &mut World) {
    let (office, desk) = (world.street.office.clone(), world.street.desk(personas::finance()));
    let before = world.street.length().await;
    if let Some(donation) = world.chance.one_of(&world.gifts) {
        let left = world.books.gifts[&donation].received - world.books.gifts[&donation].refunded;
        let outcome = refund(world, donation, left + 1).await;
        // the same amount on the same day is the refund that was made
        if !matches!(outcome, Ok(false)) {
            world.refused("too much refunded", before, outcome, &["refund_above_remaining"]).await;
        }
    }
    if let Some(id) = world.chance.one_of(&world.payments_at(Place::Settled)) {
        let too_much = money(world.books.lines[&id].standing() + 1);
        let outcome = work::open_recovery(&office, &desk, id, too_much, RecoveryReason::FactsCorrected).await;
        world.refused("too much asked back", before, outcome, &["recovery_above_settled"]).await;
    }
    if let Some(id) = world.chance.one_of(&recoveries::open(world)) {
        let line = &world.books.lines[&id];
        let too_much = money(line.recovery_opened - line.recovery_received + 1);
        let fund = world.fund_behind(id);
        let outcome = work::receive_recovery(&office, &desk, id, fund, too_much, desk.today()).await;
        world.refused("too much recovered", before, outcome, &["recovery_above_open"]).await;
    }
}

/// Whoever recorded a household's facts may not decide on them, nor may anybody decide twice.
async fn decide_ones_own_case(world: &mut World) {
    let office = world.street.office.clone();
    let steps = [CaseStep::Applied, CaseStep::Recommended, CaseStep::Posted, CaseStep::Enrolled];
    let places: Vec<usize> =
        (0..world.cases.len()).filter(|place| steps.contains(&world.cases[*place].step)).collect();
    let Some(place) = world.chance.one_of(&places) else { return };
    let (case, before) = (counter::found(world, place).await, world.street.length().await);
    let desk = world.street.desk(in_role(&personas::clerk().id, Role::Approver));
    let outcome = work::decide(&office, &desk, case.opened, Outcome::Approved).await;
    let codes = ["four_eyes", "already_decided", "not_under_review"];
    world.refused("own case decided", before, outcome, &codes).await;
}

/// An ID number belongs to one person in one household; somebody unknown cannot apply.
async fn register_twice(world: &mut World) {
    let (office, desk) = (world.street.office.clone(), world.street.desk(personas::clerk()));
    let Some(place) = world.chance.one_of(&world.living()) else { return };
    let known = world.people[place].clone();
    let household = format!("{}-2", known.household);
    let before = world.street.length().await;
    let row = registration(&Person { household, ..known.clone() }, world.today());
    let outcome = work::register_household(&office, &desk, &[row]).await;
    world.refused("registered twice", before, outcome, &["identity_taken"]).await;
    let stranger = Person { id_number: id_number(known.born_on, 999), ..known };
    let row = application(&stranger, GROUPS[0].0, world.today());
    let outcome = work::receive_application(&office, &desk, &row).await;
    world.refused("stranger applied", before, outcome, &["unknown_person"]).await;
}

async fn act_in_the_wrong_role(world: &mut World) {
    let (office, before) = (world.street.office.clone(), world.street.length().await);
    let auditor = world.street.desk(personas::auditor());
    let fund = world.fund_id(0);
    let outcome = work::appropriate(&office, &auditor, fund, money(1), "审计人员拨款").await;
    world.refused("auditor appropriates", before, outcome, &["role_not_allowed"]).await;
    if let Some(place) = world.chance.one_of(&world.runs_at(&[Stage::Submitted])) {
        let clerk = world.street.desk(personas::second_clerk());
        let outcome = payment_run::approve(&office, &clerk, world.runs[place].id).await;
        world.refused("clerk approves", before, outcome, &["role_not_allowed"]).await;
    }
}

async fn pay_too_early(world: &mut World) {
    let (office, before) = (world.street.office.clone(), world.street.length().await);
    let clerk = world.street.desk(personas::clerk());
    let (month, fund_id) = (world.month().plus(2), world.fund_id(0));
    let plan = RunPlan { month, programs: vec![GROUPS[0].0], fund_id, number: 1 };
    let outcome = payment_run::open(&office, &clerk, &plan).await;
    world.refused("run of a later month", before, outcome, &["month_too_early"]).await;
}
