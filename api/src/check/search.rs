//! Looks for values in every row of every table, in one pass a table.
//!
//! A row is written out as JSON with the names of its columns, and COPY doubles its backslashes.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, BuildError, Match};
use futures::TryStreamExt;
use serde_json::Value;
use sqlx::postgres::PgPoolCopyExt;
use sqlx::{PgPool, Row};

use super::Finding;
use super::reach::Reach;

/// Fields that people write sentences in, or the number of a paper. So are those whose names end in `_reason`.
const WRITTEN: [&str; 8] =
    ["reason", "note", "basis", "purpose", "why", "reference", "agreement", "document"];
const WRITTEN_END: &str = "_reason";

/// Fields in which names of people stand sealed.
const NAME_FIELDS: [&str; 3] = ["donor_name", "donor_name_sealed", "name_sealed"];

/// Fewest bytes that are looked for as hexadecimal digits: those of fewer stand in some hash by chance.
const HEX_BYTES_MIN: usize = 6;

/// What is looked for, each with the label of the field that seals it, which findings show instead of it.
#[derive(Default)]
pub struct Sought {
    /// Spellings of numbers and addresses, which are found wherever they stand, whatever is said openly.
    numbers: BTreeMap<String, &'static str>,
    /// Spellings of names that are found wherever they stand.
    anywhere: BTreeMap<String, &'static str>,
    /// Names that are found as words of sentences.
    words: BTreeMap<String, &'static str>,
}

impl Sought {
    /// Looks for a number or an address in every text, also within a word.
    pub fn number(&mut self, label: &'static str, value: &str) {
        if !value.is_empty() {
            self.numbers.extend(spellings(value).into_iter().map(|spelling| (spelling, label)));
        }
    }

    /// Looks for a name as far as it tells of somebody.
    pub fn name(&mut self, label: &'static str, name: &str) {
        match Reach::of(name) {
            Reach::Anywhere => {
                self.anywhere.extend(spellings(name).into_iter().map(|spelling| (spelling, label)));
                return;
            }
            Reach::Sentences => {
                self.words.insert(name.to_owned(), label);
            }
            Reach::NameFields => {}
        }
        self.anywhere.extend(in_name_fields(name).map(|spelling| (spelling, label)));
    }

    /// Ready to look, with what is said openly.
    ///
    /// # Errors
    /// There are more values than can be looked for at once.
    pub fn finder<'w>(self, open: impl Iterator<Item = &'w str>) -> Result<Finder, BuildError> {
        let open: Vec<String> = open.flat_map(spellings).collect();
        let marks = WRITTEN.iter().map(|field| format!("\"{field}"));
        Ok(Finder {
            numbers: Values::of(self.numbers)?,
            anywhere: Values::of(self.anywhere)?,
            words: Values::of(self.words)?,
            open: automaton(&open)?,
            marks: AhoCorasick::new(marks.chain([WRITTEN_END.to_owned()]))?,
        })
    }
}

/// How a value may be spelled in a row: as it is, with its own quotation marks escaped, in bytes shown as hexadecimal digits,
/// and escaped as JSON does, with the backslash doubled once where the JSON is itself a text, and once more by COPY.
fn spellings(value: &str) -> BTreeSet<String> {
    let escaped = |backslashes: &str| {
        value.encode_utf16().map(|unit| format!("{backslashes}u{unit:04x}")).collect::<String>()
    };
    let texts = [value.to_owned(), in_row(value), escaped(r"\"), escaped(r"\\"), escaped(r"\\\\")];
    let digits = (value.len() >= HEX_BYTES_MIN).then(|| hex::encode(value));
    texts.into_iter().chain(digits).collect()
}

/// A text as a row has it, without the quotation marks around it.
fn in_row(text: &str) -> String {
    let json = Value::from(text).to_string();
    json[1..json.len() - 1].replace('\\', r"\\")
}

/// A name as the whole of a field in which names stand sealed, also where the row has the JSON in a text.
fn in_name_fields(name: &str) -> impl Iterator<Item = String> {
    let name = in_row(name);
    NAME_FIELDS.into_iter().flat_map(move |field| {
        [("\"", ""), ("\"", " "), (r#"\\""#, ""), (r#"\\""#, " ")]
            .map(|(quote, blank)| format!("{quote}{field}{quote}:{blank}{quote}{name}{quote}"))
    })
}

fn automaton(values: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<AhoCorasick, BuildError> {
    AhoCorasick::builder().ascii_case_insensitive(true).build(values)
}

/// Values with their labels.
struct Values {
    automaton: AhoCorasick,
    labels: Vec<&'static str>,
}

impl Values {
    fn of(values: BTreeMap<String, &'static str>) -> Result<Values, BuildError> {
        let automaton = automaton(values.keys())?;
        Ok(Values { automaton, labels: values.into_values().collect() })
    }

    fn label(&self, hit: &Match) -> Option<&'static str> {
        self.labels.get(hit.pattern().as_usize()).copied()
    }
}

/// Looks for values in rows.
pub struct Finder {
    numbers: Values,
    anywhere: Values,
    words: Values,
    open: AhoCorasick,
    /// How rows name the fields that people write in.
    marks: AhoCorasick,
}

impl Finder {
    /// The label of the first number in a row, or of the first name that is not said openly.
    fn find(&self, line: &[u8]) -> Option<&'static str> {
        let number = || self.numbers.label(&self.numbers.automaton.find(line)?);
        number().or_else(|| self.unsaid(&self.anywhere, line, |_| true)).or_else(|| self.word_in_row(line))
    }

    /// The label of the first value in a text that counts and is no part of an open word.
    fn unsaid(&self, values: &Values, text: &[u8], counts: impl Fn(&Match) -> bool) -> Option<&'static str> {
        values.automaton.find(text)?;
        let open: Vec<Match> = self.open.find_overlapping_iter(text).collect();
        let said =
            |hit: &Match| open.iter().any(|open| open.start() <= hit.start() && hit.end() <= open.end());
        let hit = values.automaton.find_overlapping_iter(text).find(|hit| counts(hit) && !said(hit))?;
        values.label(&hit)
    }

    /// Most rows are not read: people wrote nothing in them.
    fn word_in_row(&self, line: &[u8]) -> Option<&'static str> {
        if self.words.labels.is_empty() || !self.marks.is_match(line) {
            return None;
        }
        self.word_within("", &read(line)?)
    }

    fn word_within(&self, field: &str, value: &Value) -> Option<&'static str> {
        match value {
            Value::Object(fields) => fields.iter().find_map(|(field, value)| self.word_within(field, value)),
            Value::Array(values) => values.iter().find_map(|value| self.word_within(field, value)),
            Value::String(text) => match json_of(text) {
                Some(inner) => self.word_within(field, &inner),
                None if is_sentence(field, text) => self.word_of(text),
                None => None,
            },
            Value::Null | Value::Bool(_) | Value::Number(_) => None,
        }
    }

    /// A name in a sentence, with no Latin letter or digit beside it.
    fn word_of(&self, text: &str) -> Option<&'static str> {
        self.unsaid(&self.words, text.as_bytes(), |hit| {
            let before = text.get(..hit.start()).and_then(|before| before.chars().next_back());
            let after = text.get(hit.end()..).and_then(|after| after.chars().next());
            // Chinese is written without blanks: a sign of it beside the name is another word
            ![before, after].into_iter().flatten().any(|sign| sign.is_ascii_alphanumeric())
        })
    }
}

/// Whether people wrote a text. One word in letters, digits and signs of a machine is a code, such as `deceased` or `AC01`.
fn is_sentence(field: &str, text: &str) -> bool {
    let is_code = text.is_ascii() && !text.contains(char::is_whitespace);
    !is_code && (WRITTEN.contains(&field) || field.ends_with(WRITTEN_END))
}

/// What a text holds that is JSON itself.
fn json_of(text: &str) -> Option<Value> {
    text.starts_with(['{', '[']).then(|| serde_json::from_str(text).ok()).flatten()
}

/// A row as COPY wrote it.
fn read(line: &[u8]) -> Option<Value> {
    let mut json = Vec::with_capacity(line.len());
    let mut bytes = line.iter().copied();
    while let Some(byte) = bytes.next() {
        let escaped = if byte == b'\\' { bytes.next() } else { None };
        json.push(match escaped {
            None => byte,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(other) => other,
        });
    }
    serde_json::from_slice(&json).ok()
}

/// Searches every table of the ledger's schema.
///
/// # Errors
/// When the database cannot be read.
pub async fn search(pool: &PgPool, finder: &Finder) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for row in sqlx::query(include_str!("sql/tables.sql")).fetch_all(pool).await? {
        let table: String = row.try_get("table_name")?;
        findings.extend(search_table(pool, &table, finder).await?);
    }
    Ok(findings)
}

async fn search_table(pool: &PgPool, table: &str, finder: &Finder) -> anyhow::Result<Vec<Finding>> {
    let statement = include_str!("sql/dump.sql").replace("{table}", &table.replace('"', "\"\""));
    let mut rows = pool.copy_out_raw(&statement).await?;
    let (mut findings, mut number) = (Vec::new(), 0_u64);
    let mut rest = Vec::new();
    while let Some(bytes) = rows.try_next().await? {
        rest.extend_from_slice(&bytes);
        let Some(end) = rest.iter().rposition(|byte| *byte == b'\n') else { continue };
        for line in rest[..end].split(|byte| *byte == b'\n') {
            findings.extend(search_line(table, number, line, finder));
            number += 1;
        }
        rest.drain(..=end);
    }
    Ok(findings)
}

fn search_line(table: &str, number: u64, line: &[u8], finder: &Finder) -> Option<Finding> {
    let label = finder.find(line)?;
    let position = read(line).and_then(|row| row.get("position")?.as_u64());
    let (zh, en) = match position {
        Some(_) => (
            format!("表 {table} 中该事件含明文 {label}"),
            format!("the event in {table} holds a {label} in clear"),
        ),
        None => (
            format!("表 {table} 第 {} 行含明文 {label}", number + 1),
            format!("row {} of {table} holds a {label} in clear", number + 1),
        ),
    };
    Some(Finding { positions: position.into_iter().collect(), zh, en })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finder(names: &[&str], open: &[&str]) -> Finder {
        let mut sought = Sought::default();
        names.iter().for_each(|name| sought.name("donor_name", name));
        sought.number("account", "9901140000000000019");
        sought.finder(open.iter().copied()).unwrap()
    }

    /// Whether something is found in a row with this JSON.
    fn finds(finder: &Finder, json: &str) -> bool {
        finder.find(json.replace('\\', r"\\").as_bytes()).is_some()
    }

    #[test]
    fn a_nickname_is_not_found_in_what_a_machine_wrote() {
        let finder = finder(&["A", "a", "b", "ok", "123", "Tom", "other", "deceased"], &[]);
        for json in [
            r#"{"position":123,"aggregate_id":"A","event_type":"ok","payload":{"X":{"sha256":"0a1b","root":"xTom+ok="}}}"#,
            r#"{"reason":"other","recovery_reason":"deceased","note":{"note":"exception","exception":"other"}}"#,
            r#"{"line":"{\"reason\":\"other\",\"status\":\"Tom\"}"}"#,
            r#"{"reason":"补发 123 元，方案 A，ok"}"#,
        ] {
            assert!(!finds(&finder, json), "{json}");
        }
    }

    #[test]
    fn a_foreign_first_name_is_found_as_a_word_of_a_sentence_and_where_names_stand_sealed() {
        let finder = finder(&["Tom", "A"], &[]);
        for json in [
            r#"{"payload":{"PaymentCancelled":{"reason":"应 Tom 要求作废"}}}"#,
            r#"{"cancelled_reason":"tom, the son, asked"}"#,
            r#"{"line":"{\"note\":\"\\u5e94 Tom 要求\"}"}"#,
            r#"{"donor_name_sealed":"Tom"}"#,
            r#"{"payload":{"DonationReceived":{"donation":{"donor_name": "A"}}}}"#,
        ] {
            assert!(finds(&finder, json), "{json}");
        }
        for json in [r#"{"reason":"Tomorrow and Atom"}"#, r#"{"title":"the son Tom"}"#] {
            assert!(!finds(&finder, json), "{json}");
        }
    }

    #[test]
    fn a_name_that_tells_of_somebody_and_a_number_are_found_in_every_spelling() {
        let finder = finder(&["王秀英", "John Smith", "小\"明\"亮"], &[]);
        for json in [
            r#"{"id":"xJohn Smithy"}"#.to_owned(),
            r#"{"key":"a王秀英b"}"#.to_owned(),
            r#"{"payload":{"reason":"\u738b\u79c0\u82f1"}}"#.to_owned(),
            format!(r#"{{"bytes":"\\x00{}"}}"#, hex::encode("王秀英")),
            r#"{"note":"给小\"明\"亮"}"#.to_owned(),
            r#"{"id":"09901140000000000019"}"#.to_owned(),
        ] {
            assert!(finds(&finder, &json), "{json}");
        }
    }

    #[test]
    fn a_name_that_is_part_of_an_open_word_is_found_beside_it_alone() {
        let finder = finder(&["帮扶", "Tom"], &["帮扶困难家庭", "Tom & Co"]);
        assert!(!finds(&finder, r#"{"purpose":"帮扶困难家庭"}"#));
        assert!(!finds(&finder, r#"{"reason":"转给 Tom & Co 了"}"#));
        assert!(finds(&finder, r#"{"purpose":"帮扶困难家庭","by":"帮扶"}"#));
        assert!(finds(&finder, r#"{"reason":"转给 Tom 了"}"#));
    }
}
