//! 退汇后到账: the bank says of a payment that came back that it arrived after all, and finance believes it.

use std::fs;

use api::bank::catalogue::PLAIN;
use api::processes::payment_run::{self, Finding, resolve_line};
use domain::bank_return::{LineResolution, UnmatchedReason};
use domain::ids::PaymentId;
use tests::personas;

use crate::books::Place;
use crate::world::{Done, Stage, World};

pub async fn arrive(world: &mut World) {
    let mut returned = world.payments_at(Place::Returned);
    returned.retain(|id| is_the_only_one(world, *id));
    let Some(payment_id) = world.chance.one_of(&returned) else { return };
    let place = world.runs.iter().position(|run| run.lines.contains(&payment_id)).unwrap();
    let run = world.runs[place].clone();
    let (office, desk) = (world.street.office.clone(), world.street.desk(personas::finance()));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("late.csv");
    fs::write(&path, format!("payment,result,reference\n{payment_id},settled,B-9\n")).unwrap();
    let layout = office.bank_layouts.layout(PLAIN).unwrap().clone();
    let taken = payment_run::take_in(&office, &desk, run.id, &path, &layout).await.unwrap();
    assert_eq!(taken.unmatched[0].reason, UnmatchedReason::SettledAfterReturn);

    let before = world.street.length().await;
    let resolution = LineResolution::Settled { payment_id };
    let finding = Finding {
        return_id: taken.return_id,
        row: taken.unmatched[0].row,
        resolution,
        note: "已核实".into(),
    };
    let outcome = resolve_line(&office, &desk, finding).await;
    let amount = world.books.lines[&payment_id].amount;
    let is_spent = run.stage == Stage::Reconciled;
    if is_spent && amount > world.books.fund(run.plan.fund_id).free() {
        world.refused("late arrival beyond the fund", before, outcome, &["fund_short"]).await;
        return;
    }
    world.attempt("arrived after it had come back", before, outcome).await.unwrap();
    world.books.revoke(payment_id);
    world.books.answer(payment_id, Place::Settled);
    if is_spent {
        world.books.fund(run.plan.fund_id).spent += amount;
    }
    no_longer_returned(world, payment_id);
}

/// Whether nothing else of its month stands, so that the month is not paid twice by it.
fn is_the_only_one(world: &World, id: PaymentId) -> bool {
    let line = &world.books.lines[&id];
    let mut of_month =
        world.books.lines.values().filter(|other| (other.case, other.month) == (line.case, line.month));
    of_month.all(|other| other.standing() == 0)
}

/// That it came back is not told once more: the bank would contradict itself.
fn no_longer_returned(world: &mut World, id: PaymentId) {
    for done in &mut world.done {
        if let Done::Settled(_, _, results) = done {
            results.retain(|result| result.payment_id != id);
        }
    }
}
