//! Idempotency keys agree with the log: a command that is remembered was done, once, where and when it says.

use sqlx::{PgPool, Row};

use super::{Finding, Invariant, Verdict};

const INVARIANT: Invariant = Invariant {
    code: "commands",
    zh: "每个命令只生效一次，所记位置与时间即其事件的位置与时间",
    en: "every command took effect once, at the positions and the time that are remembered for it",
};

/// Compares the remembered commands with the keys that the events name.
///
/// # Errors
/// When the database cannot be read.
pub async fn check(pool: &PgPool) -> sqlx::Result<Verdict> {
    let mut findings = Vec::new();
    for row in sqlx::query(include_str!("sql/commands.sql")).fetch_all(pool).await? {
        let id: String = row.try_get("command_id")?;
        let (kept, done) = (range(&row, "kept_first", "kept_last")?, range(&row, "done_first", "done_last")?);
        let (kept_text, done_text) = (shown(kept), shown(done));
        let zh = format!("命令 {id} 所记位置为 {kept_text}，其事件位于 {done_text}");
        let en = format!("command {id} is remembered at {kept_text}, its events stand at {done_text}");
        let mut positions: Vec<u64> =
            [kept, done].into_iter().flatten().flat_map(|(first, last)| [first, last]).collect();
        positions.sort_unstable();
        positions.dedup();
        findings.push(Finding::among(positions, zh, en));
    }
    Ok(Verdict { invariant: INVARIANT, findings })
}

type Range = Option<(u64, u64)>;

fn range(row: &sqlx::postgres::PgRow, first: &str, last: &str) -> sqlx::Result<Range> {
    let (first, last): (Option<i64>, Option<i64>) = (row.try_get(first)?, row.try_get(last)?);
    Ok(first.zip(last).map(|(first, last)| (first.cast_unsigned(), last.cast_unsigned())))
}

fn shown(range: Range) -> String {
    range.map_or_else(|| "—".to_owned(), |(first, last)| format!("#{first}–#{last}"))
}
