//! Callers who ask for summaries at once are gathered for together: what one asks costs the database as much as what sixty do.

use domain::ids::PersonId;
use domain::user::DataScope;
use eventlog::gather::Gather;

use super::gathered::{Gathered, gather};
use crate::processes::{Office, ProcessError};

/// Gathers for all who ask at once, each within their data scope. Cheap to clone.
#[derive(Clone)]
pub struct Summaries {
    office: Office,
    asked: Gather<(DataScope, PersonId), Option<Gathered>>,
}

impl Summaries {
    /// The summaries of a ledger.
    pub fn new(office: &Office) -> Summaries {
        let (office, at) = (office.clone(), office.clone());
        let asked = Gather::start(move |asked: Vec<(DataScope, PersonId)>| {
            let office = at.clone();
            async move { by_scope(&office, &asked).await.ok() }
        });
        Summaries { office, asked }
    }

    /// What is known of a person; none of whom this data scope does not see.
    ///
    /// # Errors
    /// As [`gather`].
    pub async fn of(&self, scope: &DataScope, person: PersonId) -> Result<Option<Gathered>, ProcessError> {
        match self.asked.ask((scope.clone(), person)).await {
            Some(gathered) => Ok(gathered),
            // one alone tells what is wrong, or is right where another's question was the trouble
            None => Ok(gather(&self.office, scope, &[person]).await?.pop().flatten()),
        }
    }
}

/// The answers in the order of the questions; the database is asked once for each scope among them.
async fn by_scope(
    office: &Office,
    asked: &[(DataScope, PersonId)],
) -> Result<Vec<Option<Gathered>>, ProcessError> {
    let mut scopes: Vec<&DataScope> = Vec::new();
    for (scope, _) in asked {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    let mut answers: Vec<Option<Gathered>> = vec![None; asked.len()];
    for scope in scopes {
        let of_scope = || asked.iter().zip(0..).filter(move |((of, _), _)| of == scope);
        let persons: Vec<PersonId> = of_scope().map(|((_, person), _)| *person).collect();
        let gathered = gather(office, scope, &persons).await?;
        for ((_, place), gathered) in of_scope().zip(gathered) {
            answers[place] = gathered;
        }
    }
    Ok(answers)
}
