//! What was paid without being due is asked back, and some of it comes.

use api::processes::payment_run::Overpayment;
use api::processes::{find_overpayments, open_recovery, receive_recovery};
use domain::ids::PaymentId;
use domain::program::Program;
use tests::personas;

use super::gifts::money;
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

pub fn received(world: &mut World, id: PaymentId, fen: i64) {
    world.books.lines.get_mut(&id).unwrap().recovery_received += fen;
    let fund_id = world.fund_behind(id);
    world.books.fund(fund_id).received += fen;
}
