//! The office: what every job works with, and the person who does it.

use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use domain::actor::Actor;
use domain::aggregate::Context;
use domain::identifiers::{BankAccount, CitizenId};
use domain::identity::Identity;
use domain::ids::{CaseId, HouseholdId, PersonId, RunId};
use domain::personal::{BlindIndex, PersonalField};
use eventlog::append::CommandKey;
use eventlog::keyring::Keyring;
use eventlog::repository::{Repository, RequestMeta};
use projections::runner::Runner;
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use uuid::Uuid;

use super::users::KnownTokens;
use super::{ProcessError, Repeats, RulesInUse};
use crate::bank::catalogue::Catalogue;
use crate::registers::statements::StatementLayouts;
use crate::webhooks::AllowedHosts;

/// What every job works with. Cheap to clone.
#[derive(Clone)]
pub struct Office {
    /// Loads, decides, appends.
    pub repository: Repository,
    /// Seals and opens personal values.
    pub keyring: Arc<Keyring>,
    /// The service's connections.
    pub pool: PgPool,
    /// Brings the read tables up to date.
    pub runner: Arc<Runner>,
    /// The editions of the rules that this process has read; [`Office::rule_books`] reads what was published since.
    pub rules: RulesInUse,
    /// The tokens that this process has met.
    pub tokens: KnownTokens,
    /// The program that reads workbooks under limits; none is the running program itself.
    pub program: Option<PathBuf>,
    /// Hosts inside that other systems may be told at.
    pub webhook_hosts: AllowedHosts,
    /// The layouts of files to and from banks.
    pub bank_layouts: Arc<Catalogue>,
    /// The layouts of platforms' statements.
    pub statement_layouts: Arc<StatementLayouts>,
}

/// A person at work, at a moment.
#[derive(Clone, Debug)]
pub struct Desk {
    /// Who, in which role.
    pub actor: Actor,
    /// When. In a ledger whose clock is real, the log takes the database's time instead.
    pub now: DateTime<Utc>,
    /// What they look at: what they do is done only while it is still so.
    pub seen: Option<Seen>,
    /// By what it is known that they ask the same again.
    pub repeats: Repeats,
    /// The session at which they sit, at the console.
    pub session: Option<SessionDigest>,
}

/// SHA-256 of a session's secret, which the browser alone has.
pub type SessionDigest = [u8; 32];

/// A thing in the version that somebody saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A case, with so many events.
    Case(CaseId, u64),
    /// A run, with so many events.
    Run(RunId, u64),
    /// A household, with so many events.
    Household(HouseholdId, u64),
}

impl Desk {
    /// A person at work at `now`.
    pub fn new(actor: Actor, now: DateTime<Utc>) -> Desk {
        Desk { actor, now, seen: None, repeats: Repeats::OfState, session: None }
    }

    /// The same person, who looks at a thing in this version.
    #[must_use]
    pub fn having_seen(self, seen: Option<Seen>) -> Desk {
        Desk { seen, ..self }
    }

    /// The same person, whose form or request has this key: what it asks for is done once.
    #[must_use]
    pub fn under(self, key: Uuid) -> Desk {
        Desk { repeats: Repeats::OfRequest(key), ..self }
    }

    /// The same person, who hands in what may come again at any time, such as a register.
    #[must_use]
    pub fn handing_in(self) -> Desk {
        Desk { repeats: Repeats::OfContent, ..self }
    }

    /// The same person, who sits at this session.
    #[must_use]
    pub fn at_session(self, session: SessionDigest) -> Desk {
        Desk { session: Some(session), ..self }
    }

    /// The day at the office: Beijing time.
    pub fn today(&self) -> NaiveDate {
        office_day(self.now)
    }

    /// What a decision may know of this person and moment.
    pub fn context(&self) -> Context {
        Context { actor: self.actor.clone(), today: self.today() }
    }

    /// The request of `body` that may be repeated under `key`; another body under the same key is refused.
    pub fn request(&self, key: Uuid, body: &impl Debug) -> RequestMeta {
        // what is sealed anew each time is not shown by `Debug`, so a repeat has the same text
        let request_hash = Sha256::digest(format!("{body:?}")).into();
        RequestMeta::new(key).under(CommandKey { id: key, request_hash }).at(self.now)
    }
}

/// The day in Beijing at a moment.
pub fn office_day(at: DateTime<Utc>) -> NaiveDate {
    const BEIJING_SECONDS: i32 = 8 * 3600;
    match FixedOffset::east_opt(BEIJING_SECONDS) {
        Some(beijing) => at.with_timezone(&beijing).date_naive(),
        None => at.date_naive(),
    }
}

impl Office {
    /// A name that follows from `parts` and the ledger's secret: the same parts give the same name, and nobody
    /// without the secret can try out ID numbers against it.
    pub fn derived(&self, label: &str, parts: &str) -> Uuid {
        let hash = self.keyring.blind_index(label, parts);
        Uuid::new_v5(&Uuid::NAMESPACE_OID, hash.as_str().as_bytes())
    }

    /// The household of the office's own number (户号).
    pub fn household_id(&self, number: &str) -> HouseholdId {
        HouseholdId::new(self.derived("household_number", number))
    }

    /// The keyed hash of an ID number: the name of its identity's stream.
    pub fn id_index(&self, id_number: &CitizenId) -> BlindIndex {
        self.keyring.blind_index(CitizenId::LABEL, id_number.as_str())
    }

    /// The keyed hash of an account.
    pub fn account_index(&self, account: &BankAccount) -> BlindIndex {
        self.keyring.blind_index(BankAccount::LABEL, account.as_str())
    }

    /// Who has this ID number, and in which household. The person's keys are at hand afterwards.
    ///
    /// # Errors
    /// [`ProcessError::UnknownPerson`] when nobody registered it.
    pub async fn find(&self, id_number: &CitizenId) -> Result<(PersonId, HouseholdId), ProcessError> {
        let identity = self.repository.load::<Identity>(self.id_index(id_number).as_str()).await?;
        match *identity.state {
            Identity::Claimed { person_id, household_id, .. } => {
                self.load_keys([person_id]).await?;
                Ok((person_id, household_id))
            }
            Identity::Unclaimed | Identity::Released { .. } => Err(ProcessError::UnknownPerson),
        }
    }

    /// Loads the keys of persons that this process has not met yet.
    ///
    /// # Errors
    /// [`ProcessError::Keyring`].
    pub async fn load_keys(&self, persons: impl IntoIterator<Item = PersonId>) -> Result<(), ProcessError> {
        let strange: Vec<PersonId> =
            persons.into_iter().filter(|person| !self.keyring.has(*person)).collect();
        if !strange.is_empty() {
            self.keyring.load(&strange).await?;
        }
        Ok(())
    }
}
