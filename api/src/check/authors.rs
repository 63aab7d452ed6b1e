//! Who signed an event is who sent it: where a payload names its author, the envelope names the same account.

use super::seen::{Seen, Watch};
use super::{Finding, Invariant};

/// Compares the two names of every event that has both.
#[derive(Default)]
pub struct Authors {
    findings: Vec<Finding>,
}

impl Watch for Authors {
    fn invariant(&self) -> Invariant {
        Invariant {
            code: "authors",
            zh: "事件内署名与其元数据中的经办账号一致",
            en: "who signed an event is the account that its metadata names",
        }
    }

    fn see(&mut self, seen: &Seen) {
        if seen.author.as_ref().is_some_and(|author| *author != seen.actor) {
            let (zh, en) = ("署名与元数据不一致", "signed by another account than its metadata names");
            self.findings.push(Finding::at(seen.position, zh, en));
        }
    }

    fn finish(self: Box<Self>) -> Vec<Finding> {
        self.findings
    }
}
