//! What a file says of itself, found again in its bytes.

use super::{paper, roster, row};
use crate::{Imprint, ImprintError, Paper, Value};

fn a_roster() -> Paper {
    paper(roster(vec![row("王秀英", 139_500), row("赵铁柱", 1)]).sheet().unwrap())
}

#[test]
fn a_pdf_says_which_paper_it_is_and_where_it_comes_from() {
    let paper = a_roster();
    let file = crate::pdf::write(&paper).unwrap().bytes;
    assert_eq!(Imprint::find(&file), Ok(Imprint::of(&paper)));
    assert!(!Imprint::of(&paper).text().contains("王秀英"));
}

#[test]
fn what_is_no_paper_of_ours_says_nothing_and_what_was_tampered_with_is_not_believed() {
    assert_eq!(Imprint::find(b"%PDF-1.7 something else"), Err(ImprintError::Missing));
    assert_eq!(Imprint::find(b"ledger-paper:1:AAAA)"), Err(ImprintError::Unreadable));
    assert_eq!(Imprint::find(b"ledger-paper:1:"), Err(ImprintError::Unreadable));
    let paper = a_roster();
    let mut other = paper.clone();
    other.trace.position += 1;
    let both = format!("({}) ({})", Imprint::of(&paper).text(), Imprint::of(&other).text());
    assert_eq!(Imprint::find(both.as_bytes()), Err(ImprintError::Several));
}

#[test]
fn the_part_that_differs_is_told_from_the_others() {
    let (one, mut other) = (a_roster(), a_roster());
    other.sheet.signatures[0].account = "somebody.else".to_owned();
    let differing = |other: &Paper| -> Vec<String> {
        let pairs = one.sheet.parts().into_iter().zip(other.sheet.parts());
        pairs.filter(|(one, other)| one != other).map(|(part, _)| part.name).collect()
    };
    assert_eq!(differing(&other), ["签字栏"]);
    let Some(crate::Section::Table { rows, .. }) = other.sheet.sections.last_mut() else {
        panic!("no table")
    };
    rows[0][1] = Value::from("王秀荣");
    assert_eq!(differing(&other).len(), 2);
}
