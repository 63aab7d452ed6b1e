//! The head names the newest event: where the next one goes depends on it.

use sqlx::{PgPool, Row};

use super::{Finding, Invariant, Verdict};

const INVARIANT: Invariant = Invariant {
    code: "head",
    zh: "日志首部所记位置与时间即最新事件的位置与时间",
    en: "the head of the log names the newest event and its time",
};

/// Compares the head with the newest event, at one moment.
///
/// # Errors
/// When the database cannot be read.
pub async fn check(pool: &PgPool) -> sqlx::Result<Verdict> {
    let mut findings = Vec::new();
    match sqlx::query(include_str!("sql/head.sql")).fetch_optional(pool).await? {
        None => findings.push(Finding::among([], "日志没有首部", "the log has no head")),
        Some(row) => {
            let (last, newest) = (row.try_get::<i64, _>(0)?, row.try_get::<i64, _>(1)?);
            if last != newest {
                findings.push(Finding::at(
                    last.min(newest).saturating_add(1).cast_unsigned(),
                    format!("首部记最新位置 {last}，实为 {newest}"),
                    format!("the head says that position {last} is the newest, the log ends at {newest}"),
                ));
            } else if !row.try_get::<bool, _>(2)? {
                let (zh, en) = ("首部时间与最新事件不符", "the head has another time than the newest event");
                findings.push(Finding::at(newest.cast_unsigned(), zh, en));
            }
        }
    }
    Ok(Verdict { invariant: INVARIANT, findings })
}
