//! The checker can fail: facts are tampered with, and the comparison names what is wrong.

use api::check::Seen;
use domain::ids::{DonationId, FundId};
use domain::payment::PaymentEvent;

use crate::books::{Books, Line, Place};
use crate::told::Told;
use crate::world::{AtOnce, World};
use crate::{ACTS_FEW, play};

/// What the log tells, with each event altered, left out or doubled by `tamper`.
async fn told(world: &World, mut tamper: impl FnMut(Seen) -> Vec<Seen>) -> Books {
    let log = world.street.office.repository.log();
    let length = u32::try_from(log.length().await.unwrap()).unwrap();
    let mut told = Told::default();
    for stored in log.read_from(0, length).await.unwrap() {
        tamper(Seen::of(&stored)).iter().for_each(|seen| told.hear(seen));
    }
    told.books
}

fn payment(seen: &Seen) -> Option<&PaymentEvent> {
    match &seen.event {
        Some(domain::any_event::AnyEvent::Payment(event)) => Some(event),
        _ => None,
    }
}

/// Applies to the first event of which `alter` makes something else.
fn once(mut alter: impl FnMut(&Seen) -> Option<Vec<Seen>>) -> impl FnMut(Seen) -> Vec<Seen> {
    let mut done = false;
    move |seen| match if done { None } else { alter(&seen) } {
        Some(altered) => {
            done = true;
            altered
        }
        None => vec![seen],
    }
}

/// The first of some short stories in which something was paid.
async fn story_with_a_settlement() -> World {
    for seed in 5..50 {
        let world = play(seed, AtOnce::InTurn, ACTS_FEW).await;
        if world.books.lines.values().any(|line| line.place == Place::Settled) {
            return world;
        }
        world.street.ledger.finish().await;
    }
    panic!("nothing was paid in any story");
}

#[tokio::test]
async fn a_log_that_tells_of_an_order_more_or_a_settlement_less_is_named() {
    let world = story_with_a_settlement().await;
    assert_eq!(world.books.difference(&told(&world, |seen| vec![seen]).await), Vec::<String>::new());

    let another = domain::ids::PaymentId::new(uuid::Uuid::from_u128(1));
    let ordered_twice = once(|seen| match payment(seen) {
        Some(PaymentEvent::PaymentOrdered { .. }) => {
            let twin = Seen { stream_id: another.to_string(), ..seen.clone() };
            Some(vec![seen.clone(), twin])
        }
        _ => None,
    });
    let books = told(&world, ordered_twice).await;
    let named = world.books.difference(&books);
    assert_eq!(named.len(), 2, "{named:?}");
    assert!(named[0].contains(&another.to_string()) && named[1].starts_with("sums"), "{named:?}");

    let mut forgotten = String::new();
    let unsettled = once(|seen| {
        let settled = matches!(payment(seen), Some(PaymentEvent::PaymentSettled { .. }));
        settled.then(|| {
            forgotten = seen.stream_id.clone();
            Vec::new()
        })
    });
    let books = told(&world, unsettled).await;
    let named = world.books.difference(&books);
    assert!(!forgotten.is_empty() && named[0].contains(&forgotten), "{named:?}");
    world.street.ledger.finish().await;
}

/// A month of a case, paid and settled.
fn small_books() -> (Books, Line) {
    let case = domain::ids::CaseId::new(uuid::Uuid::from_u128(2));
    let month = "2023-02".parse().unwrap();
    let line = Line {
        case,
        month,
        attempt: 1,
        amount: 100,
        place: Place::Pending,
        withheld: 0,
        recovery_opened: 0,
        recovery_received: 0,
        recovery_waived: 0,
    };
    let mut books = Books::default();
    books.order(payment_id(1), line.clone());
    books.answer(payment_id(1), Place::Settled);
    (books, line)
}

fn payment_id(attempt: u128) -> domain::ids::PaymentId {
    domain::ids::PaymentId::new(uuid::Uuid::from_u128(attempt))
}

#[test]
fn a_month_that_is_paid_twice_is_named_unless_the_first_came_back() {
    let (mut books, line) = small_books();
    assert_eq!(books.faults(|_| 100), Vec::<String>::new());
    books.order(payment_id(2), Line { attempt: 2, ..line.clone() });
    let faults = books.faults(|_| 100);
    assert!(faults.len() == 1 && faults[0].contains("paid twice for 2023-02"), "{faults:?}");
    books.lines.get_mut(&payment_id(1)).unwrap().recovery_opened = 100;
    assert_eq!(books.faults(|_| 100), Vec::<String>::new());
}

#[test]
fn sums_funds_and_gifts_that_cannot_be_are_named() {
    let (mut books, _) = small_books();
    books.sums.settled = 0;
    assert!(books.faults(|_| 100)[0].contains("ordered is not settled"));
    let (mut books, _) = small_books();
    let fund = FundId::new(uuid::Uuid::from_u128(3));
    books.fund(fund).committed = 1;
    assert!(books.faults(|_| 100)[0].contains(&format!("fund {fund} is negative")));
    let (mut books, _) = small_books();
    books.gifts.entry(DonationId::new(uuid::Uuid::from_u128(4))).or_default().refunded = 1;
    assert!(books.faults(|_| 100)[0].contains("refunded than received"));
}
