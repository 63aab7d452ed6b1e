//! The summaries of many as a stream: one JSON object a line, some people in memory at a time. What is opened for them is
//! recorded for each before their lines leave.

use std::collections::VecDeque;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use domain::ids::PersonId;
use domain::program::Program;
use projections::case_files;
use projections::listings::beneficiaries;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::summary::{Told, Wanted, disclose, purpose_required, told};
use crate::http::Api;
use crate::http::input::{Asked, AtDesk, askable};
use crate::http::problem::Problem;
use crate::processes::AsOf;
use crate::processes::summary::gather;

/// One JSON object a line.
pub const LINES: &str = "application/x-ndjson";
/// People who are gathered before their lines leave; one disclosure names all of them.
const BATCH: u32 = 50;

/// Whose, as of when, and what is to be opened.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SummariesAsked {
    /// Of people with a case in one program, by its code; of everybody who has or had a case when absent.
    program: Option<Program>,
    /// The last person that was received: the stream goes on behind them.
    after: Option<PersonId>,
    /// 生效截至: what had happened by this day; today when absent.
    effective: Option<NaiveDate>,
    /// 知悉截至: what was known at the end of this day; today when absent.
    known: Option<NaiveDate>,
    /// What is opened in clear: name, id_number or both with a comma. It is recorded as a disclosure of each person.
    open: Option<String>,
    /// Why, where something is opened, and always for another system.
    purpose: Option<String>,
    /// Only these parts: programs, months, cases; with commas.
    fields: Option<String>,
}

/// Where a stream stands.
struct Reading {
    api: Api,
    at: AtDesk,
    asked: SummariesAsked,
    wanted: Wanted,
    as_of: AsOf,
    lines: VecDeque<String>,
    after: Option<PersonId>,
    ended: bool,
}

pub(super) async fn summaries(
    State(api): State<Api>,
    at: AtDesk,
    Asked(asked): Asked<SummariesAsked>,
) -> Result<Response, Problem> {
    let wanted = Wanted::of(asked.open.as_deref(), asked.fields.as_deref())?;
    let silent = asked.purpose.as_deref().is_none_or(|purpose| purpose.trim().is_empty());
    if silent && !wanted.labels(at.caller.actor.role).is_empty() {
        return Err(purpose_required());
    }
    let today = at.desk.today();
    let effective = askable(asked.effective, today, "effective")?;
    let as_of = AsOf { effective, known: askable(asked.known, today, "known")? };
    let (lines, after) = (VecDeque::new(), asked.after);
    let mut reading = Reading { api, at, asked, wanted, as_of, lines, after, ended: false };
    // what is refused is refused before the answer begins
    reading.gather().await?;
    let stream = futures::stream::unfold(reading, |mut reading| async move {
        let line = reading.next().await?;
        Some((Ok::<Bytes, std::convert::Infallible>(Bytes::from(line)), reading))
    });
    let headers = [(CONTENT_TYPE, LINES), (CACHE_CONTROL, "private, no-store")];
    Ok((headers, Body::from_stream(stream)).into_response())
}

impl Reading {
    /// The next line; a stream that cannot go on ends with a line that says why.
    async fn next(&mut self) -> Option<String> {
        while self.lines.is_empty() && !self.ended {
            if let Err(problem) = self.gather().await {
                self.ended = true;
                return Some(json!({ "error": problem }).to_string() + "\n");
            }
        }
        self.lines.pop_front()
    }

    async fn gather(&mut self) -> Result<(), Problem> {
        let Reading { api, at, asked, .. } = self;
        let mut seen = api.seen_by(&at.caller, &[&case_files::ABOUT]).await?;
        let persons = beneficiaries(seen.connection(), asked.program, self.after, BATCH).await?;
        drop(seen);
        self.ended = persons.len() < BATCH as usize;
        self.after = persons.last().copied().or(self.after);
        let (mut lines, mut opened) = (VecDeque::new(), Vec::new());
        for known in gather(api.office(), &at.caller.data_scope, &persons).await? {
            // who went away meanwhile has no line
            let Some(known) = known else { continue };
            let person = known.belonging.person;
            let line = match told(api.office(), known, (&self.wanted, self.as_of)).await? {
                Told::Restricted => json!({ "person_id": person, "restricted": true }),
                Told::Erased(on, summary) => {
                    json!({ "person_id": person, "erased_on": on, "totals": summary.totals })
                }
                Told::Whole(view) => {
                    opened.push(person);
                    serde_json::to_value(&*view).unwrap_or(Value::Null)
                }
            };
            lines.push_back(line.to_string() + "\n");
        }
        let labels = self.wanted.labels(at.caller.actor.role);
        disclose(api.office(), at, &opened, labels, asked.purpose.as_deref()).await?;
        self.lines = lines;
        Ok(())
    }
}
