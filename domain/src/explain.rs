//! Refusals that people can act on: a stable code for programs, Chinese and English text for people.

/// Implemented by every error of the domain.
pub trait Explain: std::error::Error {
    /// The stable code, in snake case, equal to the variant's name. Never changed once published.
    fn code(&self) -> &'static str;
    /// What is wrong and what to do, in Chinese. The English text is the error's `Display`.
    fn zh(&self) -> String;
    /// The field of the command that is at fault, as a dotted path; empty when it is the whole.
    fn field(&self) -> &'static str {
        ""
    }
}

/// An identifier as its own words: `RecordCalculation` is "record calculation".
pub fn in_words(identifier: &str) -> String {
    let mut text = String::with_capacity(identifier.len() + 4);
    for letter in identifier.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}
