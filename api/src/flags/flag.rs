//! A red flag, the rule that raised it, and what a rule leaves unjudged.

use domain::benefit_case::CaseSubject;
use domain::ids::{CampaignId, CaseId, PersonId, RunId};
use domain::money::Money;
use serde::Serialize;

use super::Look;

/// Something that an auditor should look at. It accuses nobody: it says what the log holds and what the rule expects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Flag {
    /// The rule's code.
    pub code: &'static str,
    /// Whom or what it concerns.
    pub subject: Subject,
    /// What was found, in Chinese, with the arithmetic.
    pub zh: String,
    /// What was found, in English, with the arithmetic.
    pub en: String,
    /// The log positions that show it, ascending, each once.
    pub positions: Vec<u64>,
}

/// Whom or what a flag concerns; never a name or a number of a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
pub struct Subject {
    /// The case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<CaseId>,
    /// The person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_id: Option<PersonId>,
    /// The payment run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    /// The donation campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign_id: Option<CampaignId>,
}

impl Subject {
    /// A case and its beneficiary.
    pub fn case(subject: &CaseSubject) -> Subject {
        Subject { case_id: Some(subject.case_id), person_id: Some(subject.applicant), ..Subject::default() }
    }

    /// A person.
    pub fn person(person: PersonId) -> Subject {
        Subject { person_id: Some(person), ..Subject::default() }
    }

    /// A payment run.
    pub fn run(run: RunId) -> Subject {
        Subject { run_id: Some(run), ..Subject::default() }
    }

    /// A campaign.
    pub fn campaign(campaign: CampaignId) -> Subject {
        Subject { campaign_id: Some(campaign), ..Subject::default() }
    }
}

/// A rule: what it is called, where it comes from, and the function that looks.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Stable, snake case; never changed once published.
    pub code: &'static str,
    /// Its name in Chinese.
    pub zh: &'static str,
    /// Its name in English.
    pub en: &'static str,
    /// What it finds.
    pub finds: &'static str,
    /// Which events it gives as evidence.
    pub evidence: &'static str,
    /// The law, notice or published audit finding that it comes from.
    pub source: &'static str,
    /// What it cannot see.
    pub blind: &'static str,
    /// Looks at the whole log and tells what it found.
    pub find: fn(&Look<'_>, &mut Found),
}

/// What a rule found so far.
#[derive(Clone, Debug)]
pub struct Found {
    code: &'static str,
    /// The flags.
    pub flags: Vec<Flag>,
    /// How many things the rule would have judged but could not: the person was erased, or the law has no calendar.
    pub unjudged: u64,
}

impl Found {
    /// Nothing yet.
    pub fn by(rule: &Rule) -> Found {
        Found { code: rule.code, flags: Vec::new(), unjudged: 0 }
    }

    /// Raises a flag.
    pub fn flag(
        &mut self,
        subject: Subject,
        positions: impl IntoIterator<Item = u64>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) {
        let mut positions: Vec<u64> = positions.into_iter().collect();
        positions.sort_unstable();
        positions.dedup();
        self.flags.push(Flag { code: self.code, subject, zh: zh.into(), en: en.into(), positions });
    }

    /// Counts something that cannot be judged.
    pub fn cannot_judge(&mut self) {
        self.unjudged += 1;
    }
}

/// An amount for people: yuan with two decimals.
pub fn yuan(fen: i64) -> String {
    Money::try_from_fen(fen).map_or_else(|_| format!("{fen} fen"), |amount| amount.to_string())
}

/// Adds amounts in fen. A damaged log can hold any number, so a sum stops at the edge of the range.
pub fn total(amounts: impl IntoIterator<Item = i64>) -> i64 {
    amounts.into_iter().fold(0, i64::saturating_add)
}

/// A number with its noun in English: `1 month`, `3 months`.
pub fn counted(count: impl std::fmt::Display, noun: &str) -> String {
    let count = count.to_string();
    let plural = if count == "1" { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
