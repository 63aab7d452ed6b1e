//! SQL stands in `.sql` files, one statement in each, with keywords in lower case; a migration may hold many.

use crate::Violation;
use crate::repository::TextFile;
use crate::scan::{line_at, literals_of};

/// Beginnings of statements. What follows must look like SQL, since these are also words of English.
const BEGINNINGS: [(&str, &str); 12] = [
    ("select ", " from "),
    ("select ", "("),
    ("insert into ", "values"),
    ("insert into ", "select"),
    ("update ", " set "),
    ("delete from ", ""),
    ("truncate ", ""),
    ("create ", "table "),
    ("create ", "index "),
    ("alter ", "table "),
    ("drop ", "table "),
    ("copy ", " std"),
];

/// The one file that names a schema, which cannot be a parameter; and asks whether it exists.
const EXCEPTIONS: [&str; 1] = ["eventlog/src/database.rs"];

/// Definitions of tables whose name is filled in, which cannot be a parameter either.
const DEFINITIONS: [&str; 3] = ["create ", "alter ", "drop "];

/// Files that hold all tables of one projection, or all settings of one connection.
const SCRIPTS: [&str; 3] = ["tables.sql", "_table.sql", "_settings.sql"];

const KEYWORDS: [&str; 40] = [
    "SELECT",
    "FROM",
    "WHERE",
    "INSERT",
    "INTO",
    "VALUES",
    "UPDATE",
    "SET",
    "DELETE",
    "CREATE",
    "TABLE",
    "INDEX",
    "UNIQUE",
    "PRIMARY",
    "KEY",
    "NOT",
    "NULL",
    "AND",
    "OR",
    "ORDER",
    "BY",
    "GROUP",
    "HAVING",
    "LIMIT",
    "JOIN",
    "LEFT",
    "ON",
    "AS",
    "WITH",
    "RETURNING",
    "CONFLICT",
    "DO",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "GRANT",
    "REVOKE",
    "CHECK",
];

/// Statements inside Rust, outside of tests.
pub fn check_rust(file: &TextFile) -> Vec<Violation> {
    if file.is_test() || EXCEPTIONS.contains(&file.path.as_str()) {
        return Vec::new();
    }
    let tests = file.text.find("#[cfg(test)]\nmod ").map_or(usize::MAX, |at| line_at(&file.text, at));
    let statements =
        literals_of(&file.text).into_iter().filter(|(line, literal)| *line < tests && is_sql(literal));
    statements
        .map(|(line, _)| Violation::new(file, line, "a statement belongs into a file of its own"))
        .collect()
}

/// Upper-case keywords, and more than one statement.
pub fn check_file(file: &TextFile) -> Vec<Violation> {
    let code = code_of(&file.text);
    let words =
        code.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty());
    let shouted = words.filter(|word| KEYWORDS.contains(word)).map(|word| {
        let at = word.as_ptr().addr() - code.as_ptr().addr();
        Violation::new(file, line_at(&code, at), format!("`{word}` in upper case"))
    });
    let script = file.path.starts_with("migrations/") || SCRIPTS.iter().any(|name| file.path.ends_with(name));
    let many = !script && code.trim().trim_end_matches(';').contains(';');
    let many = many.then(|| Violation::new(file, 1, "more than one statement"));
    shouted.chain(many).collect()
}

fn is_sql(literal: &str) -> bool {
    let text = literal.trim_start_matches(['b', 'r', '#', '"']).to_lowercase();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.contains('{') && DEFINITIONS.iter().any(|beginning| text.starts_with(beginning)) {
        return false;
    }
    BEGINNINGS
        .iter()
        .any(|(beginning, later)| text.strip_prefix(beginning).is_some_and(|rest| rest.contains(later)))
}

/// The text with comments, strings and the bodies of functions blanked.
fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = hidden(rest);
        let shown = if length == 0 { first.len_utf8() } else { length };
        let blank = rest[..shown].chars().map(|letter| if letter == '\n' { '\n' } else { ' ' });
        if length == 0 {
            code.push(first)
        } else {
            code.extend(blank)
        }
        rest = &rest[shown..];
    }
    code
}

/// The length of the comment, string, quoted name or body with which the text begins.
fn hidden(text: &str) -> usize {
    let until =
        |open: usize, end: &str| text[open..].find(end).map_or(text.len(), |at| open + at + end.len());
    if text.starts_with("--") {
        return text.find('\n').unwrap_or(text.len());
    }
    match text.chars().next() {
        Some('\'') => until(1, "'"),
        Some('"') => until(1, "\""),
        _ if text.starts_with("$$") => until(2, "$$"),
        _ if text.starts_with("/*") => until(2, "*/"),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted;

    #[test]
    fn a_statement_in_rust_is_found() {
        for statement in [
            "select 1 from log_events",
            "SELECT count(*)\\n FROM x",
            "insert into a values ($1)",
            "update a set b = 1",
            "delete from a",
            "create table a ()",
        ] {
            let text = format!("// \"delete from a\"\nlet query = \"{statement}\";");
            assert_eq!(planted(check_rust, "projections/src/a.rs", &text), [2], "{statement}");
            assert_eq!(planted(check_rust, "tests/journeys/a.rs", &text), Vec::<usize>::new());
        }
    }

    #[test]
    fn english_is_not_taken_for_sql() {
        for text in
            ["select a file", "update the register", "insert into the folder", "create a case", "drop it"]
        {
            assert_eq!(
                planted(check_rust, "api/src/a.rs", &format!("\"{text}\"")),
                Vec::<usize>::new(),
                "{text}"
            );
        }
    }

    #[test]
    fn a_definition_with_a_name_filled_in_may_stand_in_rust() {
        let filled = "let it = format!(\"alter table {new} rename to {table}\");";
        assert_eq!(planted(check_rust, "projections/src/a.rs", filled), Vec::<usize>::new());
        let whole = "let it = \"alter table a rename to b\";";
        assert_eq!(planted(check_rust, "projections/src/a.rs", whole), [1]);
    }

    #[test]
    fn keywords_in_upper_case_are_found_outside_of_strings() {
        assert_eq!(planted(check_file, "a/sql/b.sql", "select 1\nFROM x -- WHERE\n where y = 'AND'"), [2]);
    }

    #[test]
    fn a_second_statement_is_found_outside_of_migrations() {
        assert_eq!(planted(check_file, "a/sql/b.sql", "select 1;\nselect 2"), [1]);
        assert_eq!(planted(check_file, "a/sql/b.sql", "do $$ begin; end; $$;\n"), Vec::<usize>::new());
        assert_eq!(planted(check_file, "migrations/0001_a.sql", "select 1;\nselect 2"), Vec::<usize>::new());
    }
}
