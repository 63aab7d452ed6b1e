//! The server process: what its pid file says, starting it, stopping it.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::account::ServerAccount;
use super::binaries::Binaries;
use super::cluster;
use super::error::{At, Attempt, EmbeddedPostgresError};
use super::home::Home;

const PAUSE: Duration = Duration::from_millis(10);
/// Recovery after a crash replays at most the checkpoint distance of the log, which a slow disk may take long for.
const READY_MAX: Duration = Duration::from_secs(240);
/// How long the workers of a killed server may hold its memory.
const ORPHANS_MAX: Duration = Duration::from_secs(30);
/// A fast shutdown ends sessions and writes a checkpoint.
const STOP_MAX: Duration = Duration::from_secs(60);
/// The log is put aside at a start once it is larger.
const LOG_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// The socket of a running server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) socket_dir: PathBuf,
    pub(super) port: u16,
}

/// The server process of one cluster.
#[derive(Debug)]
pub(super) struct Postmaster {
    pub(super) home: Home,
    pub(super) account: ServerAccount,
    pub(super) binaries: Binaries,
}

/// What the pid file and the process table say together.
enum Condition {
    /// There is no server.
    Absent,
    /// There is the pid file of a server that is gone.
    Stale(PidFile),
    /// The server starts, recovers or stops.
    Changing,
    /// The server takes connections.
    Ready(Address),
}

impl Postmaster {
    /// Adopts the running server, or starts one. The caller holds the lock on starting.
    pub(super) fn ensure_running(&self) -> Result<(Address, Option<Child>), EmbeddedPostgresError> {
        let begun = Instant::now();
        while begun.elapsed() < READY_MAX {
            match self.condition()? {
                Condition::Ready(address) => return Ok((address, None)),
                Condition::Changing => sleep(PAUSE),
                Condition::Absent => return self.start(),
                Condition::Stale(pid_file) => {
                    self.bury(&pid_file)?;
                    return self.start();
                }
            }
        }
        Err(self.too_slow("就绪", "become ready"))
    }

    /// Stops the server: a fast shutdown, then an immediate one. The caller holds the lock on starting.
    pub(super) fn stop(&self, mut child: Option<Child>) -> Result<(), EmbeddedPostgresError> {
        for (signal, patience) in [(Signal::SIGINT, STOP_MAX), (Signal::SIGQUIT, Duration::from_secs(10))] {
            let Some(pid_file) = PidFile::read(&self.home.cluster())? else { break };
            if !is_postmaster(pid_file.pid, &self.home.cluster()) {
                break;
            }
            let _ = kill(Pid::from_raw(pid_file.pid), signal);
            if self.wait_until_gone(&pid_file, child.as_mut(), patience) {
                self.home.remove_socket_dir(&pid_file.socket_dir);
                break;
            }
        }
        match self.condition()? {
            Condition::Absent | Condition::Stale(_) => {
                child.map(|mut child| child.wait());
                Ok(())
            }
            Condition::Ready(_) | Condition::Changing => Err(self.too_slow("停止", "stop")),
        }
    }

    fn condition(&self) -> Result<Condition, EmbeddedPostgresError> {
        let Some(pid_file) = PidFile::read(&self.home.cluster())? else { return Ok(Condition::Absent) };
        if !is_postmaster(pid_file.pid, &self.home.cluster()) {
            return Ok(Condition::Stale(pid_file));
        }
        match pid_file.ready {
            true => Ok(Condition::Ready(Address { socket_dir: pid_file.socket_dir, port: pid_file.port })),
            false => Ok(Condition::Changing),
        }
    }

    /// Starts the server. Workers of a killed server may still hold its memory for a moment; PostgreSQL itself
    /// finds that out and refuses, so the start is tried again.
    fn start(&self) -> Result<(Address, Option<Child>), EmbeddedPostgresError> {
        let begun = Instant::now();
        rotate_log(&self.home)?;
        let socket_dir = self.home.make_socket_dir(self.account)?;
        cluster::configure(&self.home.cluster(), &socket_dir, self.account)?;
        loop {
            let mut child = self.spawn()?;
            if let Some(address) = self.wait_until_ready(&mut child)? {
                return Ok((address, Some(child)));
            }
            let failure = failed("postgres", &self.home, Some(child.id()));
            let in_the_way = ["still in use", "lock file", "Is another postmaster"];
            if begun.elapsed() > ORPHANS_MAX
                || !in_the_way.iter().any(|sign| failure.to_string().contains(sign))
            {
                return Err(failure);
            }
            sleep(Duration::from_millis(200));
        }
    }

    fn spawn(&self) -> Result<Child, EmbeddedPostgresError> {
        let program = self.binaries.program("postgres");
        let log = open_log(&self.home, self.account)?;
        let mut command = self.account.command(&program);
        command.arg("-D").arg(self.home.cluster());
        // In a process group of its own, Ctrl-C at the terminal reaches the program and not the server.
        command.process_group(0).stdout(Stdio::null()).stderr(log);
        command.spawn().at(Attempt::Run, &program)
    }

    /// The address once the server is ready; nothing if it ended.
    fn wait_until_ready(&self, child: &mut Child) -> Result<Option<Address>, EmbeddedPostgresError> {
        let begun = Instant::now();
        while begun.elapsed() < READY_MAX {
            if !matches!(child.try_wait(), Ok(None)) {
                return Ok(None);
            }
            match PidFile::read(&self.home.cluster())? {
                Some(found) if found.ready && u32::try_from(found.pid) == Ok(child.id()) => {
                    return Ok(Some(Address { socket_dir: found.socket_dir, port: found.port }));
                }
                _ => sleep(PAUSE),
            }
        }
        let _ = child.kill();
        let _ = child.wait();
        Err(self.too_slow("就绪", "become ready"))
    }

    fn wait_until_gone(&self, pid_file: &PidFile, mut child: Option<&mut Child>, patience: Duration) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < patience {
            let reaped = child.as_mut().is_some_and(|child| !matches!(child.try_wait(), Ok(None)));
            if reaped || !is_postmaster(pid_file.pid, &self.home.cluster()) {
                return true;
            }
            sleep(PAUSE);
        }
        false
    }

    /// Makes PostgreSQL see that the server of a pid file is gone, even if its number now belongs to another
    /// process or to one that nobody waited for: the parent of a server is never taken for a server. The rest of
    /// the file stays, so that PostgreSQL can still see whether the old server's workers hold its memory.
    fn bury(&self, pid_file: &PidFile) -> Result<(), EmbeddedPostgresError> {
        let path = self.home.cluster().join("postmaster.pid");
        self.home.remove_socket_dir(&pid_file.socket_dir);
        let text = format!("{}\n{}", std::process::id(), pid_file.rest);
        fs::write(&path, text).at(Attempt::Write, &path)
    }

    fn too_slow(&self, zh: &'static str, en: &'static str) -> EmbeddedPostgresError {
        EmbeddedPostgresError::TooSlow { zh, en, log: self.home.log() }
    }
}

/// What `postmaster.pid` says, line by line: pid, data directory, start time, port, socket folder, listen
/// address, shared memory key, status.
struct PidFile {
    pid: i32,
    port: u16,
    socket_dir: PathBuf,
    ready: bool,
    rest: String,
}

impl PidFile {
    fn read(cluster: &Path) -> Result<Option<PidFile>, EmbeddedPostgresError> {
        let path = cluster.join("postmaster.pid");
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(PidFile::parse(&String::from_utf8_lossy(&bytes)))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).at(Attempt::Read, &path),
        }
    }

    fn parse(text: &str) -> PidFile {
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        let lines: Vec<&str> = rest.lines().map(str::trim).collect();
        let line = |number: usize| lines.get(number - 2).copied().unwrap_or_default();
        PidFile {
            pid: first.trim().parse().unwrap_or(0),
            port: line(4).parse().unwrap_or(0),
            socket_dir: PathBuf::from(line(5)),
            ready: line(8) == "ready",
            rest: rest.to_owned(),
        }
    }
}

/// Whether process `pid` lives and is the server of the cluster: a number alone may belong to anybody by now.
fn is_postmaster(pid: i32, cluster: &Path) -> bool {
    if pid <= 0 {
        return false;
    }
    let process = PathBuf::from(format!("/proc/{pid}"));
    if !Path::new("/proc/self/stat").exists() {
        return listed_as_postmaster(pid, cluster);
    }
    let state = fs::read_to_string(process.join("stat")).unwrap_or_default();
    let ended = state.rsplit_once(')').is_none_or(|(_, rest)| rest.trim_start().starts_with(['Z', 'X']));
    let arguments = fs::read(process.join("cmdline")).unwrap_or_default();
    let arguments = String::from_utf8_lossy(&arguments).into_owned();
    !ended && arguments.contains("postgres") && arguments.split('\0').any(|each| is_same(each, cluster))
}

fn is_same(argument: &str, cluster: &Path) -> bool {
    argument.contains('/') && Path::new(argument).canonicalize().is_ok_and(|path| path == cluster)
}

/// The same where there is no `/proc`.
fn listed_as_postmaster(pid: i32, cluster: &Path) -> bool {
    let output = Command::new("ps").args(["-o", "stat=,args=", "-p", &pid.to_string()]).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    !text.trim_start().starts_with('Z')
        && text.contains("postgres")
        && text.contains(&*cluster.to_string_lossy())
}

/// The server's log, opened for appending.
pub(super) fn open_log(home: &Home, account: ServerAccount) -> Result<File, EmbeddedPostgresError> {
    let path = home.log();
    let mut options = OpenOptions::new();
    let file = options.append(true).create(true).mode(0o600).open(&path).at(Attempt::Write, &path)?;
    account.own(&path)?;
    Ok(file)
}

/// What a tool of PostgreSQL said last; of a server, what its own process `pid` said, because the workers of a killed
/// one may write to the same log until they are gone.
pub(super) fn failed(program: &'static str, home: &Home, pid: Option<u32>) -> EmbeddedPostgresError {
    let text =
        fs::read(home.log()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    EmbeddedPostgresError::ToolFailed { program, reason: last_reason(&text, pid), log: home.log() }
}

fn last_reason(log: &str, pid: Option<u32>) -> String {
    const LOOK_BACK_LINES: usize = 200;
    let newest = || log.lines().rev().filter(|line| !line.trim().is_empty()).take(LOOK_BACK_LINES);
    let fatal = |line: &&str| line.contains("FATAL") || line.contains("error:");
    let own = pid.map(|pid| format!("[{pid}]"));
    let own = own.and_then(|own| newest().find(|line| fatal(line) && line.contains(&own)));
    own.or_else(|| newest().take(5).find(fatal)).or_else(|| newest().next()).unwrap_or_default().to_owned()
}

fn rotate_log(home: &Home) -> Result<(), EmbeddedPostgresError> {
    let path = home.log();
    match path.metadata() {
        Ok(found) if found.len() > LOG_BYTES_MAX => {
            fs::rename(&path, path.with_extension("log.1")).at(Attempt::Write, &path)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_could_not_start_is_told_from_the_workers_of_a_killed_one() {
        let log = "\
            2026-01-01 10:30:54.395 UTC [13599] FATAL:  pre-existing shared memory block is still in use\n\
            2026-01-01 10:30:54.396 UTC [13493] LOG:  could not send data to client: Broken pipe\n\
            2026-01-01 10:30:54.396 UTC [13493] FATAL:  connection to client lost\n";
        assert!(last_reason(log, Some(13599)).contains("still in use"));
        assert!(
            last_reason(log, Some(7)).contains("connection to client lost"),
            "the server itself said nothing"
        );
        assert!(last_reason("initdb: error: no room\nremoved\n", None).contains("no room"));
        assert_eq!(last_reason("", None), "");
    }
}
