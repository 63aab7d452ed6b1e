//! What the registers and case files say.

use domain::money::Money;
use domain::payment::{PaymentEvent, PaymentStage, RecoveryReason};
use domain::program::Program;
use domain::user::DataScope;
use futures::TryStreamExt;
use projections::case_files::payable::PayableCases;
use projections::case_files::{CaseStage, queries as files};
use projections::payment_registers::queries::{self, LinePage, PageStart};
use tests::plans::plan_of;
use uuid::Uuid;

use crate::office::{Office, day, month, order, stream_append};

#[tokio::test]
async fn a_run_says_what_was_ordered_settled_and_returned() {
    let office = Office::open().await;
    let mut cases = Vec::new();
    for _ in 0..5 {
        cases.push(office.enroll(Program::ElderlyServiceSubsidy).await);
    }
    let (run, payments) = office.release(month("2023-07"), &cases, Money::from_fen(30_000)).await;
    office.settle(&payments[..3]).await;
    let reason = "R01".to_owned();
    let returned = PaymentEvent::PaymentReturned { reason, returned_on: day("2023-07-11") };
    office.pay_event(payments[3], returned).await;
    office.catch_up().await.unwrap();

    let service = office.ledger.service();
    let row = queries::run(service, run).await.unwrap().unwrap();
    assert_eq!((row.ordered_count, row.settled_count, row.returned_count), (5, 3, 1));
    assert_eq!(row.pending().unwrap(), Money::from_fen(30_000));
    let totals = queries::totals_of_run(service, run).await.unwrap();
    assert_eq!(totals.iter().map(|total| total.count).sum::<u64>(), 5);
    let lines: Vec<_> = queries::lines_of_run(service, run).try_collect().await.unwrap();
    let first =
        queries::lines_page(service, run, LinePage { start: PageStart::First, limit: 2 }).await.unwrap();
    let start = PageStart::After(Box::new(first[1].clone()));
    let rest = queries::lines_page(service, run, LinePage { start, limit: 9 }).await.unwrap();
    assert_eq!([first, rest].concat(), lines);
    assert_eq!(queries::returned_payments(service).await.unwrap()[0].payment_id, payments[3]);
}

#[tokio::test]
async fn a_returned_payment_is_reissued_and_a_late_death_recovered() {
    let office = Office::open().await;
    let case = office.enroll(Program::AdvancedAgeAllowance).await;
    let amount = Money::from_fen(20_000);
    let (run, payments) = office.release(month("2023-07"), &[case], amount).await;
    let (reason, returned_on) = ("R02".to_owned(), day("2023-07-12"));
    office.pay_event(payments[0], PaymentEvent::PaymentReturned { reason, returned_on }).await;
    let again = order(run, case, month("2023-07"), 2, amount);
    let second = again.payment_id;
    office
        .append_all(vec![
            stream_append::<domain::payment::Payment>(
                second.uuid(),
                0,
                &[PaymentEvent::PaymentOrdered { order: Box::new(again) }],
            ),
            stream_append::<domain::payment::Payment>(
                payments[0].uuid(),
                2,
                &[PaymentEvent::PaymentReissued { reissued_as: second, reissued_on: day("2023-07-13") }],
            ),
        ])
        .await;
    office.settle(&[second]).await;
    let (opened, reason) = (Money::from_fen(20_000), RecoveryReason::Deceased);
    let opened_on = day("2023-09-01");
    office.pay_event(second, PaymentEvent::RecoveryOpened { amount: opened, reason, opened_on }).await;
    let received = PaymentEvent::RecoveryReceived {
        amount: Money::from_fen(5_000),
        received_on: opened_on,
        withheld_from: None,
        reference: None,
    };
    office.pay_event(second, received).await;
    office.catch_up().await.unwrap();

    let paid = queries::payments_of_case(office.ledger.service(), case.case).await.unwrap();
    assert_eq!(
        paid.iter().map(|paid| paid.status).collect::<Vec<_>>(),
        [PaymentStage::Reissued, PaymentStage::Settled]
    );
    assert_eq!(paid[0].reissued_as, Some(second));
    assert_eq!((paid[1].recovery_opened, paid[1].recovery_received), (opened, Money::from_fen(5_000)));
    assert_eq!(queries::open_recoveries(office.ledger.service()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_payment_run_sees_every_enrolled_case_with_household_and_payments_at_one_position() {
    let office = Office::open().await;
    let mut elderly = Vec::new();
    for _ in 0..3 {
        elderly.push(office.enroll(Program::AdvancedAgeAllowance).await);
        office.enroll(Program::SubsistenceAllowance).await;
    }
    office.release(month("2023-07"), &elderly[..1], Money::from_fen(10_000)).await;
    let position = office.catch_up().await.unwrap();

    let programs = [Program::SubsistenceAllowance, Program::AdvancedAgeAllowance];
    let mut payable = PayableCases::open(office.ledger.service(), &programs).await.unwrap();
    assert_eq!(payable.position(), position);
    // What comes later is not part of the snapshot.
    office.enroll(Program::AdvancedAgeAllowance).await;
    office.catch_up().await.unwrap();
    let mut seen = Vec::new();
    while let Some(page) = payable.next_page().await.unwrap() {
        seen.extend(page);
    }
    let order: Vec<_> = seen.iter().map(|case| (case.case.program.code(), case.case.case_id)).collect();
    assert!(order.is_sorted());
    assert_eq!(order.len(), 6);
    assert_eq!(seen[0].payments.len(), 1);
    assert_eq!(seen[0].payments[0].amount, Money::from_fen(10_000));
    assert!(seen.iter().all(|case| case.household.member(case.case.applicant).is_some()));
}

#[tokio::test]
async fn a_case_is_found_by_person_household_and_stage() {
    let office = Office::open().await;
    let case = office.enroll(Program::ChildrenInDifficulty).await;
    office.catch_up().await.unwrap();
    let service = office.ledger.service();
    let found = files::cases_of_person(service, case.person).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found, files::cases_of_household(service, case.household).await.unwrap());
    assert_eq!(found, files::cases_in_stage(service, CaseStage::Enrolled, 0, 10).await.unwrap());
    assert_eq!(
        (found[0].applied_on, found[0].decided_on),
        (Some(day("2023-01-04")), Some(day("2023-01-20")))
    );
    assert_eq!(files::members(service, &[case.person]).await.unwrap()[0].household_id, case.household);
}

#[tokio::test]
async fn reviews_that_are_due_are_counted_for_the_communities_that_somebody_sees_and_the_first_are_named() {
    let office = Office::open().await;
    for _ in 0..3 {
        office.enroll(Program::SubsistenceAllowance).await;
    }
    office.catch_up().await.unwrap();
    let (service, by) = (office.ledger.service(), day("2025-01-01"));
    let all: Vec<_> =
        files::reviews_due(service, by).await.unwrap().into_iter().map(|case| case.case_id).collect();
    assert_eq!(all.len(), 3);
    let communities = |name: &str| DataScope::Communities(vec![name.to_owned()]);
    for (scope, count) in [(DataScope::Everywhere, 3), (communities("01"), 3), (communities("02"), 0)] {
        for (count_to, counted) in [(10, count), (2, count.min(2))] {
            let due = files::first_reviews_due(service, by, &scope, 2, count_to).await.unwrap();
            let named: Vec<_> = due.first.iter().map(|due| due.case_id).collect();
            assert_eq!((due.count, named.as_slice()), (counted, if count > 0 { &all[..2] } else { &[] }));
        }
    }
    let early = files::first_reviews_due(service, day("2023-01-21"), &DataScope::Everywhere, 2, 10).await;
    assert_eq!(early.unwrap().count, 0);
}

#[tokio::test]
async fn a_page_of_the_register_finds_its_cases_by_index() {
    let office = Office::open().await;
    for many in [
        "insert into read_members (person_id, household_id, presence, name_sealed)
         select gen_random_uuid(), gen_random_uuid(), 'present', '' from generate_series(1, 2000)",
        "insert into read_cases (case_id, household_id, applicant, program, stage, enrolled, sequence, opened_position, state)
         select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '', '', false, 1, place, '{}'
           from generate_series(1, 2000) as place",
        "analyze read_members, read_cases",
    ] {
        sqlx::query(many).execute(office.ledger.owner()).await.unwrap();
    }
    let question = include_str!("../../projections/src/case_files/sql/cases_of_households.sql");
    let nobody = format!("array['{}']::uuid[]", Uuid::nil());
    let plan = plan_of(&office.ledger, &question.replace("$1", &nobody)).await;
    for index in ["read_cases_household", "read_cases_applicant", "read_members_household"] {
        assert!(plan.contains(index), "{index} in\n{plan}");
    }
}
