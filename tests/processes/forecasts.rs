//! 预核: what the night calculates of the next run, and when who opens that run may rely on it.

use api::processes::payment_run::{self, Forecast, LineFilter, Prepared, RunPlan};
use api::processes::{self as work, Step};
use api::registers::{RawRow, RegisterRow, changes};
use chrono::{DateTime, Utc};
use domain::benefit_case::{BenefitCaseCommand, HeldMonths, HoldReason};
use domain::identity::IdentityCommand;
use domain::ids::{CaseId, RunId};
use domain::payment_run::Calculation;
use domain::policy::SuspensionReason;
use domain::program::Program;
use rstest::rstest;
use tests::office::{CHEN, FUND, Known, SmallOffice, WANG, ZHAO, at_work, bank_answers, id_number};
use tests::personas;

use crate::run_desk::{case_of, publish};

/// The day on which March is prepared; its forecast was made at two in the morning.
const TODAY: &str = "2023-02-27";

fn night(day: &str) -> DateTime<Utc> {
    format!("{day}T02:00:00+08:00").parse().unwrap()
}

fn plan(small: &SmallOffice, month: &str) -> RunPlan {
    let programs = vec![Program::AdvancedAgeAllowance, Program::SubsistenceAllowance];
    let (month, fund_id) = (month.parse().unwrap(), small.office.fund_id(FUND));
    RunPlan { month, programs, fund_id, number: 1 }
}

async fn forecast(small: &SmallOffice, day: &str) -> Vec<Forecast> {
    payment_run::forecast_next(&small.office, night(day)).await.unwrap();
    payment_run::forecasts(&small.office).await.unwrap()
}

/// Opens March's run and calculates it.
async fn prepared(small: &SmallOffice, day: &str) -> Prepared {
    let clerk = at_work(personas::clerk(), day);
    let run = payment_run::open(&small.office, &clerk, &plan(small, "2023-03")).await.unwrap();
    payment_run::calculate(&small.office, &clerk, run).await.unwrap()
}

/// By which transaction Zhao's line of a run was written, whom nothing in these stories touches.
async fn written_by(small: &SmallOffice, run: RunId) -> String {
    let query = "select xmin::text from app_run_lines where run_id = $1 and case_id = $2";
    let query = sqlx::query_scalar(query).bind(run.uuid()).bind(allowance_of(small, ZHAO).await.uuid());
    query.fetch_one(small.ledger.owner()).await.unwrap()
}

/// The case of somebody who gets the advanced age allowance.
async fn allowance_of(small: &SmallOffice, person: Known) -> CaseId {
    case_of(small, person, Program::AdvancedAgeAllowance).await
}

#[derive(Clone, Copy, Debug)]
enum Meanwhile {
    Nothing,
    AccountOfAnother,
    PaymentHeld,
    CaseSuspended,
    IdentityGivenUp,
    PersonDied,
}

impl Meanwhile {
    async fn happens(self, small: &SmallOffice) {
        let (office, clerk) = (&small.office, at_work(personas::second_clerk(), TODAY));
        let case = allowance_of(small, WANG).await;
        let step = async |step: Step, actor| {
            let key = office.derived("test", &format!("{self:?}"));
            office.together(&at_work(actor, TODAY), key, [step]).await.unwrap();
        };
        match self {
            Meanwhile::Nothing => {}
            Meanwhile::AccountOfAnother => {
                // the account that Chen is paid on: two households share it from now on
                change(small, [id_number(WANG).as_str(), "账户变更", TODAY, TODAY, CHEN.account]).await;
            }
            Meanwhile::PaymentHeld => {
                let why = (HoldReason::FactsInDoubt, None);
                payment_run::hold(office, &clerk, case, HeldMonths::All, why).await.unwrap();
            }
            Meanwhile::CaseSuspended => {
                let since = tests::office::day("2023-02-20");
                let suspend = BenefitCaseCommand::Suspend { reason: SuspensionReason::Unreachable, since };
                step(Step::BenefitCase(case.to_string(), suspend), personas::clerk()).await;
            }
            Meanwhile::IdentityGivenUp => {
                let (person_id, _) = office.find(&id_number(WANG)).await.unwrap();
                let identity = office.id_index(&id_number(WANG)).as_str().to_owned();
                let released_on = clerk.today();
                let release = IdentityCommand::ReleaseIdentity { person_id, released_on };
                step(Step::Identity(identity, release), personas::approver()).await;
            }
            Meanwhile::PersonDied => {
                change(small, [id_number(WANG).as_str(), "死亡", "2023-02-10", TODAY, ""]).await;
            }
        }
    }
}

async fn change(small: &SmallOffice, cells: [&str; 5]) {
    let row = changes::Row::read(&RawRow::from_texts(1, cells.map(str::to_owned))).unwrap();
    work::record_change(&small.office, &at_work(personas::second_clerk(), TODAY), &row).await.unwrap();
}

/// Opened and not calculated, a run has neither lines nor notes, whatever the night staged for it.
async fn assert_nothing_is_shown(small: &SmallOffice, run: RunId) {
    let (office, case) = (&small.office, allowance_of(small, ZHAO).await);
    payment_run::open(office, &at_work(personas::clerk(), TODAY), &plan(small, "2023-03")).await.unwrap();
    assert_eq!(payment_run::lines_from(&office.pool, run, 0, 9).await.unwrap(), []);
    assert_eq!(payment_run::lines_of_cases(&office.pool, run, &[case]).await.unwrap(), []);
    let found = payment_run::find_lines(&office.pool, run, &LineFilter::default(), 0, 9).await.unwrap();
    assert_eq!((found.lines.len(), found.count), (0, 0));
    assert_eq!(payment_run::notes_of(&office.pool, run).await.unwrap(), []);
    assert_ne!(payment_run::notes_staged(&office.pool, run).await.unwrap(), []);
}

/// The whole is what a calculation without a forecast finds.
#[rstest]
#[case::nothing(Meanwhile::Nothing)]
#[case::an_account_that_two_households_share_now(Meanwhile::AccountOfAnother)]
#[case::a_payment_held(Meanwhile::PaymentHeld)]
#[case::a_case_suspended(Meanwhile::CaseSuspended)]
#[case::an_id_number_given_up(Meanwhile::IdentityGivenUp)]
#[case::a_death_reported(Meanwhile::PersonDied)]
#[tokio::test]
async fn a_run_is_what_a_whole_calculation_makes_it_whatever_happened_after_the_night(
    #[case] meanwhile: Meanwhile,
) {
    let small = SmallOffice::open().await;
    let found = forecast(&small, TODAY).await;
    let run = plan(&small, "2023-03").run_id(&small.office);
    assert_eq!(found.iter().map(|one| one.preparation.run_id).collect::<Vec<_>>(), [run]);
    let foreseen = &found[0].calculation;
    let night = written_by(&small, run).await;
    meanwhile.happens(&small).await;
    assert_nothing_is_shown(&small, run).await;
    let taken_over = prepared(&small, TODAY).await;
    assert_eq!(written_by(&small, run).await, night, "a line that stays is not written again");
    assert_eq!(payment_run::forecasts(&small.office).await.unwrap(), [], "it is the run's calculation now");

    let whole = prepared(&small, TODAY).await;
    assert_ne!(written_by(&small, run).await, night);
    assert_eq!(taken_over.notes, whole.notes);
    let sums = |of: &Calculation| {
        (of.digest.clone(), of.control_sum, of.by_program.clone(), of.exception_count, of.warning_count)
    };
    assert_eq!(sums(&taken_over.calculation), sums(&whole.calculation));
    let as_foreseen = sums(&whole.calculation) == sums(foreseen);
    assert_eq!(as_foreseen, matches!(meanwhile, Meanwhile::Nothing), "{foreseen:?}, {whole:?}");
    small.ledger.finish().await;
}

/// What makes a forecast worthless.
#[derive(Clone, Copy, Debug)]
enum Worthless {
    Yesterdays,
    OfOlderRates,
    WrittenByAnother,
    LineChanged,
    NoteLost,
}

#[rstest]
#[case::of_the_day_before(Worthless::Yesterdays)]
#[case::by_rates_that_were_replaced(Worthless::OfOlderRates)]
#[case::changed_in_the_database(Worthless::WrittenByAnother)]
#[case::with_a_line_changed_in_the_database(Worthless::LineChanged)]
#[case::with_a_note_taken_away_in_the_database(Worthless::NoteLost)]
#[tokio::test]
async fn a_forecast_that_does_not_hold_is_not_relied_on_and_everything_is_calculated(#[case] why: Worthless) {
    let small = SmallOffice::open().await;
    let night = if let Worthless::Yesterdays = why { "2023-02-26" } else { TODAY };
    let found = forecast(&small, night).await;
    let run = found[0].preparation.run_id;
    let before = written_by(&small, run).await;
    let strike = |statement: &'static str| sqlx::query(statement).execute(small.ledger.owner());
    match why {
        Worthless::Yesterdays => {}
        Worthless::OfOlderRates => publish(&small, "advanced_age_80", "2023-03", "110.00").await,
        Worthless::WrittenByAnother => {
            let sum = "update app_run_forecasts set forecast = replace(forecast, '\"line_count\":', '\"line_count\":1')";
            strike(sum).await.unwrap();
            assert_eq!(payment_run::forecasts(&small.office).await.unwrap(), []);
        }
        Worthless::LineChanged => {
            let more = "update app_run_lines set line = replace(line, '|ordinary|', '|ordinary|9')
                         where ctid = (select max(ctid) from app_run_lines)";
            assert_eq!(strike(more).await.unwrap().rows_affected(), 1);
        }
        Worthless::NoteLost => {
            assert!(strike("delete from app_run_notes").await.unwrap().rows_affected() > 0);
        }
    }
    let run_as_it_is = prepared(&small, TODAY).await;
    assert_ne!(written_by(&small, run).await, before);
    let same = run_as_it_is.calculation.digest == found[0].calculation.digest;
    assert_eq!(same, !matches!(why, Worthless::OfOlderRates));
    assert_eq!(run_as_it_is.calculation.exception_count, found[0].calculation.exception_count);
    small.ledger.finish().await;
}

#[tokio::test]
async fn what_comes_next_is_foreseen_once_the_last_run_was_released_and_what_does_not_is_forgotten() {
    let small = SmallOffice::open().await;
    let office = &small.office;
    let months = |found: &[Forecast]| -> Vec<String> {
        found.iter().map(|one| one.preparation.month.to_string()).collect()
    };
    assert_eq!(months(&forecast(&small, "2023-01-31").await), [""; 0], "March cannot be opened in January");
    assert_eq!(months(&forecast(&small, TODAY).await), ["2023-03"]);
    assert_eq!(payment_run::forecast_next(office, night(TODAY)).await.unwrap(), 0, "it holds for the day");
    assert!(!payment_run::is_forecast_due(office, night(TODAY)).await.unwrap());
    assert!(payment_run::is_forecast_due(office, night("2023-02-28")).await.unwrap());

    let run = prepared(&small, TODAY).await;
    assert_eq!(months(&forecast(&small, TODAY).await), [""; 0], "an open run has its own lines");
    let (clerk, finance) = (at_work(personas::clerk(), TODAY), at_work(personas::finance(), "2023-03-01"));
    payment_run::submit(office, &clerk, run.run_id, run.calculation.warning_count).await.unwrap();
    payment_run::approve(office, &at_work(personas::approver(), TODAY), run.run_id).await.unwrap();
    let mut file = Vec::new();
    payment_run::release(office, &finance, run.run_id, finance.today(), &mut file).await.unwrap();
    assert_eq!(months(&forecast(&small, "2023-03-02").await), ["2023-04"]);
    let answers = bank_answers(&String::from_utf8(file).unwrap());
    payment_run::settle(office, &finance, run.run_id, answers).await.unwrap();
    assert_eq!(months(&forecast(&small, "2023-06-30").await), ["2023-04"], "it is late, not given up");
    assert!(payment_run::is_forecast_due(office, night("2023-07-31")).await.unwrap());
    assert_eq!(months(&forecast(&small, "2023-07-31").await), [""; 0], "nobody goes on with it");
    let left: i64 =
        sqlx::query_scalar("select count(*) from app_run_lines join read_payment_runs using (run_id)")
            .fetch_one(small.ledger.owner())
            .await
            .unwrap();
    let all: i64 = sqlx::query_scalar("select count(*) from app_run_lines")
        .fetch_one(small.ledger.owner())
        .await
        .unwrap();
    assert_eq!(left, all, "no line of a run that nobody opened stays");
    assert_eq!(small.broken().await, tests::office::Broken::new());
    small.ledger.finish().await;
}
