//! Killing: who, and when.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::chance::Chance;
use crate::house::{Answer, House};
use crate::witness::Witness;

/// A program whose server is gone must end; a test that waits this long has found that it hangs.
const END_MAX: Duration = Duration::from_secs(120);

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Victim {
    /// `kill -9` of the program; its server goes on without it.
    Program,
    /// `kill -9` of the postmaster.
    Server,
    /// What `pg_ctl stop -m immediate` does.
    ServerAtOnce,
    /// Both, as when the power fails.
    Everything,
}

impl Victim {
    pub const ALL: [Victim; 4] = [Victim::Program, Victim::Server, Victim::ServerAtOnce, Victim::Everything];
}

/// When the kill comes.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    /// So long after the start, whatever it does then.
    Starting(Duration),
    /// Once the program works, the log has so many events and then, if named, an event of that type as its newest; a little later.
    At { length: i64, newest: Option<&'static str>, later: Duration },
}

impl Moment {
    /// When the log grows beyond `length`, at once or in the middle of something.
    pub fn near(chance: &mut Chance, length: i64, in_the_midst_of: &[Option<&'static str>]) -> Moment {
        let later = Duration::from_micros(chance.below(40_000));
        Moment::At { length, newest: chance.one_of(in_the_midst_of), later }
    }
}

/// How the program ended after a round.
pub enum Ended {
    /// It was killed, or ended because its server was.
    Killed,
    /// It came to its end first.
    ByItself(Answer),
}

/// Starts the program, kills at the moment, waits until the program is gone.
pub async fn round(
    house: &mut House,
    witness: &mut Witness,
    arguments: &[&str],
    moment: Moment,
    victim: Victim,
) -> Ended {
    house.start(arguments);
    if !comes(house, witness, moment).await {
        return Ended::ByItself(house.answer());
    }
    witness.look(house).await;
    strike(house, victim);
    witness.leave();
    if let Moment::Starting(_) = moment {
        // there may be no server yet, or the program starts it again
        tokio::time::sleep(Duration::from_millis(300)).await;
        house.kill_program();
    }
    let begun = Instant::now();
    while house.is_running() {
        assert!(begun.elapsed() < END_MAX, "the program hangs after {victim:?} was killed at {moment:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let answer = house.answer();
    println!("{victim:?} {moment:?} -> {} {} {}", answer.status, answer.json["error"], answer.remarks);
    if answer.status.success() { Ended::ByItself(answer) } else { Ended::Killed }
}

/// Waits for the moment; false if the program ends before.
async fn comes(house: &mut House, witness: &mut Witness, moment: Moment) -> bool {
    let begun = Instant::now();
    while house.is_running() {
        match moment {
            Moment::Starting(after) if begun.elapsed() >= after => return true,
            Moment::Starting(_) => {}
            Moment::At { length, newest, later } => {
                let seen = witness.look(house).await;
                let beyond = seen.is_some_and(|seen| seen.is_beyond(length, newest));
                if beyond && witness.sees_at_work(house).await {
                    tokio::time::sleep(later).await;
                    return house.is_running();
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    false
}

fn strike(house: &mut House, victim: Victim) {
    if matches!(victim, Victim::Program | Victim::Everything) {
        house.kill_program();
    }
    match victim {
        Victim::Program => {}
        Victim::Server | Victim::Everything => server(&house.cluster(), Signal::SIGKILL),
        Victim::ServerAtOnce => server(&house.cluster(), Signal::SIGQUIT),
    }
}

/// Signals the postmaster of a cluster, if it runs.
pub fn server(cluster: &Path, signal: Signal) {
    let text = fs::read_to_string(cluster.join("postmaster.pid")).unwrap_or_default();
    let Some(number) = text.lines().next().and_then(|line| line.trim().parse::<i32>().ok()) else { return };
    // a number alone may belong to anybody by now
    let arguments = fs::read(format!("/proc/{number}/cmdline")).unwrap_or_default();
    if String::from_utf8_lossy(&arguments).contains(&*cluster.to_string_lossy()) {
        let _ = kill(Pid::from_raw(number), signal);
    }
}
