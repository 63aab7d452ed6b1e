//! The events that a replay looks at, in the order of the log. A ledger brings them, or an evidence bundle.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use domain::actor::Role;
use domain::aggregate::{Decider, LedgerEvent};
use domain::any_event::AnyEvent;
use domain::bank_return::BankReturn;
use domain::benefit_case::BenefitCase;
use domain::campaign::Campaign;
use domain::disclosure::Disclosure;
use domain::fund::Fund;
use domain::gazette::Gazette;
use domain::household::Household;
use domain::identity::Identity;
use domain::identity_provider::IdentityProvider;
use domain::log_break::LogBreak;
use domain::payment::Payment;
use domain::payment_run::PaymentRun;
use domain::recovery_plan::RecoveryPlan;
use domain::todo::Todo;
use domain::user::User;
use domain::webhook::Webhook;
use eventlog::append::StreamId;
use eventlog::event::{DecodeError, StoredEvent};

/// The most events that one step of the office records of things that belong together.
const APPENDED_TOGETHER: u64 = 8;

/// An event with what stands beside it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its place in the log.
    pub position: u64,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The day at the office on which it was recorded.
    pub office_day: NaiveDate,
    /// Whose account; empty where it cannot be read.
    pub actor: String,
    /// In which role; none where it cannot be read.
    pub role: Option<Role>,
    /// The stream it belongs to.
    pub stream: StreamId,
    /// Its type.
    pub event_type: String,
    /// What happened, or why it cannot be read.
    pub event: Result<AnyEvent, String>,
}

/// What a replay looks at: whole streams, up to what was known.
#[derive(Clone, Debug)]
pub struct Histories {
    /// What was recorded from here on was not known.
    end: DateTime<Utc>,
    entries: BTreeMap<u64, Entry>,
    streams: BTreeMap<StreamId, Vec<u64>>,
}

/// An aggregate whose events can be told apart from others.
pub trait Kept: Decider {
    /// The event, if it is of this aggregate.
    fn of(event: &AnyEvent) -> Option<&Self::Event>;
}

macro_rules! kept {
    ($($aggregate:ident),+) => {
        $(impl Kept for $aggregate {
            fn of(event: &AnyEvent) -> Option<&Self::Event> {
                match event {
                    AnyEvent::$aggregate(event) => Some(event),
                    _ => None,
                }
            }
        })+

        fn decode(stored: &StoredEvent) -> Result<Option<AnyEvent>, DecodeError> {
            Ok(match stored.stream.kind.as_ref() {
                $(<$aggregate as Decider>::TYPE => stored.decode()?.map(AnyEvent::$aggregate),)+
                _ => None,
            })
        }

        fn effective_on(event: &AnyEvent) -> Option<NaiveDate> {
            match event {
                $(AnyEvent::$aggregate(event) => event.effective_on(),)+
            }
        }
    };
}

kept!(
    Household,
    Identity,
    BenefitCase,
    PaymentRun,
    Payment,
    BankReturn,
    RecoveryPlan,
    Campaign,
    Fund,
    Disclosure,
    Gazette,
    LogBreak,
    Todo,
    User,
    Webhook,
    IdentityProvider
);

/// A stream of which an event cannot follow the ones before it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {position} cannot follow what stands before it: {trouble}")]
pub struct BrokenHistory {
    /// Where the event stands.
    pub position: u64,
    /// What is wrong.
    pub trouble: String,
}

impl Histories {
    /// Takes what was known at the end of a day in Beijing.
    pub fn known_on(day: NaiveDate) -> Histories {
        Histories { end: end_of(day), entries: BTreeMap::new(), streams: BTreeMap::new() }
    }

    /// Takes an event, unless it was recorded later; the same one again changes nothing. Order does not matter.
    pub fn take(&mut self, stored: &StoredEvent) {
        if stored.recorded_at >= self.end {
            return;
        }
        let entry = Entry::of(stored);
        let stream = entry.stream.clone();
        if self.entries.insert(stored.position, entry).is_none() {
            let positions = self.streams.entry(stream).or_default();
            let place = positions.partition_point(|position| *position < stored.position);
            positions.insert(place, stored.position);
        }
    }

    /// Every event, in the order of the log.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// The streams of one kind.
    pub fn streams<D: Kept>(&self) -> impl Iterator<Item = &StreamId> {
        self.streams.keys().filter(|stream| stream.kind == D::TYPE)
    }

    /// The events of one stream.
    pub fn stream<D: Kept>(&self, id: impl ToString) -> impl Iterator<Item = &Entry> {
        let positions = self.streams.get(&StreamId::new(D::TYPE, id.to_string()));
        positions.into_iter().flatten().filter_map(|position| self.entries.get(position))
    }

    /// The events of one stream that can be read, as what they are.
    pub fn events<D: Kept>(&self, id: impl ToString) -> impl Iterator<Item = (&Entry, &D::Event)> {
        self.stream::<D>(id).filter_map(|entry| Some((entry, D::of(entry.event.as_ref().ok()?)?)))
    }

    /// The events of one aggregate's streams that were recorded together with an event: what one append records has
    /// one time and stands close together.
    pub fn beside<D: Kept>(&self, entry: &Entry) -> impl Iterator<Item = (&Entry, &D::Event)> {
        let near = entry.position.saturating_sub(APPENDED_TOGETHER)..=entry.position + APPENDED_TOGETHER;
        let beside = self.entries.range(near).map(|(_, beside)| beside);
        let beside = beside.filter(move |beside| beside.recorded_at == entry.recorded_at);
        beside.filter_map(|beside| Some((beside, D::of(beside.event.as_ref().ok()?)?)))
    }

    /// A stream's state before a position of the log.
    ///
    /// # Errors
    /// [`BrokenHistory`], with the event that cannot be read or cannot follow.
    pub fn before<D: Kept>(&self, id: impl ToString, position: u64) -> Result<D, BrokenHistory> {
        let mut state = D::default();
        for entry in self.stream::<D>(id).take_while(|entry| entry.position < position) {
            let broken = |trouble| BrokenHistory { position: entry.position, trouble };
            let event = entry.event.as_ref().map_err(|trouble| broken(trouble.clone()))?;
            let Some(event) = D::of(event) else { continue };
            state.try_evolve(event).map_err(|error| broken(error.to_string()))?;
        }
        Ok(state)
    }
}

impl Entry {
    fn of(stored: &StoredEvent) -> Entry {
        let metadata = stored.metadata().ok();
        let event = match decode(stored) {
            Ok(Some(event)) => Ok(event),
            Ok(None) => Err(format!("{} of {} is not known", stored.event_type, stored.stream.kind)),
            Err(error) => Err(error.to_string()),
        };
        Entry {
            position: stored.position,
            recorded_at: stored.recorded_at,
            office_day: metadata.as_ref().map_or_else(
                || crate::processes::office_day(stored.recorded_at),
                |metadata| metadata.office_day,
            ),
            role: metadata.as_ref().map(|metadata| metadata.actor_role),
            actor: metadata.map(|metadata| metadata.actor_id).unwrap_or_default(),
            stream: stored.stream.clone(),
            event_type: stored.event_type.clone(),
            event,
        }
    }

    /// The day from which the fact holds, where it is another than the day it was recorded.
    pub fn effective_on(&self) -> Option<NaiveDate> {
        self.event.as_ref().ok().and_then(effective_on)
    }
}

/// Midnight in Beijing after the day: what was recorded before it was known at the day's end.
fn end_of(day: NaiveDate) -> DateTime<Utc> {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    next.and_time(chrono::NaiveTime::MIN).and_utc() - TimeDelta::hours(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_in_beijing() {
        let day = NaiveDate::from_ymd_opt(2023, 8, 31).unwrap();
        assert_eq!(end_of(day).to_rfc3339(), "2023-08-31T16:00:00+00:00");
    }
}
