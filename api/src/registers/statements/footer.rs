//! What a statement says of itself at its end, beside its lines.

use domain::money::Money;

use super::layout::{Footer, Kind, Layout};
use super::{Entry, LineProblem, Row, What, whole};

/// Lines of a table by what they are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counted {
    pub lines: u64,
    pub gifts: u64,
    pub refunds: u64,
}

impl Counted {
    pub fn count(&mut self, kind: Option<Kind>) {
        self.lines += 1;
        match kind {
            Some(Kind::Gift) => self.gifts += 1,
            Some(Kind::Refund) => self.refunds += 1,
            Some(Kind::PassedOver) | None => {}
        }
    }
}

/// Where the rows after a table say other counts than the table has, or, where every line of it was read, other sums.
pub(super) fn disagreements(
    layout: &Layout,
    rows: &[Row],
    counted: Counted,
    read: Option<&[Entry]>,
) -> Vec<LineProblem> {
    let Footer { lines_under, amount_under, refunds_under, gifts_after, refunds_after } = &layout.footer;
    let counts = [
        (lines_under.as_deref().and_then(|head| under(rows, head)).and_then(count), counted.lines),
        (gifts_after.as_deref().and_then(|words| after(rows, words)), counted.gifts),
        (refunds_after.as_deref().and_then(|words| after(rows, words)), counted.refunds),
    ];
    let counts = counts.into_iter().filter_map(|(said, found): (Option<u64>, u64)| {
        let said = said.filter(|said| *said != found)?;
        let zh = format!("文件末尾写明 {said} 笔，明细中有 {found} 笔：缺行或多行；请重新导出");
        Some(whole(
            "sums_differ",
            &zh,
            &format!("the footer says {said} lines, the table has {found}: export it again"),
        ))
    });
    let sums = [(amount_under, false), (refunds_under, true)].into_iter().filter_map(|(head, refunds)| {
        let said = yuan(under(rows, head.as_deref()?)?)?;
        let found = Money::sum(of_kind(read?, refunds)).ok().filter(|found| *found != said)?;
        let zh = format!("文件末尾合计 {said} 元，明细合计 {found} 元：缺行或金额被改动；请重新导出");
        let en = format!("the footer says {said} yuan, the lines add up to {found}: export it again");
        Some(whole("sums_differ", &zh, &en))
    });
    counts.chain(sums).collect()
}

fn of_kind(entries: &[Entry], refunds: bool) -> impl Iterator<Item = Money> {
    entries
        .iter()
        .filter(move |entry| matches!(entry.what, What::Refund { .. }) == refunds)
        .map(|entry| entry.amount)
}

/// What stands under a head of the footer.
fn under<'r>(rows: &'r [Row], head: &str) -> Option<&'r str> {
    rows.windows(2).find_map(|pair| {
        let [(_, heads), (_, values)] = pair else { return None };
        let place = heads.iter().position(|cell| cell == head)?;
        values.get(place).map(String::as_str)
    })
}

/// The number that follows words of the footer.
fn after(rows: &[Row], words: &str) -> Option<u64> {
    let rest = rows.iter().flat_map(|(_, row)| row).find_map(|cell| cell.strip_prefix(words))?;
    count(rest)
}

/// A count with or without separators, before whatever unit.
fn count(text: &str) -> Option<u64> {
    let of_number = |letter: &char| letter.is_ascii_digit() || *letter == ',';
    let number: String =
        text.trim_start().chars().take_while(of_number).filter(char::is_ascii_digit).collect();
    number.parse().ok()
}

fn yuan(text: &str) -> Option<Money> {
    let plain: String = text.chars().filter(|letter| !matches!(letter, '¥' | '￥' | ',' | '元')).collect();
    Money::from_yuan(plain.parse::<rust_decimal::Decimal>().ok()?).ok()
}
