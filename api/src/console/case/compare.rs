//! Two days of a case beside each other, as each was known then, with what differs marked.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::ids::CaseId;
use serde::Deserialize;

use super::case_row;
use crate::access::Capability;
use crate::console::Console;
use crate::console::address::{Path, Query};
use crate::console::answers::{Stop, shown};
use crate::console::page::Frame;
use crate::console::told::{Fact, Telling, telling};
use crate::console::visitor::Visitor;
use crate::processes::ProcessError;
use crate::replay::{Clocks, Subject};

#[derive(Template)]
#[template(path = "compare.html")]
struct ComparePage {
    frame: Frame,
    path: String,
    one: String,
    other: String,
    today: String,
    parts: Vec<Part>,
    due: [Vec<String>; 2],
    due_differs: bool,
}

/// A stream's facts on both days.
struct Part {
    name: String,
    lines: Vec<Line>,
}

struct Line {
    label: String,
    one: String,
    other: String,
    differs: bool,
}

/// Which days.
#[derive(Default, Deserialize)]
pub(in crate::console) struct Days {
    one: Option<String>,
    other: Option<String>,
}

/// Shows both days.
pub(in crate::console) async fn compare(
    State(console): State<Console>,
    visitor: Visitor,
    Path(id): Path<CaseId>,
    Query(days): Query<Days>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadCases)?;
    let failed = |error| Stop::failed(error, visitor.lang);
    case_row(&console.office, &visitor, id).await.map_err(failed)?;
    let today = visitor.desk().today();
    let subject = Subject::Case(id);
    let newest = telling(&console, visitor.lang, subject, Clocks { effective: today, known: today }).await;
    let first = newest.map_err(failed)?.days.first().copied().unwrap_or(today);
    let day =
        |text: &Option<String>, else_on| text.as_deref().and_then(|day| day.parse().ok()).unwrap_or(else_on);
    let (one, other) = (day(&days.one, first), day(&days.other, today));
    let mut both = Vec::new();
    for known in [one, other] {
        let told = telling(&console, visitor.lang, subject, Clocks { effective: known, known }).await;
        both.push(match told {
            // before its first event there is nothing to compare with, which is no mistake
            Err(ProcessError::Unknown { .. }) => Telling::default(),
            told => told.map_err(failed)?,
        });
    }
    let after = both.pop().unwrap_or_default();
    let before = both.pop().unwrap_or_default();
    Ok(shown(&ComparePage {
        frame: Frame::new(&visitor, "/find"),
        path: format!("/cases/{id}"),
        one: one.to_string(),
        other: other.to_string(),
        today: today.to_string(),
        parts: parts(&before, &after),
        due_differs: before.due != after.due,
        due: [before.due, after.due],
    }))
}

/// A stream's facts on both days, by their keys, in the order in which they are first met.
struct Both {
    name: String,
    order: Vec<String>,
    by_key: BTreeMap<String, [Option<Fact>; 2]>,
}

/// Facts beside each other, in the order in which they are first met.
fn parts(before: &Telling, after: &Telling) -> Vec<Part> {
    let mut streams: Vec<Both> = Vec::new();
    for (side, told) in [before, after].into_iter().enumerate() {
        for (name, facts) in &told.held {
            let place = streams.iter().position(|known| known.name == *name).unwrap_or_else(|| {
                streams.push(Both { name: name.clone(), order: Vec::new(), by_key: BTreeMap::new() });
                streams.len() - 1
            });
            let Some(stream) = streams.get_mut(place) else { continue };
            for fact in facts {
                stream.take(side, fact);
            }
        }
    }
    streams.iter().map(Both::part).collect()
}

impl Both {
    fn take(&mut self, side: usize, fact: &Fact) {
        if !self.by_key.contains_key(&fact.key) {
            self.order.push(fact.key.clone());
        }
        let sides = self.by_key.entry(fact.key.clone()).or_default();
        if let Some(slot) = sides.get_mut(side) {
            *slot = Some(fact.clone());
        }
    }

    fn part(&self) -> Part {
        let line = |key: &String| {
            let [one, other] = self.by_key.get(key).cloned().unwrap_or_default();
            let value =
                |side: &Option<Fact>| side.as_ref().map_or("—".to_owned(), |fact| fact.value.clone());
            let label = one.as_ref().or(other.as_ref()).map(|fact| fact.label.clone()).unwrap_or_default();
            Line { label, one: value(&one), other: value(&other), differs: value(&one) != value(&other) }
        };
        Part { name: self.name.clone(), lines: self.order.iter().map(line).collect() }
    }
}
