//! What a check found.

use serde::Serialize;

/// Something that may not be, with the events that show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Log positions at fault, ascending; empty where no single event is.
    pub positions: Vec<u64>,
    /// What is wrong, in Chinese.
    pub zh: String,
    /// What is wrong, in English.
    pub en: String,
}

impl Finding {
    /// A finding at one position.
    pub fn at(position: u64, zh: impl Into<String>, en: impl Into<String>) -> Finding {
        Finding { positions: vec![position], zh: zh.into(), en: en.into() }
    }

    /// A finding that several events show together.
    pub fn among(
        positions: impl IntoIterator<Item = u64>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Finding {
        let mut positions: Vec<u64> = positions.into_iter().collect();
        positions.sort_unstable();
        Finding { positions, zh: zh.into(), en: en.into() }
    }
}

/// The name of an invariant, and what it promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Invariant {
    /// Stable, snake case.
    pub code: &'static str,
    /// The promise, in Chinese.
    pub zh: &'static str,
    /// The promise, in English.
    pub en: &'static str,
}

/// An invariant and what violates it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The promise.
    pub invariant: Invariant,
    /// Empty when it holds.
    pub findings: Vec<Finding>,
}
