//! `ledger campaign publish` and `deadlines`.

use std::fs;
use std::io::{self, Seek, Write};
use std::path::Path;

use chrono::Utc;
use domain::campaign::{DuePublication, due_publications};
use domain::ids::CampaignId;
use projections::Until;
use projections::donation_totals::queries;
use serde::Serialize;
use serde_json::json;

use super::named;
use crate::cli::draft::Draft;
use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, grouped, yuan};
use crate::cli::session::{Session, waiting};
use crate::processes::campaign::{self, PublicationList};
use crate::processes::{ProcessError, office_day};

/// Writes the list that would be published.
///
/// # Errors
/// [`Failure`]: there is no such campaign, or the file cannot be written.
pub(super) async fn draft(session: &Session, name: &str, out: &Path) -> Result<Done, Failure> {
    let list = session
        .with_ledger(async |app| {
            Ok(campaign::publication_list(app.office(), named(app.office(), name)).await?)
        })
        .await?;
    write(out, &list)?;
    session.screen.say(
        format!("公示清单草稿已写入 {}（{} 笔）；尚未公开。", out.display(), list.gifts.len()),
        format!(
            "The list is written to {} ({} gifts); nothing was published.",
            out.display(),
            list.gifts.len()
        ),
    )?;
    session.screen.answer(&json!({ "list": list, "done": "drafted" }))?;
    Ok(Done::Well)
}

/// Publishes and writes the list. A refused publication leaves the file as it was.
///
/// # Errors
/// [`Failure`]: there is no such campaign, the file cannot be written, or the step is refused.
pub(super) async fn publish(session: &Session, name: &str, out: &Path) -> Result<Done, Failure> {
    let desk = session.desk()?;
    if out.is_dir() {
        // no file can take its place, which would come out only after the publication was recorded
        return Err(unwritable(out, &io::Error::from(io::ErrorKind::IsADirectory)));
    }
    let mut draft = Draft::begin(out)?;
    let published = session
        .act(async |app| {
            let campaign_id = named(app.office(), name);
            // a list that cannot be written is not recorded as published
            let list = campaign::publication_list(app.office(), campaign_id).await?;
            fill(&mut draft, out, &list)?;
            let published = campaign::publish(app.office(), &desk, campaign_id).await?;
            if published.list != list {
                fill(&mut draft, out, &published.list)?;
            }
            Ok(published)
        })
        .await?;
    draft.keep()?;
    let (kind, total) = (published.kind, yuan(published.list.total));
    let count = grouped(published.list.donation_count.cast_signed());
    session.screen.say(
        format!(
            "已登记{}：{count} 笔，合计 {total} 元。清单 {}，SHA-256 {}。",
            kind.zh(),
            out.display(),
            published.sha256
        ),
        format!(
            "Published ({}): {count} gifts, {total} yuan. List {}, SHA-256 {}.",
            kind.en(),
            out.display(),
            published.sha256
        ),
    )?;
    session.screen.answer(&published)?;
    Ok(Done::Well)
}

fn write(out: &Path, list: &PublicationList) -> Result<(), Failure> {
    waiting(|| fs::write(out, marked(list))).map_err(|error| unwritable(out, &error))
}

/// Makes the list all that stands in the draft of `out`.
fn fill(draft: &mut Draft, out: &Path, list: &PublicationList) -> Result<(), Failure> {
    let written: io::Result<()> = waiting(|| {
        draft.file.set_len(0)?;
        draft.file.rewind()?;
        draft.file.write_all(marked(list).as_bytes())
    });
    written.map_err(|error| unwritable(out, &error))
}

/// The list as a file. The mark lets spreadsheets read it as UTF-8; the SHA-256 covers the text without it.
fn marked(list: &PublicationList) -> String {
    ["\u{feff}", &list.csv()].concat()
}

fn unwritable(out: &Path, error: &io::Error) -> Failure {
    Failure::Process(ProcessError::File(format!("{}: {error}", out.display())))
}

/// A publication of a campaign that is due.
#[derive(Debug, Serialize)]
struct DueRow {
    campaign_id: CampaignId,
    campaign: String,
    #[serde(flatten)]
    due: DuePublication,
    late: bool,
    source: &'static str,
}

/// Lists which publication is due when.
///
/// # Errors
/// [`Failure`]: there is no such campaign, or the ledger cannot be read.
pub(super) async fn deadlines(session: &Session, name: Option<&str>) -> Result<Done, Failure> {
    let (screen, today) = (session.screen, office_day(Utc::now()));
    let rows = session
        .with_ledger(async |app| {
            let office = app.office();
            office.runner.catch_up(Until::Head).await?;
            let campaigns = match name {
                Some(name) => vec![named(office, name)],
                None => {
                    let totals = queries::campaign_totals(&office.pool).await?;
                    totals.into_iter().map(|total| total.campaign.campaign_id).collect()
                }
            };
            let mut rows = Vec::new();
            for campaign_id in campaigns {
                let campaign = campaign::campaign(office, campaign_id).await?;
                let name = campaign.book().map(|book| book.terms.name.clone()).unwrap_or_default();
                rows.extend(due_publications(&campaign, today).into_iter().map(|due| DueRow {
                    campaign_id,
                    campaign: name.clone(),
                    due,
                    late: due.is_late(today),
                    source: due.source(),
                }));
            }
            Ok(rows)
        })
        .await?;
    let heads = [
        (screen.pick("募捐活动", "Campaign"), Align::Left),
        (screen.pick("公开内容", "What"), Align::Left),
        (screen.pick("最迟", "Due by"), Align::Left),
        (screen.pick("公开日期", "Published"), Align::Left),
        (screen.pick("情况", "State"), Align::Left),
        (screen.pick("依据", "Source"), Align::Left),
    ];
    let row = |row: &DueRow| {
        let state = match (row.late, row.due.published_on) {
            (true, None) => screen.pick("逾期未公开", "overdue"),
            (true, Some(_)) => screen.pick("逾期公开", "late"),
            (false, None) => screen.pick("未到期", "not due yet"),
            (false, Some(_)) => screen.pick("按期", "in time"),
        };
        vec![
            row.campaign.clone(),
            screen.pick(row.due.kind.zh(), row.due.kind.en()).to_owned(),
            row.due.due_on.to_string(),
            row.due.published_on.map(|on| on.to_string()).unwrap_or_default(),
            state.to_owned(),
            row.source.to_owned(),
        ]
    };
    screen.table(&heads, &rows.iter().map(row).collect::<Vec<_>>())?;
    screen.answer(&rows)?;
    Ok(if rows.iter().any(|row| row.late) { Done::Found } else { Done::Well })
}
