//! Events in the office's words, in both languages. Names are masked, hidden where someone is restricted, and gone
//! where someone was erased.

mod case;
mod household;
mod payment;

use domain::aggregate::LedgerEvent;
use domain::household::Household;
use domain::ids::PersonId;
use domain::personal::Opened;
use serde::Serialize;

use super::ReplayStep;
use super::history::{History, Recorded};
use crate::processes::{Office, ProcessError};

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Words {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

fn words(zh: impl Into<String>, en: impl Into<String>) -> Words {
    Words { zh: zh.into(), en: en.into() }
}

/// A code as programs know it, for English words.
fn code(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).ok();
    value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The masked name of a member.
///
/// # Errors
/// [`ProcessError`] when the name was tampered with.
pub(super) fn name(office: &Office, household: &Household, person: PersonId) -> Result<Words, ProcessError> {
    let Some(member) = household.member(person) else { return Ok(words("某成员", "a member")) };
    if member.is_restricted() {
        return Ok(words("（限制处理）", "(restricted)"));
    }
    Ok(match member.name.open(person, &*office.keyring)? {
        Opened::Clear(name) => {
            let masked = masked(&name.disclose().0);
            words(masked.clone(), masked)
        }
        Opened::Erased { on } => words(format!("（已于 {on} 删除）"), format!("(erased on {on})")),
    })
}

/// The first character of a name, and how it would go on.
fn masked(name: &str) -> String {
    name.chars().take(1).chain("**".chars()).collect()
}

/// Every event of a history in words, in the order of the log.
///
/// # Errors
/// [`ProcessError`] when a sealed name was tampered with.
pub(super) fn steps(
    office: &Office,
    history: &History,
    household: &Household,
) -> Result<Vec<ReplayStep>, ProcessError> {
    let mut steps = Vec::new();
    for recorded in &history.case {
        steps.push(step(recorded, case::said(&recorded.event)));
    }
    for recorded in &history.household {
        steps.push(step(recorded, household::said(office, household, &recorded.event)?));
    }
    for payment in &history.payments {
        for recorded in &payment.events {
            steps.push(step(recorded, payment::said(&recorded.event)));
        }
    }
    steps.sort_by_key(|step| step.position);
    Ok(steps)
}

fn step<E: LedgerEvent>(recorded: &Recorded<E>, words: Words) -> ReplayStep {
    ReplayStep {
        position: recorded.position,
        recorded_at: recorded.recorded_at,
        effective_on: recorded.event.effective_on(),
        actor: recorded.actor.clone(),
        role: recorded.role,
        event: recorded.event.kind().name,
        words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_first_character() {
        assert_eq!([masked("王小明"), masked("欧阳锋")], ["王**", "欧**"]);
    }
}
