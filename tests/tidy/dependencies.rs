//! `domain ← eventlog ← projections ← api ← tests`, and `domain ← print ← api`: a crate depends only on those to its
//! left.

use toml::Table;

use crate::Violation;
use crate::repository::TextFile;

const ORDER: [&str; 6] = ["domain", "print", "eventlog", "projections", "api", "tests"];

/// The one crate that waits for the long build of `print`; who tests the program has it through that.
const PRINTERS: [&str; 1] = ["api"];

/// What `domain` may use besides: values, errors, and cqrs-es's traits.
const DOMAIN_MAY_USE: [&str; 11] = [
    "cqrs-es",
    "serde",
    "serde_json",
    "schemars",
    "uuid",
    "chrono",
    "rust_decimal",
    "toml",
    "thiserror",
    "sha2",
    "hex",
];

pub fn check(file: &TextFile) -> Vec<Violation> {
    let manifest: Table = file.text.parse().unwrap();
    let name = manifest["package"]["name"].as_str().unwrap();
    let Some(own) = ORDER.iter().position(|each| *each == name) else {
        return vec![Violation::new(file, 1, format!("`{name}` has no place in the order of crates"))];
    };
    let sections = ["dependencies", "dev-dependencies", "build-dependencies"];
    let used = sections.iter().filter_map(|section| Some((*section, manifest.get(*section)?.as_table()?)));
    let used = used.flat_map(|(section, table)| table.keys().map(move |key| (section, key.as_str())));
    used.filter_map(|(section, other)| refusal(own, section, other))
        .map(|rule| Violation::new(file, 1, rule))
        .collect()
}

fn refusal(own: usize, section: &str, other: &str) -> Option<String> {
    let name = ORDER[own];
    match ORDER.iter().position(|each| *each == other) {
        Some(place) if place >= own => Some(format!("`{name}` may not depend on `{other}`")),
        Some(_) if other == "print" && !PRINTERS.contains(&name) => {
            Some(format!("`{name}` may not wait for `print` to be built"))
        }
        Some(_) if name == "print" && other != "domain" => {
            Some(format!("`print` may not depend on `{other}`: it takes plain data"))
        }
        None if name == "domain" && section == "dependencies" && !DOMAIN_MAY_USE.contains(&other) => {
            Some(format!("`domain` may not use `{other}`: it does no input or output"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted;

    fn found(name: &str, dependencies: &str) -> usize {
        let text = format!("[package]\nname = \"{name}\"\n{dependencies}");
        planted(check, &format!("{name}/Cargo.toml"), &text).len()
    }

    #[test]
    fn a_dependency_against_the_order_is_found() {
        assert_eq!(found("eventlog", "[dependencies]\ndomain.workspace = true"), 0);
        assert_eq!(found("eventlog", "[dependencies]\nprojections.workspace = true"), 1);
        assert_eq!(found("domain", "[dev-dependencies]\neventlog = { path = \"../eventlog\" }"), 1);
        assert_eq!(found("api", "[build-dependencies]\ntests.workspace = true"), 1);
    }

    #[test]
    fn a_database_in_the_domain_is_found() {
        assert_eq!(found("domain", "[dependencies]\nsqlx.workspace = true"), 1);
        assert_eq!(found("domain", "[dependencies]\nserde.workspace = true"), 0);
        assert_eq!(found("domain", "[dev-dependencies]\ntokio.workspace = true"), 0);
    }

    #[test]
    fn only_the_program_depends_on_print_and_print_on_the_domain_alone() {
        assert_eq!(found("print", "[dependencies]\ndomain.workspace = true\ntypst.workspace = true"), 0);
        assert_eq!(found("print", "[dependencies]\neventlog.workspace = true"), 1);
        assert_eq!(found("api", "[dependencies]\nprint.workspace = true"), 0);
        assert_eq!(found("tests", "[dependencies]\nprint.workspace = true"), 1);
        assert_eq!(found("eventlog", "[dependencies]\nprint.workspace = true"), 1);
    }

    #[test]
    fn a_crate_without_a_place_is_found() {
        assert_eq!(found("utils", ""), 1);
    }
}
