//! The street office's ledger: who is at work when, and how it is closed and opened again.

use std::sync::Arc;

use api::bank::catalogue::Catalogue;
use api::processes::payment_run;
use api::processes::users::KnownTokens;
use api::processes::{Desk, Office, RulesInUse, office_day};
use api::webhooks::AllowedHosts;
use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use domain::actor::{Actor, ActorId, Role};
use eventlog::appender::Appender;
use eventlog::keyring::Keyring;
use eventlog::read::Log;
use eventlog::repository::Repository;
use projections::install::install;
use projections::runner::Runner;
use tests::TestLedger;

/// What passes between two acts.
const PAUSE: Duration = Duration::minutes(1);

/// An office on a ledger of its own.
pub struct Street {
    pub ledger: TestLedger,
    pub office: Office,
    now: DateTime<Utc>,
}

impl Street {
    pub async fn open() -> Street {
        let ledger = TestLedger::start_simulated().await;
        install(ledger.owner(), &Log::new(ledger.service().clone())).await.unwrap();
        let office = office_on(&ledger).await;
        Street { ledger, office, now: morning(NaiveDate::from_ymd_opt(2023, 1, 3).unwrap()) }
    }

    /// Closes the ledger and opens it again: nothing is remembered but what is in the database.
    pub async fn open_again(&mut self) {
        self.office = office_on(&self.ledger).await;
    }

    pub fn today(&self) -> NaiveDate {
        office_day(self.now)
    }

    pub fn pause(&mut self) {
        self.now += PAUSE;
    }

    /// The morning of a later day.
    pub fn days_pass(&mut self, days: u64) {
        self.now = morning(self.today() + Days::new(days));
    }

    /// What the night before this morning calculates ahead.
    pub async fn night(&self) {
        payment_run::forecast_next(&self.office, self.now).await.unwrap();
    }

    /// Somebody at work now, with a form of their own.
    pub fn desk(&self, actor: Actor) -> Desk {
        Desk::new(actor, self.now).under(uuid::Uuid::new_v4())
    }

    /// How many events the log holds.
    pub async fn length(&self) -> u64 {
        self.office.repository.log().length().await.unwrap()
    }
}

async fn office_on(ledger: &TestLedger) -> Office {
    let pool = ledger.service().clone();
    let log = Log::new(pool.clone());
    Office {
        repository: Repository::new(log.clone(), Appender::start(ledger.database()).await.unwrap()),
        keyring: Arc::new(Keyring::open(pool.clone(), ledger.master_key().clone()).await.unwrap()),
        pool,
        runner: Arc::new(Runner::new(log)),
        rules: RulesInUse::default(),
        tokens: KnownTokens::default(),
        program: None,
        webhook_hosts: AllowedHosts::default(),
        bank_layouts: Arc::new(Catalogue::own().unwrap()),
        statement_layouts: Arc::default(),
    }
}

fn morning(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(1, 0, 0).unwrap().and_utc()
}

/// The same account in another role, for those who try to sign what they prepared.
pub fn in_role(id: &ActorId, role: Role) -> Actor {
    Actor { id: id.clone(), role }
}

/// A second approver, so that two can come at once.
pub fn second_approver() -> Actor {
    Actor { id: ActorId::parse("gao.ling").unwrap(), role: Role::Approver }
}

/// A third approver, who signs nothing.
pub fn third_approver() -> Actor {
    Actor { id: ActorId::parse("pan.yue").unwrap(), role: Role::Approver }
}

/// A second person in finance.
pub fn second_finance() -> Actor {
    Actor { id: ActorId::parse("he.jun").unwrap(), role: Role::Finance }
}
