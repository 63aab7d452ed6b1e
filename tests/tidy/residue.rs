//! The project speaks of the product alone: no places of the machine it was made on, nothing unfinished.

use crate::Violation;
use crate::repository::TextFile;

const FORBIDDEN: [(&str, &str); 14] = [
    ("/work/", "a path of one machine"),
    ("/home/", "a path of one machine"),
    ("/root/", "a path of one machine"),
    ("TODO", "unfinished"),
    ("FIXME", "unfinished"),
    ("XXX", "unfinished"),
    ("subagent", "how it was made"),
    ("worktree", "how it was made"),
    ("language model", "how it was made"),
    ("crates.io", "the host of a package registry"),
    ("docs.rs/", "the host of a package registry"),
    ("npmjs", "the host of a package registry"),
    ("pypi", "the host of a package registry"),
    ("<<<<<<<", "an unresolved merge"),
];

pub fn check(file: &TextFile) -> Vec<Violation> {
    if file.path.starts_with("tests/tidy/") {
        return Vec::new();
    }
    let mut violations = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        for (text, what) in FORBIDDEN.iter().filter(|(text, _)| line.contains(text)) {
            violations.push(Violation::new(file, number + 1, format!("`{text}`: {what}")));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted;

    #[test]
    fn every_leftover_is_found_in_any_file() {
        for (text, _) in FORBIDDEN {
            for path in ["docs/POLICY.md", "api/src/main.rs", ".ci/run", "eventlog/src/sql/a.sql"] {
                assert_eq!(planted(check, path, &format!("\n\nsee {text} here")), [3], "{text} in {path}");
            }
        }
    }
}
