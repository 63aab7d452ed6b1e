//! Random offices: clerks, reviewers, approvers and finance do for months what may come in any order, through the real
//! processes on a real database. A slow, obviously right model goes with them and must always agree with the log.
//!
//! The seed of a run is printed. `LEDGER_SIMULATION_SEED` repeats one, `LEDGER_SIMULATION_SEEDS` says how many random
//! ones are tried, `LEDGER_SIMULATION_ACTS` how long each of them is.

mod acts;
mod books;
mod chance;
mod ending;
mod history;
mod people;
mod planted;
mod street;
mod told;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{SystemTime, UNIX_EPOCH};

use chance::Chance;
use world::{AtOnce, World};

/// Acts of one simulation.
const ACTS: u64 = 360;

/// Acts of a simulation that shows something other than that all is well.
const ACTS_FEW: u64 = 180;

/// Plays a number of acts; after each, the log is compared with the model.
async fn play(seed: u64, at_once: AtOnce, acts: u64) -> World {
    println!("LEDGER_SIMULATION_SEED={seed}");
    let mut world = World::open(seed, at_once).await;
    acts::begin(&mut world).await;
    world.compare().await;
    for _ in 0..acts {
        acts::act(&mut world).await;
        world.compare().await;
    }
    world
}

/// Plays to the end, and proves everything.
async fn simulate(seed: u64) -> BTreeMap<String, u64> {
    let mut world = play(seed, AtOnce::Together, number("LEDGER_SIMULATION_ACTS").unwrap_or(ACTS)).await;
    ending::end(&mut world).await;
    println!("{seed}: {:#?}", world.tally);
    let tally = world.tally.clone();
    world.street.ledger.finish().await;
    tally
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// What must have happened in simulations that are worth their time.
const EVENTFUL: [&str; 37] = [
    "case decided",
    "run rejected",
    "run recalculated",
    "run taken over from its forecast",
    "payment held",
    "payment let go",
    "run released",
    "run released: lines_stopped",
    "approval of what changed: cases_changed",
    "results taken",
    "arrived after it had come back",
    "paid again",
    "approval beyond the fund: fund_short",
    "own run approved: four_eyes",
    "own run released: four_eyes",
    "approved at once: 1",
    "released at once",
    "results at once",
    "refunds at once",
    "run endorsed",
    "both approvals by one: four_eyes",
    "property declared",
    "plan proposed",
    "plan approved",
    "plan rejected",
    "own plan approved: four_eyes",
    "repaid",
    "instalment withheld",
    "recovery waived",
    "recovery opened",
    "recovery received",
    "recovery withdrawn",
    "gift received",
    "gift refunded",
    "person erased",
    "command repeated",
    "ledger opened again",
];

/// Seeds that are always tried.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=20;

#[tokio::test]
async fn offices_of_known_seeds_keep_their_books_and_much_happens_in_them() {
    let mut happened = BTreeSet::new();
    for seed in SEEDS {
        happened.extend(simulate(seed).await.into_keys());
    }
    let missing: Vec<_> = EVENTFUL.iter().filter(|event| !happened.contains(**event)).collect();
    assert!(missing.is_empty(), "{missing:?} never happened: {happened:#?}");
}

#[tokio::test]
async fn offices_of_new_seeds_keep_their_books() {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let mut chance = Chance::of(since.as_secs() ^ u64::from(since.subsec_nanos()));
    let given = number("LEDGER_SIMULATION_SEED");
    let count = if given.is_some() { 1 } else { number("LEDGER_SIMULATION_SEEDS").unwrap_or(1) };
    for _ in 0..count {
        simulate(given.unwrap_or_else(|| chance.below(u64::MAX))).await;
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_history() {
    let mut histories = Vec::new();
    for _ in 0..2 {
        let world = play(11, AtOnce::InTurn, ACTS).await;
        histories.push(history::facts(world.street.office.repository.log()).await);
        world.street.ledger.finish().await;
    }
    let (one, other) = (&histories[0], &histories[1]);
    let differing = one.iter().zip(other).position(|(one, other)| one != other);
    let shown = differing.map(|place| (place, &one[place], &other[place]));
    assert!(
        shown.is_none() && one.len() == other.len(),
        "{} and {} events: {shown:?}",
        one.len(),
        other.len()
    );
    assert!(one.iter().any(|fact| fact.contains("PaymentSettled")), "too little happened to compare");
}
