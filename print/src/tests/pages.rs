//! What stands on the pages of a PDF, read from the glyphs that were set.

use typst::layout::{Frame, FrameItem, Point};
use typst_layout::PagedDocument;

use super::{paper, roster, row};
use crate::pdf::{set, write};
use crate::{Missing, Paper, PrintError, Section, Sheet, Value};

/// The texts of each page, in the order in which they were set.
fn pages(document: &PagedDocument) -> Vec<String> {
    let text = |frame: &Frame| {
        let mut text = String::new();
        walk(frame, Point::zero(), &mut |_, _, said| text.push_str(said));
        text
    };
    document.pages().iter().map(|page| text(&page.frame)).collect()
}

/// Calls `see` with the left and right end of each text, in points from the page's left, and the text.
fn walk(frame: &Frame, origin: Point, see: &mut impl FnMut(f64, f64, &str)) {
    for (at, item) in frame.items() {
        let at = origin + *at;
        match item {
            FrameItem::Group(group) => walk(&group.frame, at, see),
            FrameItem::Text(text) => see(at.x.to_pt(), (at.x + text.width()).to_pt(), &text.text),
            _ => {}
        }
    }
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

fn long_roster(lines: i32) -> Paper {
    let names = ["王秀英", "欧阳铁锋", "买买提·吐尔逊·阿卜杜热依木", "㛃玥", "Müller", "䶮"];
    let rows = (0..lines).map(|number| row(names[number as usize % names.len()], 10_000 + number)).collect();
    paper(roster(rows).sheet().unwrap())
}

#[test]
fn every_value_of_a_roster_stands_on_its_pages() {
    let paper = long_roster(80);
    let document = set(&paper).unwrap();
    let said = without_blanks(&pages(&document).concat());
    let Some(Section::Table { rows, total, columns, .. }) = paper.sheet.sections.last() else {
        panic!("no table")
    };
    for value in rows.iter().flatten().chain(total) {
        assert!(said.contains(&without_blanks(&value.shown())), "{value} is not on the pages");
    }
    for column in columns {
        assert!(
            said.matches(&column.head).count() >= document.pages().len(),
            "{} is not repeated",
            column.head
        );
    }
    assert!(said.contains("人民币捌仟零叁拾壹元陆角整") && said.contains("8,031.60"), "{said}");
}

#[test]
fn each_page_says_where_it_comes_from_and_which_it_is() {
    let paper = long_roster(120);
    let document = set(&paper).unwrap();
    let count = document.pages().len();
    assert!(count > 2, "{count} pages");
    for (number, page) in (1..).zip(pages(&document)) {
        let page = without_blanks(&page);
        for line in paper.foot() {
            assert!(page.contains(&without_blanks(&line)), "page {number} does not say {line}");
        }
        assert!(page.contains(&format!("第{number}页，共{count}页")), "{page}");
    }
}

#[test]
fn nothing_is_set_beyond_the_margins() {
    let mut rows: Vec<_> = (0..40).map(|number| row("王秀英", 100 + number)).collect();
    rows[3].name = "阿".repeat(50);
    rows[3].payee = "Wolfeschlegelsteinhausenbergerdorffwelche".to_owned();
    rows[4].account = "9".repeat(32);
    rows[5].amount = domain::money::Money::try_from_fen(domain::money::Money::MAX_FEN / 2).unwrap();
    let document = set(&paper(roster(rows).sheet().unwrap())).unwrap();
    for page in document.pages() {
        let width = page.frame.width().to_pt();
        walk(&page.frame, Point::zero(), &mut |left, right, text| {
            assert!(left >= 40.0 && right <= width - 40.0, "{text}: {left}..{right} of {width}");
        });
    }
}

#[test]
fn the_same_paper_is_the_same_bytes_and_another_paper_is_not() {
    let one = write(&long_roster(30)).unwrap();
    assert_eq!(one, write(&long_roster(30)).unwrap());
    assert_ne!(one.bytes, write(&long_roster(31)).unwrap().bytes);
    assert!(one.bytes.starts_with(b"%PDF-"));
}

#[test]
fn a_roster_of_a_whole_street_office_is_printed() {
    let printed = write(&long_roster(1_203)).unwrap();
    assert!(printed.pages > 20 && printed.bytes.len() < 2_000_000, "{} pages", printed.pages);
}

#[test]
fn characters_without_a_shape_are_named_with_their_place_before_anything_is_printed() {
    let rows = vec![row("王秀英", 100), row("\u{e000}某\u{e000}", 100)];
    let refused = write(&paper(roster(rows).sheet().unwrap())).unwrap_err();
    let missing = |place: &str| Missing { place: place.to_owned(), characters: "\u{e000}".to_owned() };
    let expected = vec![missing("第 2 行 姓名"), missing("第 2 行 收款人")];
    assert_eq!(refused, PrintError::CharactersMissing(expected));
    assert!(refused.to_string().contains("U+E000"), "{refused}");
}

#[test]
fn a_name_is_never_read_as_markup() {
    let name = "#sys.version *粗* $x$ <a> \\ [b]";
    let said =
        without_blanks(&pages(&set(&paper(roster(vec![row(name, 100)]).sheet().unwrap())).unwrap()).concat());
    assert!(said.contains(&without_blanks(name)), "{said}");
}

#[test]
fn a_row_with_a_value_too_few_is_refused() {
    let mut sheet: Sheet = roster(vec![row("王秀英", 100)]).sheet().unwrap();
    let Some(Section::Table { rows, .. }) = sheet.sections.last_mut() else { panic!("no table") };
    rows.push(vec![Value::from("一")]);
    assert_eq!(write(&paper(sheet.clone())), Err(PrintError::RowUneven));
    assert_eq!(crate::xlsx::write(&paper(sheet)), Err(PrintError::RowUneven));
}
