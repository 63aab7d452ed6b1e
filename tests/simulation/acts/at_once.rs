//! Two commands at the same moment on the same run, fund or gift: what comes out must be as if one had come first.

use api::processes::payment_run;
use futures::future::join;
use tests::personas;

use super::gifts::{refund, refunded};
use super::runs;
use crate::street::{second_approver, second_finance};
use crate::world::{AtOnce, Stage, World};

pub async fn two_at_once(world: &mut World) {
    match world.chance.below(4) {
        0 => approve_at_once(world).await,
        1 => release_at_once(world).await,
        2 => settle_at_once(world).await,
        _ => refund_at_once(world).await,
    }
}

/// Lets both happen, at once or one after the other.
async fn both<A, B>(
    at_once: AtOnce,
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, B) {
    match at_once {
        AtOnce::Together => join(first, second).await,
        AtOnce::InTurn => (first.await, second.await),
    }
}

/// Two runs of one fund are approved at once, or one run by two approvers.
async fn approve_at_once(world: &mut World) {
    let waiting = world.runs_at(&[Stage::Submitted, Stage::Endorsed]);
    let Some(one) = world.chance.one_of(&waiting) else { return };
    let same_fund = |place: &usize| world.runs[*place].group == world.runs[one].group;
    let other = waiting.iter().copied().rfind(same_fund).unwrap_or(one);
    let office = world.street.office.clone();
    let desks = [personas::approver(), second_approver()].map(|actor| world.street.desk(actor));
    let ids = [one, other].map(|place| world.runs[place].id);
    let (first, second) = both(
        world.at_once,
        payment_run::approve(&office, &desks[0], ids[0]),
        payment_run::approve(&office, &desks[1], ids[1]),
    )
    .await;
    let mut approved = Vec::new();
    for (place, outcome) in [(one, first), (other, second)] {
        match outcome {
            Ok(()) => {
                assert!(!approved.contains(&place), "two people approved one run");
                runs::approved(world, place);
                approved.push(place);
            }
            Err(refusal) => {
                let codes =
                    ["fund_short", "wrong_stage", "run_changed", "cases_changed", "lines_approved_elsewhere"];
                // of a large run, which one of the two may have endorsed before
                let large = ["endorsement_missing", "four_eyes"];
                assert!(codes.iter().chain(&large).any(|code| *code == refusal.code()), "{refusal:?}");
            }
        }
    }
    let winners = approved.len();
    world.count(&format!("approved at once: {winners}"));
}

async fn release_at_once(world: &mut World) {
    let Some(place) = world.chance.one_of(&world.runs_at(&[Stage::Approved])) else { return };
    let (office, day, id) = (world.street.office.clone(), world.today(), world.runs[place].id);
    let desk = world.street.desk(personas::finance());
    let (mut one, mut other) = (Vec::new(), Vec::new());
    let before = world.street.length().await;
    let (first, second) = both(
        world.at_once,
        payment_run::release(&office, &desk, id, day, &mut one),
        payment_run::release(&office, &desk, id, day, &mut other),
    )
    .await;
    world.count("released at once");
    match (first, second) {
        (Ok(answer), Ok(again)) => {
            assert_eq!((&answer.file_sha256, &one), (&again.file_sha256, &other));
            runs::released(world, place, &desk, &answer, &one);
        }
        (Ok(answer), Err(_)) => runs::released(world, place, &desk, &answer, &one),
        (Err(_), Ok(answer)) => runs::released(world, place, &desk, &answer, &other),
        (Err(refusal), Err(_)) => {
            let codes = ["lines_ordered_elsewhere", "lines_stopped", "withheld_changed"];
            assert!(codes.contains(&refusal.code()), "{refusal:?}");
            assert_eq!(world.street.length().await, before);
            world.street.pause();
            runs::reject(world, place).await;
        }
    }
}

/// Two files of results at once, which have some lines in common.
async fn settle_at_once(world: &mut World) {
    let Some(place) = world.chance.one_of(&world.runs_at(&[Stage::Released])) else { return };
    let all = runs::results_for(world, place, 100, 15);
    let middle = all.len() / 2;
    let common = usize::from(world.chance.percent(50)).min(all.len() - middle);
    let files = [all[..middle + common].to_vec(), all[middle..].to_vec()];
    let (office, id) = (world.street.office.clone(), world.runs[place].id);
    let desks = [personas::finance(), second_finance()].map(|actor| world.street.desk(actor));
    let (first, second) = both(
        world.at_once,
        payment_run::settle(&office, &desks[0], id, files[0].clone()),
        payment_run::settle(&office, &desks[1], id, files[1].clone()),
    )
    .await;
    // whoever came second may find the run reconciled by the first; the files are given in again then
    for (file, outcome) in files.iter().zip([first, second]) {
        if let Err(refusal) = outcome {
            assert!(["wrong_stage", "command_reused"].contains(&refusal.code()), "{refusal:?}");
            world.count("results at once, one refused");
        }
        runs::take(world, file);
    }
    world.count("results at once");
    // each may have seen lines of the other as pending: whoever asks next finds them all answered
    let outcome = payment_run::settle(&world.street.office, &desks[0], id, all).await;
    runs::settled(world, place, &[], outcome);
}

/// Two refunds of one gift that are more than it together.
async fn refund_at_once(world: &mut World) {
    let Some(donation) = world.chance.one_of(&world.gifts) else { return };
    let left = world.books.gifts[&donation].received - world.books.gifts[&donation].refunded;
    if left < 10 {
        return;
    }
    let [one, other] = [left / 2 + 1, left / 2 + 2];
    let (first, second) =
        both(world.at_once, refund(world, donation, one), refund(world, donation, other)).await;
    assert!(first.is_err() || second.is_err(), "more of a gift was refunded than it is");
    for (fen, outcome) in [(one, first), (other, second)] {
        match outcome {
            Ok(appended) => refunded(world, donation, fen, appended),
            Err(refusal) => {
                let codes = ["refund_above_remaining", "command_reused"];
                assert!(codes.contains(&refusal.code()), "{refusal:?}");
            }
        }
    }
    world.count("refunds at once");
}
