//! Whatever is thrown away comes back the same, and nobody sees it missing.

use std::sync::Arc;

use domain::actor::ActorId;
use domain::bank_return::{
    BankReturn, BankReturnEvent, LineOutcome, Matching, ReceivedFile, UnmatchedLine, UnmatchedReason,
};
use domain::campaign::{Campaign, CampaignEvent, Goods, InKindGift, Publicity, Valuation};
use domain::disclosure::{Disclosure, DisclosureEvent, OpenedFields};
use domain::fund::{Fund, FundEvent};
use domain::household::{Household, HouseholdEvent};
use domain::ids::{BankReturnId, DonationId, FundId, PersonId, RecoveryPlanId, RunId};
use domain::money::Money;
use domain::program::Program;
use domain::recovery_plan::{
    PlanItem, PlanLimits, PlanTerms, RecoveryPlan, RecoveryPlanEvent, RecoveryWay, Repayer,
};
use eventlog::database::owner_pool;
use futures::future::join_all;
use projections::digest::digest;
use projections::install::install;
use projections::rebuild::{rebuild, rebuild_all, verify};
use projections::{Projection, ProjectionError, Until, all};
use sqlx::Executor;

use crate::office::{Enrolled, Office, account, clerk, day, month};
use crate::reports::{collect, promise};

async fn digests(office: &Office) -> Vec<String> {
    let mut digests = Vec::new();
    for projection in all() {
        for table in projection.about().tables {
            digests.push(format!("{table}: {}", digest(office.ledger.owner(), table).await.unwrap()));
        }
    }
    digests
}

async fn a_busy_year(office: &Office) {
    let campaign = collect(office).await;
    office.append::<Campaign>(campaign.uuid(), &[quilts(office)]).await;
    office.append::<Disclosure>(office.id(), &[a_look(office)]).await;
    let (fund, _) = promise(office).await;
    close_year(office, fund).await;
    let mut cases = Vec::new();
    for program in [Program::AdvancedAgeAllowance, Program::SubsistenceAllowance, Program::ElderlyCareSubsidy]
    {
        for _ in 0..4 {
            cases.push(office.enroll(program).await);
        }
    }
    let others = account_of(cases[1].person, cases[0].person);
    office.append::<Household>(cases[0].household.uuid(), &[others]).await;
    for (number, plan) in (0..3).zip(1..) {
        let (run, payments) =
            office.release(month("2023-07").plus(number), &cases, Money::from_fen(5_000)).await;
        office.settle(&payments).await;
        let amount = Money::from_fen(5_000);
        let item = PlanItem { month: month("2023-07").plus(number), payment_id: payments[0], amount };
        propose(office, cases[0], plan, item).await;
        let return_id = BankReturnId::derive(run, &"ef".repeat(32));
        office.append::<BankReturn>(return_id.uuid(), &a_file_with_a_strange_line(return_id, run)).await;
    }
}

/// A person's benefits go to the account of somebody else.
fn account_of(holder: PersonId, person: PersonId) -> HouseholdEvent {
    match account(person, "a2") {
        HouseholdEvent::AccountChanged { person_id, account, account_index, since, by, .. } => {
            HouseholdEvent::AccountChanged { person_id, account, account_index, holder, since, by }
        }
        other => other,
    }
}

/// The first case is asked to pay a month back.
async fn propose(office: &Office, case: Enrolled, number: u32, item: PlanItem) {
    let plan_id = RecoveryPlanId::derive(case.case, number);
    let terms = PlanTerms {
        plan_id,
        number,
        case_id: case.case,
        beneficiary: case.person,
        program: Program::AdvancedAgeAllowance,
        items: vec![item],
        way: RecoveryWay::Repayment { by: Repayer::Beneficiary },
        limits: PlanLimits { waiver_limit: Money::from_fen(5_000), withholding_share: 20 },
    };
    let proposed = RecoveryPlanEvent::RecoveryPlanProposed {
        proposed_by: clerk(),
        proposed_on: day("2023-07-12"),
        terms: Box::new(terms),
    };
    office.append::<RecoveryPlan>(plan_id.uuid(), &[proposed]).await;
}

/// Two people are opened for an auditor.
fn a_look(office: &Office) -> DisclosureEvent {
    let labels = vec!["name".to_owned()];
    let opened = |_| OpenedFields { person_id: PersonId::new(office.id()), labels: labels.clone() };
    DisclosureEvent::PersonalDataDisclosed {
        recipient: "审计局".to_owned(),
        purpose: "年度审计".to_owned(),
        opened: (0..2).map(opened).collect(),
        disclosed_on: day("2023-07-01"),
    }
}

fn quilts(office: &Office) -> CampaignEvent {
    let goods = Goods {
        description: "棉被".to_owned(),
        quantity: 20,
        unit: "床".to_owned(),
        fair_value: Money::from_fen(300_000),
        valuation: Valuation::Invoice,
    };
    CampaignEvent::InKindReceived {
        gift: InKindGift {
            donation_id: DonationId::new(office.id()),
            donor: PersonId::new(office.id()),
            donor_name: None,
            publicity: Publicity::Anonymous,
            goods,
            received_on: day("2023-06-05"),
        },
    }
}

fn a_file_with_a_strange_line(return_id: BankReturnId, run_id: RunId) -> [BankReturnEvent; 3] {
    let file = ReceivedFile {
        return_id,
        run_id,
        sha256: "ef".repeat(32),
        layout: "plain_csv".to_owned(),
        line_count: 1,
        settled_count: 1,
        settled_sum: Money::from_fen(5_000),
        returned_count: 0,
        returned_sum: Money::ZERO,
    };
    let line = UnmatchedLine {
        row: 2,
        reason: UnmatchedReason::ReferenceUnknown,
        outcome: Some(LineOutcome::Settled),
        amount: Some(Money::from_fen(5_000)),
        end_to_end_id: None,
        payment_id: None,
        account_index: None,
        bank_code: None,
    };
    let matching = Matching { unmatched_count: 1, ..Matching::default() };
    [
        BankReturnEvent::BankFileReceived { file, received_on: day("2023-07-11") },
        BankReturnEvent::BankLinesUnmatched { lines: vec![line] },
        BankReturnEvent::BankFileMatched { matching, matched_on: day("2023-07-11") },
    ]
}

/// Closes the year before the fund's first, so that nothing of the stories moves to another day.
async fn close_year(office: &Office, fund: FundId) {
    let closed = FundEvent::FundYearClosed {
        year: 2022,
        unspent: Money::ZERO,
        committed: Money::ZERO,
        in_transit: Money::ZERO,
        lines: vec![],
        position: 0,
        closed_on: day("2023-07-01"),
        closed_by: ActorId::parse("liu.yang").unwrap(),
    };
    office.catch_up().await.unwrap();
    office.append::<Fund>(fund.uuid(), &[closed]).await;
}

#[tokio::test]
async fn deleting_every_read_table_and_rebuilding_gives_identical_rows() {
    let office = Office::open().await;
    a_busy_year(&office).await;
    office.catch_up().await.unwrap();
    let before = digests(&office).await;
    for projection in all() {
        for table in projection.about().tables {
            office.ledger.owner().execute(format!("drop table {table}").as_str()).await.unwrap();
        }
    }
    office.ledger.owner().execute("drop table read_positions").await.unwrap();

    let rebuilt = install(office.ledger.owner(), office.log()).await.unwrap();
    assert_eq!(rebuilt.len(), all().len());
    assert_eq!(digests(&office).await, before);
    assert!(before.iter().all(|digest| !digest.contains(" 0 rows")), "{before:?}");
}

#[tokio::test]
async fn a_rebuild_beside_live_work_ends_with_the_same_rows() {
    let office = Office::open().await;
    a_busy_year(&office).await;
    office.catch_up().await.unwrap();
    let live = async {
        for number in 0..20 {
            let case = office.enroll(Program::AdvancedAgeAllowance).await;
            office.release(month("2024-01").plus(number), &[case], Money::from_fen(7_000)).await;
            office.catch_up().await.unwrap();
        }
    };
    let rebuild = async {
        for _ in 0..4 {
            rebuild_all(office.ledger.owner(), office.log()).await.unwrap();
        }
    };
    let reading = async {
        for _ in 0..200 {
            let seen: i64 = sqlx::query_scalar("select count(*) from read_cases")
                .fetch_one(office.ledger.service())
                .await
                .unwrap();
            assert!(seen >= 12, "a reader saw a hole: {seen}");
        }
    };
    tokio::join!(live, rebuild, reading);
    office.catch_up().await.unwrap();
    let after = digests(&office).await;
    rebuild_all(office.ledger.owner(), office.log()).await.unwrap();
    assert_eq!(digests(&office).await, after);
}

#[tokio::test]
async fn a_rebuild_leaves_the_same_names_and_rights() {
    let office = Office::open().await;
    let names = "select string_agg(kind || ' ' || name, E'\\n' order by kind, name) from (
        select 'class ' || relkind::text as kind, relname::text as name from pg_class
         where relnamespace = current_schema()::regnamespace
        union all
        select 'constraint', conname::text from pg_constraint
         where connamespace = current_schema()::regnamespace
        union all
        select 'grant', table_name || ' ' || privilege_type from information_schema.role_table_grants
         where grantee = 'ledger_service') as names";
    let before: String = sqlx::query_scalar(names).fetch_one(office.ledger.owner()).await.unwrap();
    rebuild_all(office.ledger.owner(), office.log()).await.unwrap();
    let after: String = sqlx::query_scalar(names).fetch_one(office.ledger.owner()).await.unwrap();
    assert_eq!(after, before);
    assert!(!after.contains(" next_"), "{after}");
}

#[tokio::test]
async fn a_changed_row_is_found_by_replaying() {
    let mut office = Office::open().await;
    office.ledger.break_on_purpose();
    a_busy_year(&office).await;
    office.catch_up().await.unwrap();
    let change = "update read_payments set amount_fen = amount_fen + 1
                   where payment_id = (select min(payment_id::text)::uuid from read_payments)";
    office.ledger.owner().execute(change).await.unwrap();
    let verified = verify(office.ledger.owner(), office.log(), &all()).await.unwrap();
    let unequal: Vec<&str> =
        verified.iter().filter(|table| !table.is_equal()).map(|table| table.table).collect();
    assert_eq!(unequal, ["read_payments"]);
}

#[tokio::test]
async fn another_version_of_a_projection_is_rebuilt_by_migrating() {
    let office = Office::open().await;
    a_busy_year(&office).await;
    office.catch_up().await.unwrap();
    let before = digests(&office).await;
    let older = "update read_positions set version = version - 1 where name = 'payment_registers'";
    office.ledger.owner().execute(older).await.unwrap();
    office.ledger.owner().execute("delete from read_payments").await.unwrap();
    let refused = office.runner.catch_up(Until::Head).await.unwrap_err();
    assert!(refused.to_string().contains("ledger migrate"), "{refused}");

    let rebuilt = install(office.ledger.owner(), office.log()).await.unwrap();
    assert_eq!(rebuilt.iter().map(|rebuilt| rebuilt.name).collect::<Vec<_>>(), ["payment_registers"]);
    assert_eq!(digests(&office).await, before);
}

#[tokio::test]
async fn an_event_that_was_applied_twice_is_found_by_replaying() {
    let mut office = Office::open().await;
    office.ledger.break_on_purpose();
    promise(&office).await;
    collect(&office).await;
    office.catch_up().await.unwrap();
    let back = "update read_positions set position = position - 2 where name = 'books'";
    office.ledger.owner().execute(back).await.unwrap();
    office.catch_up().await.unwrap();
    let verified = verify(office.ledger.owner(), office.log(), &all()).await.unwrap();
    let unequal: Vec<&str> =
        verified.iter().filter(|table| !table.is_equal()).map(|table| table.table).collect();
    assert_eq!(unequal, ["read_book_days", "read_book_spans"]);
}

#[tokio::test]
async fn what_a_projection_needs_is_rebuilt_with_it() {
    let office = Office::open().await;
    a_busy_year(&office).await;
    office.catch_up().await.unwrap();
    let before = digests(&office).await;
    let books: Arc<dyn Projection> = Arc::new(projections::books::Books);
    let rebuilt = rebuild(office.ledger.owner(), office.log(), &[books]).await.unwrap();
    let names: Vec<&str> = rebuilt.iter().map(|rebuilt| rebuilt.name).collect();
    assert_eq!(names, ["payment_registers", "donation_totals", "books"]);
    assert_eq!(digests(&office).await, before);
}

#[tokio::test]
async fn programs_that_open_a_ledger_at_once_do_not_disturb_each_other() {
    let office = Office::open().await;
    office.enroll(Program::AdvancedAgeAllowance).await;
    let owner = &owner_pool(office.ledger.database(), 8).await.unwrap();
    let log = office.log();
    for round in 0..5 {
        if round == 2 {
            owner.execute("drop table read_households").await.unwrap();
        }
        for installed in join_all((0..8).map(|_| install(owner, log))).await {
            installed.unwrap();
        }
    }
    let verified = verify(owner, log, &all()).await.unwrap();
    assert!(verified.iter().all(|table| table.is_equal()), "{verified:?}");
}

#[tokio::test]
async fn tables_that_know_more_than_the_log_are_not_believed() {
    let mut office = Office::open().await;
    office.ledger.break_on_purpose();
    collect(&office).await;
    office.catch_up().await.unwrap();
    office.ledger.owner().execute("update read_positions set position = position + 9").await.unwrap();
    let error = office.catch_up().await.unwrap_err();
    assert!(matches!(error, ProjectionError::Ahead { .. }), "{error:?}");
    let error = verify(office.ledger.owner(), office.log(), &all()).await.unwrap_err();
    assert!(matches!(error, ProjectionError::Ahead { .. }), "{error:?}");
}
