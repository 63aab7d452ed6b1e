//! A small aggregate to write, and the commands that a key stands for.

use chrono::NaiveDate;
use domain::aggregate::{Context, Decider, ImpossibleEvent};
use domain::explain::Explain;
use domain::{ledger_aggregate, ledger_events};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::record::{Asked, Door, Put};

/// Few enough for callers to meet in one, and for batches to hold several commands on one.
const TILLS: u8 = 24;

/// Counts coins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Till {
    pub coins: u32,
}

#[derive(Clone, Debug)]
pub struct PutCoins {
    pub coins: u32,
    pub once: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum TillEvent {
    CoinPut {},
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the till has coins already")]
pub struct Taken;

impl Explain for Taken {
    fn code(&self) -> &'static str {
        "taken"
    }

    fn zh(&self) -> String {
        "钱箱已有硬币".to_owned()
    }
}

impl TillEvent {
    fn effective_day(&self) -> Option<NaiveDate> {
        None
    }
}

ledger_events!(TillEvent { CoinPut = "1.0.0" });
ledger_aggregate!(Till);

impl Decider for Till {
    const TYPE: &'static str = "Till";
    type Command = PutCoins;
    type Event = TillEvent;
    type Error = Taken;

    fn decide(&self, command: PutCoins, _: &Context) -> Result<Vec<TillEvent>, Taken> {
        if command.once && self.coins > 0 {
            return Err(Taken);
        }
        Ok((0..command.coins).map(|_| TillEvent::CoinPut {}).collect())
    }

    fn try_evolve(&mut self, _: &TillEvent) -> Result<(), ImpossibleEvent> {
        self.coins += 1;
        Ok(())
    }
}

/// The command of a key: its bytes are the choices, so that a seed repeats them.
pub fn command_of(key: Uuid) -> Asked {
    let bytes = key.as_bytes();
    let shared = |turn: u8| Put {
        // neighbours of each other, so that no stream is named twice
        stream: format!("till-{:02}", (bytes[1] % TILLS + turn) % TILLS),
        coins: 1 + u32::from(bytes[2] % 3),
        once: false,
    };
    let own = || Put { stream: format!("ticket-{key}"), coins: 1 + u32::from(bytes[3] % 2), once: true };
    let (door, puts) = match bytes[0] % 8 {
        0..=3 => (Door::Execute, vec![shared(0)]),
        4 => (Door::Execute, vec![own()]),
        5 => (Door::Append, vec![own()]),
        6 => (Door::Transact, (0..2 + bytes[4] % 3).map(shared).collect()),
        _ => (Door::Transact, vec![shared(0), own()]),
    };
    Asked { key, door, puts }
}
