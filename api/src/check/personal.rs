//! No known personal value can be found in clear anywhere in the database.

use aho_corasick::AhoCorasick;
use futures::TryStreamExt;
use sqlx::postgres::PgPoolCopyExt;
use sqlx::{PgPool, Row};

use super::{Finding, Invariant};

/// The promise.
pub const INVARIANT: Invariant = Invariant {
    code: "sealed",
    zh: "数据库中找不到任何明文个人信息",
    en: "no known personal value can be found in clear anywhere in the database",
};

/// A personal value that may not be found, with the field it comes from.
pub struct Needle {
    /// The field's label; shown in findings instead of the value.
    pub label: &'static str,
    /// The clear value.
    pub value: String,
}

/// Searches every row of every table of the ledger's schema for every needle, in one pass a table.
///
/// # Errors
/// When the database cannot be read.
pub async fn search(pool: &PgPool, needles: &[Needle]) -> anyhow::Result<Vec<Finding>> {
    let automaton = AhoCorasick::new(needles.iter().map(|needle| needle.value.as_bytes()))?;
    let mut findings = Vec::new();
    for row in sqlx::query(include_str!("sql/tables.sql")).fetch_all(pool).await? {
        let table: String = row.try_get("table_name")?;
        findings.extend(search_table(pool, &table, needles, &automaton).await?);
    }
    Ok(findings)
}

async fn search_table(
    pool: &PgPool,
    table: &str,
    needles: &[Needle],
    automaton: &AhoCorasick,
) -> anyhow::Result<Vec<Finding>> {
    let statement = include_str!("sql/dump.sql").replace("{table}", &table.replace('"', "\"\""));
    let mut rows = pool.copy_out_raw(&statement).await?;
    let (mut findings, mut number) = (Vec::new(), 0_u64);
    let mut rest = Vec::new();
    while let Some(bytes) = rows.try_next().await? {
        rest.extend_from_slice(&bytes);
        let Some(end) = rest.iter().rposition(|byte| *byte == b'\n') else { continue };
        for line in rest[..end].split(|byte| *byte == b'\n') {
            findings.extend(search_line(table, number, line, needles, automaton));
            number += 1;
        }
        rest.drain(..=end);
    }
    Ok(findings)
}

/// A line is `position or empty`, a tab, and the row's text.
fn search_line(
    table: &str,
    number: u64,
    line: &[u8],
    needles: &[Needle],
    automaton: &AhoCorasick,
) -> Option<Finding> {
    let hit = automaton.find(line)?;
    let label = needles.get(hit.pattern().as_usize()).map_or("", |needle| needle.label);
    let position = line.split(|byte| *byte == b'\t').next().and_then(|text| std::str::from_utf8(text).ok()?.parse().ok());
    let zh = format!("表 {table} 第 {number} 行含明文 {label}");
    let en = format!("row {number} of {table} holds a {label} in clear");
    Some(Finding { positions: position.into_iter().collect(), zh, en })
}
