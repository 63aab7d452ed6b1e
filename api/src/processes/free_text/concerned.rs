//! Whom a decision is about, and what the register knows of them.

use std::collections::BTreeSet;

use domain::bank_return::BankReturnCommand;
use domain::benefit_case::BenefitCase;
use domain::household::Household;
use domain::identifiers::{BankAccount, CitizenId};
use domain::ids::{CaseId, PaymentId};
use domain::payment::Payment;
use domain::personal::Opened;
use domain::recovery_plan::{RecoveryPlan, RecoveryPlanCommand};

use crate::processes::steps::Step;
use crate::processes::{Office, ProcessError};

/// A name of one character is in every second sentence.
const NAME_MIN: usize = 2;

/// Whether a number is an ID number that somebody is registered under, or the account that somebody is paid to.
///
/// # Errors
/// Those of the log and of the read tables.
pub(super) async fn is_known(office: &Office, number: &str) -> Result<bool, ProcessError> {
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

/// The names of everybody in the households that the steps are about, also of those who left or died.
///
/// # Errors
/// Those of the log and of the keyring.
pub(super) async fn names(office: &Office, steps: &[Step]) -> Result<Vec<String>, ProcessError> {
    let (mut households, mut cases) = (BTreeSet::new(), BTreeSet::new());
    for step in steps {
        match step {
            Step::Household(id, _) => _ = households.insert(id.clone()),
            Step::BenefitCase(id, _) => _ = cases.insert(id.clone()),
            Step::Payment(id, _) => cases.extend(case_of(office, id).await?),
            Step::RecoveryPlan(id, command) => cases.extend(case_of_plan(office, id, command).await?),
            Step::BankReturn(_, BankReturnCommand::ResolveLine { resolution, .. }) => {
                if let Some(payment) = resolution.payment_id() {
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
    let mut names = Vec::new();
    for household in households {
        names.extend(names_in(office, &household).await?);
    }
    Ok(names)
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

/// The names of a household's members that can still be opened.
async fn names_in(office: &Office, household: &str) -> Result<Vec<String>, ProcessError> {
    let household = office.repository.load::<Household>(household).await?.state;
    let members: Vec<_> = household.registered().into_iter().flat_map(|home| home.members.values()).collect();
    office.load_keys(members.iter().map(|member| member.person_id)).await?;
    let mut names = Vec::new();
    for member in members {
        if let Opened::Clear(name) = member.name.open(member.person_id, &*office.keyring)? {
            let name = name.into_disclosed().0;
            if name.chars().count() >= NAME_MIN {
                names.push(name);
            }
        }
    }
    Ok(names)
}
