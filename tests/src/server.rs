//! One private server for the whole test run, whoever comes first starts it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Weak};
use std::time::Duration;

use std::os::unix::process::CommandExt;

use api::embedded_postgres::{EmbeddedPostgres, ServerSettings};
use sqlx::{ConnectOptions, Connection, Executor};
use tokio::sync::Mutex;

use crate::program::build_folder;

/// How often the keeper looks, and how often in a row it must find itself alone.
const LOOK: Duration = Duration::from_millis(250);
const IDLE_LOOKS: u32 = 12;

static IN_THIS_PROCESS: Mutex<Weak<SharedServer>> = Mutex::const_new(Weak::new());

/// The server that all tests of the run share.
#[derive(Debug)]
pub struct SharedServer {
    postgres: EmbeddedPostgres,
    folder: PathBuf,
}

impl SharedServer {
    /// Joins the server, or starts it.
    pub async fn join() -> Arc<SharedServer> {
        let mut known = IN_THIS_PROCESS.lock().await;
        if let Some(server) = known.upgrade() {
            return server;
        }
        let folder = server_folder();
        fs::create_dir_all(&folder).unwrap();
        let postgres = start(&folder).await;
        spawn_keeper(&folder);
        let server = Arc::new(SharedServer { postgres, folder });
        server.relax().await;
        *known = Arc::downgrade(&server);
        server
    }

    /// Durability is not under test here; the kill test has servers of its own. A test that ends amid a handshake
    /// would make the next `drop database` wait until the server gives that handshake up.
    async fn relax(&self) {
        for statement in [
            "alter system set fsync = off",
            "alter system set authentication_timeout = '2s'",
            "select pg_reload_conf()",
        ] {
            self.execute(statement).await;
        }
    }

    /// The private PostgreSQL.
    pub fn postgres(&self) -> &EmbeddedPostgres {
        &self.postgres
    }

    /// Runs one statement as superuser in the database `postgres`.
    pub async fn execute(&self, statement: &str) {
        let mut connection = self.postgres.superuser("postgres").connect().await.unwrap();
        connection.execute(statement).await.unwrap();
        connection.close().await.unwrap();
    }

    /// Holds a lock of the test run until the file is dropped.
    pub async fn lock(&self, name: &str) -> File {
        let path = self.folder.join(name);
        let locked = move || {
            let file = File::create(path)?;
            file.lock().map(|()| file)
        };
        tokio::task::spawn_blocking(locked).await.unwrap().unwrap()
    }
}

/// What the keeper's program does; see there.
pub async fn keep_server_until_idle(folder: PathBuf) {
    let keeper = File::create(folder.join("keeper.lock")).unwrap();
    if keeper.try_lock().is_err() {
        return;
    }
    let postgres = start(&folder).await;
    let mut idle = 0;
    while idle < IDLE_LOOKS {
        tokio::time::sleep(LOOK).await;
        idle = if postgres.is_used_alone().unwrap_or(true) { idle + 1 } else { 0 };
    }
    let _ = postgres.stop().await;
}

async fn start(folder: &Path) -> EmbeddedPostgres {
    let pg_bin = std::env::var_os("LEDGER_PG_BIN").map(PathBuf::from);
    let settings = ServerSettings { data_dir: folder.join("data"), pg_bin };
    EmbeddedPostgres::start(&settings).await.unwrap_or_else(|error| panic!("{error}"))
}

/// A folder that outlives the run, so that the next one finds the server initialized and the template migrated.
fn server_folder() -> PathBuf {
    build_folder().join("test-server")
}

/// Without the keeper's program, the last test out stops the server.
fn spawn_keeper(folder: &Path) {
    let free = File::create(folder.join("keeper.lock")).is_ok_and(|file| file.try_lock().is_ok());
    let program = build_folder().join("server_keeper");
    if free && program.is_file() {
        let mut command = Command::new(program);
        command.arg(folder).process_group(0).current_dir("/");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // Nobody waits for the keeper: it outlives this process.
        let _ = command.spawn();
    }
}
