//! One meaning, one word: the glossary's. Words that it replaces are found in names, however they are written.

use crate::Violation;
use crate::repository::TextFile;
use crate::scan::code_of;

/// Words that are not ours, and the glossary's word for what they mean.
const REPLACED: [(&str, &str); 30] = [
    ("payment batch", "payment run"),
    ("pay run", "payment run"),
    ("payrun", "payment run"),
    ("payroll", "payment run"),
    ("payout", "payment"),
    ("pay out", "payment"),
    ("disbursal", "release"),
    ("programme", "program"),
    ("enrolment", "enrollment"),
    ("claimant", "applicant"),
    ("benefit claim", "benefit case"),
    ("dossier", "benefit case"),
    ("grantee", "beneficiary"),
    ("beneficary", "beneficiary"),
    ("benificiary", "beneficiary"),
    ("allotment", "entitlement"),
    ("stipend", "benefit"),
    ("handout", "benefit"),
    ("pay month", "benefit month"),
    ("claim month", "benefit month"),
    ("back pay", "arrears"),
    ("clawback", "recovery"),
    ("claw back", "recovery"),
    ("chargeback", "return"),
    ("fundraiser", "campaign"),
    ("donator", "donor"),
    ("family unit", "household"),
    ("anonymize", "erase"),
    ("pseudonym", "erase"),
    ("read model", "projection"),
];

/// The things that the office speaks of: each is one public type of the domain.
const CORE: [&str; 10] = [
    "Money",
    "BenefitMonth",
    "Program",
    "Household",
    "BenefitCase",
    "PaymentRun",
    "Payment",
    "Campaign",
    "Fund",
    "Actor",
];

pub fn check(file: &TextFile) -> Vec<Violation> {
    if file.path.starts_with("tests/tidy/") {
        return Vec::new();
    }
    let code = if file.path.ends_with(".rs") { code_of(&file.text) } else { file.text.clone() };
    let mut violations = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let names = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        for name in names.filter(|name| !name.is_empty()) {
            let spoken = spoken(name);
            for (word, ours) in REPLACED.iter().filter(|(word, _)| has_words(&spoken, word)) {
                let rule = format!("`{name}`: say `{ours}`, not `{word}`");
                violations.push(Violation::new(file, number + 1, rule));
            }
        }
    }
    violations
}

/// Core terms that are not defined exactly once in the domain.
pub fn undefined<'a>(files: impl Iterator<Item = &'a TextFile>) -> Vec<String> {
    let domain = files.filter(|file| file.path.starts_with("domain/src/") && !file.is_test());
    let code: Vec<String> = domain.map(|file| code_of(&file.text)).collect();
    let words: Vec<&str> = code.iter().flat_map(|text| text.split_whitespace()).collect();
    let defined = |term: &str| {
        let triples =
            words.windows(3).filter(|three| three[0] == "pub" && ["struct", "enum"].contains(&three[1]));
        triples.filter(|three| three[2].split(['(', '{', '<', ';']).next() == Some(term)).count()
    };
    CORE.into_iter().filter(|term| defined(term) != 1).map(str::to_owned).collect()
}

/// A name as it is spoken: `PaymentRunId` and `payment_run_id` are both " payment run id ".
fn spoken(name: &str) -> String {
    let mut spoken = String::from(" ");
    let mut previous = ' ';
    for letter in name.chars() {
        if letter == '_' || (letter.is_uppercase() && previous.is_lowercase()) {
            spoken.push(' ');
        }
        spoken.extend(letter.to_lowercase().filter(|letter| *letter != '_'));
        previous = letter;
    }
    spoken + " "
}

fn has_words(spoken: &str, words: &str) -> bool {
    [format!(" {words} "), format!(" {words}s ")].iter().any(|each| spoken.contains(each))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted;

    #[test]
    fn every_replaced_word_is_found_however_it_is_written() {
        for (word, _) in REPLACED {
            let snake = word.replace(' ', "_");
            let camel: String = word.split(' ').map(|part| part[..1].to_uppercase() + &part[1..]).collect();
            for name in [snake.clone(), format!("the_{snake}s"), camel.clone(), format!("New{camel}Id")] {
                assert_eq!(planted(check, "api/src/a.rs", &format!("\nlet {name} = 1;")), [2], "{name}");
            }
            assert_eq!(planted(check, "migrations/0009_a.sql", &format!("create table {snake} ()")), [1]);
        }
    }

    #[test]
    fn our_own_words_and_prose_are_free() {
        let text = "// a payroll\nlet PaymentRun = payment_runs(\"payout\"); let programmed = 1;";
        assert_eq!(planted(check, "api/src/a.rs", text), Vec::<usize>::new());
    }

    #[test]
    fn a_core_term_that_is_missing_or_defined_twice_is_found() {
        let text = CORE.map(|term| format!("pub struct {term}(u8);\n")).concat();
        let file = |text: &str| TextFile { path: "domain/src/a.rs".into(), text: text.to_owned() };
        assert_eq!(undefined([file(&text)].iter()), Vec::<String>::new());
        assert_eq!(undefined([file(&text.replace("pub struct Fund(", "struct Fund("))].iter()), ["Fund"]);
        assert_eq!(undefined([file(&text), file("pub enum Fund { A }")].iter()), ["Fund"]);
    }
}
