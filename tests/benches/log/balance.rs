//! What one person owes back, as of two clocks: thirty years of months, each paid, asked back and repaid in part.

use std::time::Instant;

use api::processes::{AsOf, Office, balance_of};
use domain::aggregate::Decider;
use domain::ids::PaymentId;
use domain::ids::RunId;
use domain::money::Money;
use domain::payment::{Payment, PaymentEvent, PaymentOrder, RecoveryReason};
use eventlog::append::{NewEvent, StreamAppend, StreamId};
use eventlog::bulk::BulkOptions;
use projections::runner::Until;

use crate::account::METADATA;

const MONTHS: u32 = 360;

pub async fn run(office: &Office, run: RunId) {
    println!("\nwhat one person owes back, as of two clocks, {MONTHS} months");
    let order = any_order(office, run).await;
    let person = order.beneficiary;
    let streams: Vec<StreamAppend> = (1..=MONTHS).map(|number| month(&order, number)).collect();
    let now = Some("2023-10-21T02:00:00Z".parse().unwrap());
    let options = BulkOptions { now, ..BulkOptions::default() };
    office.repository.appender().append_bulk(streams, &options).await.unwrap();
    office.runner.catch_up(Until::Head).await.unwrap();
    let day = "2023-10-21".parse().unwrap();
    let mut took: Vec<f64> = Vec::new();
    for _ in 0..21 {
        let began = Instant::now();
        let balance = balance_of(office, person, AsOf { effective: day, known: day }).await.unwrap();
        took.push(began.elapsed().as_secs_f64() * 1e3);
        assert_eq!(balance.open, Money::from_fen(200).times(i64::from(MONTHS)).unwrap());
    }
    took.sort_by(f64::total_cmp);
    println!(
        "  balance_of: {:.1} ms (median of 21), fastest {:.1}, slowest {:.1}",
        took[10], took[0], took[20]
    );
}

/// An order of the run, to be made into others.
async fn any_order(office: &Office, run: RunId) -> PaymentOrder {
    let mut lines = api::processes::payment_run::lines_from(&office.pool, run, 0, 1).await.unwrap();
    lines.remove(0).order("2023-10-20".parse().unwrap())
}

/// A month before those of the run: ordered, settled, asked back, and repaid in part.
fn month(order: &PaymentOrder, number: u32) -> StreamAppend {
    let month = order.month.plus(-i32::try_from(number).unwrap());
    let payment_id = PaymentId::derive(order.case_id, month, 1);
    let order = PaymentOrder { payment_id, month, ..order.clone() };
    let day = order.execution_on;
    let opened = PaymentEvent::RecoveryOpened {
        amount: Money::from_fen(300),
        reason: RecoveryReason::FactsCorrected,
        opened_on: day,
    };
    let received = PaymentEvent::RecoveryReceived {
        amount: Money::from_fen(100),
        received_on: day,
        withheld_from: None,
        reference: None,
    };
    let settled = PaymentEvent::PaymentSettled {
        settled_on: day,
        bank_reference: "R-1".to_owned(),
        withheld: Vec::new(),
    };
    let events = [PaymentEvent::PaymentOrdered { order: Box::new(order) }, settled, opened, received];
    let events = events.iter().map(|event| NewEvent::try_new(event, METADATA.to_owned()).unwrap()).collect();
    StreamAppend { stream: StreamId::new(Payment::TYPE, payment_id.to_string()), expected: 0, events }
}
