//! Payment runs between their steps: a release that the database refused halfway is finished by releasing again, also
//! on another day; two calculations at once follow each other.

use api::processes::payment_run::{self, RunNote, RunPlan};
use api::processes::{self as work, ProcessError};
use api::registers::{RawRow, RegisterRow, changes};
use domain::ids::{PaymentId, RunId};
use domain::payment_run::{PaymentRun, RunException, RunWarning};
use domain::program::Program;
use sqlx::Executor;
use tests::office::{SmallOffice, ZHAO, at_work, bank_answers, day, id_number};
use tests::personas;

const ANOTHER: &str = "9901140000000000043";

/// An account is registered on 20 February for [`ZHAO`], whose payments the bank returned, from a day on.
async fn register_an_account(small: &SmallOffice, account: &str, from: &str) {
    let desk = at_work(personas::clerk(), "2023-02-20");
    let id_number = id_number(ZHAO);
    let cells = [id_number.as_str(), "账户变更", from, "2023-02-20", account];
    let row = changes::Row::read(&RawRow::from_texts(1, cells.map(str::to_owned))).unwrap();
    work::record_change(&small.office, &desk, &row).await.unwrap();
}

/// A run of March that also pays again what the bank returned in January.
async fn open_run(small: &SmallOffice) -> RunId {
    let office = &small.office;
    let programs = vec![Program::AdvancedAgeAllowance, Program::SubsistenceAllowance];
    let plan = RunPlan {
        month: "2023-03".parse().unwrap(),
        programs,
        fund_id: office.fund_id(tests::office::FUND),
        number: 1,
    };
    payment_run::open(office, &at_work(personas::clerk(), "2023-02-27"), &plan).await.unwrap()
}

async fn submit_and_approve(small: &SmallOffice, run: RunId) {
    let (office, today) = (&small.office, "2023-02-27");
    let state = office.repository.load_newest::<PaymentRun>(run).await.unwrap().state;
    let warnings = state.calculation().unwrap().warning_count;
    payment_run::submit(office, &at_work(personas::clerk(), today), run, warnings).await.unwrap();
    payment_run::approve(office, &at_work(personas::approver(), today), run).await.unwrap();
}

async fn count(small: &SmallOffice, event_type: &str) -> i64 {
    let query = "select count(*) from log_events where event_type = $1";
    sqlx::query_scalar(query).bind(event_type).fetch_one(small.ledger.owner()).await.unwrap()
}

#[tokio::test]
async fn a_release_that_was_interrupted_after_its_last_order_is_finished_on_another_day() {
    let small = SmallOffice::open().await;
    register_an_account(&small, ANOTHER, "2023-02-20").await;
    let run = open_run(&small).await;
    payment_run::calculate(&small.office, &at_work(personas::clerk(), "2023-02-27"), run).await.unwrap();
    submit_and_approve(&small, run).await;
    let superuser = small.ledger.superuser().await;
    superuser
        .execute(
            "create function out_of_order() returns trigger language plpgsql as
             $$ begin raise exception 'out of order'; end $$;
             create trigger out_of_order before insert on log_events for each row
                 when (new.event_type = 'PaymentRunReleased') execute function out_of_order()",
        )
        .await
        .unwrap();
    let release = |on: &'static str| {
        let (small, finance) = (&small, at_work(personas::finance(), on));
        async move {
            let mut file = Vec::new();
            let released = payment_run::release(&small.office, &finance, run, day(on), &mut file).await;
            released.map(|_| String::from_utf8(file).unwrap())
        }
    };
    let refused = release("2023-02-28").await.unwrap_err();
    assert!(matches!(refused, ProcessError::Append(_)), "{refused:?}");
    assert_eq!(count(&small, "PaymentReissued").await, 2, "the orders were all written");
    let approver = at_work(personas::approver(), "2023-02-28");
    let rejected = payment_run::reject(&small.office, &approver, run, "有误").await;
    assert!(matches!(rejected.unwrap_err(), ProcessError::PartlyOrdered));

    superuser.execute("drop function out_of_order() cascade").await.unwrap();
    superuser.close().await;
    let ordered = count(&small, "PaymentOrdered").await;
    let file = release("2023-03-01").await.unwrap();
    assert_eq!(count(&small, "PaymentOrdered").await, ordered);
    assert_eq!(count(&small, "PaymentReissued").await, 2);
    let finance = at_work(personas::finance(), "2023-03-02");
    payment_run::settle(&small.office, &finance, run, bank_answers(&file)).await.unwrap();
    let state = small.office.repository.load::<PaymentRun>(run).await.unwrap().state;
    assert!(matches!(*state, PaymentRun::Reconciled(_)), "{state:?}");
    small.ledger.finish().await;
}

/// How many months wait for another account when March is calculated.
async fn waiting_for_an_account(small: &SmallOffice, run: RunId) -> usize {
    let desk = at_work(personas::clerk(), "2023-02-27");
    let prepared = payment_run::calculate(&small.office, &desk, run).await.unwrap();
    let waits = |note: &&RunNote| {
        matches!(note, RunNote::Exception { exception: RunException::AccountUnchanged, .. })
    };
    prepared.notes.iter().filter(waits).count()
}

#[tokio::test]
async fn a_returned_month_waits_for_another_account_for_whatever_day_it_is_registered() {
    let small = SmallOffice::open().await;
    let run = open_run(&small).await;
    assert_eq!(waiting_for_an_account(&small, run).await, 2, "January and February came back");
    register_an_account(&small, ZHAO.account, "2023-01-10").await;
    assert_eq!(waiting_for_an_account(&small, run).await, 2, "it is the same account");
    register_an_account(&small, ANOTHER, "2023-01-15").await;
    assert_eq!(waiting_for_an_account(&small, run).await, 0, "the bank was paid on 30 January");
    small.ledger.finish().await;
}

/// The months that go to an account from which the bank gave another month back.
async fn warned_of_the_account(small: &SmallOffice, run: RunId) -> Vec<String> {
    let desk = at_work(personas::clerk(), "2023-02-27");
    let prepared = payment_run::calculate(&small.office, &desk, run).await.unwrap();
    let warned = |note: &RunNote| match note {
        RunNote::Warning { warning: RunWarning::AccountCameBack, month, .. } => Some(month.to_string()),
        _ => None,
    };
    prepared.notes.iter().filter_map(warned).collect()
}

#[tokio::test]
async fn the_next_month_that_goes_to_an_account_that_the_bank_refused_is_seen_before_the_submission() {
    let small = SmallOffice::open().await;
    let run = open_run(&small).await;
    assert_eq!(warned_of_the_account(&small, run).await, ["2023-03"]);
    register_an_account(&small, ANOTHER, "2023-02-20").await;
    assert_eq!(warned_of_the_account(&small, run).await, [""; 0]);
    small.ledger.finish().await;
}

#[tokio::test]
async fn a_month_that_was_given_up_does_not_go_to_an_account_that_the_bank_says_does_not_exist() {
    let small = SmallOffice::open().await;
    let run = open_run(&small).await;
    let query = "select payment_id from read_payments where status = 'returned' and returned_reason = 'AC01'";
    let returned: Vec<uuid::Uuid> = sqlx::query_scalar(query).fetch_all(small.ledger.owner()).await.unwrap();
    assert_eq!(returned.len(), 2);
    let finance = at_work(personas::finance(), "2023-02-27");
    for payment in returned {
        let payment = PaymentId::new(payment);
        payment_run::cancel_payment(&small.office, &finance, payment, "账户已注销").await.unwrap();
    }
    assert_eq!(waiting_for_an_account(&small, run).await, 2, "both months are still due");
    register_an_account(&small, ANOTHER, "2023-02-20").await;
    assert_eq!(waiting_for_an_account(&small, run).await, 0);
    small.ledger.finish().await;
}

#[tokio::test]
async fn two_calculations_of_one_run_at_once_leave_the_lines_of_one() {
    let small = SmallOffice::open().await;
    let run = open_run(&small).await;
    let office = &small.office;
    let (clerk, second) =
        (at_work(personas::clerk(), "2023-02-27"), at_work(personas::second_clerk(), "2023-02-27"));
    let (one, other) = tokio::join!(
        payment_run::calculate(office, &clerk, run),
        payment_run::calculate(office, &second, run),
    );
    assert_eq!(one.unwrap().calculation.line_count, other.unwrap().calculation.line_count);
    submit_and_approve(&small, run).await;
    let finance = at_work(personas::finance(), "2023-02-28");
    payment_run::release(office, &finance, run, finance.today(), &mut Vec::new()).await.unwrap();
    small.ledger.finish().await;
}

/// How often all payments were gone through so far, as every connection counted.
async fn walks_over_payments(small: &SmallOffice) -> i64 {
    for pool in [&small.office.pool, small.ledger.owner()] {
        let mut connections = Vec::new();
        for _ in 0..pool.options().get_max_connections() {
            connections.push(pool.acquire().await.unwrap());
        }
        for connection in &mut connections {
            // servers before 15 tell by themselves, half a second after they told last
            let newer = connection.server_version_num().is_some_and(|version| version >= 150_000);
            let tell = if newer { "select pg_stat_force_next_flush()" } else { "select pg_sleep(1)" };
            connection.execute(tell).await.unwrap();
        }
    }
    let walks = "select seq_scan from pg_stat_user_tables where relid = 'read_payments'::regclass";
    sqlx::query_scalar(walks).fetch_one(small.ledger.owner()).await.unwrap()
}

#[tokio::test]
async fn a_file_is_made_again_by_index_though_it_was_asked_for_while_there_were_few_payments() {
    let small = SmallOffice::open().await;
    let run = open_run(&small).await;
    let finance = at_work(personas::finance(), "2023-02-28");
    payment_run::calculate(&small.office, &at_work(personas::clerk(), "2023-02-27"), run).await.unwrap();
    submit_and_approve(&small, run).await;
    // nobody may look the table over meanwhile, which would have plans made anew
    let table = "alter table read_payments set (autovacuum_enabled = off)";
    small.ledger.owner().execute(table).await.unwrap();
    let make = async || {
        // often enough for every connection to keep a plan
        for _ in 0..8 * small.office.pool.options().get_max_connections() {
            payment_run::release(&small.office, &finance, run, finance.today(), &mut Vec::new())
                .await
                .unwrap();
        }
    };
    make().await;
    let others = "insert into read_payments
                  select (json_populate_record(payment, json_build_object('payment_id', gen_random_uuid()))).*
                    from generate_series(1, 500) cross join read_payments as payment";
    small.ledger.owner().execute(others).await.unwrap();
    let before = walks_over_payments(&small).await;
    make().await;
    assert_eq!(walks_over_payments(&small).await - before, 0);
    small.ledger.finish().await;
}
