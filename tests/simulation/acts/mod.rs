//! What may happen at the office, and how often.

mod at_once;
mod counter;
mod erasing;
mod gifts;
mod holding;
mod late;
pub mod plans;
mod recoveries;
mod refused;
mod repeated;
pub mod runs;

use crate::world::World;

/// How many people the office knows on its first day.
const PEOPLE_FIRST: usize = 12;

/// Acts with their weights.
const ACTS: [(u64, Act); 20] = [
    (20, Act::DaysPass),
    (5, Act::Register),
    (8, Act::Apply),
    (20, Act::Proceed),
    (16, Act::Change),
    (14, Act::Prepare),
    (30, Act::Advance),
    (18, Act::BankAnswers),
    (12, Act::Recover),
    (3, Act::Give),
    (2, Act::Appropriate),
    (10, Act::Refused),
    (7, Act::Repeated),
    (9, Act::AtOnce),
    (2, Act::OpenAgain),
    (6, Act::Hold),
    (20, Act::Plan),
    (4, Act::DeclareProperty),
    (3, Act::ArriveLate),
    (3, Act::Withdraw),
];

#[derive(Clone, Copy, Debug)]
enum Act {
    DaysPass,
    Register,
    Apply,
    Proceed,
    Change,
    Prepare,
    Advance,
    BankAnswers,
    Recover,
    Give,
    Appropriate,
    Refused,
    Repeated,
    AtOnce,
    OpenAgain,
    Hold,
    Plan,
    DeclareProperty,
    ArriveLate,
    Withdraw,
}

/// Opens the funds and the campaign, and registers the first people.
pub async fn begin(world: &mut World) {
    gifts::open_funds(world).await;
    gifts::open_campaign(world).await;
    runs::ask_two_approvers(world).await;
    for _ in 0..PEOPLE_FIRST {
        world.street.pause();
        counter::register(world).await;
        counter::apply(world).await;
    }
}

/// One act, whichever comes.
pub async fn act(world: &mut World) {
    world.street.pause();
    match choose(world) {
        Act::DaysPass => {
            let days = world.chance.between(1, 9);
            world.street.days_pass(days.cast_unsigned());
            world.street.night().await;
            if world.chance.percent(10) {
                erasing::erase(world).await;
            }
        }
        Act::Register => counter::register(world).await,
        Act::Apply => counter::apply(world).await,
        Act::Proceed => counter::proceed(world).await,
        Act::Change => counter::change(world).await,
        Act::Prepare => runs::prepare(world).await,
        Act::Advance => runs::advance(world).await,
        Act::BankAnswers => runs::bank_answers(world).await,
        Act::Recover => recoveries::recover(world).await,
        Act::Give => gifts::give_or_refund(world).await,
        Act::Appropriate => gifts::appropriate_some(world).await,
        Act::Refused => refused::try_what_is_forbidden(world).await,
        Act::Repeated => repeated::repeat(world).await,
        Act::AtOnce => at_once::two_at_once(world).await,
        Act::Plan => plans::plan(world).await,
        Act::ArriveLate => late::arrive(world).await,
        Act::Withdraw => recoveries::withdraw(world).await,
        Act::DeclareProperty => counter::declare_property(world).await,
        Act::Hold => holding::hold_or_let_go(world).await,
        Act::OpenAgain => {
            world.street.open_again().await;
            world.count("ledger opened again");
        }
    }
    plans::note_withheld(world).await;
}

fn choose(world: &mut World) -> Act {
    let mut left = world.chance.below(ACTS.iter().map(|(weight, _)| weight).sum());
    for (weight, act) in ACTS {
        if left < weight {
            return act;
        }
        left -= weight;
    }
    Act::DaysPass
}

pub use gifts::appropriate;
pub use holding::let_all_go;
pub use recoveries::{recover_everything, withdraw_everything};
