//! `docs/EVENTS.md`, written from the types.
/// x
pub fn events_markdown() -> String {
    String::new()
}
