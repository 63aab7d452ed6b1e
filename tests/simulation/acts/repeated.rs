//! Commands are repeated with their key: the answer is the same, and nothing happens. With another body they are
//! refused.

use api::processes::{self as work, ProcessError, Step, payment_run};
use domain::fund::FundCommand;
use domain::identifiers::CitizenId;
use tests::personas;

use super::gifts::money;
use crate::people::{CAMPAIGN, Situation, gift};
use crate::world::{Done, Stage, World};

/// How far back a command may lie that is repeated.
const RECENT: usize = 12;

pub async fn repeat(world: &mut World) {
    let recent = world.done[world.done.len().saturating_sub(RECENT)..].to_vec();
    let Some(done) = world.chance.one_of(&recent) else { return };
    if !can_be_repeated(world, &done) {
        return;
    }
    let before = world.street.length().await;
    if let Done::Settled(_, run, results) = &done {
        let (office, later) = (world.street.office.clone(), world.street.desk(personas::finance()));
        let outcome = payment_run::settle(&office, &later, *run, results.clone()).await;
        assert!(outcome.is_ok(), "results that were taken before change nothing: {outcome:?}");
    }
    if world.chance.percent(30) {
        with_another_body(world, &done, before).await;
        return;
    }
    let outcome = again(world, &done).await;
    assert!(outcome.is_ok(), "a repeat was not answered as the first time: {outcome:?}");
    assert_eq!(world.street.length().await, before, "a repeat appended something");
    world.count("command repeated");
}

/// A run that went on since refuses what led to where it was; that is another command then.
fn can_be_repeated(world: &World, done: &Done) -> bool {
    let stands = |id, stages: &[Stage]| {
        let run = world.runs.iter().find(|run| run.id == id);
        run.filter(|run| stages.contains(&run.stage)).map(|run| run.calculations)
    };
    let erased = |id_number: &CitizenId| {
        let person = world.people.iter().find(|person| person.id_number == *id_number);
        person.is_none_or(|person| person.situation == Situation::Erased)
    };
    match done {
        // nothing can be sealed any more for somebody whose keys are destroyed
        Done::Registered(_, row) => !erased(&row.id_number),
        Done::Applied(_, row) => !erased(&row.applicant),
        Done::Changed(_, row) => !erased(&row.id_number),
        Done::Approved(_, id, calculations) => {
            stands(*id, &[Stage::Approved, Stage::Released, Stage::Reconciled]) == Some(*calculations)
        }
        Done::Released(_, id, ..) => stands(*id, &[Stage::Released]).is_some(),
        _ => true,
    }
}

/// Asks the same again; the answer must be the one that was given.
async fn again(world: &World, done: &Done) -> Result<(), ProcessError> {
    let office = &world.street.office;
    match done {
        Done::Registered(desk, row) => {
            work::register_household(office, desk, std::slice::from_ref(&**row)).await?;
        }
        Done::Applied(desk, row) => {
            let opened = work::receive_application(office, desk, row).await?;
            let same = |case: &crate::world::Case| case.opened.subject == opened.subject;
            assert!(world.cases.iter().any(same), "an application that was repeated is another case");
        }
        Done::Changed(desk, row) => work::record_change(office, desk, row).await?,
        Done::Appropriated(desk, fund, amount, document) => {
            work::appropriate(office, desk, *fund, *amount, document).await?;
        }
        Done::Given(desk, row, donation) => {
            assert_eq!(work::receive_donation(office, desk, row).await?, *donation);
        }
        Done::Approved(desk, run, _) => payment_run::approve(office, desk, *run).await?,
        Done::Released(desk, run, day, sha256) => {
            let answer = payment_run::release(office, desk, *run, *day, &mut Vec::new()).await?;
            assert_eq!(answer.file_sha256, *sha256);
        }
        Done::Settled(desk, run, results) => {
            payment_run::settle(office, desk, *run, results.clone()).await?;
        }
        Done::Received(desk, payment, fund, amount) => {
            work::receive_recovery(office, desk, *payment, *fund, *amount, desk.today()).await?;
        }
    }
    Ok(())
}

/// The same key with another body.
async fn with_another_body(world: &mut World, done: &Done, before: u64) {
    let office = world.street.office.clone();
    match done {
        Done::Appropriated(desk, fund, amount, document) => {
            let more = money(amount.fen() + 1);
            let outcome = work::appropriate(&office, desk, *fund, more, document).await;
            world.refused("other appropriation", before, outcome, REUSED).await;
        }
        Done::Received(desk, payment, _, amount) => {
            let other = office.fund_id("另一项资金");
            let outcome = work::receive_recovery(&office, desk, *payment, other, *amount, desk.today()).await;
            world.refused("recovery to another fund", before, outcome, REUSED).await;
        }
        Done::Given(desk, row, donation) => {
            let fen = row.amount.fen() + 1;
            let number = row.number.trim_start_matches("J-").parse().unwrap();
            let other = gift(number, fen, row.received_on, "");
            let outcome = work::receive_donation(&office, desk, &other).await;
            world.refused("other gift of the number", before, outcome, &["donation_differs"]).await;
            let (campaign_id, donation_id) = (office.campaign_id(CAMPAIGN), *donation);
            let (amount, credited_on) = (money(fen), row.received_on);
            let credit = FundCommand::CreditDonation {
                campaign_id,
                donation_id,
                amount,
                credited_on,
                refund_number: None,
            };
            let key = office.derived("donation", &api::registers::RegisterRow::write(row).join("\u{1f}"));
            let steps = [Step::Fund(office.fund_id("慈善捐赠资金").to_string(), credit)];
            let outcome = office.together(desk, key, steps).await;
            world.refused("key of a gift", before, outcome, REUSED).await;
        }
        _ => {}
    }
}

/// What a key answers that was used for another body; where the domain decides first, it refuses too.
const REUSED: &[&str] = &["command_reused", "appropriation_differs", "fund_unknown", "donation_differs"];
