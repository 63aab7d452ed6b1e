//! Positions are 0..n−1 without gap, sequences 1..m without gap, and recorded time never runs backwards.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::seen::{Seen, Watch};
use super::{Finding, Invariant};

/// Watches the order of the log.
#[derive(Default)]
pub struct Order {
    next_position: u64,
    recorded_at: Option<DateTime<Utc>>,
    sequences: HashMap<(String, String), u64>,
    findings: Vec<Finding>,
}

impl Watch for Order {
    fn invariant(&self) -> Invariant {
        Invariant {
            code: "order",
            zh: "全局位置与流内序号连续，记录时间不倒退",
            en: "positions and sequences have no gap, and recorded time never runs backwards",
        }
    }

    fn see(&mut self, seen: &Seen) {
        self.see_position(seen);
        self.see_sequence(seen);
        self.see_time(seen);
    }

    fn finish(self: Box<Self>) -> Vec<Finding> {
        self.findings
    }
}

impl Order {
    fn see_position(&mut self, seen: &Seen) {
        if seen.position != self.next_position {
            self.findings.push(Finding::at(
                seen.position,
                format!("应为位置 {}", self.next_position),
                format!("position {} should come here", self.next_position),
            ));
        }
        self.next_position = seen.position + 1;
    }

    fn see_sequence(&mut self, seen: &Seen) {
        let last = self.sequences.entry((seen.stream_type.clone(), seen.stream_id.clone())).or_default();
        if seen.sequence != *last + 1 {
            let (stream, expected) = (&seen.stream_id, *last + 1);
            self.findings.push(Finding::at(
                seen.position,
                format!("{} {stream} 序号应为 {expected}，实为 {}", seen.stream_type, seen.sequence),
                format!(
                    "{} {stream} should have sequence {expected}, not {}",
                    seen.stream_type, seen.sequence
                ),
            ));
        }
        *last = seen.sequence;
    }

    fn see_time(&mut self, seen: &Seen) {
        if self.recorded_at.is_some_and(|before| seen.recorded_at < before) {
            self.findings.push(Finding::at(
                seen.position,
                "记录时间早于前一事件",
                "recorded before the event ahead of it",
            ));
        }
        self.recorded_at = Some(seen.recorded_at);
    }
}
