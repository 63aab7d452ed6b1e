//! Payments by month as a heat map: a row for each program and year, a cell for each month, with a sign beside the colour.

use std::collections::BTreeMap;

use domain::money::Money;
use domain::numbers::yuan;

use crate::lang::Lang;
use crate::processes::summary::{MonthLine, Summary, Sums};

/// A year of a program.
pub(super) struct Row {
    pub program: &'static str,
    pub year: i32,
    pub cells: Vec<Cell>,
}

/// A month, or none.
#[derive(Clone, Default)]
pub(super) struct Cell {
    /// Its colour.
    pub mark: &'static str,
    /// Its sign.
    pub sign: &'static str,
    /// What it says.
    pub words: String,
}

/// A month of the table behind.
pub(super) struct Month {
    pub month: String,
    pub program: &'static str,
    pub path: String,
    pub state: &'static str,
    pub mark: &'static str,
    pub sums: Vec<String>,
}

/// What became of a month: colour, sign and word, both in Chinese and in English.
type Becoming = (&'static str, (&'static str, &'static str), &'static str, &'static str);

fn became(sums: &Sums) -> Becoming {
    let settled = sums.recovery_received_fen.plus(sums.recovery_waived_fen).unwrap_or_default();
    let standing = sums.ordered_fen.minus(sums.returned_fen).unwrap_or_default();
    if sums.recovery_opened_fen > settled {
        ("asked", ("追", "A"), "追缴中", "asked back")
    } else if sums.recovery_opened_fen.is_positive() {
        ("recovered", ("回", "Rc"), "已追回", "recovered")
    } else if sums.arrears_fen.is_positive() && sums.returned_fen.is_positive() {
        ("returned", ("退", "Rt"), "退汇待处理", "returned")
    } else if sums.arrears_fen.is_positive() {
        ("owed", ("欠", "D"), "待发", "due")
    } else if standing > sums.paid_fen {
        ("transit", ("途", "T"), "在途", "in transit")
    } else if sums.paid_fen.is_positive() || sums.withheld_fen.is_positive() {
        ("paid", ("✓", "✓"), "已到账", "paid")
    } else {
        ("none", ("–", "–"), "无", "nothing")
    }
}

/// The rows of the map, the newest year first.
pub(super) fn rows(lang: Lang, summary: &Summary) -> Vec<Row> {
    let mut years: BTreeMap<(i32, &'static str), Vec<Cell>> = BTreeMap::new();
    for (year, program, month, sums) in merged(lang, summary) {
        let cells = years.entry((year, program)).or_insert_with(|| vec![Cell::default(); 12]);
        let (mark, sign, zh, en) = became(&sums);
        let words = format!(
            "{year}-{month:02} {}: {} {}, {} {}",
            lang.pick(zh, en),
            lang.pick("应发", "due"),
            yuan(sums.due_fen),
            lang.pick("到账", "paid"),
            yuan(sums.paid_fen),
        );
        let place = usize::try_from(month).unwrap_or(1).saturating_sub(1);
        if let Some(cell) = cells.get_mut(place) {
            *cell = Cell { mark, sign: lang.pick(sign.0, sign.1), words };
        }
    }
    years.into_iter().rev().map(|((year, program), cells)| Row { program, year, cells }).collect()
}

/// The months of a program, those of several cases in sum.
fn merged(lang: Lang, summary: &Summary) -> Vec<(i32, &'static str, u32, Sums)> {
    let mut all: BTreeMap<(i32, &'static str, u32), Sums> = BTreeMap::new();
    for line in &summary.months {
        let key = (line.month.year(), lang.pick(line.program.zh(), line.program.en()), line.month.month());
        let sums = all.entry(key).or_default();
        // a sum out of range leaves the month as it was, and the table behind shows each case
        let _ = sums.add(&line.sums);
    }
    all.into_iter().map(|((year, program, month), sums)| (year, program, month, sums)).collect()
}

/// The table behind, the newest month first.
pub(super) fn months(lang: Lang, summary: &Summary) -> Vec<Month> {
    summary.months.iter().rev().map(|line| month(lang, line)).collect()
}

fn month(lang: Lang, line: &MonthLine) -> Month {
    let (mark, _, zh, en) = became(&line.sums);
    let Sums { due_fen, ordered_fen, paid_fen, returned_fen, arrears_fen, .. } = line.sums;
    let sums: [Money; 6] =
        [due_fen, ordered_fen, paid_fen, returned_fen, arrears_fen, line.sums.recovery_received_fen];
    Month {
        month: line.month.to_string(),
        program: lang.pick(line.program.zh(), line.program.en()),
        path: format!("/cases/{}", line.case_id),
        state: lang.pick(zh, en),
        mark,
        sums: sums.iter().map(|sum| yuan(*sum)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(due: i32, ordered: i32, paid: i32, returned: i32) -> Sums {
        let [due_fen, ordered_fen, paid_fen, returned_fen] =
            [due, ordered, paid, returned].map(Money::from_fen);
        let standing = ordered_fen.minus(returned_fen).unwrap();
        let arrears_fen = due_fen.minus(standing).unwrap();
        Sums { due_fen, ordered_fen, paid_fen, returned_fen, arrears_fen, ..Sums::default() }
    }

    #[test]
    fn every_month_says_by_sign_and_by_word_what_became_of_it() {
        let asked = Sums { recovery_opened_fen: Money::from_fen(100), ..sums(0, 100, 100, 0) };
        let back = Sums { recovery_received_fen: Money::from_fen(100), ..asked };
        let months = [
            (sums(100, 0, 0, 0), "欠"),
            (sums(100, 100, 0, 0), "途"),
            (sums(100, 100, 100, 0), "✓"),
            (sums(100, 100, 0, 100), "退"),
            (sums(100, 200, 100, 100), "✓"),
            (asked, "追"),
            (back, "回"),
            (Sums::default(), "–"),
        ];
        for (sums, sign) in months {
            assert_eq!(became(&sums).1.0, sign, "{sums:?}");
        }
    }
}
