//! Papers of an invented office, set and read back.

mod donations;
mod imprints;
mod pages;
mod sheets;
mod workbooks;

use chrono::NaiveDate;
use domain::money::Money;

use crate::{CheckpointMark, Paper, Roster, RosterRow, Sheet, Subject, Trace};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn trace() -> Trace {
    Trace {
        origin: "benefits-ledger/00000000-0000-4000-8000-000000000000/sha256".to_owned(),
        position: 50_351,
        checkpoint: Some(CheckpointMark { size: 50_351, root: "ab".repeat(32) }),
        printed_on: day("2023-08-08"),
        printed_by: "wu.hua".to_owned(),
    }
}

fn paper(sheet: Sheet) -> Paper {
    let run = "00000000-0000-4000-8000-000000000001".parse().unwrap();
    Paper { sheet, trace: trace(), subject: Subject::Roster { run, whole: true } }
}

fn row(name: &str, fen: i32) -> RosterRow {
    RosterRow {
        name: name.to_owned(),
        id_number: "99011419350101002X".to_owned(),
        community: "龙华园".to_owned(),
        program: "困难残疾人生活补贴".to_owned(),
        month: "2023-07".to_owned(),
        kind: "当期".to_owned(),
        amount: Money::from_fen(fen),
        payee: name.to_owned(),
        account: "9901140000000000019".to_owned(),
        status: "已到账".to_owned(),
    }
}

/// A roster that adds up.
fn roster(rows: Vec<RosterRow>) -> Roster {
    Roster {
        office: "昌平区某街道办事处".to_owned(),
        run: "00000000-0000-4000-8000-000000000001".to_owned(),
        month: "2023-07".to_owned(),
        programs: vec!["高龄老年人津贴".to_owned(), "困难残疾人生活补贴".to_owned()],
        fund: "老年人福利补贴资金".to_owned(),
        stage: "已对账".to_owned(),
        count: rows.len() as u64,
        sum: Money::sum(rows.iter().map(|row| row.amount)).unwrap(),
        rows,
        prepared_by: Some("li.na".to_owned()),
        approved_by: Some("zhao.min".to_owned()),
        released_by: Some("wu.hua".to_owned()),
    }
}
