//! A run of a street office's size, three months one after another: prepared, sent to the bank as pain.001, answered by a
//! pain.002. By the clock, and what of it this process itself worked.

use api::bank::catalogue::Catalogue;
use api::bank::writing::message_id;
use api::processes::payment_run::{self, OneFile, Release, RunPlan};
use api::processes::{Desk, Office};
use domain::ids::FundId;
use domain::program::Program;
use tests::personas;

use crate::account::Setting;
use crate::bank::write_report;
use crate::payment_run::{Took, Watch, approve, fund, open, seed};

/// 笔.
const LINES: u32 = 1_203;

const MONTHS: [(&str, &str); 3] = [
    ("2023-10", "2023-10-20T02:00:00Z"),
    ("2023-11", "2023-11-20T02:00:00Z"),
    ("2023-12", "2023-12-20T02:00:00Z"),
];

const STEPS: [&str; 4] = [
    "prepare: opened, calculated, staged",
    "file: pain.001 written, every line ordered",
    "return: pain.002 read twice, matched, settled",
    "settle: the same file again, which is known",
];

pub async fn run(setting: &Setting) {
    let app = open(setting, "office").await;
    println!("\nan office's run, {LINES} cases");
    seed(app.office(), LINES).await;
    let fund = fund(app.office()).await;
    let mut rounds = Vec::new();
    for (month, now) in MONTHS {
        let folder = setting.folder.path();
        rounds.push(round(app.office(), folder, fund, (month, now)).await);
    }
    for (place, step) in STEPS.iter().enumerate() {
        let mut took: Vec<Took> = rounds.iter().map(|round| round[place]).collect();
        took.sort_by_key(|took| took.wall);
        let each: Vec<String> =
            took.iter().map(|took| format!("{:.0}", took.wall.as_secs_f64() * 1e3)).collect();
        let median = took[took.len() / 2];
        println!(
            "  {step:<52} {:>7.0} ms, of it own {:>4.0} ms  [{}]",
            median.wall.as_secs_f64() * 1e3,
            median.own.as_secs_f64() * 1e3,
            each.join(", ")
        );
    }
    app.close().await.unwrap();
}

/// One month.
async fn round(
    office: &Office,
    folder: &std::path::Path,
    fund_id: FundId,
    (month, now): (&str, &str),
) -> [Took; 4] {
    let at = |actor| Desk::new(actor, now.parse().unwrap());
    let (clerk, finance) = (at(personas::clerk()), at(personas::finance()));
    let plan = RunPlan {
        month: month.parse().unwrap(),
        programs: vec![Program::AdvancedAgeAllowance],
        fund_id,
        number: 1,
    };
    let clock = Watch::start();
    let run = payment_run::open(office, &clerk, &plan).await.unwrap();
    let prepared = payment_run::calculate(office, &clerk, run).await.unwrap();
    let prepare = clock.took();
    assert_eq!(prepared.calculation.line_count, u64::from(LINES));
    approve(office, &clerk, run, prepared.calculation.warning_count).await;

    let catalogue = Catalogue::own().unwrap();
    let layout = catalogue.layout("pain_001").unwrap();
    let clock = Watch::start();
    let mut file = Vec::new();
    let release = Release { run_id: run, execution_on: Some(finance.today()), layout };
    payment_run::release_in(office, &finance, &release, &mut OneFile(&mut file)).await.unwrap();
    let release = clock.took();

    let text = String::from_utf8(file).unwrap();
    let references = text.split("<EndToEndId>").skip(1).filter_map(|rest| rest.split('<').next());
    let path = folder.join("office.xml");
    write_report(&path, &message_id(run, 1), references.map(|reference| (reference.to_owned(), "ACSC")));
    let clock = Watch::start();
    let taken = payment_run::take_in(office, &finance, run, &path, layout).await.unwrap();
    let answer = clock.took();
    assert_eq!((taken.results.settled_count, taken.pending_count), (u64::from(LINES), 0));
    let clock = Watch::start();
    assert!(payment_run::take_in(office, &finance, run, &path, layout).await.unwrap().known_before);
    [prepare, release, answer, clock.took()]
}
