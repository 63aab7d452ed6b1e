//! Whether a log holds what its clients were told, judged from their record and the tables alone.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::record::{Answer, Asked, Line, Said};

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// It was acknowledged and is not in the log, or not all of it.
    Lost(Uuid),
    /// It was acknowledged at other positions, at another time or with another outcome than the log says.
    ToldOtherwise(Uuid),
    /// It was asked, and in the end nobody was told that it took effect.
    NeverAnswered(Uuid),
    /// It was refused, which no command of the writer can be.
    Refused(Uuid, String),
    /// It took effect more often than once.
    Doubled(Uuid),
    /// Its events are not those that were asked for, in their order, at its positions.
    DoneOtherwise(Uuid),
    /// The log holds it, and nobody asked for it.
    Unasked(Option<Uuid>),
    /// No event stands where this position belongs.
    Gap(i64),
    /// The event at this position has not the sequence that its stream is due.
    StreamGap(i64),
}

/// A row of `log_commands`.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredCommand {
    pub command_id: Uuid,
    pub first_position: i64,
    pub last_position: i64,
    pub outcome: String,
    pub recorded_at: DateTime<Utc>,
}

/// A row of `log_events`.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredEvent {
    pub position: i64,
    pub recorded_at: DateTime<Utc>,
    pub stream: String,
    pub sequence: i64,
    pub command_id: Option<Uuid>,
}

/// What the tables hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    pub commands: Vec<StoredCommand>,
    pub events: Vec<StoredEvent>,
}

impl Stored {
    pub async fn read(connection: &mut PgConnection) -> Stored {
        let commands = sqlx::query_as(include_str!("sql/stored_commands.sql"));
        let commands = commands.fetch_all(&mut *connection).await.unwrap();
        let events = sqlx::query_as(include_str!("sql/stored_events.sql"));
        Stored { commands, events: events.fetch_all(connection).await.unwrap() }
    }
}

impl StoredCommand {
    fn positions(&self) -> RangeInclusive<i64> {
        self.first_position..=self.last_position
    }

    fn is_told_by(&self, answer: &Answer) -> bool {
        (answer.first_position.cast_signed()..=answer.last_position.cast_signed()) == self.positions()
            && (&answer.outcome, answer.recorded_at) == (&self.outcome, self.recorded_at)
    }
}

/// One key: what was said of it, and what the log holds of it.
#[derive(Default)]
struct Story<'a> {
    asked: Option<&'a Asked>,
    answers: Vec<&'a Answer>,
    refusals: Vec<&'a String>,
    commands: Vec<&'a StoredCommand>,
    events: Vec<&'a StoredEvent>,
}

/// Everything that is wrong; nothing, if every acknowledged command stands where its caller was told, every asked one
/// took effect once, and positions and sequences have no gap.
pub fn findings(lines: &[Line], stored: &Stored) -> Vec<Finding> {
    let mut stories: BTreeMap<Option<Uuid>, Story> = BTreeMap::new();
    for line in lines {
        let story = stories.entry(Some(line.key)).or_default();
        match &line.said {
            Said::Asked(asked) => story.asked = Some(asked),
            Said::Acknowledged(answer) => story.answers.push(answer),
            Said::Refused(why) => story.refusals.push(why),
            Said::Unanswered(_) => {}
        }
    }
    for command in &stored.commands {
        stories.entry(Some(command.command_id)).or_default().commands.push(command);
    }
    for event in &stored.events {
        stories.entry(event.command_id).or_default().events.push(event);
    }
    let mut findings: Vec<Finding> = stories.iter().flat_map(|(key, story)| judge(*key, story)).collect();
    findings.extend(gaps(&stored.events));
    findings
}

fn judge(key: Option<Uuid>, story: &Story) -> Vec<Finding> {
    let (Some(key), Some(asked)) = (key, story.asked) else { return vec![Finding::Unasked(key)] };
    let mut found: Vec<Finding> =
        story.refusals.iter().map(|why| Finding::Refused(key, (*why).clone())).collect();
    if story.answers.is_empty() {
        found.push(Finding::NeverAnswered(key));
    }
    let wanted: Vec<&str> =
        asked.puts.iter().flat_map(|put| (0..put.coins).map(|_| put.stream.as_str())).collect();
    let first_answers = story.answers.iter().filter(|answer| !answer.repeated).count();
    if story.commands.len() > 1 || story.events.len() > wanted.len() || first_answers > 1 {
        found.push(Finding::Doubled(key));
    }
    let Some(command) = story.commands.first() else {
        // what took effect without its key would take effect again
        found.extend((!story.answers.is_empty()).then_some(Finding::Lost(key)));
        found.extend((!story.events.is_empty()).then_some(Finding::DoneOtherwise(key)));
        return found;
    };
    if !story.answers.iter().all(|answer| command.is_told_by(answer)) {
        found.push(Finding::ToldOtherwise(key));
    }
    let at_its_place = || story.events.iter().filter(|event| command.positions().contains(&event.position));
    let streams: Vec<&str> = at_its_place().map(|event| event.stream.as_str()).collect();
    if streams.len() < wanted.len() {
        found.push(Finding::Lost(key));
    } else if streams != wanted
        || command.positions().count() != wanted.len()
        || at_its_place().any(|event| event.recorded_at != command.recorded_at)
    {
        found.push(Finding::DoneOtherwise(key));
    }
    found
}

/// The first position without its event, and the first event of a stream that is not due.
fn gaps(events: &[StoredEvent]) -> Vec<Finding> {
    let places = (0..).zip(events).find(|(due, event)| event.position != *due);
    let mut due: BTreeMap<&str, i64> = BTreeMap::new();
    let sequences = events.iter().find(|event| {
        let newest = due.entry(&event.stream).or_default();
        *newest += 1;
        *newest != event.sequence
    });
    let gap = places.map(|(due, _)| Finding::Gap(due));
    gap.into_iter().chain(sequences.map(|event| Finding::StreamGap(event.position))).collect()
}

/// Loses the newest acknowledged command without a trace: no gap betrays it, only its client can.
pub fn lose_newest(stored: &mut Stored) -> Uuid {
    let lost = stored.commands.pop().unwrap();
    stored.events.retain(|event| event.position < lost.first_position);
    lost.command_id
}

/// Writes the newest command's events a second time, in good order.
pub fn double_newest(stored: &mut Stored) -> Uuid {
    let doubled = stored.commands.last().unwrap().clone();
    let events: Vec<StoredEvent> =
        stored.events.iter().filter(|event| event.command_id == Some(doubled.command_id)).cloned().collect();
    for event in events {
        let sequence = stored.events.iter().filter(|other| other.stream == event.stream).count() as i64 + 1;
        let position = stored.events.len() as i64;
        stored.events.push(StoredEvent { position, sequence, ..event });
    }
    doubled.command_id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Door, Put};

    /// Three commands that put coins into `a`, into `a` and `b`, and into `b`; asked, done and acknowledged.
    fn honest() -> (Vec<Line>, Stored) {
        let (mut lines, mut stored) = (Vec::new(), Stored::default());
        for (number, streams) in [(1, &["a"][..]), (2, &["a", "b"]), (3, &["b"])] {
            let key = Uuid::from_u128(number);
            let put = |stream: &&str| Put { stream: (*stream).to_owned(), coins: 1, once: false };
            let asked = Asked { key, door: Door::Execute, puts: streams.iter().map(put).collect() };
            let first_position = stored.events.len() as i64;
            let last_position = first_position + streams.len() as i64 - 1;
            let (outcome, recorded_at) = (number.to_string(), DateTime::UNIX_EPOCH);
            let answer = Answer {
                first_position: first_position.cast_unsigned(),
                last_position: last_position.cast_unsigned(),
                recorded_at,
                outcome: outcome.clone(),
                repeated: false,
            };
            let said = [Said::Asked(asked), Said::Acknowledged(answer)];
            lines.extend(said.map(|said| Line { at: 0, key, said }));
            let command =
                StoredCommand { command_id: key, first_position, last_position, outcome, recorded_at };
            stored.commands.push(command);
            for stream in streams {
                let sequence =
                    stored.events.iter().filter(|event| event.stream == **stream).count() as i64 + 1;
                let (position, stream) = (stored.events.len() as i64, (*stream).to_owned());
                stored.events.push(StoredEvent {
                    position,
                    recorded_at,
                    stream,
                    sequence,
                    command_id: Some(key),
                });
            }
        }
        (lines, stored)
    }

    #[test]
    fn an_honest_log_has_no_findings() {
        let (lines, stored) = honest();
        assert_eq!(findings(&lines, &stored), []);
    }

    #[test]
    fn a_lost_acknowledged_command_is_found_although_no_position_is_missing() {
        let (lines, mut stored) = honest();
        let lost = lose_newest(&mut stored);
        assert_eq!(findings(&lines, &stored), [Finding::Lost(lost)]);
    }

    #[test]
    fn half_of_a_command_is_found() {
        let (lines, mut stored) = honest();
        stored.events.remove(2);
        let found = findings(&lines, &stored);
        assert_eq!(found, [Finding::Lost(Uuid::from_u128(2)), Finding::Gap(2), Finding::StreamGap(3)]);
    }

    #[test]
    fn a_doubled_command_is_found_in_the_events_the_keys_and_the_answers() {
        let (lines, honest) = honest();
        let mut stored = honest.clone();
        let doubled = double_newest(&mut stored);
        assert_eq!(findings(&lines, &stored), [Finding::Doubled(doubled)]);
        let mut stored = honest.clone();
        stored.commands.push(stored.commands[2].clone());
        assert_eq!(findings(&lines, &stored), [Finding::Doubled(doubled)]);
        let twice: Vec<Line> = lines.iter().chain(lines.last()).cloned().collect();
        assert_eq!(findings(&twice, &honest), [Finding::Doubled(doubled)]);
    }

    #[test]
    fn a_command_that_took_effect_without_its_key_is_found() {
        let (lines, mut stored) = honest();
        let key = stored.commands.remove(0).command_id;
        assert_eq!(findings(&lines, &stored), [Finding::Lost(key), Finding::DoneOtherwise(key)]);
    }

    #[test]
    fn every_answer_that_the_log_contradicts_is_found() {
        let tampered: [fn(&mut Answer); 4] = [
            |answer| answer.first_position -= 1,
            |answer| answer.last_position += 1,
            |answer| answer.outcome.push('0'),
            |answer| answer.recorded_at += chrono::TimeDelta::microseconds(1),
        ];
        for tamper in tampered {
            let (mut lines, stored) = honest();
            let Line { key, said: Said::Acknowledged(answer), .. } = &mut lines[5] else { panic!() };
            tamper(answer);
            let expected = [Finding::ToldOtherwise(*key)];
            assert_eq!(findings(&lines, &stored), expected);
        }
    }

    #[test]
    fn what_was_never_answered_refused_or_never_asked_is_found() {
        let (mut lines, stored) = honest();
        let last = lines.pop().unwrap();
        assert_eq!(findings(&lines, &stored), [Finding::NeverAnswered(last.key)]);
        lines.push(Line { said: Said::Refused("taken".to_owned()), ..last.clone() });
        lines.push(last.clone());
        assert_eq!(findings(&lines, &stored), [Finding::Refused(last.key, "taken".to_owned())]);
        assert_eq!(findings(&lines[..4], &stored), [Finding::Unasked(Some(last.key))]);
    }

    #[test]
    fn events_on_another_stream_or_at_another_place_are_found() {
        let (lines, mut stored) = honest();
        stored.events[3].stream = "c".to_owned();
        stored.events[3].sequence = 1;
        let key = Uuid::from_u128(3);
        assert_eq!(findings(&lines, &stored), [Finding::DoneOtherwise(key)]);
    }
}
