//! The paid run determined anew, from the log alone: as `ledger audit run` does it, and its parts apart.

use std::time::{Duration, Instant};

use api::processes::Office;
use api::replay::nothing_sealed;
use api::replay::run_audit::{RunLines, audit_run};
use domain::ids::RunId;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};

use crate::payment_run::Watch;

/// How often each page is determined, as once is over soon.
const ROUNDS: u32 = 10;

pub async fn run(office: &Office, run_id: RunId, lines: u32) {
    println!("\nthe run determined anew, from the log alone, {lines} lines");
    let clock = Watch::start();
    let totals = audit_run(office, run_id, &nothing_sealed, |_| {}).await.unwrap();
    clock.stop("ledger audit run: read, folded, determined, compared", lines);
    read(office, run_id, lines).await;
    parts(office, run_id, lines).await;
    println!(
        "  {} lines, {} the same, {} at fault, whole {:?}",
        totals.lines, totals.same, totals.faults, totals.differences
    );
}

/// What the log itself takes: every order read and dropped.
async fn read(office: &Office, run_id: RunId, lines: u32) {
    let clock = Watch::start();
    let mut ordered = RunLines::open(office, run_id).await.unwrap();
    while ordered.next_page().await.unwrap().is_some() {}
    clock.stop("of that: the orders read and dropped", lines);
}

/// Page by page, one after the other: reading and folding; then determining on all cores, which waits for nothing.
async fn parts(office: &Office, run_id: RunId, lines: u32) {
    let mut ordered = RunLines::open(office, run_id).await.unwrap();
    let reader = ordered.reader();
    let (mut preparing, mut determining, mut processor) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    while let Some(page) = ordered.next_page().await.unwrap() {
        let began = Instant::now();
        let page = reader.prepare(page).await.unwrap();
        preparing += began.elapsed();
        let (began, before) = (Instant::now(), processor_time());
        for _ in 0..ROUNDS {
            assert_eq!(page.redetermine().len(), page.len());
        }
        determining += began.elapsed();
        processor += processor_time() - before;
    }
    let print = |part: String, lines: u32, took: Duration| {
        let seconds = took.as_secs_f64();
        println!("  {part:<52} {:>9.0} lines/s  {seconds:>7.2} s", f64::from(lines) / seconds);
    };
    print("pages prepared: facts read, keys opened, folded".to_owned(), lines, preparing);
    let all = lines * ROUNDS;
    print(format!("prepared pages determined anew, {ROUNDS} times"), all, determining);
    let each = processor.as_secs_f64() * 1e6 / f64::from(all);
    println!("  that is {each:.2} µs of one core for a line, whoever else works on the machine");
}

/// The processor time of this process so far.
pub fn processor_time() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_SELF).unwrap();
    let time = |time: TimeVal| Duration::from_micros(time.num_microseconds().cast_unsigned());
    time(usage.user_time()) + time(usage.system_time())
}
