//! A book of events that never happened: written in any order, placed as a log would place them.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use domain::actor::Actor;
use domain::aggregate::Decider;
use domain::any_event::AnyEvent;
use domain::benefit_case::{BenefitCase, BenefitCaseEvent};
use domain::campaign::{Campaign, CampaignEvent};
use domain::fund::{Fund, FundEvent};
use domain::household::{Household, HouseholdEvent};
use domain::identity::{Identity, IdentityEvent};
use domain::payment::{Payment, PaymentEvent};
use domain::payment_run::{PaymentRun, PaymentRunEvent};

/// An event with its stream and author.
#[derive(Clone, Debug)]
pub struct Written {
    pub stream_type: &'static str,
    pub stream_id: String,
    pub actor: Actor,
    pub event: AnyEvent,
}

/// An event in its place.
#[derive(Clone, Debug)]
pub struct Placed {
    pub position: u64,
    pub sequence: u64,
    pub recorded_at: DateTime<Utc>,
    pub written: Written,
}

/// Events by the day and the part of the day on which they are recorded.
#[derive(Default)]
pub struct Book {
    parts: BTreeMap<(NaiveDate, u8), Vec<Written>>,
}

/// What a stream is called, by its events.
pub trait OfStream {
    const TYPE: &'static str;
    fn any(self) -> AnyEvent;
}

macro_rules! of_stream {
    ($($event:ident of $aggregate:ident),+) => {$(
        impl OfStream for $event {
            const TYPE: &'static str = <$aggregate as Decider>::TYPE;

            fn any(self) -> AnyEvent {
                AnyEvent::$aggregate(self)
            }
        }
    )+};
}

of_stream!(
    HouseholdEvent of Household,
    IdentityEvent of Identity,
    BenefitCaseEvent of BenefitCase,
    PaymentRunEvent of PaymentRun,
    PaymentEvent of Payment,
    CampaignEvent of Campaign,
    FundEvent of Fund
);

impl Book {
    /// Writes an event down for a day; parts of a day come one after the other.
    pub fn write<E: OfStream>(
        &mut self,
        (day, part): (NaiveDate, u8),
        actor: Actor,
        stream_id: impl ToString,
        event: E,
    ) {
        let stream_id = stream_id.to_string();
        let written = Written { stream_type: E::TYPE, stream_id, actor, event: event.any() };
        self.parts.entry((day, part)).or_default().push(written);
    }

    /// Places every event; each part of a day stream by stream, as one bulk append does. A calculation takes what was
    /// recorded before its part of the day.
    pub fn place(self) -> Vec<Vec<Placed>> {
        let mut sequences: HashMap<String, u64> = HashMap::new();
        let (mut placed, mut position) = (Vec::with_capacity(self.parts.len()), 0);
        for ((day, _), part) in self.parts {
            let recorded_at = day.and_time(NaiveTime::MIN).and_utc() + Duration::hours(2);
            let begins_at = position;
            let mut batch = Vec::with_capacity(part.len());
            for mut written in by_stream(part) {
                if let AnyEvent::PaymentRun(PaymentRunEvent::PaymentRunCalculated { calculation, .. }) =
                    &mut written.event
                {
                    calculation.position = begins_at;
                }
                let sequence = sequences.entry(written.stream_id.clone()).or_default();
                *sequence += 1;
                batch.push(Placed { position, sequence: *sequence, recorded_at, written });
                position += 1;
            }
            placed.push(batch);
        }
        placed
    }
}

/// The streams in the order of their first events.
fn by_stream(part: Vec<Written>) -> Vec<Written> {
    let mut order: HashMap<String, usize> = HashMap::new();
    let mut streams: Vec<Vec<Written>> = Vec::new();
    for written in part {
        let place = *order.entry(written.stream_id.clone()).or_insert_with(|| {
            streams.push(Vec::new());
            streams.len() - 1
        });
        streams[place].push(written);
    }
    streams.into_iter().flatten().collect()
}
