//! From events to a report: pure, so that whoever holds the events can make it again.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::actor::Role;
use domain::aggregate::Decider;
use domain::any_event::AnyEvent;
use domain::benefit_case::{BenefitCase, BenefitCaseEvent};
use domain::campaign::Campaign;
use domain::fund::{Fund, FundEvent};
use domain::household::{Household, HouseholdEvent};
use domain::identity::{Identity, IdentityEvent};
use domain::ids::PersonId;
use domain::payment::{Payment, PaymentEvent, PaymentOrder};
use domain::payment_run::PaymentRun;
use domain::policy::Step;
use domain::recovery_plan::{PlanTerms, RecoveryPlan, RecoveryPlanEvent};
use eventlog::append::StreamId;

use super::facts::{State, changes, shows_on};
use super::histories::{Entry, Histories};
use super::ordered::paid;
use super::redetermine::decision::{CaseFacts, decided};
use super::redetermine::money;
use super::report::{Clocks, Head, ReportItem, ReportStep, Subject};
use super::standing::{household_of, on_the_day};
use super::verdict::{Determined, Ground, Verdict};
use super::words::{said, words};

/// Tells a subject from events that hold all of its streams up to what was known; others do no harm. For a run, its
/// lines come apart, from [`super::run_audit`].
pub fn tell(histories: &Histories, subject: Subject, clocks: Clocks, ground: &Ground<'_>) -> Vec<ReportItem> {
    let rule_version = ground.rules.newest().version().to_owned();
    let mut items = vec![ReportItem::Head(Head { subject, clocks, rule_version })];
    let story = Story::of(histories, subject);
    let mut walk = Walk { histories, ground, states: BTreeMap::new() };
    for entry in histories.entries() {
        if story.has(entry) {
            items.push(ReportItem::Step(Box::new(walk.step(entry))));
        } else {
            walk.pass(entry);
        }
    }
    let held = on_the_day(histories, subject, clocks, ground);
    items.extend(held.into_iter().map(ReportItem::OnTheDay));
    items
}

/// The events that belong to a subject's story; others are evidence for it.
struct Story {
    subject: Subject,
    streams: BTreeSet<StreamId>,
}

impl Story {
    fn of(histories: &Histories, subject: Subject) -> Story {
        let stream = |kind: &'static str, id: String| StreamId::new(kind, id);
        let streams = match subject {
            Subject::Case(case_id) => {
                let household = household_of(histories, case_id);
                let household = household.map(|id| stream(Household::TYPE, id.to_string()));
                let payments = payments(histories, |order| order.case_id == case_id);
                let case = stream(BenefitCase::TYPE, case_id.to_string());
                let plans = plans(histories, |terms| terms.case_id == case_id);
                payments.chain(plans).chain(household).chain([case]).collect()
            }
            Subject::Person(person) => of_person(histories, person),
            Subject::Run(run_id) => BTreeSet::from([stream(PaymentRun::TYPE, run_id.to_string())]),
            Subject::Fund(fund_id) => {
                let runs = histories.events::<Fund>(fund_id).filter_map(|(_, event)| match event {
                    FundEvent::FundsCommitted { run_id, .. } => {
                        Some(stream(PaymentRun::TYPE, run_id.to_string()))
                    }
                    _ => None,
                });
                runs.chain([stream(Fund::TYPE, fund_id.to_string())]).collect()
            }
            Subject::Campaign(id) => BTreeSet::from([stream(Campaign::TYPE, id.to_string())]),
        };
        Story { subject, streams }
    }

    fn has(&self, entry: &Entry) -> bool {
        self.streams.contains(&entry.stream) || entry.event.as_ref().is_ok_and(|event| self.names(event))
    }

    /// Whether an event of a fund speaks of the run or the campaign.
    fn names(&self, event: &AnyEvent) -> bool {
        let AnyEvent::Fund(event) = event else { return false };
        match (self.subject, event) {
            (
                Subject::Run(run),
                FundEvent::FundsCommitted { run_id, .. }
                | FundEvent::FundsReleased { run_id, .. }
                | FundEvent::FundsRecommitted { run_id, .. }
                | FundEvent::FundsSpent { run_id, .. },
            ) => *run_id == run,
            (Subject::Campaign(campaign), FundEvent::DonationCredited { campaign_id, .. }) => {
                *campaign_id == campaign
            }
            _ => false,
        }
    }
}

/// A person's households, identity, cases and money.
fn of_person(histories: &Histories, person: PersonId) -> BTreeSet<StreamId> {
    let households = histories.streams::<Household>().filter(|stream| {
        histories.events::<Household>(&stream.id).any(|(_, event)| {
            matches!(event, HouseholdEvent::MemberJoined { person_id, .. } if *person_id == person)
        })
    });
    let cases = histories.streams::<BenefitCase>().filter(|stream| {
        histories.events::<BenefitCase>(&stream.id).any(|(_, event)| match event {
            BenefitCaseEvent::ConsultationHeld { subject, .. }
            | BenefitCaseEvent::ApplicationReceived { subject, .. } => subject.applicant == person,
            _ => false,
        })
    });
    let identities = histories.streams::<Identity>().filter(|stream| {
        histories.events::<Identity>(&stream.id).any(|(_, event)| match event {
            IdentityEvent::IdentityClaimed { person_id, .. }
            | IdentityEvent::IdentityReleased { person_id, .. } => *person_id == person,
        })
    });
    let own = |order: &PaymentOrder| order.beneficiary == person || order.payee == person;
    let plans = plans(histories, |terms| terms.beneficiary == person);
    let streams = households.chain(cases).chain(identities).cloned();
    streams.chain(payments(histories, own)).chain(plans).collect()
}

/// The streams of the payments whose orders are wanted.
fn payments(histories: &Histories, wanted: impl Fn(&PaymentOrder) -> bool) -> impl Iterator<Item = StreamId> {
    let streams = histories.streams::<Payment>().filter(move |stream| {
        histories.events::<Payment>(&stream.id).any(|(_, event)| match event {
            PaymentEvent::PaymentOrdered { order } => wanted(order),
            _ => false,
        })
    });
    streams.cloned()
}

/// The streams of the recovery plans whose terms are wanted.
fn plans(histories: &Histories, wanted: impl Fn(&PlanTerms) -> bool) -> impl Iterator<Item = StreamId> {
    let streams = histories.streams::<RecoveryPlan>().filter(move |stream| {
        histories.events::<RecoveryPlan>(&stream.id).any(|(_, event)| match event {
            RecoveryPlanEvent::RecoveryPlanProposed { terms, .. } => wanted(terms),
            _ => false,
        })
    });
    streams.cloned()
}

/// The states of all streams while events pass by.
struct Walk<'a> {
    histories: &'a Histories,
    ground: &'a Ground<'a>,
    states: BTreeMap<&'a StreamId, State>,
}

impl<'a> Walk<'a> {
    /// Takes in an event that is evidence alone.
    fn pass(&mut self, entry: &'a Entry) {
        if let Ok(event) = &entry.event {
            let state = self.states.entry(&entry.stream).or_insert_with(|| State::before_any(event));
            // refused, it leaves the state as it was; what rests on it differs
            let _ = state.try_evolve(event);
        }
    }

    fn step(&mut self, entry: &'a Entry) -> ReportStep {
        let event = match &entry.event {
            Ok(event) => event,
            Err(trouble) => return self.unreadable(entry, trouble),
        };
        let determined = self.determined(entry, event);
        let open = self.ground.shown();
        let state = self.states.entry(&entry.stream).or_insert_with(|| State::before_any(event));
        let day = seen_on(entry, event);
        let before = state.facts(day, &open);
        let impossible = state.try_evolve(event).err();
        let mut step = self.bare(entry);
        if let Some(state) = self.states.get(&entry.stream) {
            step.words = said(event, state, &open);
            step.changes = changes(&before, &state.facts(day, &open));
        }
        step.basis = self.law(event);
        if let Some(Determined { verdict, basis }) = determined {
            step.verdict = Some(verdict);
            step.basis.extend(basis);
        }
        if let Some(impossible) = impossible {
            let zh = format!("该事件不能承接先前事件：{impossible}");
            let words = words(zh, impossible.to_string());
            step.verdict = Some(Verdict::Unanswerable { code: "event_impossible", words });
        }
        step
    }

    fn bare(&self, entry: &Entry) -> ReportStep {
        ReportStep {
            position: entry.position,
            recorded_at: entry.recorded_at,
            effective_on: entry.effective_on(),
            actor: entry.actor.clone(),
            role: entry.role,
            stream: entry.stream.kind.to_string(),
            stream_id: entry.stream.id.clone(),
            event: entry.event_type.clone(),
            words: words("（无法读取）", "(unreadable)"),
            changes: Vec::new(),
            basis: Vec::new(),
            proof: (self.ground.proof)(entry.position),
            verdict: None,
        }
    }

    fn unreadable(&self, entry: &Entry, trouble: &str) -> ReportStep {
        let words = words(format!("事件无法读取：{trouble}"), trouble);
        let verdict = Some(Verdict::Unanswerable { code: "event_unreadable", words });
        ReportStep { verdict, ..self.bare(entry) }
    }

    /// What the event decided or paid, determined anew on the states before it.
    fn determined(&self, entry: &Entry, event: &AnyEvent) -> Option<Determined> {
        let bare = |verdict| Determined { verdict, basis: Vec::new() };
        match event {
            AnyEvent::BenefitCase(event) => {
                let State::BenefitCase(case) = self.states.get(&entry.stream)? else { return None };
                let household_id = case.subject()?.household_id.to_string();
                let household = match self.states.get(&StreamId::new(Household::TYPE, household_id)) {
                    Some(State::Household(household)) => household,
                    _ => &Household::Unregistered,
                };
                let (office_day, position) = (entry.office_day, entry.position);
                decided(event, CaseFacts { case, household, office_day, position }, self.ground)
            }
            AnyEvent::Payment(PaymentEvent::PaymentOrdered { order }) => {
                Some(paid(self.histories, entry.position, order, self.ground))
            }
            AnyEvent::Fund(event) => money::of_fund(entry, event, self.histories).map(bare),
            AnyEvent::Campaign(event) => {
                let State::Campaign(campaign) = self.states.get(&entry.stream)? else { return None };
                money::of_campaign(campaign, event).map(bare)
            }
            _ => None,
        }
    }

    /// The law that an event names or rests on, besides what a determination cites.
    fn law(&self, event: &AnyEvent) -> Vec<Step> {
        let cited = |zh: &str, en: &str, source: &str| Step {
            zh: zh.to_owned(),
            en: en.to_owned(),
            source: source.to_owned(),
            amount: None,
        };
        match event {
            AnyEvent::BenefitCase(BenefitCaseEvent::ApplicationReceived { subject, .. }) => {
                let rule = self.ground.rules.newest().program(subject.program);
                let source = rule.map(|rule| format!("{}（{} 起）", rule.basis, rule.from));
                let law = |source: String| cited(subject.program.zh(), subject.program.en(), &source);
                source.map(law).into_iter().collect()
            }
            AnyEvent::Household(HouseholdEvent::PersonErased { basis, .. }) => {
                vec![cited("个人信息删除", "erasure", basis)]
            }
            _ => Vec::new(),
        }
    }
}

/// The day on which what an event changes can be seen.
fn seen_on(entry: &Entry, event: &AnyEvent) -> NaiveDate {
    let day = entry.effective_on().unwrap_or(entry.office_day);
    match event {
        AnyEvent::Household(event) => shows_on(event, day),
        _ => day,
    }
}

/// A role in words.
pub fn role(role: Role) -> (&'static str, &'static str) {
    (role.zh(), role.en())
}
