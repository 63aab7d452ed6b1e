//! Which version of the rule book an event names.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// How a payload names it. It cannot stand inside of a text, whose quotation marks would be escaped.
static NAMES: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"rule_version\":\""));

/// The version that a payload names, if it does.
pub fn named_version(payload: &str) -> Option<&str> {
    let begin = NAMES.find(payload.as_bytes())? + NAMES.needle().len();
    payload[begin..].split_once('"').map(|(version, _)| version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_where_it_is_named_and_not_in_a_text() {
        let payload = r#"{"Decided":{"x":1,"rule_version":"2023-10-24-0123456789ab","y":1}}"#;
        assert_eq!(named_version(payload), Some("2023-10-24-0123456789ab"));
        assert_eq!(named_version(r#"{"note":"\"rule_version\":\"no\""}"#), None);
        assert_eq!(named_version(r#"{"rule_version":"no"#), None);
    }
}
