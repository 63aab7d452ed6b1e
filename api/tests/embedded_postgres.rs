//! The private PostgreSQL, as the user and the operating system meet it.
//!
//! Some stories need a second program. The test binary then starts itself, with a story named `helper_…` that does
//! nothing unless it was told a data directory.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail the test")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use api::embedded_postgres::{EmbeddedPostgres, ServerSettings, unless_interrupted};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;

const HELPER_DIR: &str = "LEDGER_TEST_HELPER_DIR";

fn settings(folder: &Path) -> ServerSettings {
    ServerSettings {
        data_dir: folder.join("data"),
        pg_bin: std::env::var_os("LEDGER_PG_BIN").map(PathBuf::from),
    }
}

async fn answer(server: &EmbeddedPostgres) -> i32 {
    let mut connection = server.service().connect().await.unwrap();
    let answer = sqlx::query_scalar("select 42").fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    answer
}

fn server_pid(server_dir: &Path) -> Option<i32> {
    let text = fs::read_to_string(server_dir.join("postgres/postmaster.pid")).ok()?;
    text.lines().next()?.trim().parse().ok()
}

/// What everybody can see of all processes.
fn command_lines() -> String {
    if !Path::new("/proc/self/cmdline").exists() {
        let output = Command::new("ps").args(["-axo", "args"]).output().unwrap();
        return String::from_utf8_lossy(&output.stdout).into_owned();
    }
    let processes = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path().join("cmdline"));
    processes.map(|path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()).collect()
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_server_starts_answers_and_stops() {
    let folder = TempDir::new().unwrap();
    let server = EmbeddedPostgres::start(&settings(folder.path())).await.unwrap();
    assert_eq!(answer(&server).await, 42);
    assert!(server_pid(&folder.path().join("data")).is_some());
    server.stop().await.unwrap();
    assert_eq!(server_pid(&folder.path().join("data")), None);
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart() {
    let folder = TempDir::new().unwrap();
    let server = EmbeddedPostgres::start(&settings(folder.path())).await.unwrap();
    let mut owner = server.owner().connect().await.unwrap();
    sqlx::query("create table remembered as select 7 as number").execute(&mut owner).await.unwrap();
    drop(owner);
    drop(server);
    let server = EmbeddedPostgres::start(&settings(folder.path())).await.unwrap();
    let mut owner = server.owner().connect().await.unwrap();
    let number: i32 =
        sqlx::query_scalar("select number from remembered").fetch_one(&mut owner).await.unwrap();
    assert_eq!(number, 7);
}

#[tokio::test]
async fn a_server_killed_with_all_its_workers_is_started_again() {
    let folder = TempDir::new().unwrap();
    let first = EmbeddedPostgres::start(&settings(folder.path())).await.unwrap();
    let mut worker = first.service().connect().await.unwrap();
    let pid = server_pid(&folder.path().join("data")).unwrap();
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    while worker.ping().await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // The first program still holds the dead server as its child, so the number is taken by a process that ended.
    let second = EmbeddedPostgres::start(&settings(folder.path())).await.unwrap();
    assert_eq!(answer(&second).await, 42);
    assert_ne!(server_pid(&folder.path().join("data")), Some(pid));
    assert_eq!(answer(&first).await, 42, "the first program finds the new server at the old place");
}

#[tokio::test]
async fn a_program_revives_the_server_that_died_under_it() {
    let folder = TempDir::new().unwrap();
    let server = EmbeddedPostgres::start(&settings(folder.path())).await.unwrap();
    let pid = server_pid(&folder.path().join("data")).unwrap();
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    while server_pid(&folder.path().join("data")) == Some(pid) {
        server.revive().unwrap();
    }
    assert_eq!(answer(&server).await, 42);
}

#[tokio::test]
async fn a_pid_file_whose_number_belongs_to_another_process_is_seen_through() {
    let folder = TempDir::new().unwrap();
    EmbeddedPostgres::start(&settings(folder.path())).await.unwrap().stop().await.unwrap();
    let data = folder.path().join("data");
    let ours = format!("{}\n{}\n1700000000\n5432\n/tmp\n\n0 0\nready\n", std::process::id(), data.display());
    fs::write(data.join("postgres/postmaster.pid"), ours).unwrap();
    let server = EmbeddedPostgres::start(&settings(folder.path())).await.unwrap();
    assert_eq!(answer(&server).await, 42);
}

#[tokio::test]
async fn two_programs_share_a_server_and_the_last_one_out_stops_it() {
    let folder = TempDir::new().unwrap();
    let first = EmbeddedPostgres::start(&settings(folder.path())).await.unwrap();
    let pid = server_pid(&folder.path().join("data"));
    let second = EmbeddedPostgres::start(&settings(folder.path())).await.unwrap();
    assert_eq!(server_pid(&folder.path().join("data")), pid, "the second program joined the same server");
    assert!(!first.is_used_alone().unwrap());
    first.stop().await.unwrap();
    assert_eq!(answer(&second).await, 42);
    assert!(second.is_used_alone().unwrap());
    second.stop().await.unwrap();
    assert_eq!(server_pid(&folder.path().join("data")), None);
}

#[tokio::test]
async fn eight_programs_that_start_at_once_make_one_server() {
    let folder = TempDir::new().unwrap();
    let settings = settings(folder.path());
    let starts = (0..8).map(|_| EmbeddedPostgres::start(&settings));
    let servers = futures::future::join_all(starts).await;
    for server in &servers {
        assert_eq!(answer(server.as_ref().unwrap()).await, 42);
    }
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_and_with_odd_letters_works() {
    let folder = TempDir::new().unwrap();
    let long = folder.path().join("街道办 'it''s', \"odd\" ".repeat(3)).join("x".repeat(90));
    let server = EmbeddedPostgres::start(&settings(&long)).await.unwrap();
    assert_eq!(answer(&server).await, 42);
    let socket_dir = server.socket_dir().to_owned();
    assert!(!socket_dir.starts_with(folder.path()));
    assert_eq!(mode(&socket_dir), 0o700);
    server.stop().await.unwrap();
    assert!(!socket_dir.exists(), "the folder with the random name is cleaned up");
}

#[tokio::test]
async fn folders_and_files_are_closed_to_others() {
    let folder = TempDir::new().unwrap();
    let server = EmbeddedPostgres::start(&settings(folder.path())).await.unwrap();
    let data = folder.path().join("data");
    for closed in [&data, &data.join("postgres"), server.socket_dir()] {
        assert_eq!(mode(closed), 0o700, "{}", closed.display());
    }
    for closed in ["postgres/ledger_credentials.json", "postgres.log", "start.lock", "in-use.lock"] {
        assert_eq!(mode(&data.join(closed)), 0o600, "{closed}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let folder = TempDir::new().unwrap();
    let server = EmbeddedPostgres::start(&settings(folder.path())).await.unwrap();
    for options in [server.service(), server.owner(), server.superuser("postgres")] {
        assert!(options.password("wrong").connect().await.is_err());
    }
}

#[tokio::test]
async fn no_password_and_no_value_shows_in_the_process_list_or_in_the_log() {
    let folder = TempDir::new().unwrap();
    let server = EmbeddedPostgres::start(&settings(folder.path())).await.unwrap();
    let mut owner = server.owner().connect().await.unwrap();
    sqlx::query("create table people (name text primary key)").execute(&mut owner).await.unwrap();
    for _ in 0..2 {
        let _ = sqlx::query("insert into people values ($1)").bind("张三丰").execute(&mut owner).await;
    }
    let _ = sqlx::query("insert into nowhere values ('张三丰')").execute(&mut owner).await;
    let _ = sqlx::query("select '张三丰'::integer").execute(&mut owner).await;
    let log = fs::read_to_string(server.log_path()).unwrap();
    let processes = command_lines();
    let credentials = server.cluster_dir().join("ledger_credentials.json");
    let credentials: serde_json::Value = serde_json::from_slice(&fs::read(credentials).unwrap()).unwrap();
    let passwords = credentials.as_object().unwrap().values().map(|each| each.as_str().unwrap());
    for secret in passwords.chain(["张三丰"]) {
        assert!(secret.len() >= 9 && !log.contains(secret) && !processes.contains(secret));
        assert!(!format!("{server:?}").contains(secret));
    }
    assert!(processes.contains("postgres"), "the list shows the server");
    assert!(log.contains("ready to accept connections"), "the log is the server's: {log}");
}

#[tokio::test]
async fn the_service_may_not_make_tables_in_public_of_the_ledger() {
    let folder = TempDir::new().unwrap();
    let server = EmbeddedPostgres::start(&settings(folder.path())).await.unwrap();
    let mut service = server.service().connect().await.unwrap();
    let privileged =
        "select rolsuper or rolcreatedb or rolcreaterole from pg_roles where rolname = current_user";
    assert!(!sqlx::query_scalar::<_, bool>(privileged).fetch_one(&mut service).await.unwrap());
    if server.binaries().major() >= 15 {
        assert!(sqlx::query("create table intruder ()").execute(&mut service).await.is_err());
    }
}

#[tokio::test]
async fn an_interrupted_initialization_is_cleared_away() {
    let folder = TempDir::new().unwrap();
    let half = folder.path().join("data/postgres.new-dead");
    fs::create_dir_all(&half).unwrap();
    fs::write(half.join("PG_VERSION"), "15").unwrap();
    let server = EmbeddedPostgres::start(&settings(folder.path())).await.unwrap();
    assert_eq!(answer(&server).await, 42);
    assert!(!half.exists());
}

#[tokio::test]
async fn removing_is_refused_while_used_and_leaves_nothing_afterwards() {
    let folder = TempDir::new().unwrap();
    let settings = settings(folder.path());
    let server = EmbeddedPostgres::start(&settings).await.unwrap();
    let error = EmbeddedPostgres::remove(&settings).await.unwrap_err().to_string();
    assert!(error.contains("is used by another program"), "{error}");
    server.stop().await.unwrap();
    EmbeddedPostgres::remove(&settings).await.unwrap();
    let left: Vec<_> =
        fs::read_dir(&settings.data_dir).unwrap().map(|each| each.unwrap().file_name()).collect();
    assert_eq!(left, ["start.lock"]);
}

#[tokio::test]
async fn a_folder_that_the_account_of_the_server_cannot_enter_gets_its_cluster_elsewhere() {
    if !geteuid().is_root() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    let settings = settings(&closed);
    let server = EmbeddedPostgres::start(&settings).await.unwrap();
    assert_eq!(answer(&server).await, 42);
    let cluster = server.cluster_dir();
    assert!(cluster.starts_with("/var/lib/benefits-ledger"));
    server.stop().await.unwrap();
    assert!(cluster.exists(), "stopping keeps the data");
    let again = EmbeddedPostgres::start(&settings).await.unwrap();
    assert_eq!(again.cluster_dir(), cluster, "the location is remembered");
    again.stop().await.unwrap();
    EmbeddedPostgres::remove(&settings).await.unwrap();
    assert!(!cluster.parent().unwrap().exists());
}

/// Not a story: a second program that uses the server until it is told to end.
#[tokio::test]
async fn helper_uses_a_server_until_it_is_told_to_end() {
    let Some(folder) = std::env::var_os(HELPER_DIR).map(PathBuf::from) else { return };
    let server = EmbeddedPostgres::start(&settings(&folder)).await.unwrap();
    assert_eq!(answer(&server).await, 42);
    let work = async {
        // when this goes on, every signal is listened to
        tokio::task::yield_now().await;
        fs::write(folder.join("ready"), "").unwrap();
        while !folder.join("panic").exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("as the story wants");
    };
    let interrupted = unless_interrupted(work).await;
    fs::write(folder.join("ended"), interrupted.unwrap_err().exit_code().to_string()).unwrap();
}

fn spawn_helper(folder: &Path, program: &Path, prefix: &[&str]) -> Child {
    let mut words: Vec<&std::ffi::OsStr> = prefix.iter().map(std::ffi::OsStr::new).collect();
    words.push(program.as_os_str());
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).args(["--exact", "helper_uses_a_server_until_it_is_told_to_end"]);
    command.env(HELPER_DIR, folder).current_dir("/").stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Waits for the file or for the helper's end, whichever comes first.
fn wait_for(folder: &Path, file: &str, helper: &mut Child) -> bool {
    while !folder.join(file).exists() && helper.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(10));
    }
    folder.join(file).exists()
}

fn ends_by(signal: Option<Signal>) -> (PathBuf, TempDir) {
    let folder = TempDir::new().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let mut helper = spawn_helper(folder.path(), &std::env::current_exe().unwrap(), &[]);
    assert!(wait_for(folder.path(), "ready", &mut helper));
    match signal {
        Some(signal) => kill(Pid::from_raw(helper.id().cast_signed()), signal).unwrap(),
        None => fs::write(folder.path().join("panic"), "").unwrap(),
    }
    helper.wait().unwrap();
    (folder.path().join("data"), folder)
}

#[test]
fn the_server_stops_with_the_program_on_each_signal_and_on_panic() {
    let signals = [(Signal::SIGINT, "130"), (Signal::SIGTERM, "143"), (Signal::SIGHUP, "129")];
    for (signal, code) in signals {
        let (data, folder) = ends_by(Some(signal));
        assert_eq!(server_pid(&data), None, "{signal}");
        assert_eq!(fs::read_to_string(folder.path().join("ended")).unwrap(), code);
    }
    let (data, folder) = ends_by(None);
    assert_eq!(server_pid(&data), None, "panic");
    assert!(!folder.path().join("ended").exists());
}

#[tokio::test]
async fn the_server_of_a_killed_program_is_adopted_and_stopped() {
    let (data, folder) = ends_by(Some(Signal::SIGKILL));
    let pid = server_pid(&data).expect("a killed program cannot stop its server");
    let server = EmbeddedPostgres::start(&settings(folder.path())).await.unwrap();
    assert_eq!(server_pid(&data), Some(pid), "the running server was adopted");
    assert_eq!(answer(&server).await, 42);
    server.stop().await.unwrap();
    assert_eq!(server_pid(&data), None);
}

#[test]
fn an_ordinary_user_runs_a_server_of_their_own() {
    if !geteuid().is_root() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let program = folder.path().join("program");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let mut helper = spawn_helper(folder.path(), &program, &nobody);
    assert!(wait_for(folder.path(), "ready", &mut helper));
    kill(Pid::from_raw(helper.id().cast_signed()), Signal::SIGTERM).unwrap();
    helper.wait().unwrap();
    assert_eq!(server_pid(&folder.path().join("data")), None);
    assert_eq!(mode(&folder.path().join("data")), 0o700);
}

#[tokio::test]
async fn root_runs_the_server_of_somebody_s_folder_as_that_user() {
    if !geteuid().is_root() {
        return;
    }
    let folder = TempDir::new().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    std::os::unix::fs::chown(&data, Some(65534), Some(65534)).unwrap();
    let server = EmbeddedPostgres::start(&settings(folder.path())).await.unwrap();
    assert_eq!(std::os::unix::fs::MetadataExt::uid(&server.cluster_dir().metadata().unwrap()), 65534);
    server.stop().await.unwrap();
}
