//! A ledger of one's own for one test.

use std::sync::Arc;
use std::thread;

use eventlog::keyring::{Keyring, MasterKey};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use uuid::Uuid;

use crate::dump::RawDump;
use crate::invariants;
use crate::server::SharedServer;
use crate::template;
use eventlog::database::{self, Clock, LedgerDatabase};

/// Connections of each pool: every test runs beside others on one server.
const CONNECTIONS_MAX: u32 = 8;

/// A migrated, empty ledger in a database of its own. When it is dropped, its invariants are proven and its
/// database is removed.
#[derive(Debug)]
pub struct TestLedger {
    name: String,
    database: LedgerDatabase,
    service: PgPool,
    owner: PgPool,
    master_key: MasterKey,
    keyring: Keyring,
    server: Arc<SharedServer>,
    broken_on_purpose: bool,
}

impl TestLedger {
    /// A new ledger that keeps the database server's clock.
    pub async fn start() -> TestLedger {
        TestLedger::start_with(Clock::Real).await
    }

    /// A new ledger whose writers say what time it is.
    pub async fn start_simulated() -> TestLedger {
        TestLedger::start_with(Clock::Simulated).await
    }

    async fn start_with(clock: Clock) -> TestLedger {
        let server = SharedServer::join().await;
        let name = format!("test_{}_{}", std::process::id(), &Uuid::new_v4().simple().to_string()[..8]);
        template::copy_to(&server, &name, clock).await;
        let database = template::ledger_in(&server, &name);
        let service = database::service_pool(&database, CONNECTIONS_MAX).await.unwrap();
        let owner = database::owner_pool(&database, CONNECTIONS_MAX).await.unwrap();
        let master_key = MasterKey::random().unwrap();
        let keyring = Keyring::open(service.clone(), master_key.clone()).await.unwrap();
        TestLedger { name, database, service, owner, master_key, keyring, server, broken_on_purpose: false }
    }

    /// The pool with which the program works: least privilege.
    pub fn service(&self) -> &PgPool {
        &self.service
    }

    /// The pool that migrates and rebuilds.
    pub fn owner(&self) -> &PgPool {
        &self.owner
    }

    /// A pool to which nothing is forbidden, for tests that break a ledger on purpose.
    pub async fn superuser(&self) -> PgPool {
        let search_path = format!("{},pg_temp", self.database.schema());
        let options = self.server.postgres().superuser(&self.name).options([("search_path", search_path)]);
        PgPoolOptions::new().max_connections(2).connect_with(options).await.unwrap()
    }

    /// The keyring of the ledger, which seals as the service.
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// The master key of the keyring, for stories that open it again.
    pub fn master_key(&self) -> &MasterKey {
        &self.master_key
    }

    /// Where the ledger lives.
    pub fn database(&self) -> &LedgerDatabase {
        &self.database
    }

    /// The server that it shares with other tests.
    pub fn server(&self) -> &SharedServer {
        &self.server
    }

    /// Everything that the database and the server's log hold, as text.
    pub async fn dump(&self) -> RawDump {
        RawDump::take(self.server.postgres(), &self.name)
    }

    /// Puts everything back to what a dump holds. Connections of before must not be used any more.
    pub fn restore(&self, dump: &RawDump) {
        dump.restore(self.server.postgres(), &self.name, self.database.schema());
    }

    /// Says that the test breaks the ledger on purpose, so that its invariants are not proven at the end.
    pub fn break_on_purpose(&mut self) {
        self.broken_on_purpose = true;
    }

    /// Disconnects, proves the invariants and removes the database.
    pub async fn finish(self) {
        self.service.close().await;
        self.owner.close().await;
    }
}

impl Drop for TestLedger {
    fn drop(&mut self) {
        let (server, name, database) = (self.server.clone(), self.name.clone(), self.database.clone());
        let prove = !self.broken_on_purpose && !thread::panicking();
        // A runtime of its own: the test's may be at its end, and cannot be waited for inside a drop.
        let end = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let proven =
                runtime.block_on(async { if prove { invariants::prove(&database).await } else { Ok(()) } });
            runtime.block_on(server.execute(&format!("drop database if exists {name} with (force)")));
            proven
        });
        match end.join() {
            Ok(Err(broken)) if !thread::panicking() => panic!("{broken}"),
            Err(_) if !thread::panicking() => panic!("the test's ledger could not be ended"),
            _ => {}
        }
    }
}
