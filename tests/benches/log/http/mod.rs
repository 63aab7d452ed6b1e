//! The people's doors: summaries against bare handlers, pages of long lists, commands against the same commands in
//! process, the console's pages, and connections that wait for changes. Callers and servers share the machine.

mod doors;
mod load;
mod pages;

use std::net::SocketAddr;
use std::ops::Range;
use std::time::{Duration, Instant};

use api::processes::{Desk, Office, change_case};
use chrono::Utc;
use domain::actor::Role;
use domain::benefit_case::BenefitCaseCommand;
use domain::ids::{FundId, RunId};
use domain::policy::SuspensionReason;
use domain::user::DataScope;
use eventlog::bulk::BulkOptions;
use projections::Until;
use serde_json::Value;
use tests::personas;
use uuid::Uuid;

use crate::Size;
use crate::account::Setting;
use crate::payment_run::{Took, Watch, fund, open, pay, seed};
use crate::report::median;
use crate::roll::{case, families, person};
use load::{Answer, Line, Storm, get, post, storm};
use pages::Room;

/// Callers that ask for summaries at once.
const READERS: u32 = 64;
/// Callers that command at once.
const WRITERS: u32 = 32;
/// Rounds of commands over HTTP and in process.
const COMMAND_ROUNDS: u32 = 21;
/// Connections that wait for changes.
const FOLLOWERS: usize = 5_000;
/// Rounds of a page.
const ROUNDS: usize = 21;

/// A served ledger and who may come in.
struct Doors<'d> {
    office: &'d Office,
    address: SocketAddr,
    token: String,
    cases: u32,
}

pub async fn run(setting: &Setting, size: Size) {
    let app = open(setting, "http").await;
    let office = app.office();
    println!("\na ledger at its doors, {} cases, each paid once", size.cases);
    seed(office, size.cases).await;
    let fund = fund(office).await;
    let (run, _) = pay(office, fund, size.cases).await;
    // the first request would do it, with everybody else waiting: what is measured is a server that runs
    office.runner.catch_up(Until::Head).await.unwrap();
    // as the server does by itself within a minute
    sqlx::query("vacuum analyze").execute(app.owner()).await.unwrap();
    let address = doors::open(office).await;
    let token = doors::token(office, "lin.yi", Role::Clerk).await;
    let doors = Doors { office, address, token, cases: size.cases };
    summaries(&doors, Duration::from_secs(u64::from(size.seconds) * 2)).await;
    lists(&doors).await;
    commands(&doors).await;
    // before the pages, some of which leave the process larger than they found it
    followers(&doors).await;
    pages(&doors, run, fund).await;
    app.close().await.unwrap();
}

/// The list of a register in which people stand and nothing more, five in a household.
pub async fn list(setting: &Setting, persons: u32) {
    const MEMBERS: u32 = 5;
    const CHUNK: u32 = 20_000;
    let persons = persons.next_multiple_of(MEMBERS);
    let app = open(setting, "list").await;
    let office = app.office();
    println!("\na register of {persons} people, {MEMBERS} in a household");
    let clock = Watch::start();
    for from in (0..persons).step_by(CHUNK as usize) {
        let families = families(office, from..persons.min(from + CHUNK), MEMBERS).await;
        office.repository.append_bulk(families, &BulkOptions::default()).await.unwrap();
        office.runner.catch_up(Until::Head).await.unwrap();
    }
    clock.stop("registered, and read tables caught up", persons);
    sqlx::query("vacuum analyze").execute(app.owner()).await.unwrap();
    let address = doors::open(office).await;
    let token = doors::token(office, "lin.yi", Role::Clerk).await;
    lists(&Doors { office, address, token, cases: persons }).await;
    app.close().await.unwrap();
}

async fn summaries(doors: &Doors<'_>, time: Duration) {
    println!("\nsummary by id, {READERS} connections that stay open");
    let (cases, token) = (doors.cases, doors.token.clone());
    let bare = doors::open_bare(doors.office).await;
    let asked = move |number: u32| {
        let query = "effective=2023-11-01&known=2023-11-01";
        get(&format!("/api/v1/beneficiaries/{}/summary?{query}", person(number % cases)), &token)
    };
    let ours = storm(doors.address, READERS, time, asked).await;
    told("ours: two clocks, folded from the log, masked", &ours, None);
    for (path, what) in [
        ("same", "bare handler: the same questions, dropped"),
        ("one", "bare handler: one select of the read table"),
    ] {
        let peer = move |number: u32| get(&format!("/{path}/{}", person(number % cases)), "");
        let peer = storm(bare, READERS, time, peer).await;
        told(what, &peer, Some(&ours));
    }
}

fn told(what: &str, storm: &Storm, ours: Option<&Storm>) {
    let ratio = ours.map_or_else(String::new, |ours| {
        let p99 = ours.p99.as_secs_f64() / storm.p99.as_secs_f64();
        format!("  ours is {:.2}× of it, its p99 {p99:.2}×", ours.each_second / storm.each_second)
    });
    println!(
        "  {what:<50} {:>8.0} requests/s  median {:.1} ms  p99 {:.1} ms{ratio}",
        storm.each_second,
        milliseconds(storm.median),
        milliseconds(storm.p99)
    );
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Pages of 50 at the beginning, in the middle and near the end of the list, which is walked through in pages of 500.
async fn lists(doors: &Doors<'_>) {
    println!("\nlist of persons, pages of 50 of {}", doors.cases);
    let mut line = Line::open(doors.address).await;
    let mut cursors = vec![String::new()];
    let mut next = format!("/api/v1/persons?limit={}", 500.min(doors.cases / 3));
    let began = Instant::now();
    loop {
        let page: Value = serde_json::from_slice(&doors.get(&mut line, &next).await.body).unwrap();
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        cursors.push(format!("&cursor={cursor}"));
        next = format!("/api/v1/persons?limit={}&cursor={cursor}", 500.min(doors.cases / 3));
    }
    println!("  walked through in {} requests, {:.2} s", cursors.len(), began.elapsed().as_secs_f64());
    for (place, depth) in [(0, "first"), (cursors.len() / 2, "middle"), (cursors.len() - 1, "last")] {
        let path = format!("/api/v1/persons?limit=50{}", cursors[place]);
        doors.page(&mut line, &format!("{depth} page"), &path).await;
    }
}

impl Doors<'_> {
    async fn get(&self, line: &mut Line, path: &str) -> Answer {
        let answer = line.ask(&get(path, &self.token)).await;
        assert_eq!(answer.status, 200, "{path}");
        answer
    }

    /// Waits for what a page says it is still looking for; prints how long that took. False where it looks for nothing.
    async fn waits_for(&self, line: &mut Line, path: &str) -> bool {
        let began = Instant::now();
        let mut waited = false;
        while self.get(line, path).await.asks_again {
            waited = true;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        if waited {
            println!("  {:<50} {:>7.1} s", format!("{path} found after"), began.elapsed().as_secs_f64());
        }
        waited
    }

    /// Prints how long a page takes, one after another.
    async fn page(&self, line: &mut Line, what: &str, path: &str) {
        let mut took = Vec::with_capacity(ROUNDS);
        let mut bytes = 0;
        for _ in 0..ROUNDS {
            let clock = Watch::start();
            bytes = self.get(line, path).await.body.len();
            took.push(clock.took());
        }
        took.sort_by_key(|took| took.wall);
        // but for the slowest, which is the first where something is looked for once a day
        let own: Duration = took[..ROUNDS - 1].iter().map(|took| took.own).sum();
        println!(
            "  {what:<50} {:>7.1} ms (median of {ROUNDS}), slowest {:.1}, own {:.2} ms  {bytes} bytes",
            milliseconds(took[ROUNDS / 2].wall),
            milliseconds(took[ROUNDS - 1].wall),
            milliseconds(own) / (ROUNDS - 1) as f64
        );
    }
}

/// Suspends cases over HTTP and in process, in rounds of both: who comes later finds another log, so that each round
/// begins with the way that the one before ended with.
async fn commands(doors: &Doors<'_>) {
    let each = (doors.cases / (2 * COMMAND_ROUNDS) / WRITERS).clamp(1, 100);
    let count = each * WRITERS;
    println!("\ncommands, {WRITERS} callers, {COMMAND_ROUNDS} rounds of {count} suspensions each way");
    let (mut http, mut process) = (Vec::new(), Vec::new());
    for pass in 0..2 * COMMAND_ROUNDS {
        let over_http = matches!(pass % 4, 0 | 3);
        let clock = Watch::start();
        let callers: Vec<_> = (0..WRITERS)
            .map(|caller| {
                let first = (pass * WRITERS + caller) * each;
                let cases = first..first + each;
                if over_http {
                    tokio::spawn(suspend_over_http(doors.address, doors.token.clone(), cases))
                } else {
                    tokio::spawn(suspend_in_process(doors.office.clone(), cases))
                }
            })
            .collect();
        for caller in callers {
            caller.await.unwrap();
        }
        if over_http { &mut http } else { &mut process }.push(clock.took());
    }
    told_commands("ours: over HTTP, with token, key and kept answer", &http, count);
    told_commands("in process", &process, count);
    let ratio = |(http, process): (&Took, &Took)| process.wall.as_secs_f64() / http.wall.as_secs_f64();
    let ratios: Vec<f64> = http.iter().zip(&process).map(ratio).collect();
    println!("  HTTP is {:.2}× of it, round by round {ratios:.2?}", median(&ratios));
}

/// Prints how many commands a second there were, and what one of them took of processors.
fn told_commands(what: &str, rounds: &[Took], count: u32) {
    let all = |figure: &dyn Fn(&Took) -> f64| median(&rounds.iter().map(figure).collect::<Vec<_>>());
    let rate = all(&|took| f64::from(count) / took.wall.as_secs_f64());
    let [own, server] = [|took: &Took| took.own, |took: &Took| took.server]
        .map(|time| all(&|took| time(took).as_secs_f64() * 1e6 / f64::from(count)));
    println!("  {what:<50} {rate:>8.0} commands/s  own {own:>5.1} + server {server:>5.1} µs");
}

async fn suspend_over_http(address: SocketAddr, token: String, cases: Range<u32>) {
    let mut line = Line::open(address).await;
    for number in cases {
        let key = Uuid::new_v4();
        let headers = format!("{token}content-type: application/json\r\nidempotency-key: {key}\r\n");
        let path = format!("/api/v1/cases/{}/suspension", case(number));
        let body = r#"{"reason":"unreachable","since":"2023-11-01"}"#;
        let answer = line.ask(&post(&path, &headers, body)).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    }
}

async fn suspend_in_process(office: Office, cases: Range<u32>) {
    let desk = Desk::new(personas::clerk(), Utc::now());
    for number in cases {
        let since = "2023-11-01".parse().unwrap();
        let suspend = BenefitCaseCommand::Suspend { reason: SuspensionReason::Unreachable, since };
        change_case(&office, &desk, case(number), suspend).await.unwrap();
    }
}

/// The console's pages, each for who works with it.
async fn pages(doors: &Doors<'_>, run: RunId, fund: FundId) {
    println!("\nthe console's pages, one after another, {} cases", doors.cases);
    let mut line = Line::open(doors.address).await;
    for Room { name, role, seen, paths } in pages::rooms(run, fund) {
        let which = if seen == DataScope::Everywhere { "" } else { ", one community" };
        let token = doors::session(doors.office, doors.address, name, role, seen).await;
        let visitor = Doors { token, ..*doors };
        for path in paths {
            let what = format!("{role:?} {}{which}", pages::place(&path));
            visitor.page(&mut line, &what, &path).await;
            if visitor.waits_for(&mut line, &path).await {
                visitor.page(&mut line, &format!("{what}, once found"), &path).await;
            }
        }
    }
}

/// Connections that follow changes while nothing happens; what they take includes the callers' own ends.
async fn followers(doors: &Doors<'_>) {
    println!("\n{FOLLOWERS} connections that wait for changes");
    let token = doors::token(doors.office, "lin.san", Role::Auditor).await;
    // what was suspended is taken in first, so that the memory for that does not count
    doors.office.runner.catch_up(Until::Head).await.unwrap();
    let head = doors.office.repository.log().length().await.unwrap();
    let (before, began) = (resident_bytes(), Instant::now());
    let headers = format!("{token}accept: text/event-stream\r\n");
    let mut lines = Vec::with_capacity(FOLLOWERS);
    for _ in 0..FOLLOWERS {
        let mut line = Line::open(doors.address).await;
        line.send(&get(&format!("/api/v1/changes?from={head}"), &headers)).await;
        let answered = line.head().await;
        assert!(answered.starts_with("http/1.1 200"), "{answered}");
        lines.push(line);
    }
    println!("  {:<50} {:>7.1} s", "connected and answered", began.elapsed().as_secs_f64());
    let clock = Watch::start();
    tokio::time::sleep(Duration::from_secs(10)).await;
    let took = clock.took();
    let share = |time: Duration| 100.0 * time.as_secs_f64() / took.wall.as_secs_f64();
    let grown = resident_bytes().saturating_sub(before) / 1_000_000;
    println!("  {:<50} {grown:>5} MB", "memory for both ends");
    println!(
        "  {:<50} {:>7.1} % of a core own, {:.1} % the server's",
        "while nothing happens",
        share(took.own),
        share(took.server)
    );
}

fn resident_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    text.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4_096
}
