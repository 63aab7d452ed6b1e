//! What was paid without being due is asked back, and some of it comes.

use std::collections::BTreeSet;

use api::processes::payment_run::Overpayment;
use api::processes::{find_overpayments, net_case, open_recovery, receive_recovery, withdraw_recovery};
use domain::ids::PaymentId;
use domain::money::Money;
use domain::program::Program;
use domain::recovery_plan::NettedMonth;
use tests::personas;

use super::counter;
use super::gifts::money;
use crate::books::{Line, Place};
use crate::world::{Done, World};

pub async fn recover(world: &mut World) {
    if world.chance.percent(40) {
        recover_everything(world).await;
    } else {
        receive(world).await;
    }
}

/// Opens a recovery for everything that was paid too much and has settled.
pub async fn recover_everything(world: &mut World) {
    let (office, desk) = (world.street.office.clone(), world.street.desk(personas::finance()));
    let mut found = find_overpayments(&office, &desk, Program::ALL, world.month().next()).await.unwrap();
    found.sort_by_key(|found| (world.case_number(found.case_id), found.month, attempt(world, found)));
    for overpayment in found {
        let Some(id) = overpayment.payment_id else { continue };
        let before = world.street.length().await;
        let outcome = open_recovery(&office, &desk, id, overpayment.amount, overpayment.reason).await;
        world.attempt("recovery opened", before, outcome).await.unwrap();
        let appended = world.street.length().await > before;
        // asking twice on a day for the same amount is a repeat by its name, although it is asked for twice
        assert!(appended, "an overpayment that was found anew was not asked back");
        world.books.lines.get_mut(&id).unwrap().recovery_opened += overpayment.amount.fen();
    }
}

fn attempt(world: &World, found: &Overpayment) -> u32 {
    found.payment_id.map_or(0, |id| world.books.lines[&id].attempt)
}

/// Payments of which something is still asked back.
pub fn open(world: &World) -> Vec<PaymentId> {
    let lines = world.books.lines.iter();
    let open = lines.filter(|(_, line)| line.recovery_open() > 0);
    world.in_order(open.map(|(id, _)| *id).collect())
}

/// Some of what is asked back comes in.
async fn receive(world: &mut World) {
    let Some(id) = world.chance.one_of(&open(world)) else { return };
    let line = &world.books.lines[&id];
    let left = line.recovery_open();
    let fen = if world.chance.percent(50) { left } else { world.chance.between(1, left) };
    let (desk, fund_id) = (world.street.desk(personas::finance()), world.fund_behind(id));
    let (office, before) = (world.street.office.clone(), world.street.length().await);
    let outcome = receive_recovery(&office, &desk, id, fund_id, money(fen), desk.today()).await;
    world.attempt("recovery received", before, outcome).await.unwrap();
    if world.street.length().await > before {
        received(world, id, fen);
        world.done.push(Done::Received(desk, id, fund_id, money(fen)));
    }
}

/// Of a household that was paid it is told that it had income, so that money is asked back, and then that it had none after
/// all: what is due again is withdrawn.
pub async fn withdraw(world: &mut World) {
    let living = world.living();
    let may_be_due = |line: &Line| {
        let case = &world.cases[world.case_number(line.case)];
        let asks_means = case.program == Program::SubsistenceAllowance;
        asks_means && line.place == Place::Settled && living.contains(&case.person)
    };
    let paid = world.books.lines.iter().filter(|(_, line)| may_be_due(line)).map(|(id, _)| *id);
    let paid = world.in_order(paid.collect());
    let Some(id) = world.chance.one_of(&paid) else { return };
    counter::tell_income_of(world, id, 3000).await;
    world.street.pause();
    recover_everything(world).await;
    counter::tell_income_of(world, id, 0).await;
    world.street.pause();
    let place = world.case_number(world.books.lines[&id].case);
    withdraw_of(world, place).await;
}

/// Withdraws whatever is asked back of months that are due.
pub async fn withdraw_everything(world: &mut World) {
    let owing = open(world).into_iter().map(|id| world.case_number(world.books.lines[&id].case));
    for place in owing.collect::<BTreeSet<usize>>() {
        world.street.pause();
        withdraw_of(world, place).await;
    }
}

/// An approver withdraws what can be of a case; finance, who had asked it back, may not.
async fn withdraw_of(world: &mut World, place: usize) {
    let case = world.cases[place].opened.subject.case_id;
    let (office, before) = (world.street.office.clone(), world.street.length().await);
    let outcome = withdraw_recovery(&office, &world.street.desk(personas::finance()), case).await;
    let done = world.attempt("withdrawn by finance", before, outcome).await;
    assert!(done.is_none(), "finance withdrew what finance had asked back");
    let approver = world.street.desk(personas::approver());
    let outcome = withdraw_recovery(&office, &approver, case).await;
    let Some(done) = world.attempt("recovery withdrawn", before, outcome).await else { return };
    for payment in done.payments {
        world.books.lines.get_mut(&payment.payment_id).unwrap().recovery_opened -= payment.amount.fen();
    }
    let netted = net_case(&office, approver.today(), case).await.unwrap().netting;
    let waits = |month: &NettedMonth| {
        month.difference.is_positive() && month.paid.open().is_ok_and(Money::is_positive)
    };
    assert!(!netted.months.iter().any(waits), "a month is due and still asked back: {netted:?}");
    let before = world.street.length().await;
    let again = withdraw_recovery(&office, &approver, case).await;
    world.refused("withdrawn again", before, again, &["nothing_to_withdraw"]).await;
}

pub fn received(world: &mut World, id: PaymentId, fen: i64) {
    world.books.lines.get_mut(&id).unwrap().recovery_received += fen;
    let fund_id = world.fund_behind(id);
    world.books.fund(fund_id).received += fen;
}
