//! `ledger rebuild`: read tables made anew from the log beside the live ones, then swapped in.

use std::sync::Arc;

use projections::projection::Projection;
use projections::rebuild::{Rebuilt, rebuild};

use super::failure::{Done, Failure};
use super::screen::{Align, grouped};
use super::session::Session;

/// Rebuilds one projection with what it needs, or all.
///
/// # Errors
/// [`Failure`]: there is no such projection, or the log cannot be replayed.
pub(super) async fn run(session: &Session, name: Option<&str>) -> Result<Done, Failure> {
    let chosen = chosen(name)?;
    let screen = session.screen;
    let rebuilt = session
        .with_ledger(async |app| {
            let log = app.office().repository.log();
            let progress = screen.spinner("重建投影", "Rebuilding projections");
            let rebuilt = rebuild(app.owner(), log, &chosen).await;
            progress.finish_and_clear();
            Ok(rebuilt?)
        })
        .await?;
    let heads =
        [(screen.pick("投影", "Projection"), Align::Left), (screen.pick("截至位置", "Events"), Align::Right)];
    screen.table(&heads, &rebuilt.iter().map(row).collect::<Vec<_>>())?;
    screen.answer(&rebuilt)?;
    Ok(Done::Well)
}

fn row(rebuilt: &Rebuilt) -> Vec<String> {
    vec![rebuilt.name.to_owned(), grouped(rebuilt.position.cast_signed())]
}

fn chosen(name: Option<&str>) -> Result<Vec<Arc<dyn Projection>>, Failure> {
    let all = projections::all();
    let Some(name) = name else { return Ok(all) };
    let names: Vec<&str> = all.iter().map(|projection| projection.about().name).collect();
    if !names.contains(&name) {
        let names = names.join(", ");
        return Err(Failure::Usage {
            code: "unknown_projection",
            zh: format!("没有投影 {name}；可选：{names}"),
            en: format!("there is no projection {name}; there are {names}"),
        });
    }
    Ok(all.into_iter().filter(|projection| projection.about().name == name).collect())
}
