//! A monthly payment run: seeded by bulk append of real events with sealed values, then taken through its steps.

use std::time::{Duration, Instant};

use api::app::App;
use api::processes::payment_run::{self, BankOutcome, BankResult, RunPlan};
use api::processes::{Desk, Office, appropriate, open_fund};
use api::settings::{Given, Settings};
use domain::fund::{FundCharter, FundSource, Restriction};
use domain::ids::{FundId, PaymentId, RunId};
use domain::money::Money;
use domain::program::Program;
use eventlog::bulk::BulkOptions;
use eventlog::database::Clock;
use projections::runner::Until;
use tests::personas;

use crate::Size;
use crate::account::Setting;
use crate::redetermine::{self, processor_time};
use crate::report::{peak_megabytes, reset_peak};
use crate::roll::Seed;
use crate::server_clock::server_time;
use crate::{ahead, balance, office, raw_rows};

/// Cases whose events are sealed before they are appended.
const SEED_CASES: u32 = 5_000;

/// What follows the run.
#[derive(Clone, Copy)]
pub enum Then {
    Redetermine,
    End,
}

pub async fn run(setting: &Setting, size: Size, then: Then) {
    office::run(setting).await;
    let app = open(setting, "run").await;
    println!("\na payment run of one month, {} cases of 高龄老年人津贴", size.cases);
    let office = app.office();
    seed(office, size.cases).await;
    let fund = fund(office).await;
    let (run, rates) = pay(office, fund, size.cases).await;
    raw_rows::compare(&app, size.cases, run, &rates).await;
    if let Then::Redetermine = then {
        redetermine::run(office, run, size.cases).await;
    } else {
        balance::run(office, run).await;
        ahead::run(office, fund, size.cases).await;
    }
    app.close().await.unwrap();
}

/// A ledger of its own.
pub async fn open(setting: &Setting, name: &str) -> App {
    let data_dir = setting.folder.path().join(name);
    let given =
        Given { data_dir, pg_bin: std::env::var_os("LEDGER_PG_BIN").map(Into::into), ..Given::default() };
    let settings = Settings::try_new(given, |_| None).unwrap();
    App::open(&settings, Clock::Simulated).await.unwrap()
}

pub async fn seed(office: &Office, cases: u32) {
    let clock = Watch::start();
    for from in (0..cases).step_by(SEED_CASES as usize) {
        let seed = Seed::prepare(office, from..cases.min(from + SEED_CASES)).await;
        let options = BulkOptions { now: Some(desk(personas::clerk()).now), ..BulkOptions::default() };
        office.repository.appender().append_bulk(seed.streams(), &options).await.unwrap();
    }
    clock.stop("seed: keys, sealing, bulk append of 7 events a case", cases);
    let clock = Watch::start();
    office.runner.catch_up(Until::Head).await.unwrap();
    clock.stop("read tables caught up", cases);
}

pub async fn fund(office: &Office) -> FundId {
    let finance = desk(personas::finance());
    let charter = FundCharter {
        fund_id: office.fund_id("区级财政"),
        name: "区级财政".to_owned(),
        source: FundSource::Budget,
        restriction: Restriction::Unrestricted,
        opened_on: finance.today(),
        programs: vec![],
    };
    let fund = open_fund(office, &finance, charter).await.unwrap();
    let enough = Money::from_fen(2_000_000_000).times(100).unwrap();
    appropriate(office, &finance, fund, enough, "昌财〔2023〕1号").await.unwrap();
    fund
}

/// How many lines a second was enough for.
pub struct Rates {
    pub calculate: f64,
    /// To be written to the bank and ordered.
    pub release: f64,
    /// To be ordered: a release less what writing its file again took.
    pub order: f64,
    pub settle: f64,
}

/// Submits a run, and approves it as often as its sum asks for.
pub async fn approve(office: &Office, clerk: &Desk, run: RunId, warnings: u64) {
    let at = |actor| Desk::new(actor, clerk.now);
    payment_run::submit(office, clerk, run, warnings).await.unwrap();
    if payment_run::outlook(office, clerk.today(), run).await.unwrap().needs_second_approval {
        payment_run::endorse(office, &at(personas::second_approver()), run).await.unwrap();
    }
    payment_run::approve(office, &at(personas::approver()), run).await.unwrap();
}

pub async fn pay(office: &Office, fund_id: FundId, cases: u32) -> (RunId, Rates) {
    let month = "2023-10".parse().unwrap();
    let plan = RunPlan { month, programs: vec![Program::AdvancedAgeAllowance], fund_id, number: 1 };
    let (clerk, finance) = (desk(personas::clerk()), desk(personas::finance()));
    let mut whole = Watch::start();
    let run = payment_run::open(office, &clerk, &plan).await.unwrap();
    let clock = Watch::start();
    let prepared = payment_run::calculate(office, &clerk, run).await.unwrap();
    let calculate = clock.stop("calculate: facts opened, rules asked, lines staged", cases);
    approve(office, &clerk, run, prepared.calculation.warning_count).await;
    let clock = Watch::start();
    let mut file = Vec::new();
    payment_run::release(office, &finance, run, finance.today(), &mut file).await.unwrap();
    let release = clock.stop("release: bank file, every line ordered", cases);
    let aside = Watch::start();
    // whoever reads next would do it; it is no part of writing a file
    office.runner.catch_up(Until::Head).await.unwrap();
    let clock = Watch::start();
    let mut again = Vec::new();
    payment_run::release(office, &finance, run, finance.today(), &mut again).await.unwrap();
    whole.leave_out(aside.took());
    let written = clock.stop("of that: lines looked over, file written (done again)", cases);
    assert_eq!(again, file);
    let order = 1.0 / (1.0 / release - 1.0 / written);
    let results = settled(&file);
    let clock = Watch::start();
    let settlement = payment_run::settle(office, &finance, run, results).await.unwrap();
    let settle = clock.stop("settle: every result appended, reconciled", cases);
    whole.stop("the whole run, from opening to reconciled", cases);
    println!(
        "  {} lines, {} notes, {} settled, {} pending",
        prepared.calculation.line_count,
        prepared.notes.len(),
        settlement.results.settled_count,
        settlement.pending_count
    );
    (run, Rates { calculate, release, order, settle })
}

/// The bank pays every line of its file.
fn settled(file: &[u8]) -> Vec<BankResult> {
    let payments = std::str::from_utf8(file).unwrap().lines().filter_map(|line| line.strip_prefix("P,"));
    let result = |line: &str| {
        let payment_id: PaymentId = line.split(',').next().unwrap().parse().unwrap();
        BankResult { payment_id, outcome: BankOutcome::Settled("R-1".to_owned()) }
    };
    payments.map(result).collect()
}

fn desk(actor: domain::actor::Actor) -> Desk {
    Desk::new(actor, "2023-10-20T02:00:00Z".parse().unwrap())
}

/// Time and peak memory of one step.
pub struct Watch {
    began: Instant,
    own: Duration,
    server: Duration,
}

/// What a step took: by the clock, and of the processors by this process and by the servers.
#[derive(Clone, Copy, Default)]
pub struct Took {
    pub wall: Duration,
    pub own: Duration,
    pub server: Duration,
}

impl Watch {
    pub fn start() -> Watch {
        reset_peak();
        Watch { began: Instant::now(), own: processor_time(), server: server_time() }
    }

    pub fn took(&self) -> Took {
        // a server process that ended takes its time along
        let server = server_time().saturating_sub(self.server);
        Took { wall: self.began.elapsed(), own: processor_time() - self.own, server }
    }

    /// Does not count what was not part of the step.
    pub fn leave_out(&mut self, took: Took) {
        self.began += took.wall;
        self.own += took.own;
        self.server += took.server;
    }

    /// Prints the step; gives its lines a second.
    pub fn stop(self, step: &str, lines: u32) -> f64 {
        let Took { wall, own, server } = self.took();
        let seconds = wall.as_secs_f64();
        let rate = f64::from(lines) / seconds;
        let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(lines);
        println!(
            "  {step:<52} {rate:>9.0} lines/s  {seconds:>7.2} s  own {:>5.1} + server {:>5.1} µs/line  peak {} MB",
            each(own),
            each(server),
            peak_megabytes()
        );
        rate
    }
}
