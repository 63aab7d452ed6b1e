//! What was found for one program and month: the reasons against it, and the steps for people if they are asked for.

use crate::money::Money;
use crate::policy::{Reason, Reasons, Step};

/// Collects steps when they are wanted; else costs nothing, as steps are made by closures.
pub struct Trace {
    steps: Option<Vec<Step>>,
    /// Where the steps of the present program and month begin.
    from: usize,
}

impl Trace {
    /// Collects nothing.
    pub const fn off() -> Trace {
        Trace { steps: None, from: 0 }
    }

    /// Collects steps.
    pub const fn on() -> Trace {
        Trace { steps: Some(Vec::new()), from: 0 }
    }

    /// Begins a program and month.
    pub fn head(&mut self, step: impl FnOnce() -> Step) {
        if let Some(steps) = &mut self.steps {
            self.from = steps.len();
            steps.push(step());
        }
    }

    /// Adds a step; one that stands already for this program and month is not repeated.
    pub fn note(&mut self, step: impl FnOnce() -> Step) {
        if let Some(steps) = &mut self.steps {
            let step = step();
            if !steps[self.from..].contains(&step) {
                steps.push(step);
            }
        }
    }

    /// What was collected.
    pub fn into_steps(self) -> Vec<Step> {
        self.steps.unwrap_or_default()
    }
}

/// The reasons against one program and month, and where its steps go.
pub struct Verdict<'t> {
    reasons: Reasons,
    trace: &'t mut Trace,
}

impl<'t> Verdict<'t> {
    /// Nothing against it yet.
    pub fn new(trace: &'t mut Trace) -> Verdict<'t> {
        Verdict { reasons: Reasons::NONE, trace }
    }

    /// Adds `reason` when `barred`.
    pub fn bar_if(&mut self, barred: bool, reason: Reason) {
        if barred {
            self.reasons.insert(reason);
            self.trace.note(|| Step {
                zh: format!("不予发放:{}", reason.zh()),
                en: format!("Not payable: {}", reason.en()),
                source: String::new(),
                amount: Some(Money::ZERO),
            });
        }
    }

    /// Adds a step of plain arithmetic or a finding.
    pub fn note(&mut self, amount: Option<Money>, text: impl FnOnce() -> (String, String)) {
        self.trace.note(|| {
            let (zh, en) = text();
            Step { zh, en, source: String::new(), amount }
        });
    }

    /// Adds a step that rests on a source.
    pub fn cite(&mut self, step: impl FnOnce() -> Step) {
        self.trace.note(step);
    }

    /// The reasons so far.
    pub const fn reasons(&self) -> Reasons {
        self.reasons
    }
}
