//! What was hidden, beside what was found.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use crate::clean::CLEAN;
use crate::faults::FAULTS;
use crate::gifts;
use crate::street::{Street, day};

/// A fault that was planted: its kind, and whom it concerns.
pub struct Planted {
    pub kind: usize,
    pub ids: Vec<Uuid>,
}

/// A flag, as far as it is judged here.
pub struct Raised {
    pub code: String,
    pub ids: Vec<Uuid>,
    pub text: String,
}

/// Makes up a street of so many clean cases and so many faults of each kind, all mixed, and pays it.
pub fn make_up(street: &mut Street<'_>, clean: usize, each: usize) -> Vec<Planted> {
    let mut planted = Vec::new();
    street.open_fund();
    let faults = FAULTS.len() * each;
    let apart = clean.div_ceil(faults.max(1)).max(1);
    for number in 0..clean {
        CLEAN[number % CLEAN.len()](street);
        if number % apart == 0 && planted.len() < faults {
            plant(street, &mut planted);
        }
    }
    while planted.len() < faults {
        plant(street, &mut planted);
    }
    for _ in 0..clean.min(20) {
        gifts::campaign(street);
    }
    street.pay_all();
    // the newest event is of the last working day of the year, on which deadlines are looked at
    let household = street.new_household();
    let newcomer = street.adult(household);
    street.register(day("2023-12-29"), &[&newcomer]);
    planted
}

fn plant(street: &mut Street<'_>, planted: &mut Vec<Planted>) {
    let kind = planted.len() % FAULTS.len();
    planted.push(Planted { kind, ids: (FAULTS[kind].plant)(street) });
}

/// Compares what was hidden with what was found and prints a line for each kind; panics when one was missed, one was
/// found by a rule that is not meant to, or somebody else was accused.
pub fn judge(planted: &[Planted], raised: &[Raised], clean: usize) {
    let owner: HashMap<Uuid, usize> = planted
        .iter()
        .enumerate()
        .flat_map(|(place, planted)| planted.ids.iter().map(move |id| (*id, place)))
        .collect();
    let mut named: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    let mut accused = Vec::new();
    for flag in raised {
        match flag.ids.iter().find_map(|id| owner.get(id)) {
            Some(place) => {
                named.entry(*place).or_default().insert(&flag.code);
            }
            None => accused.push(format!("{} {}", flag.code, flag.text)),
        }
    }
    let mut wrong = Vec::new();
    println!("{:<40} {:>6} {:>6}", "hidden fault", "hidden", "found");
    for (kind, fault) in FAULTS.iter().enumerate() {
        let of_kind = planted.iter().enumerate().filter(|(_, planted)| planted.kind == kind);
        let (mut hidden, mut found) = (0, 0);
        for (place, _) in of_kind {
            hidden += 1;
            let codes = named.get(&place).cloned().unwrap_or_default();
            let meant: BTreeSet<&str> = fault.codes.iter().copied().collect();
            match codes == meant {
                true => found += 1,
                false => wrong.push(format!("{}: meant {meant:?}, named by {codes:?}", fault.name)),
            }
        }
        println!("{:<40} {hidden:>6} {found:>6}", fault.name);
    }
    println!("{clean} clean cases, {} accused; {} faults hidden", accused.len(), planted.len());
    accused.truncate(20);
    wrong.truncate(20);
    assert!(accused.is_empty(), "clean cases were accused:\n{}", accused.join("\n"));
    assert!(wrong.is_empty(), "faults were not named as meant:\n{}", wrong.join("\n"));
}
