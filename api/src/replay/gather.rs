//! Which streams a subject has. Their names follow from the subject and from each other; only what belongs to a person
//! is found by one look at the whole log, or where somebody waits for a page, by the trail. No other read table is asked.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, Utc};
use domain::aggregate::Decider;
use domain::benefit_case::BenefitCase;
use domain::calendar::BenefitMonth;
use domain::campaign::{Campaign, CampaignEvent};
use domain::fund::{Fund, FundEvent};
use domain::household::{Household, HouseholdEvent};
use domain::identity::Identity;
use domain::ids::{CampaignId, CaseId, FundId, PaymentId, PersonId, RecoveryPlanId, RunId};
use domain::payment::{Payment, PaymentEvent};
use domain::payment_run::{PaymentRun, PaymentRunEvent};
use domain::recovery_plan::RecoveryPlan;
use eventlog::append::StreamId;
use eventlog::keyring::DataKeys;
use eventlog::read::Log;
use projections::audit_trail::queries::streams_of;

use super::histories::{Histories, Kept};
use super::report::Subject;
use super::standing::{folded, household_of};
use crate::processes::{Office, ProcessError, office_day};

/// Months beyond the known day in which a payment is looked for: a run may pay a month ahead.
const MONTHS_AHEAD: i32 = 2;

/// How the streams of a person are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search {
    /// By one look at the whole log, whatever the read tables say.
    Log,
    /// By the audit trail, at once, as far as it has caught up: what others get through the person's account is not told.
    Trail,
}

/// The events of a subject, and the keys of everyone in them.
pub(super) struct Gathered {
    pub histories: Histories,
    pub keys: DataKeys,
}

/// Reads what was recorded of the subject up to the end of the day `known` in Beijing.
///
/// # Errors
/// [`ProcessError::Unknown`] where nothing was known of it; those of the log.
pub(super) async fn gather(
    office: &Office,
    subject: Subject,
    known: NaiveDate,
    search: Search,
) -> Result<Gathered, ProcessError> {
    let log = office.repository.log();
    let mut gathering = Gathering { log, known, histories: Histories::known_on(known) };
    match subject {
        Subject::Case(id) => gathering.case(id).await?,
        Subject::Person(id) => gathering.person(streams_of_person(office, id, search).await?).await?,
        Subject::Run(id) => gathering.run(id).await?,
        Subject::Fund(id) => gathering.fund(id).await?,
        Subject::Campaign(id) => gathering.campaign(id).await?,
    }
    let histories = gathering.histories;
    if histories.entries().next().is_none() {
        return Err(ProcessError::Unknown { what: what(subject) });
    }
    let keys = office.keyring.keys_of(&persons(&histories)).await?;
    Ok(Gathered { histories, keys })
}

async fn streams_of_person(
    office: &Office,
    person: PersonId,
    search: Search,
) -> Result<Vec<StreamId>, ProcessError> {
    match search {
        Search::Log => Ok(office.repository.log().streams_with(person.uuid()).await?),
        Search::Trail => {
            let found = streams_of(&office.pool, person).await?;
            Ok(found.into_iter().map(|stream| StreamId::new(stream.kind, stream.id)).collect())
        }
    }
}

/// The persons of the households who are restricted now: that binds whoever looks, however far back they look.
///
/// # Errors
/// Those of the log.
pub(super) async fn restricted_today(
    office: &Office,
    histories: &Histories,
) -> Result<BTreeSet<PersonId>, ProcessError> {
    let mut restricted = BTreeSet::new();
    for stream in histories.streams::<Household>() {
        let household = office.repository.load_newest::<Household>(&stream.id).await?.state;
        let Some(household) = household.registered() else { continue };
        let members = household.members.values().filter(|member| member.is_restricted());
        restricted.extend(members.map(|member| member.person_id));
    }
    Ok(restricted)
}

const fn what(subject: Subject) -> &'static str {
    match subject {
        Subject::Case(_) => "benefit case",
        Subject::Run(_) => "payment run",
        Subject::Person(_) => "person",
        Subject::Fund(_) => "fund",
        Subject::Campaign(_) => "campaign",
    }
}

/// Everyone whose sealed values stand in the histories.
pub(super) fn persons(histories: &Histories) -> Vec<PersonId> {
    let mut persons = BTreeSet::new();
    for stream in histories.streams::<Household>() {
        for (_, event) in histories.events::<Household>(&stream.id) {
            if let HouseholdEvent::MemberJoined { person_id, .. } = event {
                persons.insert(*person_id);
            }
        }
    }
    persons.into_iter().collect()
}

struct Gathering<'o> {
    log: &'o Log,
    known: NaiveDate,
    histories: Histories,
}

impl Gathering<'_> {
    async fn streams<D: Decider>(&mut self, ids: Vec<String>) -> Result<(), ProcessError> {
        for stored in self.log.read_streams(D::TYPE, &ids, u64::MAX).await? {
            self.histories.take(&stored);
        }
        Ok(())
    }

    async fn case(&mut self, case_id: CaseId) -> Result<(), ProcessError> {
        self.streams::<BenefitCase>(vec![case_id.to_string()]).await?;
        if let Some(household) = household_of(&self.histories, case_id) {
            self.streams::<Household>(vec![household.to_string()]).await?;
        }
        let case: BenefitCase = folded(&self.histories, &case_id.to_string());
        if let Some(application) = case.application() {
            let asked = application.request.map_or(application.applied_on, |request| request.on);
            let first = BenefitMonth::of(asked.min(application.applied_on));
            // nothing was recorded later than today, however far ahead is asked for
            let last = BenefitMonth::of(self.known.min(office_day(Utc::now()))).plus(MONTHS_AHEAD);
            self.payments(case_id, first.through(last).collect()).await?;
        }
        self.plans(case_id).await
    }

    /// The recovery plans of a case: their streams' names follow from case and number.
    async fn plans(&mut self, case_id: CaseId) -> Result<(), ProcessError> {
        for number in 1.. {
            let plan_id = RecoveryPlanId::derive(case_id, number);
            self.streams::<RecoveryPlan>(vec![plan_id.to_string()]).await?;
            if !self.has::<RecoveryPlan>(plan_id) {
                break;
            }
        }
        Ok(())
    }

    /// The payments of the months: their streams' names follow from case, month and attempt. Then their runs.
    async fn payments(&mut self, case_id: CaseId, mut months: Vec<BenefitMonth>) -> Result<(), ProcessError> {
        let mut runs = BTreeSet::new();
        for attempt in 1.. {
            let derived = months.iter().map(|month| (*month, PaymentId::derive(case_id, *month, attempt)));
            let ids: BTreeMap<BenefitMonth, PaymentId> = derived.collect();
            self.streams::<Payment>(ids.values().map(PaymentId::to_string).collect()).await?;
            months.retain(|month| ids.get(month).is_some_and(|id| self.has::<Payment>(*id)));
            runs.extend(ids.values().filter_map(|id| self.run_of(*id)));
            if months.is_empty() {
                break;
            }
        }
        self.streams::<PaymentRun>(runs.iter().map(RunId::to_string).collect()).await
    }

    fn has<D: Kept>(&self, id: impl ToString) -> bool {
        self.histories.stream::<D>(id).next().is_some()
    }

    fn run_of(&self, payment_id: PaymentId) -> Option<RunId> {
        self.histories.events::<Payment>(payment_id).find_map(|(_, event)| match event {
            PaymentEvent::PaymentOrdered { order } => Some(order.run_id),
            _ => None,
        })
    }

    async fn person(&mut self, streams: Vec<StreamId>) -> Result<(), ProcessError> {
        let (mut households, mut identities, mut payments) = (Vec::new(), Vec::new(), Vec::new());
        let mut cases = BTreeSet::new();
        for stream in streams {
            match stream.kind.as_ref() {
                Household::TYPE => households.push(stream.id),
                Identity::TYPE => identities.push(stream.id),
                Payment::TYPE => payments.push(stream.id),
                BenefitCase::TYPE => cases.extend(stream.id.parse::<CaseId>()),
                _ => {}
            }
        }
        self.streams::<Household>(households).await?;
        self.streams::<Identity>(identities).await?;
        self.streams::<Payment>(payments.clone()).await?;
        for payment in payments {
            cases.extend(self.histories.events::<Payment>(payment).find_map(|(_, event)| match event {
                PaymentEvent::PaymentOrdered { order } => Some(order.case_id),
                _ => None,
            }));
        }
        for case in cases {
            self.case(case).await?;
        }
        Ok(())
    }

    async fn run(&mut self, run_id: RunId) -> Result<(), ProcessError> {
        self.streams::<PaymentRun>(vec![run_id.to_string()]).await?;
        let fund = self.histories.events::<PaymentRun>(run_id).find_map(|(_, event)| match event {
            PaymentRunEvent::PaymentRunOpened { fund_id, .. } => Some(*fund_id),
            _ => None,
        });
        match fund {
            Some(fund) => self.streams::<Fund>(vec![fund.to_string()]).await,
            None => Ok(()),
        }
    }

    /// The fund's own events, and the runs, gifts and recoveries that they speak of.
    async fn fund(&mut self, fund_id: FundId) -> Result<(), ProcessError> {
        self.streams::<Fund>(vec![fund_id.to_string()]).await?;
        let (mut runs, mut campaigns, mut payments) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (_, event) in self.histories.events::<Fund>(fund_id) {
            match event {
                FundEvent::FundsCommitted { run_id, .. } => _ = runs.insert(run_id.to_string()),
                FundEvent::DonationCredited { campaign_id, .. } => {
                    campaigns.insert(campaign_id.to_string());
                }
                FundEvent::RecoveryCredited { payment_id, .. } => {
                    payments.insert(payment_id.to_string());
                }
                _ => {}
            }
        }
        self.streams::<PaymentRun>(runs.into_iter().collect()).await?;
        self.streams::<Campaign>(campaigns.into_iter().collect()).await?;
        self.streams::<Payment>(payments.into_iter().collect()).await
    }

    async fn campaign(&mut self, campaign_id: CampaignId) -> Result<(), ProcessError> {
        self.streams::<Campaign>(vec![campaign_id.to_string()]).await?;
        let fund = self.histories.events::<Campaign>(campaign_id).find_map(|(_, event)| match event {
            CampaignEvent::CampaignOpened { fund_id, .. } => Some(fund_id.to_string()),
            _ => None,
        });
        match fund {
            Some(fund) => self.streams::<Fund>(vec![fund]).await,
            None => Ok(()),
        }
    }
}
