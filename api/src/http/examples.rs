//! An example of each JSON body, as it stands in the document and on the page: `examples.json`, by method and path. A test
//! sends each of them to a real server.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::Value;

use super::endpoint::Endpoint;

fn all() -> &'static BTreeMap<String, Value> {
    static ALL: OnceLock<BTreeMap<String, Value>> = OnceLock::new();
    // a test reads every entry, so the empty map never stands in for them
    ALL.get_or_init(|| serde_json::from_str(include_str!("examples.json")).unwrap_or_default())
}

/// The example of an endpoint's body.
pub fn of(endpoint: &Endpoint) -> Option<Value> {
    all().get(&format!("{} {}", endpoint.verb(), endpoint.path)).cloned()
}

/// How many there are.
#[cfg(test)]
pub fn count() -> usize {
    all().len()
}
