//! From a sum to the postings behind it: the read tables say what the log says, at any length of it.

use std::ops::ControlFlow;

use api::books;
use domain::actor::ActorId;
use domain::books::{Account, Counted, PostingQuestion, TrialQuestion};
use domain::fund::{Fund, FundEvent, FundSource, Restriction};
use domain::ids::FundId;
use domain::money::Money;
use domain::payment::PaymentEvent;
use domain::program::Program;
use projections::books::postings::{AccountPostings, FoundPosting, book_at};
use uuid::Uuid;

use crate::office::{Enrolled, Office, day, month};
use crate::reports::collect;

/// The fund that every run of the office is paid from.
const FUND: FundId = FundId::new(Uuid::from_u128(9));

/// What is compared of a posting: position, number, day, subaccount, amount and balance in fen.
type Told = (u64, u32, String, String, i64, i64);

/// Months of payments across several spans of the log, with a fund whose year is closed and opened again in between, so
/// that the same settlement is booked on another day before, between and after.
async fn long_books() -> Office {
    let office = Office::open().await;
    collect(&office).await;
    office.append::<Fund>(FUND.uuid(), &[opened(), appropriated(9_000_000)]).await;
    let mut cases = Vec::new();
    for number in 0..40 {
        let program =
            if number % 4 == 0 { Program::ElderlyCareSubsidy } else { Program::AdvancedAgeAllowance };
        cases.push(office.enroll(program).await);
    }
    for number in 0..6 {
        pay(&office, number, &cases).await;
    }
    office.append::<Fund>(FUND.uuid(), &[closed(2023)]).await;
    for number in 6..13 {
        pay(&office, number, &cases).await;
    }
    office.append::<Fund>(FUND.uuid(), &[reopened(2023), appropriated(1)]).await;
    for number in 13..19 {
        pay(&office, number, &cases).await;
    }
    office.catch_up().await.unwrap();
    office
}

/// A month of all cases; one line comes back, one is asked back.
async fn pay(office: &Office, number: i32, cases: &[Enrolled]) {
    let month = month("2023-01").plus(number);
    let (_, payments) = office.release(month, cases, Money::from_fen(10_000)).await;
    office.settle(&payments[1..]).await;
    let (reason, returned_on) = ("R01".to_owned(), day("2023-07-11"));
    office.pay_event(payments[0], PaymentEvent::PaymentReturned { reason, returned_on }).await;
    office.catch_up().await.unwrap();
}

fn opened() -> FundEvent {
    FundEvent::FundOpened {
        fund_id: FUND,
        name: "救助资金".to_owned(),
        source: FundSource::Budget,
        restriction: Restriction::Restricted,
        opened_on: day("2023-01-01"),
        programs: vec![],
    }
}

fn appropriated(fen: i32) -> FundEvent {
    FundEvent::MoneyAppropriated {
        amount: Money::from_fen(fen),
        document: "1".to_owned(),
        appropriated_on: day("2023-01-02"),
        program: None,
        level: None,
        budget_year: Some(2023),
    }
}

fn closed(year: i32) -> FundEvent {
    FundEvent::FundYearClosed {
        year,
        unspent: Money::ZERO,
        committed: Money::ZERO,
        in_transit: Money::ZERO,
        lines: vec![],
        position: 0,
        closed_on: day("2024-01-05"),
        closed_by: ActorId::parse("liu.yang").unwrap(),
    }
}

fn reopened(year: i32) -> FundEvent {
    FundEvent::FundYearReopened {
        year,
        lines: vec![],
        closed_through: None,
        reason: "补记".to_owned(),
        reopened_on: day("2024-01-06"),
    }
}

fn told(found: FoundPosting<'_>) -> Told {
    let FoundPosting { event, counted: Counted { number, day, posting, .. }, balance } = found;
    let place = posting.subaccount.to_string();
    (event.position, number, day.to_string(), place, posting.amount.fen(), balance.fen())
}

async fn told_by_the_log(office: &Office, question: PostingQuestion, length: u64) -> Vec<Told> {
    let mut rows = Vec::new();
    let each = |found: FoundPosting<'_>| {
        rows.push(told(found));
        ControlFlow::Continue(())
    };
    books::postings(office.log(), length, question, each).await.unwrap();
    rows
}

async fn told_by_the_tables(office: &Office, found: &AccountPostings, numbers: [usize; 2]) -> Vec<Told> {
    let mut rows = Vec::new();
    let each = |found: FoundPosting<'_>| {
        rows.push(told(found));
        ControlFlow::Continue(())
    };
    let [start, end] = numbers.map(|number| number as u64);
    found.tell(office.log(), start..end, each).await.unwrap();
    rows
}

/// All of an account; of one fund; of one program; of some days.
fn questions(account: Account) -> [PostingQuestion; 5] {
    let all = PostingQuestion { account, fund: None, program: None, from: None, on: None };
    let (from, on) = (Some(day("2023-07-11")), Some(day("2023-12-31")));
    [
        all,
        PostingQuestion { fund: Some(FUND), ..all },
        PostingQuestion { program: Some(Program::ElderlyCareSubsidy), ..all },
        PostingQuestion { from, ..all },
        PostingQuestion { fund: Some(FUND), on, from, ..all },
    ]
}

#[tokio::test]
async fn the_postings_of_an_account_are_those_of_the_log_at_any_length_of_it() {
    let office = long_books().await;
    let length = office.log().length().await.unwrap();
    assert!(length > 3 * 512, "{length}");
    let mut most = 0;
    for until in [1, 512, 800, length] {
        for question in Account::all().flat_map(questions) {
            let expected = told_by_the_log(&office, question, until).await;
            let found = AccountPostings::find(office.log(), question, until).await.unwrap();
            assert_eq!(found.count(), expected.len() as u64, "{question:?} of {until}");
            let all = told_by_the_tables(&office, &found, [0, expected.len()]).await;
            assert_eq!(all, expected, "{question:?} of {until}");
            let some = [expected.len() / 3, expected.len() / 2];
            let page = told_by_the_tables(&office, &found, some).await;
            assert_eq!(page, expected[some[0]..some[1]], "{question:?} of {until}");
            most = most.max(expected.len());
        }
    }
    assert!(most > 1_000, "{most}");
}

#[tokio::test]
async fn a_position_leads_to_the_numbers_of_the_postings_at_it() {
    let office = long_books().await;
    let length = office.log().length().await.unwrap();
    let [question, ..] = questions(Account::InTransit);
    let found = AccountPostings::find(office.log(), question, length).await.unwrap();
    let postings = told_by_the_log(&office, question, length).await;
    for (number, (position, ..)) in (0..).zip(&postings) {
        assert!(found.numbers_at(*position).contains(&number), "{position}");
    }
    assert_eq!(found.numbers_at(length), found.count()..found.count());
}

#[tokio::test]
async fn the_books_of_an_earlier_length_are_those_of_the_log() {
    let office = long_books().await;
    let length = office.log().length().await.unwrap();
    for until in [0, 1, 511, 512, 513, 800, 1_024, length] {
        let expected = books::book_at(office.log(), until).await.unwrap();
        let book = book_at(office.log(), None, until).await.unwrap();
        assert_eq!(book, expected, "of {until}");
        let question = TrialQuestion { fund: Some(FUND), ..TrialQuestion::default() };
        let of_fund = book_at(office.log(), Some(FUND), until).await.unwrap().trial_balance(question);
        assert_eq!(of_fund, expected.trial_balance(question), "of {until}");
    }
}
