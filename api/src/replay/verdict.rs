//! What comes of determining something anew.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::explain::Explain;
use domain::ids::PersonId;
use domain::personal::{Opened, Opener, Opening, PersonalField, SealScope, Sealed};
use domain::policy::{Determination, RuleBook, RuleBooks, Step};
use domain::schedule::FactsError;
use serde::Serialize;

use super::Words;
use super::histories::BrokenHistory;
use super::words::words;

/// On what a replay stands besides the events. Nothing in it waits, so that a verifier without a database can bring
/// its own.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// Opens sealed facts.
    pub opener: &'a dyn Opener,
    /// Persons whose values are shown to nobody: the law keeps them, and they are determined anew all the same.
    pub restricted: &'a BTreeSet<PersonId>,
    /// Every edition of the rules that was known: each decision is asked of the one that it was made by.
    pub rules: &'a RuleBooks,
    /// How far the event at a position is proven.
    pub proof: &'a (dyn Fn(u64) -> ProofStatus + Sync),
}

impl<'a> Ground<'a> {
    /// What may be shown of it.
    pub(super) fn shown(&self) -> Shown<'a> {
        Shown { opener: self.opener, restricted: self.restricted }
    }
}

/// Opens sealed facts for people's eyes.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    opener: &'a dyn Opener,
    restricted: &'a BTreeSet<PersonId>,
}

impl<'a> Shown<'a> {
    /// Opens by these keys, but nothing of who is restricted.
    pub(super) fn new(opener: &'a dyn Opener, restricted: &'a BTreeSet<PersonId>) -> Shown<'a> {
        Shown { opener, restricted }
    }

    /// Whether the person's values are shown to nobody.
    pub(super) fn is_restricted(&self, person: PersonId) -> bool {
        self.restricted.contains(&person)
    }

    /// A sealed value in words, or why it is not shown.
    pub(super) fn value<T: PersonalField>(
        &self,
        sealed: &Sealed<T>,
        person: PersonId,
        say: impl FnOnce(&T) -> Words,
    ) -> Words {
        if self.is_restricted(person) {
            return words("（限制处理）", "(restricted)");
        }
        match sealed.open(person, self.opener) {
            Ok(Opened::Clear(value)) => say(value.disclose()),
            Ok(Opened::Erased { on }) => words(format!("（已于 {on} 删除）"), format!("(erased on {on})")),
            Err(error) => words("（无法解密）", format!("({error})")),
        }
    }
}

/// How far an event is proven to stand in the log unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum ProofStatus {
    /// 已封存: its inclusion in the checkpoint of this size is proven.
    Sealed {
        /// How many events the checkpoint covers.
        size: u64,
    },
    /// 未封存: no checkpoint covers it yet.
    NotYetSealed,
    /// 证明不符: the checkpoint says something else.
    Broken,
}

/// Of a ledger that keeps no proofs: nothing is sealed.
pub fn nothing_sealed(_: u64) -> ProofStatus {
    ProofStatus::NotYetSealed
}

/// What came of determining something anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Verdict {
    /// 同.
    Same,
    /// 不同.
    Differs {
        /// What.
        differences: Vec<Difference>,
    },
    /// 已删除: the facts are not there any more, by law.
    Erased {
        /// The day of the erasure.
        on: NaiveDate,
    },
    /// It was decided or paid, and yet the facts that the log had then do not answer.
    Unanswerable {
        /// Why, by code.
        code: &'static str,
        /// Why, in words.
        words: Words,
    },
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Difference {
    /// Its name.
    pub field: &'static str,
    /// What the rules say on the facts known then.
    pub expected: String,
    /// What the log says.
    pub found: String,
}

/// A verdict and the steps of the determination: the law and the parameters with their dates.
#[derive(Clone, Debug, PartialEq, Eq, schemars::JsonSchema)]
pub struct Determined {
    /// The verdict.
    pub verdict: Verdict,
    /// The steps; none where nothing could be determined.
    pub basis: Vec<Step>,
}

impl Verdict {
    /// Same where nothing differs.
    pub fn of(differences: Vec<Difference>) -> Verdict {
        if differences.is_empty() { Verdict::Same } else { Verdict::Differs { differences } }
    }

    /// Whether people must look at it. What was erased by law is no fault.
    pub fn is_fault(&self) -> bool {
        matches!(self, Verdict::Differs { .. } | Verdict::Unanswerable { .. })
    }
}

impl From<FactsError> for Verdict {
    fn from(error: FactsError) -> Verdict {
        match error {
            FactsError::Erased { on, .. } => Verdict::Erased { on },
            error => {
                let words = Words { zh: error.zh(), en: error.to_string() };
                Verdict::Unanswerable { code: error.code(), words }
            }
        }
    }
}

impl From<BrokenHistory> for Verdict {
    fn from(broken: BrokenHistory) -> Verdict {
        let zh = format!("事件 {} 不可读或不能承接先前事件：{}", broken.position, broken.trouble);
        Verdict::Unanswerable { code: "history_broken", words: Words { zh, en: broken.to_string() } }
    }
}

impl<E: Into<Verdict>> From<E> for Determined {
    fn from(error: E) -> Determined {
        Determined { verdict: error.into(), basis: Vec::new() }
    }
}

impl Difference {
    /// The field, where the two texts differ.
    pub fn between(field: &'static str, expected: impl ToString, found: impl ToString) -> Option<Difference> {
        let (expected, found) = (expected.to_string(), found.to_string());
        (expected != found).then_some(Difference { field, expected, found })
    }
}

/// What stands for nothing in a difference.
pub(super) const NOTHING: &str = "—";

/// A determination as it was sealed.
#[derive(Clone, Copy)]
pub(super) struct Stored<'a> {
    pub sealed: &'a Sealed<Determination>,
    /// For whom.
    pub of: PersonId,
    /// Version of the rule book that made it. Another book may say the same in other words, so the steps of two books
    /// are not compared, but the facts are.
    pub rule_version: &'a str,
}

impl Stored<'_> {
    /// The first that differs of its facts and steps from a determination made anew. One that was erased is not
    /// compared.
    pub fn beside(
        self,
        anew: Option<&Determination>,
        rules: &RuleBook,
        ground: &Ground<'_>,
    ) -> Option<Difference> {
        let Stored { sealed, of, rule_version } = self;
        if anew.is_some_and(|anew| is_sealed_in(anew, sealed, of, ground.opener)) {
            return None;
        }
        let steps = |determination: &Determination| format!("{} steps", determination.steps.len());
        let expected = anew.map_or_else(|| NOTHING.to_owned(), steps);
        let stored = match sealed.open(of, ground.opener) {
            Ok(Opened::Clear(stored)) => stored.into_disclosed(),
            Ok(Opened::Erased { .. }) => return None,
            Err(error) => {
                return Some(Difference { field: "determination", expected, found: error.to_string() });
            }
        };
        let Some(anew) = anew else {
            return Some(Difference { field: "determination", expected, found: steps(&stored) });
        };
        let same_book = rule_version == rules.version();
        other_step(anew, &stored).filter(|_| same_book).or_else(|| {
            let (expected, found) = ("as known then".to_owned(), "others".to_owned());
            let field = "determination_facts";
            (anew.facts != stored.facts).then_some(Difference { field, expected, found })
        })
    }
}

fn other_step(anew: &Determination, stored: &Determination) -> Option<Difference> {
    let step = |step: Option<&Step>| step.map_or(NOTHING.to_owned(), |step| step.zh.clone());
    let steps = anew.steps.len().max(stored.steps.len());
    let at = (0..steps).find(|at| anew.steps.get(*at) != stored.steps.get(*at))?;
    let (expected, found) = (step(anew.steps.get(at)), step(stored.steps.get(at)));
    Some(Difference { field: "determination_step", expected, found })
}

/// Whether what is sealed is byte for byte this determination: the usual case, told without reading it.
fn is_sealed_in(
    anew: &Determination,
    sealed: &Sealed<Determination>,
    of: PersonId,
    opener: &dyn Opener,
) -> bool {
    let scope = SealScope { person: of, class: Determination::CLASS, label: Determination::LABEL };
    let Ok(Opening::Clear(stored)) = opener.open(scope, sealed.ciphertext()) else { return false };
    let mut bytes = Vec::with_capacity(stored.len());
    serde_json::to_writer(&mut bytes, anew).is_ok() && bytes == stored
}
