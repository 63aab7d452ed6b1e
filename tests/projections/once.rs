//! Every event counts exactly once: kills, cut connections and several processes at work change nothing.

use domain::calendar::BenefitMonth;
use domain::money::Money;
use domain::program::Program;
use projections::payment_registers::queries;
use projections::rebuild::verify;
use projections::{Until, all};

use crate::office::{Enrolled, Office, month};

const AMOUNT: Money = Money::from_fen(10_000);

/// Enrolls `count` persons and pays them a month.
async fn pay_a_month(office: &Office, count: usize, month: BenefitMonth) -> Vec<Enrolled> {
    let mut cases = Vec::new();
    for _ in 0..count {
        cases.push(office.enroll(Program::AdvancedAgeAllowance).await);
    }
    let (_, payments) = office.release(month, &cases, AMOUNT).await;
    office.settle(&payments).await;
    cases
}

async fn assert_equal_to_a_replay(office: &Office) {
    for verified in verify(office.ledger.owner(), office.log(), &all()).await.unwrap() {
        assert!(verified.is_equal(), "{verified:?}");
        assert_eq!(verified.position, office.log().length().await.unwrap());
    }
}

#[tokio::test]
async fn what_was_appended_is_read_at_once_and_counts_once() {
    let office = Office::open().await;
    let cases = pay_a_month(&office, 3, month("2023-07")).await;
    let reached = office.catch_up().await.unwrap();
    assert_eq!(reached, office.log().length().await.unwrap());
    office.catch_up().await.unwrap();

    let runs = queries::runs(office.ledger.service()).await.unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!((runs[0].ordered_count, runs[0].settled_count), (3, 3));
    assert_eq!(runs[0].settled, AMOUNT.times(3).unwrap());
    let paid = queries::payments_of_case(office.ledger.service(), cases[0].case).await.unwrap();
    assert_eq!(paid.len(), 1);
    assert_equal_to_a_replay(&office).await;
}

#[tokio::test]
async fn two_processes_that_catch_up_at_once_apply_each_event_once() {
    let office = Office::open().await;
    pay_a_month(&office, 40, month("2023-07")).await;
    let runners = [office.another_runner(), office.another_runner(), office.another_runner()];
    let (first, second, third) = tokio::join!(
        runners[0].catch_up(Until::Head),
        runners[1].catch_up(Until::Head),
        runners[2].catch_up(Until::Head)
    );
    for reached in [first, second, third] {
        assert_eq!(reached.unwrap(), office.log().length().await.unwrap());
    }
    assert_equal_to_a_replay(&office).await;
}

#[tokio::test]
async fn a_runner_that_is_killed_at_any_moment_leaves_rows_and_positions_that_belong_together() {
    let office = Office::open().await;
    let superuser = office.ledger.superuser().await;
    for round in 0..6_u32 {
        pay_a_month(&office, 10, month("2023-01").plus(round.cast_signed())).await;
        // of its own: who appends the next month must not be handed a connection that was cut
        let pool = eventlog::database::service_pool(office.ledger.database(), 2).await.unwrap();
        let runner = projections::Runner::new(eventlog::read::Log::new(pool));
        let work = tokio::spawn(async move { runner.catch_up(Until::Head).await.map(drop) });
        // Cuts the connections at another moment in each round, then drops the task where it stands.
        tokio::time::sleep(std::time::Duration::from_millis(u64::from(round) * 3)).await;
        let cut = "select pg_terminate_backend(pid) from pg_stat_activity
                   where datname = current_database() and application_name = 'ledger service' and state <> 'idle'";
        sqlx::query(cut).execute(&superuser).await.unwrap();
        work.abort();
    }
    let fresh = eventlog::database::service_pool(office.ledger.database(), 2).await.unwrap();
    let runner = projections::Runner::new(eventlog::read::Log::new(fresh));
    runner.catch_up(Until::Head).await.unwrap();
    for verified in verify(office.ledger.owner(), runner.log(), &all()).await.unwrap() {
        assert!(verified.is_equal(), "{verified:?}");
    }
}

#[tokio::test]
async fn lag_tells_how_far_each_projection_is_behind() {
    let office = Office::open().await;
    office.enroll(Program::SubsistenceAllowance).await;
    let head = office.log().length().await.unwrap();
    for lag in office.runner.lag().await.unwrap() {
        assert_eq!((lag.position, lag.behind()), (Some(0), head));
    }
    office.runner.catch_up(Until::Position(1)).await.unwrap();
    for lag in office.runner.lag().await.unwrap() {
        assert_eq!((lag.position, lag.behind()), (Some(2), head - 2));
    }
}

#[tokio::test]
async fn a_runner_that_follows_the_log_needs_no_asking() {
    let office = Office::open().await;
    let follower = office.another_runner();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let growth = office.appender.growth().clone();
    let following = tokio::spawn(async move {
        follower.run_forever(&growth, async { drop(stopped.await) }).await;
    });
    office.enroll(Program::SubsistenceAllowance).await;
    while office.runner.lag().await.unwrap().iter().any(|lag| lag.behind() > 0) {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    stop.send(()).unwrap();
    following.await.unwrap();
}
