//! A history without what chance alone decides: names and ciphertexts, which follow from random keys.

use eventlog::event::StoredEvent;
use eventlog::read::Log;
use serde_json::Value;

/// Longer texts are ciphertexts, digests or identifiers.
const WORD_MAX: usize = 32;

/// Every event of a log as a line: its type and what it says, amounts and days among it. Payments that follow each
/// other are sorted, because a run orders them by the names of their cases.
pub async fn facts(log: &Log) -> Vec<String> {
    let length = log.length().await.unwrap();
    let events = log.read_from(0, u32::try_from(length).unwrap()).await.unwrap();
    let mut facts: Vec<String> = events.iter().map(fact).collect();
    for neighbours in
        facts.chunk_by_mut(|one, other| one.starts_with("Payment ") && other.starts_with("Payment "))
    {
        neighbours.sort();
    }
    facts
}

fn fact(event: &StoredEvent) -> String {
    let mut payload: Value = serde_json::from_str(&event.payload).unwrap();
    forget_names(&mut payload);
    format!("{} {} {payload}", event.stream.kind, event.event_type)
}

fn forget_names(value: &mut Value) {
    match value {
        Value::String(text) if text.len() > WORD_MAX && text.is_ascii() => *text = "…".to_owned(),
        Value::Array(values) => values.iter_mut().for_each(forget_names),
        Value::Object(fields) => fields.values_mut().for_each(forget_names),
        _ => {}
    }
}
