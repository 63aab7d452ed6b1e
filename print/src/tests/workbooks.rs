//! Workbooks, read back.

use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx, open_workbook_from_rs};
use domain::money::Money;
use proptest::prelude::*;

use super::{paper, roster, row};
use crate::xlsx::write;
use crate::{Paper, RosterRow};

fn read(paper: &Paper) -> (Range<Data>, Range<String>) {
    let bytes = write(paper).unwrap();
    let mut workbook: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let sheet = workbook.sheet_names()[0].clone();
    (workbook.worksheet_range(&sheet).unwrap(), workbook.worksheet_formula(&sheet).unwrap())
}

/// The cells below the table's head.
fn lines(cells: &Range<Data>) -> Vec<Vec<Data>> {
    let head = cells.rows().position(|row| row[0] == Data::String("序号".to_owned())).unwrap();
    cells.rows().skip(head + 1).map(<[Data]>::to_vec).collect()
}

#[test]
fn words_stay_words_and_no_name_becomes_a_formula() {
    let names = ["=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(\"http://x\")", "\t=1", "'=1", "王秀英"];
    let rows: Vec<RosterRow> = names.iter().map(|name| row(name, 100)).collect();
    let (cells, formulas) = read(&paper(roster(rows).sheet().unwrap()));
    assert_eq!(formulas.cells().filter(|(_, _, formula)| !formula.is_empty()).count(), 0);
    for (name, line) in names.iter().zip(lines(&cells)) {
        assert_eq!(line[1], Data::String((*name).to_owned()));
        assert_eq!(line[2], Data::String("99011419350101002X".to_owned()));
        assert_eq!(line[9], Data::String("9901140000000000019".to_owned()));
    }
}

#[test]
fn amounts_are_numbers_and_the_last_line_is_their_sum() {
    let rows = vec![row("王秀英", 139_500), row("赵铁柱", 1), row("陈桂兰", 99)];
    let (cells, _) = read(&paper(roster(rows).sheet().unwrap()));
    let amounts: Vec<Data> = lines(&cells).into_iter().take(4).map(|line| line[7].clone()).collect();
    assert_eq!(amounts, [1395.0, 0.01, 0.99, 1396.0].map(Data::Float));
}

#[test]
fn an_amount_that_excel_would_round_is_written_in_digits() {
    let mut rows = vec![row("王秀英", 1)];
    rows[0].amount = Money::try_from_fen(1_000_000_000_000_001).unwrap();
    let (cells, _) = read(&paper(roster(rows).sheet().unwrap()));
    assert_eq!(lines(&cells)[0][7], Data::String("10,000,000,000,000.01".to_owned()));
}

#[test]
fn the_foot_of_the_sheet_says_where_it_comes_from() {
    let paper = paper(roster(vec![row("王秀英", 100)]).sheet().unwrap());
    let (cells, _) = read(&paper);
    let texts: Vec<String> = cells.rows().map(|row| row[0].to_string()).collect();
    for line in paper.foot() {
        assert!(texts.contains(&line), "{line}\n{texts:?}");
    }
}

#[test]
fn the_same_paper_is_the_same_bytes() {
    let paper = paper(roster(vec![row("王秀英", 100)]).sheet().unwrap());
    assert_eq!(write(&paper), write(&paper));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_name_and_amount_is_read_back(name in "[^\\p{C}]{1,20}", fen in 1_i32..) {
        let (cells, formulas) = read(&paper(roster(vec![row(&name, fen)]).sheet().unwrap()));
        let line = &lines(&cells)[0];
        prop_assert_eq!(&line[1], &Data::String(name));
        prop_assert_eq!(line[7].to_string().parse::<f64>().ok(), Money::from_fen(fen).to_string().parse().ok());
        prop_assert!(formulas.cells().all(|(_, _, formula)| formula.is_empty()));
    }
}
