//! Whom a decision is about, and what the register knows of them.

use std::collections::BTreeSet;

use domain::bank_return::{BankReturn, BankReturnCommand};
use domain::benefit_case::BenefitCase;
use domain::household::Household;
use domain::identifiers::{BankAccount, CitizenId};
use domain::ids::{CaseId, PaymentId, PersonId, RunId};
use domain::payment::Payment;
use domain::payment_run::PaymentRunCommand;
use domain::personal::{Opened, PersonName, Sealed};
use domain::recovery_plan::{RecoveryPlan, RecoveryPlanCommand};
use sqlx::Row;

use crate::processes::steps::Step;
use crate::processes::{Office, ProcessError};

/// People of one run whose names are looked for.
const PEOPLE_MAX: i64 = 5_000;

/// A name of one character is in every second sentence.
const NAME_MIN: usize = 2;

/// Whether a number is an ID number that somebody is registered under, or the account that somebody is paid to now.
///
/// # Errors
/// Those of the log and of the read tables.
pub(super) async fn is_registered(office: &Office, number: &str) -> Result<bool, ProcessError> {
    if let Ok(id_number) = CitizenId::parse(number) {
        match office.find(&id_number).await {
            Ok(_) => return Ok(true),
            Err(ProcessError::UnknownPerson) => {}
            Err(error) => return Err(error),
        }
    }
    let Ok(account) = BankAccount::parse(number) else { return Ok(false) };
    let query = sqlx::query_scalar(include_str!("sql/is_account.sql"));
    Ok(query.bind(office.account_index(&account).as_str()).fetch_one(&office.pool).await?)
}

/// Everybody in the households that a decision is about, also those who left or died.
#[derive(Default)]
pub(super) struct Concerned {
    names: Vec<String>,
    /// Keyed hashes of the accounts that they have and had.
    accounts: BTreeSet<String>,
}

impl Concerned {
    /// Those whom the steps are about.
    ///
    /// # Errors
    /// Those of the log and of the keyring.
    pub async fn by(office: &Office, steps: &[Step]) -> Result<Concerned, ProcessError> {
        let mut concerned = Concerned::default();
        for household in households(office, steps).await? {
            concerned.add(office, &household).await?;
        }
        for step in steps {
            if let Step::PaymentRun(id, PaymentRunCommand::RejectRun { .. }) = step {
                concerned.add_run(office, id).await?;
            }
        }
        Ok(concerned)
    }

    /// Whether a sentence has one of their names in it.
    pub fn are_named_in(&self, text: &str) -> bool {
        let text = dense(text);
        self.names.iter().any(|name| text.contains(name.as_str()))
    }

    /// Whether a number is an account of theirs.
    pub fn has_account(&self, office: &Office, number: &str) -> bool {
        let account = BankAccount::parse(number);
        account.is_ok_and(|account| self.accounts.contains(office.account_index(&account).as_str()))
    }

    /// Adds the households that a run is to pay; of the largest runs the first ones.
    async fn add_run(&mut self, office: &Office, run: &str) -> Result<(), ProcessError> {
        let Ok(run) = run.parse::<RunId>() else { return Ok(()) };
        let query = sqlx::query(include_str!("sql/people_of_run.sql")).bind(run.uuid());
        let rows = query.bind(PEOPLE_MAX).fetch_all(&office.pool).await?;
        let mut people = Vec::with_capacity(rows.len());
        for row in rows {
            people
                .push((PersonId::new(row.try_get(0)?), Sealed::from_ciphertext(row.try_get::<&str, _>(1)?)));
        }
        office.load_keys(people.iter().map(|(person, _)| *person)).await?;
        for (person, name) in people {
            self.add_name(office, person, &name)?;
        }
        Ok(())
    }

    fn add_name(
        &mut self,
        office: &Office,
        person: PersonId,
        name: &Sealed<PersonName>,
    ) -> Result<(), ProcessError> {
        if let Opened::Clear(name) = name.open(person, &*office.keyring)? {
            let name = dense(&name.into_disclosed().0);
            if name.chars().count() >= NAME_MIN {
                self.names.push(name);
            }
        }
        Ok(())
    }

    /// Adds a household: the names that can still be opened, and every account.
    async fn add(&mut self, office: &Office, household: &str) -> Result<(), ProcessError> {
        let household = office.repository.load::<Household>(household).await?.state;
        let members: Vec<_> =
            household.registered().into_iter().flat_map(|home| home.members.values()).collect();
        office.load_keys(members.iter().map(|member| member.person_id)).await?;
        for member in members {
            let accounts = member.account.iter();
            self.accounts.extend(accounts.map(|(_, account)| account.account_index.as_str().to_owned()));
            self.add_name(office, member.person_id, &member.name)?;
        }
        Ok(())
    }
}

/// A text without what people put between the characters of a name.
fn dense(text: &str) -> String {
    text.chars().filter(|char| !char.is_whitespace() && !matches!(char, '·' | '•' | '・')).collect()
}

async fn households(office: &Office, steps: &[Step]) -> Result<BTreeSet<String>, ProcessError> {
    let (mut households, mut cases) = (BTreeSet::new(), BTreeSet::new());
    for step in steps {
        match step {
            Step::Household(id, _) => _ = households.insert(id.clone()),
            Step::BenefitCase(id, _) => _ = cases.insert(id.clone()),
            Step::Payment(id, _) => cases.extend(case_of(office, id).await?),
            Step::RecoveryPlan(id, command) => cases.extend(case_of_plan(office, id, command).await?),
            Step::BankReturn(id, BankReturnCommand::ResolveLine { row, resolution, .. }) => {
                let file = office.repository.load::<BankReturn>(id).await?.state;
                let line = file.received().and_then(|received| received.lines.get(row));
                let payment = resolution.payment_id().or(line.and_then(|line| line.payment_id));
                if let Some(payment) = payment {
                    cases.extend(case_of(office, &payment.to_string()).await?);
                }
            }
            _ => {}
        }
    }
    for case in cases {
        let case = office.repository.load::<BenefitCase>(case).await?.state;
        households.extend(case.subject().map(|subject| subject.household_id.to_string()));
    }
    Ok(households)
}

async fn case_of(office: &Office, payment: &str) -> Result<Option<String>, ProcessError> {
    let Ok(id) = payment.parse::<PaymentId>() else { return Ok(None) };
    let payment = office.repository.load::<Payment>(id).await?.state;
    Ok(payment.order().map(|order| order.case_id.to_string()))
}

async fn case_of_plan(
    office: &Office,
    plan: &str,
    command: &RecoveryPlanCommand,
) -> Result<Option<String>, ProcessError> {
    let case: Option<CaseId> = match command {
        RecoveryPlanCommand::ProposePlan { terms, .. } => Some(terms.case_id),
        _ => {
            let plan = office.repository.load::<RecoveryPlan>(plan).await?.state;
            plan.proposed().map(|proposed| proposed.terms.case_id)
        }
    };
    Ok(case.map(|case| case.to_string()))
}
