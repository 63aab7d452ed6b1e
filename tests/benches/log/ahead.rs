//! The month after: its run is calculated in the night, one case in a hundred changes in the morning, and somebody prepares
//! the run; beside that, the same run calculated as a whole.

use api::processes::payment_run::{self, RunPlan};
use api::processes::{Desk, Office};
use domain::benefit_case::{HeldMonths, HoldReason};
use domain::ids::FundId;
use domain::program::Program;
use tests::personas;

use crate::payment_run::Watch;
use crate::roll::case;

/// One case in so many is touched after the night.
const TOUCHED: usize = 100;

pub async fn run(office: &Office, fund_id: FundId, cases: u32) {
    println!(
        "\nthe month after, {} of {cases} cases touched after the night",
        cases.div_ceil(TOUCHED as u32)
    );
    let at = |time: &str| format!("2023-11-20T{time}Z").parse().unwrap();
    office.runner.catch_up(projections::Until::Head).await.unwrap();
    let clock = Watch::start();
    assert_eq!(payment_run::forecast_next(office, at("01:00:00")).await.unwrap(), 1);
    clock.stop("the night: the run calculated ahead", cases);
    let clerk = Desk::new(personas::clerk(), at("02:00:00"));
    for number in (0..cases).step_by(TOUCHED) {
        let months = HeldMonths::Month("2023-11".parse().unwrap());
        let why = (HoldReason::FactsInDoubt, None);
        payment_run::hold(office, &clerk, case(number), months, why).await.unwrap();
    }
    office.runner.catch_up(projections::Until::Head).await.unwrap();
    let (month, programs) = ("2023-11".parse().unwrap(), vec![Program::AdvancedAgeAllowance]);
    let plan = RunPlan { month, programs, fund_id, number: 1 };
    let clock = Watch::start();
    let run = payment_run::open(office, &clerk, &plan).await.unwrap();
    let taken_over = payment_run::calculate(office, &clerk, run).await.unwrap().calculation;
    let prepared = clock.stop("prepare: opened, taken over, the touched calculated", cases);
    let clock = Watch::start();
    let whole = payment_run::calculate(office, &clerk, run).await.unwrap().calculation;
    let anew = clock.stop("the same run calculated as a whole", cases);
    assert_eq!((taken_over.digest, taken_over.exception_count), (whole.digest, whole.exception_count));
    println!("  taken over, of calculated as a whole {:>31.1}×", prepared / anew);
}
