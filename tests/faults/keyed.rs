//! Many callers who write under keys, while they and their server are killed again and again: what was acknowledged
//! stays as it was told, and what was asked takes effect once.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use api::embedded_postgres::EmbeddedPostgres;
use eventlog::database::{Clock, LedgerDatabase, migrate};
use nix::sys::signal::Signal;
use sqlx::{ConnectOptions, Executor, PgConnection};
use uuid::Uuid;

use crate::chance::Chance;
use crate::house::House;
use crate::kill::{self, Victim};
use crate::record::{self, Line, Said, micros};
use crate::verdict::{Finding, Stored, double_newest, findings, lose_newest};
use crate::writer::{END_MAX, Writer, in_flight};
use crate::year::open;

/// Every victim in turn, three times.
const KILLS: usize = 12;
/// How many of them must meet commands in flight: a kill of idle callers proves nothing.
const KILLS_AT_WORK_MIN: usize = 10;
/// Fewer commands than these are acknowledged between two kills.
const COMMANDS_BETWEEN: u64 = 1_000;
/// About half of the kills lose something where it may be lost.
const CONVICTING_KILLS_MAX: usize = 20;
/// After this kill of the server alone it stays away for longer than the appender tries, so that callers are told so,
/// often that the outcome is unknown, and ask again by themselves.
const LONG_ABSENCE: (usize, Duration) = (5, Duration::from_secs(19));

/// A ledger with its server, and the writer at work.
struct Office {
    // before the house, whose end kills the server
    server: EmbeddedPostgres,
    house: House,
    records: PathBuf,
    seed: u64,
    writers: usize,
}

/// A kill, and what it met.
#[derive(Debug)]
struct Kill {
    victim: Victim,
    /// How many were asked and had no answer by the time everything was started again.
    in_flight: usize,
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_under_keys_outlive_twelve_kills_as_acknowledged_and_take_effect_once() {
    let mut chance = Chance::new();
    let mut office = Office::open(chance.below(u64::MAX)).await;
    let kills = office.play(&mut chance).await;
    let met = |victim| -> usize {
        kills.iter().filter(|kill| kill.victim == victim).map(|kill| kill.in_flight).sum()
    };
    assert!(Victim::ALL.into_iter().all(|victim| met(victim) > 0), "idle when killed: {kills:#?}");
    let at_work = kills.iter().filter(|kill| kill.in_flight > 0).count();
    assert!(at_work >= KILLS_AT_WORK_MIN, "idle when killed: {kills:#?}");

    // nobody is killed any more: what the last kill left open is asked again
    office.writer("work").close().await;
    let lines = record::read_all(&office.records);
    println!("{}", summary(&lines));
    let unanswered = lines.iter().filter(|line| matches!(line.said, Said::Unanswered(_))).count();
    assert!(unanswered > 0, "no caller ever had to ask again by itself");
    let mut log = office.connect().await.unwrap();
    let stored = Stored::read(&mut log).await;
    assert_no_findings(&lines, &stored);

    repeats_are_answered_as_before(&mut office, &mut log, &stored).await;
    planted_faults_are_found(&lines, &stored);
    drop(log);
    office.server.stop().await.unwrap();
}

/// The control: the same kills where what is acknowledged may be lost. Not every kill loses something: the server's own
/// WAL writer hands each full page to the system at once, so that only what stands in the newest page is at stake.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_acknowledges_before_it_writes_is_convicted_by_a_few_kills() {
    let mut chance = Chance::new();
    let mut office = Office::open(chance.below(u64::MAX)).await;
    office.acknowledge_before_writing().await;
    for number in 1..=CONVICTING_KILLS_MAX {
        let mut writer = office.writer("work");
        writer.acknowledges(usize::try_from(chance.below(COMMANDS_BETWEEN) / 4).unwrap()).await;
        tokio::time::sleep(Duration::from_micros(chance.below(40_000))).await;
        office.kill(&mut writer, Victim::Everything, Duration::from_millis(100)).await;
        let lines = record::read_all(&office.records);
        let stored = Stored::read(&mut office.connect().await.unwrap()).await;
        let found = findings(&lines, &stored);
        let lost = found.iter().filter(|found| matches!(found, Finding::Lost(_))).count();
        println!("kill {number}: {lost} acknowledged commands are lost, {} are kept", stored.commands.len());
        if lost > 0 {
            return office.server.stop().await.unwrap();
        }
    }
    panic!("{CONVICTING_KILLS_MAX} kills lost nothing, or the verdict does not see it");
}

impl Office {
    async fn open(seed: u64) -> Office {
        let house = House::new();
        let (server, _) = open(&house).await;
        let ledger = LedgerDatabase::try_new(server.owner(), server.service(), "ledger").unwrap();
        migrate(&ledger, Clock::Real).await.unwrap();
        let records = house.data().with_file_name("records");
        fs::create_dir(&records).unwrap();
        Office { server, house, records, seed, writers: 0 }
    }

    /// Makes the server answer as soon as it has decided, and write later.
    async fn acknowledge_before_writing(&self) {
        let mut connection = self.connect().await.unwrap();
        for statement in [
            "alter system set synchronous_commit = off",
            "alter system set wal_writer_delay = '10s'",
            "select pg_reload_conf()",
        ] {
            connection.execute(statement).await.unwrap();
        }
    }

    /// The next writer.
    fn writer(&mut self, task: &str) -> Writer {
        self.writers += 1;
        Writer::start(self.house.data(), &self.records, self.writers, self.seed, task)
    }

    async fn connect(&self) -> sqlx::Result<PgConnection> {
        self.server.superuser("ledger").options([("search_path", "ledger,pg_temp")]).connect().await
    }

    /// Lets callers work and kills, in turn.
    async fn play(&mut self, chance: &mut Chance) -> Vec<Kill> {
        let mut kills = Vec::new();
        let mut writer = self.writer("work");
        for number in 0..KILLS {
            let victim = Victim::ALL[number % Victim::ALL.len()];
            let further = chance.below(COMMANDS_BETWEEN);
            let later = Duration::from_micros(chance.below(40_000));
            let short = Duration::from_millis(50 + chance.below(300));
            let absence = if LONG_ABSENCE.0 == number { LONG_ABSENCE.1 } else { short };
            writer.acknowledges(usize::try_from(further).unwrap()).await;
            tokio::time::sleep(later).await;
            let in_flight = self.kill(&mut writer, victim, absence).await;
            println!("{victim:?} after {further} commands and {later:?}, {in_flight} in flight");
            kills.push(Kill { victim, in_flight });
            if matches!(victim, Victim::Program | Victim::Everything) {
                writer = self.writer("work");
            }
        }
        kills
    }

    /// Kills, and starts the server again after a while. How many commands were in flight.
    async fn kill(&self, writer: &mut Writer, victim: Victim, absence: Duration) -> usize {
        let struck = micros();
        self.strike(victim, writer);
        // also the workers of a server without its postmaster come to their end
        tokio::time::sleep(absence).await;
        let restored = micros();
        self.restore().await;
        in_flight(&writer.lines(), struck, restored)
    }

    fn strike(&self, victim: Victim, writer: &mut Writer) {
        if matches!(victim, Victim::Program | Victim::Everything) {
            writer.kill();
        }
        match victim {
            Victim::Program => {}
            Victim::Server | Victim::Everything => kill::server(&self.house.cluster(), Signal::SIGKILL),
            Victim::ServerAtOnce => kill::server(&self.house.cluster(), Signal::SIGQUIT),
        }
    }

    /// Starts the server where it was killed. A server that was just killed may seem to run a little longer.
    async fn restore(&self) {
        let begun = Instant::now();
        loop {
            let revived = tokio::task::block_in_place(|| self.server.revive());
            if revived.is_ok() && self.connect().await.is_ok() {
                return;
            }
            assert!(begun.elapsed() < END_MAX, "the server does not come back: {revived:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn assert_no_findings(lines: &[Line], stored: &Stored) {
    let found = findings(lines, stored);
    assert!(found.is_empty(), "{} findings: {:#?}", found.len(), &found[..found.len().min(20)]);
}

/// Asks every command again, which gives every caller the first answer and leaves the log as it is.
async fn repeats_are_answered_as_before(office: &mut Office, log: &mut PgConnection, stored: &Stored) {
    let asked: BTreeSet<Uuid> = record::read_all(&office.records).iter().map(|line| line.key).collect();
    let before = record::read_all(&office.records).len();
    office.writer("repeat").close().await;
    let lines = record::read_all(&office.records);
    let repeated = |line: &&Line| matches!(&line.said, Said::Acknowledged(answer) if answer.repeated);
    let repeated: BTreeSet<Uuid> = lines[before..].iter().filter(repeated).map(|line| line.key).collect();
    assert!(repeated == asked, "{} of {} were answered as repeats", repeated.len(), asked.len());
    assert!(Stored::read(log).await == *stored, "a repeat changed the log");
    // every answer, the second too, is the one that the log keeps
    assert_no_findings(&lines, stored);
}

/// The same verdict on what really happened, but for one command lost and one done twice.
fn planted_faults_are_found(lines: &[Line], stored: &Stored) {
    let mut tampered = stored.clone();
    let lost = lose_newest(&mut tampered);
    assert_eq!(findings(lines, &tampered), [Finding::Lost(lost)]);
    let mut tampered = stored.clone();
    let doubled = double_newest(&mut tampered);
    assert_eq!(findings(lines, &tampered), [Finding::Doubled(doubled)]);
}

fn summary(lines: &[Line]) -> String {
    let count = |which: fn(&Said) -> bool| lines.iter().filter(|line| which(&line.said)).count();
    let asked: BTreeSet<Uuid> = lines.iter().map(|line| line.key).collect();
    let repeated = count(|said| matches!(said, Said::Acknowledged(answer) if answer.repeated));
    let unanswered = count(|said| matches!(said, Said::Unanswered(_)));
    let unknown = count(|said| matches!(said, Said::Unanswered(why) if why.contains("Unknown")));
    format!(
        "{} commands; {repeated} had taken effect before their caller was told; {unanswered} answers failed, \
         {unknown} of them with an unknown outcome",
        asked.len()
    )
}
