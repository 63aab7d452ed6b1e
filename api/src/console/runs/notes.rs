//! What a run could not pay, what must be seen of it and what was paid too much, in groups, each with its way out.

use std::collections::BTreeMap;

use domain::numbers::yuan;
use domain::payment_run::RunException;

use crate::lang::Lang;
use crate::processes::payment_run::{Overpayment, RunNote};

/// Cases of a group that are shown; the whole list is an export's.
const SHOWN_MAX: usize = 50;

/// Notes of one kind.
pub(super) struct Group {
    /// exception, warning or overpaid.
    pub kind: &'static str,
    pub name: &'static str,
    /// Where it is put right, and what that is called.
    pub way: Option<(&'static str, &'static str)>,
    /// Whether its cases are held, so that a hold can be lifted here.
    pub held: bool,
    pub count: usize,
    pub more: usize,
    pub notes: Vec<Note>,
}

pub(super) struct Note {
    pub program: &'static str,
    pub month: String,
    pub case: String,
    pub amount: String,
    /// Names the month of the case when it is chosen.
    pub pick: String,
}

/// The groups, exceptions first.
pub(super) fn groups(lang: Lang, notes: &[RunNote]) -> Vec<Group> {
    let mut found: BTreeMap<(u8, &'static str), Group> = BTreeMap::new();
    for note in notes {
        let (rank, code) = rank(note);
        let group = found.entry((rank, code)).or_insert_with(|| empty(lang, note));
        group.count += 1;
        if group.notes.len() < SHOWN_MAX {
            group.notes.push(shown(lang, note));
        } else {
            group.more += 1;
        }
    }
    found.into_values().collect()
}

fn rank(note: &RunNote) -> (u8, &'static str) {
    match note {
        RunNote::Exception { exception, .. } => (0, exception.code()),
        RunNote::Warning { warning, .. } => (1, warning.code()),
        RunNote::Overpayment(_) => (2, "overpaid"),
    }
}

fn empty(lang: Lang, note: &RunNote) -> Group {
    let register = ("/register/change", lang.pick("登记变更", "Record a change"));
    let (kind, name, way, held) = match note {
        RunNote::Exception { exception, .. } => {
            let held = *exception == RunException::PaymentHeld;
            ("exception", lang.pick(exception.zh(), exception.en()), (!held).then_some(register), held)
        }
        RunNote::Warning { warning, .. } => ("warning", lang.pick(warning.zh(), warning.en()), None, false),
        RunNote::Overpayment(_) => (
            "overpaid",
            lang.pick("多发，须追缴：提出追回方案", "Paid too much: propose a recovery plan"),
            Some(("/recoveries", lang.pick("追缴", "Recoveries"))),
            false,
        ),
    };
    Group { kind, name, way, held, count: 0, more: 0, notes: Vec::new() }
}

fn shown(lang: Lang, note: &RunNote) -> Note {
    let (month, amount) = match note {
        RunNote::Exception { month, .. } => (*month, None),
        RunNote::Warning { month, amount, .. } => (Some(*month), *amount),
        RunNote::Overpayment(Overpayment { month, amount, .. }) => (Some(*month), Some(*amount)),
    };
    let program = note.program();
    let month = month.map(|month| month.to_string()).unwrap_or_default();
    Note {
        program: lang.pick(program.zh(), program.en()),
        case: note.case_id().to_string(),
        amount: amount.map(yuan).unwrap_or_default(),
        pick: format!("{}|{month}", note.case_id()),
        month,
    }
}
