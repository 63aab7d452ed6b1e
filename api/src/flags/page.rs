//! The head of docs/FLAGS.md, from the rules themselves.

use std::fmt::Write;

use super::RULES;

/// The page up to where the demonstration's own findings begin, which are kept by hand.
pub fn flags_markdown() -> String {
    let mut page = String::from(HEAD);
    page.push_str("\n| Code | 疑点 | Red flag |\n|---|---|---|\n");
    for rule in RULES {
        // writing into a String cannot fail
        let _ = writeln!(page, "| [`{0}`](#{0}) | {1} | {2} |", rule.code, rule.zh, rule.en);
    }
    for rule in RULES {
        let _ = writeln!(page, "\n## {}\n\n{} · {}\n", rule.code, rule.zh, rule.en);
        for (name, text) in [
            ("Finds", rule.finds),
            ("Evidence", rule.evidence),
            ("Source", rule.source),
            ("Cannot see", rule.blind),
        ] {
            let _ = writeln!(page, "- **{name}.** {}", capital(text));
        }
    }
    page
}

/// Sentences begin with a capital, also where a source is quoted in mid-sentence.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

const HEAD: &str = "\
# 疑点 · Red flags

Up to the last heading this page is generated from the rules in `api/src/flags/rules/`; a test fails when they differ, and
`UPDATE_DOCS=1 cargo test -p api flags_page` writes it again.

```
ledger audit flags [--rule CODE …] [--on DAY] [--staff FILE.csv] [--statements FILE.csv] [--json]
```

A red flag accuses nobody. It says what the log holds, what the rule expects, and the positions of the events that show
it. The rules read the log alone, in one pass, and judge by what was known at the time where that matters: a payment
ordered after a death was in the log is another thing than one ordered before it was reported. `--on` is the day on
which deadlines are looked at; without it, the day of the newest event. Exit code 1 when something was found. `--json`
gives one document with all flags, each with its code, the ids it concerns, both texts and its positions, ascending;
`api::flags::flags` gives the same to programs, such as one that bundles the evidence.

- **What it opens.** Birthdays, grades, circumstances and incomes, where a rule of the law asks for them, ID numbers for
  twins, and accounts where one is not byte for byte the registered one. Names never. Persons and accounts are told apart
  by their keyed hashes.
- **Erased persons.** What rested on their facts cannot be judged any more, and the table counts how many there were.
- **What the auditor brings.** The office cannot vouch for its own relatives or for what its bank booked, so neither is an
  event of its log. `--staff` is a CSV file with the columns `account,id_number,relation,filed_on` (the official's account,
  the relative's ID number, the relation, the day of the filing or nothing); `--statements` one with
  `campaign,date,amount` (name or id of the campaign, the day, yuan, negative for what went back). ID numbers are hashed
  while the file is read and kept nowhere.
- **What no rule sees.** Facts that nobody recorded, and facts recorded wrongly by people who agree. Vehicles, homes,
  companies and pensions that a household hides are found by comparing registers of other departments, which are not in
  the log. A log that was tampered with is for `ledger check`.
";

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// What follows is the demonstration's output, kept by hand.
    const DEMO: &str = "\n## On the demonstration's ledger\n";

    #[test]
    fn flags_page_says_what_the_rules_say() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/FLAGS.md");
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        let (head, tail) = written.split_once(DEMO).unwrap_or((&written, ""));
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, format!("{}{DEMO}{tail}", flags_markdown())).unwrap();
            return;
        }
        assert!(head == flags_markdown(), "docs/FLAGS.md is out of date: run this test with UPDATE_DOCS=1");
        assert!(!tail.is_empty(), "docs/FLAGS.md shows no findings of the demonstration");
    }

    #[test]
    fn codes_are_unique_and_every_rule_is_described_in_full() {
        let codes: std::collections::BTreeSet<&str> = RULES.iter().map(|rule| rule.code).collect();
        assert_eq!(codes.len(), RULES.len());
        for rule in RULES {
            for text in [rule.zh, rule.en, rule.finds, rule.evidence, rule.source, rule.blind] {
                assert!(text.len() > 10, "{} lacks a text", rule.code);
            }
        }
    }
}
