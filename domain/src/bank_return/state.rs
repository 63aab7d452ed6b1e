//! The situations of a file from the bank.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::event::{BankReturnEvent, LineResolution, Matching, ReceivedFile, UnmatchedLine};
use crate::aggregate::ImpossibleEvent;

/// A file from the bank (回盘), by its situation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BankReturn {
    /// Nobody took it in.
    #[default]
    Unreceived,
    /// 读取中: its lines are being matched, or that was interrupted.
    Received(Received),
    /// 已匹配: every line has its place.
    Matched(Matched),
}

/// A file whose lines are being matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// The file.
    pub file: ReceivedFile,
    /// What could not be matched so far, by row.
    pub lines: BTreeMap<u64, UnmatchedLine>,
}

/// A file whose every line has its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matched {
    /// The file with what could not be matched.
    pub received: Received,
    /// How many lines went where.
    pub matching: Matching,
    /// What unmatched lines turned out to be, by row.
    pub resolved: BTreeMap<u64, Resolved>,
}

/// What an unmatched line turned out to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    /// What it is.
    pub resolution: LineResolution,
    /// Why.
    pub note: String,
}

impl Resolved {
    /// Whether there was nothing to do.
    pub fn is_dismissal(&self) -> bool {
        self.resolution == LineResolution::Dismissed
    }
}

/// The situations by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BankReturnStage {
    /// Not there.
    Unreceived,
    /// 读取中.
    Received,
    /// 已匹配.
    Matched,
}

impl BankReturnStage {
    /// The name that clerks see.
    pub const fn zh(self) -> &'static str {
        match self {
            BankReturnStage::Unreceived => "未收到",
            BankReturnStage::Received => "读取中",
            BankReturnStage::Matched => "已匹配",
        }
    }

    /// The name in English.
    pub const fn en(self) -> &'static str {
        match self {
            BankReturnStage::Unreceived => "not received",
            BankReturnStage::Received => "being matched",
            BankReturnStage::Matched => "matched",
        }
    }
}

impl fmt::Display for BankReturnStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.en())
    }
}

impl BankReturn {
    /// The situation's name.
    pub const fn stage(&self) -> BankReturnStage {
        match self {
            BankReturn::Unreceived => BankReturnStage::Unreceived,
            BankReturn::Received(_) => BankReturnStage::Received,
            BankReturn::Matched(_) => BankReturnStage::Matched,
        }
    }

    /// The file with what could not be matched, once it was received.
    pub const fn received(&self) -> Option<&Received> {
        match self {
            BankReturn::Unreceived => None,
            BankReturn::Received(received) => Some(received),
            BankReturn::Matched(matched) => Some(&matched.received),
        }
    }

    /// Where the lines went, once every line has its place.
    pub const fn matching(&self) -> Option<Matching> {
        match self {
            BankReturn::Matched(matched) => Some(matched.matching),
            BankReturn::Unreceived | BankReturn::Received(_) => None,
        }
    }

    /// Changes the situation in place: a file may have thousands of lines.
    pub(super) fn follow(&mut self, event: &BankReturnEvent) -> Result<(), ImpossibleEvent> {
        use BankReturnEvent as Event;
        match (&mut *self, event) {
            (BankReturn::Unreceived, Event::BankFileReceived { file, .. }) => {
                *self = BankReturn::Received(Received { file: file.clone(), lines: BTreeMap::new() });
                Ok(())
            }
            (BankReturn::Received(received), Event::BankLinesUnmatched { lines })
                if !lines.iter().any(|line| received.lines.contains_key(&line.row)) =>
            {
                received.lines.extend(lines.iter().map(|line| (line.row, line.clone())));
                Ok(())
            }
            (BankReturn::Received(received), Event::BankFileMatched { matching, .. }) => {
                let (received, matching) = (received.clone(), *matching);
                *self = BankReturn::Matched(Matched { received, matching, resolved: BTreeMap::new() });
                Ok(())
            }
            (BankReturn::Matched(matched), Event::BankLineReopened { row, .. })
                if matched.resolved.get(row).is_some_and(Resolved::is_dismissal) =>
            {
                matched.resolved.remove(row);
                Ok(())
            }
            (BankReturn::Matched(matched), Event::BankLineResolved { row, resolution, note, .. })
                if matched.received.lines.contains_key(row) && !matched.resolved.contains_key(row) =>
            {
                let resolved = Resolved { resolution: *resolution, note: note.clone() };
                matched.resolved.insert(*row, resolved);
                Ok(())
            }
            _ => Err(ImpossibleEvent::new(event, self.stage())),
        }
    }
}
