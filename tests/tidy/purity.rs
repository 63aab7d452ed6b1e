//! The domain reads no clock, performs no input or output, and waits for nothing.

use crate::Violation;
use crate::repository::TextFile;
use crate::scan::{code_of, line_at, without_tests};

/// What deciding must never need.
const FORBIDDEN: [&str; 25] = [
    "Utc::now",
    "Local::now",
    "SystemTime",
    "Instant",
    "std::fs",
    "std::net",
    "std::env",
    "std::io",
    "std::process",
    "std::thread",
    "tokio",
    "async fn",
    "async move",
    "async {",
    ".await",
    "println!",
    "eprintln!",
    "print!",
    "dbg!",
    "f32",
    "f64",
    "thread_rng",
    "getrandom",
    "new_v4",
    "now_v7",
];

/// cqrs-es declares an async function; the bridge to it forwards at once to a pure one.
const BRIDGE: (&str, [&str; 3]) = ("domain/src/aggregate.rs", ["async fn", "async move", ".await"]);

pub fn check(file: &TextFile) -> Vec<Violation> {
    if !file.path.starts_with("domain/src/") || file.is_test() {
        return Vec::new();
    }
    let code = code_of(&file.text);
    let code = without_tests(&code);
    let allowed = |token: &str| file.path == BRIDGE.0 && BRIDGE.1.contains(&token);
    let mut violations = Vec::new();
    for token in FORBIDDEN.into_iter().filter(|token| !allowed(token)) {
        for (at, _) in code.match_indices(token).filter(|(at, _)| stands_alone(code, *at, token)) {
            violations.push(Violation::new(file, line_at(code, at), format!("`{token}` in the domain")));
        }
    }
    violations
}

fn stands_alone(code: &str, at: usize, token: &str) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let before = token.starts_with(part) && code[..at].ends_with(part);
    let after = token.ends_with(part) && code[at + token.len()..].starts_with(part);
    !before && !after
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted;

    #[test]
    fn every_forbidden_thing_is_found_in_the_domain_alone() {
        for token in FORBIDDEN {
            let text = format!("fn decide() {{\n    let it = {token} \n}}\n");
            assert!(planted(check, "domain/src/fund/decide.rs", &text).contains(&2), "{token}");
            assert_eq!(planted(check, "api/src/main.rs", &text), Vec::<usize>::new());
        }
    }

    #[test]
    fn comments_tests_and_longer_words_are_no_violation() {
        let text = "// Utc::now\nlet Instantaneous = \"tokio\";\n#[cfg(test)]\nmod tests { use tokio; }";
        assert_eq!(planted(check, "domain/src/fund/decide.rs", text), Vec::<usize>::new());
    }

    #[test]
    fn only_the_bridge_may_be_async() {
        assert_eq!(planted(check, "domain/src/aggregate.rs", "async fn handle() {}"), Vec::<usize>::new());
        assert_eq!(planted(check, "domain/src/fund/mod.rs", "async fn handle() {}"), [1]);
        assert_eq!(planted(check, "domain/src/aggregate.rs", "\nUtc::now()"), [2]);
    }
}
