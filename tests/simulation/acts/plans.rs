//! Recovery plans: proposed by one, decided on by another, carried out by repayments, instalments and waivers.

use std::collections::BTreeSet;

use api::processes::{
    self as work, Repaid, WantedWay, approve_plan, end_plan, find_overpayments, net_case, propose_plan,
    receive_repayment, reject_plan,
};
use domain::actor::Role;
use domain::ids::{CaseId, PaymentId, RecoveryPlanId};
use domain::payment::Payment;
use domain::program::Program;
use domain::recovery_plan::{PlanStage, RecoveryPlan, RecoveryWay};
use tests::personas;

use super::gifts::money;
use super::{counter, recoveries, runs};
use crate::books::Place;
use crate::people::Situation;
use crate::street::in_role;
use crate::world::{CaseStep, World};

/// A plan that waits is decided on, somebody repays, or a new plan is proposed.
pub async fn plan(world: &mut World) {
    let waiting = at(world, PlanStage::Proposed).await;
    let running = at(world, PlanStage::Approved).await;
    match world.chance.below(20) {
        0..=6 if !waiting.is_empty() => decide(world, &waiting).await,
        7 if !running.is_empty() => end(world, &running).await,
        8..=10 => repay(world).await,
        _ => propose(world).await,
    }
}

async fn at(world: &World, stage: PlanStage) -> Vec<RecoveryPlanId> {
    let mut found = Vec::new();
    for &plan in &world.plans {
        let state = world.street.office.repository.load_newest::<RecoveryPlan>(plan).await.unwrap().state;
        if state.stage() == stage {
            found.push(plan);
        }
    }
    found
}

/// Proposes a plan in some way for a case of which something is or could be asked back, now and then for any other. Where
/// nobody owes anything somebody tells of what they should have told before, or the office goes on with its other work.
async fn propose(world: &mut World) {
    let (office, desk) = (world.street.office.clone(), world.street.desk(personas::finance()));
    let found = find_overpayments(&office, &desk, Program::ALL, world.month().next()).await.unwrap();
    let found = found.iter().filter(|found| found.payment_id.is_some()).map(|found| found.case_id);
    let open = recoveries::open(world).into_iter().map(|id| world.books.lines[&id].case);
    let owing: BTreeSet<usize> = found.chain(open).map(|case| world.case_number(case)).collect();
    let all = 0..world.cases.len();
    let among: Vec<usize> =
        if world.chance.percent(10) { all.collect() } else { owing.into_iter().collect() };
    let Some(place) = world.chance.one_of(&among) else {
        return if world.chance.percent(60) {
            counter::tell_late(world).await
        } else {
            runs::advance(world).await
        };
    };
    let case = world.cases[place].opened.subject.case_id;
    let wanted = way(world, place);
    let way = wanted_way(&wanted);
    // what is found now is asked back with the plan; nothing is where the case was never paid
    let netted = net_case(&office, desk.today(), case).await;
    let found = netted.map(|netted| netted.overpayments).unwrap_or_default();
    let before = world.street.length().await;
    let outcome = propose_plan(&office, &desk, case, wanted).await;
    let Some(id) = world.attempt("plan proposed", before, outcome).await else { return };
    for overpayment in found {
        let Some(payment) = overpayment.payment_id else { continue };
        world.books.lines.get_mut(&payment).unwrap().recovery_opened += overpayment.amount.fen();
    }
    world.count(way);
    world.plans.push(id);
}

/// Somebody else's case whose payments may withhold for one that pays nothing more: one of the same fund.
fn another_case(world: &mut World, case: usize) -> Option<CaseId> {
    if world.cases[case].step == CaseStep::Enrolled {
        return None;
    }
    let program = world.cases[case].program;
    let enrolled =
        world.cases.iter().filter(|case| case.step == CaseStep::Enrolled && case.program == program);
    let enrolled: Vec<CaseId> = enrolled.map(|case| case.opened.subject.case_id).collect();
    world.chance.one_of(&enrolled)
}

fn wanted_way(wanted: &WantedWay) -> &'static str {
    match wanted {
        WantedWay::Repayment => "plan of repayment",
        WantedWay::Withholding { .. } => "plan of instalments",
        WantedWay::Heirs { .. } => "plan with heirs",
        WantedWay::SmallSum { .. } => "plan of a small sum",
        WantedWay::EstateExhausted { .. } => "plan of an exhausted estate",
    }
}

/// Mostly a way that fits whoever owes: of the dead the heirs repay, the living do or are paid less.
fn way(world: &mut World, case: usize) -> WantedWay {
    let lives = world.people[world.cases[case].person].situation != Situation::Died;
    let fits = if lives { [1, 1, 1, 0, 2] } else { [0, 3, 3, 4, 4] };
    let any = [0, 1, 2, 3, 4];
    let among = if world.chance.percent(15) { any } else { fits };
    let estate = money(if world.chance.percent(60) { 0 } else { world.chance.between(1, 60_000) });
    match world.chance.one_of(&among) {
        Some(0) | None => WantedWay::Repayment,
        Some(1) => {
            let per_month = money(world.chance.between(500, 50_000));
            let from_case = another_case(world, case);
            WantedWay::Withholding {
                from_case, per_month, agreement: from_case.map(|_| "同意书".to_owned())
            }
        }
        Some(2) => WantedWay::SmallSum { reason: "金额较小".to_owned() },
        Some(3) => WantedWay::Heirs { estate },
        Some(_) => WantedWay::EstateExhausted { estate, reason: "遗产不足".to_owned() },
    }
}

async fn decide(world: &mut World, waiting: &[RecoveryPlanId]) {
    let Some(plan) = world.chance.one_of(waiting) else { return };
    let (office, before) = (world.street.office.clone(), world.street.length().await);
    let own = world.street.desk(in_role(&personas::finance().id, Role::Approver));
    let outcome = approve_plan(&office, &own, plan).await;
    world.refused("own plan approved", before, outcome, &["four_eyes"]).await;
    let approver = world.street.desk(personas::approver());
    if world.chance.percent(30) {
        let outcome = reject_plan(&office, &approver, plan, "请再与家属核对").await;
        world.attempt("plan rejected", before, outcome).await.unwrap();
        return;
    }
    let state = office.repository.load_newest::<RecoveryPlan>(plan).await.unwrap().state;
    let outcome = approve_plan(&office, &approver, plan).await;
    world.attempt("plan approved", before, outcome).await.unwrap();
    let RecoveryPlan::Proposed(proposed) = &*state else { panic!("{state:?}") };
    if matches!(proposed.terms.way, RecoveryWay::Waiver { .. }) {
        for item in &proposed.terms.items {
            let line = world.books.lines.get_mut(&item.payment_id).unwrap();
            line.recovery_waived += item.amount.fen().min(line.recovery_open());
        }
        world.count("recovery waived");
    }
    // decided again by the same person it is a repeat
    let before = world.street.length().await;
    approve_plan(&office, &approver, plan).await.unwrap();
    assert_eq!(world.street.length().await, before, "an approval that was repeated appended something");
    if let RecoveryWay::Withholding { from_case, .. } = proposed.terms.way {
        let group = world.group_of(from_case);
        runs::pay_next_month(world, group).await;
    }
}

async fn end(world: &mut World, running: &[RecoveryPlanId]) {
    let Some(plan) = world.chance.one_of(running) else { return };
    let (office, before) = (world.street.office.clone(), world.street.length().await);
    let outcome = end_plan(&office, &world.street.desk(personas::finance()), plan, "另行处理").await;
    world.attempt("plan ended", before, outcome).await.unwrap();
}

/// Somebody repays with a slip: a part of what is open, once too much; the same slip again changes nothing.
async fn repay(world: &mut World) {
    let Some(payment) = world.chance.one_of(&recoveries::open(world)) else { return };
    let case = world.books.lines[&payment].case;
    let open: i64 = of_case(world, case).iter().map(|id| world.books.lines[id].recovery_open()).sum();
    let (office, desk) = (world.street.office.clone(), world.street.desk(personas::finance()));
    world.slips += 1;
    let reference = Some(format!("H-{}", world.slips));
    let repaid =
        |fen: i64| Repaid { amount: money(fen), received_on: desk.today(), reference: reference.clone() };
    let before = world.street.length().await;
    let outcome = receive_repayment(&office, &desk, case, repaid(open + 1)).await;
    world.refused("too much repaid", before, outcome, &["recovery_above_open"]).await;
    let fen = if world.chance.percent(50) { open } else { world.chance.between(1, open) };
    let outcome = receive_repayment(&office, &desk, case, repaid(fen)).await;
    world.attempt("repaid", before, outcome).await.unwrap();
    spread(world, case, fen);
    let before = world.street.length().await;
    receive_repayment(&office, &desk, case, repaid(fen)).await.unwrap();
    assert_eq!(world.street.length().await, before, "a slip was taken in twice");
    if fen > 1 {
        let outcome = receive_repayment(&office, &desk, case, repaid(fen - 1)).await;
        world.refused("slip of another amount", before, outcome, &["repayment_differs"]).await;
    }
}

/// The oldest month first.
fn spread(world: &mut World, case: CaseId, mut left: i64) {
    for id in of_case(world, case) {
        let part = world.books.lines[&id].recovery_open().min(left);
        if part > 0 {
            left -= part;
            recoveries::received(world, id, part);
        }
    }
    assert_eq!(left, 0);
}

/// The payments of a case of which something is asked back.
fn of_case(world: &World, case: CaseId) -> Vec<PaymentId> {
    let of = world.books.lines.iter().filter(|(_, line)| line.case == case && line.recovery_opened > 0);
    let mut ids: Vec<_> = of.map(|(id, line)| (line.month, *id)).collect();
    ids.sort();
    ids.into_iter().map(|(_, id)| id).collect()
}

/// Notes what settled payments withheld for others: the bank's files and answers do not tell it.
pub async fn note_withheld(world: &mut World) {
    let settled = world.books.lines.iter().filter(|(_, line)| line.place == Place::Settled);
    let settled: Vec<PaymentId> =
        settled.map(|(id, _)| *id).filter(|id| world.looked_at.insert(*id)).collect();
    for id in settled {
        let state = world.street.office.repository.load_newest::<Payment>(id).await.unwrap().state;
        let Payment::Settled(settled) = &*state else { panic!("{state:?}") };
        for part in &settled.withheld {
            world.books.lines.get_mut(&id).unwrap().withheld += part.amount.fen();
            world.books.lines.get_mut(&part.payment_id).unwrap().recovery_received += part.amount.fen();
            world.count("instalment withheld");
        }
    }
}

/// Nothing is left undecided at the end.
pub async fn finish_plans(world: &mut World) {
    for plan in at(world, PlanStage::Proposed).await {
        world.street.pause();
        let approver = world.street.desk(personas::approver());
        work::reject_plan(&world.street.office, &approver, plan, "年底清理").await.unwrap();
    }
}
