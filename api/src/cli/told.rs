//! Parts of a replay that several commands print.

use super::screen::Screen;
use crate::replay::{Difference, ProofStatus, Verdict, Words};

/// A sentence in the screen's language.
pub(super) fn said(screen: &Screen, words: &Words) -> String {
    screen.pick(&words.zh, &words.en).clone()
}

/// What came of determining something anew.
pub(super) fn verdict(screen: &Screen, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Same => screen.pick("✓ 同", "✓ same").to_owned(),
        Verdict::Differs { differences } => {
            let all: Vec<String> = differences.iter().map(|one| difference(screen, one)).collect();
            format!("✗ {} {}", screen.pick("不同", "differs:"), all.join("; "))
        }
        Verdict::Erased { on } => {
            format!("○ {}", screen.pick(format!("所需个人信息已于 {on} 删除"), format!("erased on {on}")))
        }
        Verdict::Unanswerable { words, .. } => format!("✗ {}", said(screen, words)),
    }
}

/// A field that differs.
pub(super) fn difference(screen: &Screen, difference: &Difference) -> String {
    let (expected, found) = (screen.pick("应为", "expected"), screen.pick("实为", "found"));
    format!("{}: {expected} {}, {found} {}", difference.field, difference.expected, difference.found)
}

/// How far an event is proven.
pub(super) fn proof(screen: &Screen, status: ProofStatus) -> String {
    match status {
        ProofStatus::Sealed { size } => {
            screen.pick(format!("✓ 已封存（{size}）"), format!("✓ sealed ({size})"))
        }
        ProofStatus::NotYetSealed => screen.pick("○ 未封存", "○ not sealed yet").to_owned(),
        ProofStatus::Broken => screen.pick("✗ 证明不符", "✗ proof broken").to_owned(),
    }
}
