//! 善款温度计: what was given to a campaign, drawn as a thermometer that fills with what has reached people. A campaign names
//! no target, so the whole is what was given: paid as aid, remitted, still held. The table below it says the same.

use std::fmt::Write;

use domain::money::Money;
use domain::numbers::yuan;

use crate::console::sheet::{Block, Cell, Row, Table};
use crate::lang::Lang;
use crate::processes::ProcessError;
use crate::processes::campaign::CampaignTrace;

/// The parts as they stand in the tube: the class of the row that names each, and its fill, told apart also in grey.
const PARTS: [(&str, &str); 3] = [("aid", "#0b1f3a"), ("remitted", "#4a8fe0"), ("held", "#e3ebf6")];

/// The drawing: the tube begins in the bulb and has its scale below.
const WIDTH: u64 = 660;
const HEIGHT: u64 = 92;
const TUBE_LEFT: u64 = 56;
const TUBE_WIDTH: u64 = 560;
const TUBE_TOP: u64 = 16;
const TUBE_TALL: u64 = 32;

/// The thermometer of a campaign.
pub(super) fn thermometer(lang: Lang, traced: &CampaignTrace) -> Result<Block, ProcessError> {
    let sums = [traced.aid, traced.remitted, traced.left];
    let sizes = sums.map(|sum| u64::try_from(sum.fen()).unwrap_or_default());
    let shares = cut(&sizes, 1000);
    let names = [
        lang.pick("已用于救助", "Paid as aid"),
        lang.pick("已转交", "Remitted"),
        lang.pick("尚未使用", "Still held"),
    ];
    let line = |name: &str, sum: Money, share: u64| {
        vec![Cell::text(name), Cell::number(yuan(sum)), Cell::number(percent(share))]
    };
    let rows = PARTS.iter().zip(names).zip(sums.into_iter().zip(shares));
    let rows = rows.map(|(((mark, _), name), (sum, share))| Row::marked(mark, line(name, sum, share)));
    let total = lang.pick("合计（收到 − 退还）", "Total (received − refunded)");
    let total = Row::of(line(total, traced.received.minus(traced.refunded)?, shares.iter().sum()));
    let words = words(lang, traced, percent(1000 - shares[2]));
    let table = Table::new(lang.pick("善款在哪里", "Where the money is"), "")
        .note(words.clone())
        .head(lang.pick("善款", "Money"))
        .number(lang.pick("金额（元）", "Yuan"))
        .number(lang.pick("占比", "Share"))
        .rows(rows)
        .rows([total]);
    let title = lang.pick("善款使用进度", "How far the money went").to_owned();
    Ok(Block::Chart { title, svg: drawn(&words, sizes), table })
}

/// The same in a sentence.
fn words(lang: Lang, traced: &CampaignTrace, used: String) -> String {
    let CampaignTrace { received, refunded, aid, remitted, left, .. } = *traced;
    if received == refunded {
        return lang.pick("还没有善款。", "There is no money of this campaign.").to_owned();
    }
    let [received, refunded, aid, remitted, left] = [received, refunded, aid, remitted, left].map(yuan);
    lang.pick(
        format!(
            "收到 {received} − 退还 {refunded} = 救助 {aid} + 转交 {remitted} + 结余 {left}（元）；已使用 {used}。"
        ),
        format!(
            "Received {received} − refunded {refunded} = aid {aid} + remitted {remitted} + held {left} (yuan); {used} used."
        ),
    )
}

/// Tenths of a per cent as they are read.
fn percent(tenths: u64) -> String {
    format!("{}.{}%", tenths / 10, tenths % 10)
}

/// Cuts `room` among parts by their sizes: together they fill it to the last unit, and what is something has one at
/// least, so that nothing that is held is drawn as used up.
fn cut<const N: usize>(sizes: &[u64; N], room: u64) -> [u64; N] {
    let whole: u128 = sizes.iter().map(|size| u128::from(*size)).sum();
    let edge = |sum: u128| (sum * u128::from(room)).checked_div(whole).unwrap_or(0);
    let mut before = 0_u128;
    let mut parts = sizes.map(|size| {
        let from = edge(before);
        before += u128::from(size);
        u64::try_from(edge(before) - from).unwrap_or(room)
    });
    let unseen = |part: &u64, size: u64| size > 0 && *part == 0;
    let missing = parts.iter().zip(sizes).filter(|(part, size)| unseen(part, **size)).count();
    if let Some(widest) = parts.iter_mut().max() {
        *widest = widest.saturating_sub(missing as u64);
    }
    for (part, size) in parts.iter_mut().zip(sizes) {
        if unseen(part, *size) {
            *part = 1;
        }
    }
    parts
}

/// The drawing. Every text in it is made by this program; a policy that forbids styles written into the page lets it be.
fn drawn(words: &str, sizes: [u64; 3]) -> String {
    let middle = TUBE_TOP + TUBE_TALL / 2;
    let bulb = PARTS.iter().zip(sizes).find(|(_, size)| *size > 0).map_or("#fff", |((_, fill), _)| *fill);
    let mut svg = format!(
        "<svg class=\"thermometer\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{words}\" \
         xmlns=\"http://www.w3.org/2000/svg\"><rect x=\"{TUBE_LEFT}\" y=\"{TUBE_TOP}\" width=\"{TUBE_WIDTH}\" \
         height=\"{TUBE_TALL}\" fill=\"#fff\"/>"
    );
    let mut left = TUBE_LEFT;
    for (wide, (_, fill)) in cut(&sizes, TUBE_WIDTH).into_iter().zip(PARTS) {
        let _ = write!(
            svg,
            "<rect x=\"{left}\" y=\"{TUBE_TOP}\" width=\"{wide}\" height=\"{TUBE_TALL}\" fill=\"{fill}\"/>"
        );
        left += wide;
    }
    let _ = write!(
        svg,
        "<rect x=\"{TUBE_LEFT}\" y=\"{TUBE_TOP}\" width=\"{TUBE_WIDTH}\" height=\"{TUBE_TALL}\" fill=\"none\" \
         stroke=\"#5b6470\" stroke-width=\"2\"/>\
         <circle cx=\"{middle}\" cy=\"{middle}\" r=\"28\" fill=\"{bulb}\" stroke=\"#5b6470\" stroke-width=\"2\"/>\
         <rect x=\"52\" y=\"{top}\" width=\"10\" height=\"{tall}\" fill=\"{bulb}\"/>",
        top = TUBE_TOP + 1,
        tall = TUBE_TALL - 2,
    );
    for quarter in 0..=4 {
        let (at, line) = (TUBE_LEFT + TUBE_WIDTH * quarter / 4, TUBE_TOP + TUBE_TALL);
        let (below, text) = (line + 8, line + 34);
        let _ = write!(
            svg,
            "<line x1=\"{at}\" y1=\"{line}\" x2=\"{at}\" y2=\"{below}\" stroke=\"#5b6470\"/>\
             <text x=\"{at}\" y=\"{text}\" text-anchor=\"middle\">{}%</text>",
            quarter * 25
        );
    }
    svg.push_str("</svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_fill_their_room_to_the_last_unit_and_what_is_something_is_seen() {
        assert_eq!(cut(&[0, 6_000, 14_000], 1000), [0, 300, 700]);
        assert_eq!(cut(&[1, 1, 1], 1000), [333, 333, 334]);
        assert_eq!(cut(&[1, 0, 10_000_000], 1000), [1, 0, 999]);
        assert_eq!(cut(&[10_000_000, 1, 1], 560), [558, 1, 1]);
        assert_eq!(cut(&[u64::MAX, u64::MAX, 1], 560).iter().sum::<u64>(), 560);
        assert_eq!(cut(&[0, 0, 0], 560), [0, 0, 0]);
    }

    #[test]
    fn what_is_not_used_up_is_never_a_hundred() {
        let sizes = [999_999_999, 0, 1];
        assert_eq!(percent(1000 - cut(&sizes, 1000)[2]), "99.9%");
        assert!(drawn("", sizes).contains("width=\"1\" height=\"32\" fill=\"#e3ebf6\""));
    }
}
