//! The accessibility checker: axe, from its npm package.

use std::fs;

use serde_json::Value;

use super::person::Person;
use crate::npm::brought;

const PACKAGE: &str = "axe-core@4.14.1";

/// Runs the checker and answers what is serious, with the places.
const RUN: &str = "
    const done = arguments[arguments.length - 1];
    const serious = found => found.impact === 'serious' || found.impact === 'critical';
    const place = node => node.target.join(' ') + ' (' + (node.failureSummary || '').replace(/\\s+/g, ' ') + ')';
    const told = found => found.id + ': ' + found.nodes.map(place).join('; ');
    axe.run(document, { resultTypes: ['violations'] })
        .then(result => done(result.violations.filter(serious).map(told)))
        .catch(error => done(['the checker failed: ' + error]));";

/// The checker's script, which is brought here if it is not here yet.
fn script() -> String {
    fs::read_to_string(brought(PACKAGE).join("axe-core/axe.min.js")).unwrap()
}

/// What of the page that somebody looks at would shut people out.
pub async fn serious(person: &Person) -> Vec<String> {
    person.asks(&script()).await;
    let answer = person.asks_and_waits(RUN, Value::Null).await;
    serde_json::from_value(answer).unwrap()
}
