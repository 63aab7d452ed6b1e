//! Events of a file from the bank in words.

use domain::bank_return::{BankReturnEvent, LineResolution};

use super::{Words, words};
use crate::cli::screen::yuan;

pub(super) fn said(event: &BankReturnEvent) -> Words {
    use BankReturnEvent as Event;
    match event {
        Event::BankFileReceived { file, received_on } => words(
            format!(
                "{received_on} 收到回盘文件（{}）：到账 {} 笔 {} 元，退汇 {} 笔 {} 元",
                file.layout,
                file.settled_count,
                yuan(file.settled_sum),
                file.returned_count,
                yuan(file.returned_sum)
            ),
            format!(
                "file from the bank ({}) taken in on {received_on}: {} settled over {} yuan, {} returned over {} yuan",
                file.layout,
                file.settled_count,
                yuan(file.settled_sum),
                file.returned_count,
                yuan(file.returned_sum)
            ),
        ),
        Event::BankLinesUnmatched { lines } => words(
            format!("{} 行不能匹配，列为异常", lines.len()),
            format!("{} lines could not be matched", lines.len()),
        ),
        Event::BankFileMatched { matching, matched_on } => words(
            format!(
                "{matched_on} 匹配完成：到账 {} 笔，退汇 {} 笔，重复 {} 笔，在途 {} 笔，异常 {} 笔",
                matching.settled_count,
                matching.returned_count,
                matching.repeated_count,
                matching.waiting_count,
                matching.unmatched_count
            ),
            format!(
                "matched on {matched_on}: {} settled, {} returned, {} repeated, {} waiting, {} exceptions",
                matching.settled_count,
                matching.returned_count,
                matching.repeated_count,
                matching.waiting_count,
                matching.unmatched_count
            ),
        ),
        Event::BankLineReopened { row, reopened_on, .. } => words(
            format!("{reopened_on} 第 {row} 行重新处理"),
            format!("row {row} taken up again on {reopened_on}"),
        ),
        Event::BankLineResolved { row, resolution, note, resolved_on, .. } => {
            let (zh, en) = resolution_words(*resolution);
            words(
                format!("{resolved_on} 第 {row} 行：{zh}（{note}）"),
                format!("row {row} resolved on {resolved_on}: {en} ({note})"),
            )
        }
    }
}

const fn resolution_words(resolution: LineResolution) -> (&'static str, &'static str) {
    match resolution {
        LineResolution::Settled { .. } => ("确认到账", "settled"),
        LineResolution::Returned { .. } => ("确认退汇", "returned"),
        LineResolution::Recovered { .. } => ("到账后退汇，已全额追回", "came back after it had settled"),
        LineResolution::Dismissed => ("无须处理", "nothing to do"),
    }
}
