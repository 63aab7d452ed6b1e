//! Every projection equals a fresh replay.

use projections::rebuild::verify;
use sqlx::PgPool;

use super::{Finding, Invariant, Verdict};
use crate::processes::Office;

const INVARIANT: Invariant = Invariant {
    code: "projections",
    zh: "每张投影表与重新回放的结果一致",
    en: "every projection equals a fresh replay",
};

/// Replays the log beside the read tables and compares.
///
/// # Errors
/// When the database cannot be read.
pub async fn check(office: &Office, owner: &PgPool) -> anyhow::Result<Verdict> {
    let verified = verify(owner, office.repository.log(), office.runner.projections()).await;
    let findings = match verified {
        Ok(tables) => tables
            .into_iter()
            .filter(|table| !table.is_equal())
            .map(|table| {
                let zh = format!("投影表 {} 与截至位置 {} 的回放不一致", table.table, table.position);
                let en = format!("{} differs from a replay up to position {}", table.table, table.position);
                Finding::among([], zh, en)
            })
            .collect(),
        Err(error) => {
            vec![Finding::among([], format!("投影无法核对：{error}"), format!("cannot be compared: {error}"))]
        }
    };
    Ok(Verdict { invariant: INVARIANT, findings })
}
