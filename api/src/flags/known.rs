//! What the log holds, sorted by what it is about: filled by one pass, then asked by every rule.
//!
//! Memory grows with the log and with nothing else. Sealed determinations are let go: no rule opens them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::any_event::AnyEvent;
use domain::benefit_case::{BenefitCase, BenefitCaseEvent, CaseSubject};
use domain::calendar::BenefitMonth;
use domain::campaign::Campaign;
use domain::fund::FundEvent;
use domain::household::{Household, HouseholdEvent};
use domain::identity::IdentityEvent;
use domain::ids::{CampaignId, CaseId, HouseholdId, PaymentId, PersonId, RunId};
use domain::payment::{PaymentEvent, PaymentOrder, Withholding};
use domain::payment_run::{Calculation, PaymentRun, PaymentRunEvent};
use domain::personal::Sealed;

use super::flag::{Subject, total};
use super::history::{History, Recorded};
use crate::check::{Finding, FourEyes, Seen, Watch};
use crate::processes::office_day;

/// The log, as the rules ask it.
#[derive(Default)]
pub struct KnownLog {
    /// Cases.
    pub cases: BTreeMap<CaseId, KnownCase>,
    /// Households.
    pub households: BTreeMap<HouseholdId, History<Household>>,
    /// The households that a person ever joined.
    pub homes: BTreeMap<PersonId, BTreeSet<HouseholdId>>,
    /// The cases of each household.
    pub cases_of: BTreeMap<HouseholdId, BTreeSet<CaseId>>,
    /// Who claimed each keyed hash of an ID number, in order.
    pub identities: BTreeMap<String, Vec<Claim>>,
    /// Payments.
    pub payments: BTreeMap<PaymentId, KnownPayment>,
    /// The payments of each beneficiary, in the order of their orders.
    pub paid_to: BTreeMap<PersonId, Vec<PaymentId>>,
    /// Runs.
    pub runs: BTreeMap<RunId, KnownRun>,
    /// Campaigns.
    pub campaigns: BTreeMap<CampaignId, History<Campaign>>,
    /// Whom an approval, a release or a decided appeal concerns, by position.
    pub approvals: BTreeMap<u64, Subject>,
    /// The office day of the newest event.
    pub newest_on: Option<NaiveDate>,
    four_eyes: FourEyes,
}

/// A case with its payments.
#[derive(Default)]
pub struct KnownCase {
    /// Its events.
    pub history: History<BenefitCase>,
    /// Its payments, in the order of their orders.
    pub payments: Vec<PaymentId>,
}

/// A run with its payments and what the fund was told of it.
#[derive(Default)]
pub struct KnownRun {
    /// Its events.
    pub history: History<PaymentRun>,
    /// Its payments, in the order of their orders.
    pub payments: Vec<PaymentId>,
    /// Events of funds that name it.
    pub fund: Vec<Recorded<FundEvent>>,
}

/// A claim on an ID number.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// Who.
    pub person: PersonId,
    /// Where it was made.
    pub position: u64,
    /// Whether it was given back, by an erasure.
    pub released: bool,
}

/// When something became known.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// Place in the log.
    pub position: u64,
    /// The day that the event says.
    pub on: NaiveDate,
}

/// A payment and what became of it.
pub struct KnownPayment {
    /// The order, without its determination.
    pub order: PaymentOrder,
    /// Where it was ordered.
    pub ordered: Mark,
    /// Where it settled.
    pub settled: Option<Mark>,
    /// Where it came back.
    pub returned: Option<Mark>,
    /// Where it was found out that it arrived after all.
    pub return_revoked: Option<Mark>,
    /// Recoveries opened of it, each with the amount in fen; below nothing, what was withdrawn of them.
    pub recoveries: Vec<(Mark, i64)>,
    /// Recoveries given up of it, each with the amount in fen.
    pub waivers: Vec<(Mark, i64)>,
    /// What is due with it and withheld, in fen: as ordered, and once it settled, as it took effect.
    pub withheld: i64,
}

impl KnownPayment {
    /// What the person keeps of it before `position`, in fen: what stands, and what was given up of the recoveries.
    pub fn kept(&self, position: u64) -> i64 {
        let waived = self.waivers.iter().filter(|(mark, _)| mark.position < position).map(|(_, fen)| *fen);
        self.standing(position).saturating_add(total(waived))
    }

    /// What its order makes of the month's due, in fen: to be paid by the bank, or withheld.
    pub fn ordered_fen(&self) -> i64 {
        self.order.amount.fen().saturating_add(fen_of(&self.order.withheld))
    }

    /// What was made of the month's due with it, in fen: paid by the bank, or withheld.
    pub fn gross_fen(&self) -> i64 {
        self.order.amount.fen().saturating_add(self.withheld)
    }

    /// What stands of it before `position`, in fen: nothing before its order or after its return, less the recoveries.
    pub fn standing(&self, position: u64) -> i64 {
        let before = |mark: &Mark| mark.position < position;
        let revoked = self.return_revoked.as_ref().is_some_and(before);
        if !before(&self.ordered) || self.returned.as_ref().is_some_and(before) && !revoked {
            return 0;
        }
        let opened = self.recoveries.iter().filter(|(mark, _)| before(mark)).map(|(_, fen)| *fen);
        self.gross_fen().saturating_sub(total(opened))
    }

    /// Where it came back, unless it arrived after all.
    pub fn came_back(&self) -> Option<Mark> {
        self.returned.filter(|_| self.return_revoked.is_none())
    }

    /// What stands of it at the end of the log, in fen.
    pub fn standing_now(&self) -> i64 {
        self.standing(u64::MAX)
    }

    /// Its order and, where it arrived, its arrival.
    pub fn positions(&self) -> impl Iterator<Item = u64> {
        std::iter::once(self.ordered.position).chain(self.settled.map(|mark| mark.position))
    }
}

impl KnownRun {
    /// What an order at `position` rests on: the newest calculation before it.
    pub fn basis(&self, position: u64) -> Option<Basis<'_>> {
        let (mut opened, mut newest) = (None, None);
        for recorded in self.history.events.iter().take_while(|recorded| recorded.position < position) {
            match &recorded.event {
                PaymentRunEvent::PaymentRunOpened { month, .. } => opened = Some(*month),
                PaymentRunEvent::PaymentRunCalculated { calculation, .. } => {
                    newest = Some((recorded.position, calculation));
                }
                _ => {}
            }
        }
        let ((position, calculation), month) = newest.zip(opened)?;
        Some(Basis { month, calculation, position })
    }
}

/// A calculation of a run.
#[derive(Clone, Copy)]
pub struct Basis<'a> {
    /// The run's month.
    pub month: BenefitMonth,
    /// The lines, in sum, with the position up to which facts were taken.
    pub calculation: &'a Calculation,
    /// Where it was recorded.
    pub position: u64,
}

impl KnownCase {
    /// The case and its parties, by its first event.
    pub fn subject(&self) -> Option<&CaseSubject> {
        self.history.events.iter().find_map(|recorded| match &recorded.event {
            BenefitCaseEvent::ConsultationHeld { subject, .. }
            | BenefitCaseEvent::ApplicationReceived { subject, .. } => Some(subject),
            _ => None,
        })
    }
}

impl KnownLog {
    /// Takes the next event in. One that cannot be read is left to `ledger check`.
    pub fn see(&mut self, seen: &Seen) {
        let day = office_day(seen.recorded_at);
        self.newest_on = self.newest_on.max(Some(day));
        self.four_eyes.see(seen);
        let id = &seen.stream_id;
        match &seen.event {
            Some(AnyEvent::Household(event)) => self.see_household(seen, day, event),
            Some(AnyEvent::Identity(event)) => self.see_identity(seen, event),
            Some(AnyEvent::BenefitCase(event)) => self.see_case(seen, day, event),
            Some(AnyEvent::PaymentRun(event)) => self.see_run(seen, day, event),
            Some(AnyEvent::Payment(event)) => self.see_payment(seen, event),
            Some(AnyEvent::Campaign(event)) => {
                if let Ok(id) = id.parse() {
                    push(self.campaigns.entry(id).or_default(), seen, day, event.clone());
                }
            }
            Some(AnyEvent::Fund(event)) => self.see_fund(seen, day, event),
            // what was opened for whom, which rates were published, how a bank wrote its results, how money comes back, a
            // break that two people declared, what was set aside, who may come in and who is told are no rule's question
            Some(
                AnyEvent::Disclosure(_)
                | AnyEvent::Gazette(_)
                | AnyEvent::BankReturn(_)
                | AnyEvent::RecoveryPlan(_)
                | AnyEvent::LogBreak(_)
                | AnyEvent::Todo(_)
                | AnyEvent::User(_)
                | AnyEvent::Webhook(_)
                | AnyEvent::IdentityProvider(_),
            )
            | None => {}
        }
    }

    fn see_household(&mut self, seen: &Seen, day: NaiveDate, event: &HouseholdEvent) {
        let Ok(id) = seen.stream_id.parse::<HouseholdId>() else { return };
        if let HouseholdEvent::MemberJoined { person_id, .. } = event {
            self.homes.entry(*person_id).or_default().insert(id);
        }
        push(self.households.entry(id).or_default(), seen, day, event.clone());
    }

    fn see_identity(&mut self, seen: &Seen, event: &IdentityEvent) {
        let claims = self.identities.entry(seen.stream_id.clone()).or_default();
        match event {
            IdentityEvent::IdentityClaimed { person_id, .. } => {
                claims.push(Claim { person: *person_id, position: seen.position, released: false });
            }
            IdentityEvent::IdentityReleased { person_id, .. } => {
                let own = claims.iter_mut().filter(|claim| claim.person == *person_id);
                own.for_each(|claim| claim.released = true);
            }
        }
    }

    fn see_case(&mut self, seen: &Seen, day: NaiveDate, event: &BenefitCaseEvent) {
        let Ok(id) = seen.stream_id.parse::<CaseId>() else { return };
        let case = self.cases.entry(id).or_default();
        push(&mut case.history, seen, day, without_determination(event.clone()));
        if let BenefitCaseEvent::ConsultationHeld { subject, .. }
        | BenefitCaseEvent::ApplicationReceived { subject, .. } = event
        {
            self.cases_of.entry(subject.household_id).or_default().insert(id);
        }
        let decides = matches!(
            event,
            BenefitCaseEvent::EligibilityDecided { .. } | BenefitCaseEvent::AppealDecided { .. }
        );
        if let Some(subject) = case.subject().filter(|_| decides) {
            self.approvals.insert(seen.position, Subject::case(subject));
        }
    }

    fn see_run(&mut self, seen: &Seen, day: NaiveDate, event: &PaymentRunEvent) {
        let Ok(id) = seen.stream_id.parse::<RunId>() else { return };
        push(&mut self.runs.entry(id).or_default().history, seen, day, event.clone());
        use PaymentRunEvent as Event;
        if matches!(
            event,
            Event::PaymentRunEndorsed { .. }
                | Event::PaymentRunApproved { .. }
                | Event::PaymentRunReleased { .. }
        ) {
            self.approvals.insert(seen.position, Subject::run(id));
        }
    }

    fn see_payment(&mut self, seen: &Seen, event: &PaymentEvent) {
        let mark = |on: NaiveDate| Mark { position: seen.position, on };
        if let PaymentEvent::PaymentOrdered { order } = event {
            self.cases.entry(order.case_id).or_default().payments.push(order.payment_id);
            self.runs.entry(order.run_id).or_default().payments.push(order.payment_id);
            self.paid_to.entry(order.beneficiary).or_default().push(order.payment_id);
            let order = PaymentOrder { determination: Sealed::from_ciphertext(""), ..(**order).clone() };
            let ordered = mark(order.execution_on);
            let withheld = fen_of(&order.withheld);
            let payment = KnownPayment {
                order,
                ordered,
                settled: None,
                returned: None,
                return_revoked: None,
                recoveries: Vec::new(),
                waivers: Vec::new(),
                withheld,
            };
            self.payments.insert(payment.order.payment_id, payment);
            return;
        }
        let known = seen.stream_id.parse().ok().and_then(|id: PaymentId| self.payments.get_mut(&id));
        let Some(payment) = known else { return };
        match event {
            PaymentEvent::PaymentSettled { settled_on, withheld, .. } => {
                payment.settled = Some(mark(*settled_on));
                payment.withheld = fen_of(withheld);
            }
            PaymentEvent::PaymentReturned { returned_on, .. } => payment.returned = Some(mark(*returned_on)),
            PaymentEvent::ReturnRevoked { revoked_on } => payment.return_revoked = Some(mark(*revoked_on)),
            PaymentEvent::RecoveryOpened { amount, opened_on, .. } => {
                payment.recoveries.push((mark(*opened_on), amount.fen()));
            }
            PaymentEvent::RecoveryWaived { amount, waived_on, .. } => {
                payment.waivers.push((mark(*waived_on), amount.fen()));
            }
            PaymentEvent::RecoveryWithdrawn { amount, withdrawn_on } => {
                payment.recoveries.push((mark(*withdrawn_on), amount.negated().fen()));
            }
            PaymentEvent::PaymentOrdered { .. }
            | PaymentEvent::BookingNamed { .. }
            | PaymentEvent::PaymentReissued { .. }
            | PaymentEvent::PaymentCancelled { .. }
            | PaymentEvent::RecoveryReceived { .. } => {}
        }
    }

    fn see_fund(&mut self, seen: &Seen, day: NaiveDate, event: &FundEvent) {
        let (FundEvent::FundsCommitted { run_id, .. }
        | FundEvent::FundsReleased { run_id, .. }
        | FundEvent::FundsRecommitted { run_id, .. }
        | FundEvent::FundsSpent { run_id, .. }) = event
        else {
            return;
        };
        let run = self.runs.entry(*run_id).or_default();
        run.fund.push(recorded(seen, day, event.clone()));
    }

    /// The household as it stood before `position`; unregistered where nobody registered it.
    pub fn household_before(&self, id: HouseholdId, position: u64) -> Household {
        self.households.get(&id).map(|history| history.before(position)).unwrap_or_default()
    }

    /// The payments of a case, in the order of their orders.
    pub fn payments_of(&self, case: CaseId) -> impl Iterator<Item = &KnownPayment> {
        let ids = self.cases.get(&case).map(|case| case.payments.as_slice()).unwrap_or_default();
        ids.iter().filter_map(|id| self.payments.get(id))
    }

    /// The payments to a beneficiary, in the order of their orders.
    pub fn payments_to(&self, person: PersonId) -> impl Iterator<Item = &KnownPayment> {
        let ids = self.paid_to.get(&person).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(|id| self.payments.get(id))
    }

    /// Whether two people ever belonged to one household.
    pub fn are_related(&self, one: PersonId, other: PersonId) -> bool {
        match (self.homes.get(&one), self.homes.get(&other)) {
            (Some(one), Some(other)) => !one.is_disjoint(other),
            _ => one == other,
        }
    }

    /// Who approved what they had prepared, as `ledger check` computes it.
    pub fn own_approvals(&self) -> Vec<Finding> {
        Box::new(self.four_eyes.clone()).finish()
    }
}

fn recorded<E>(seen: &Seen, day: NaiveDate, event: E) -> Recorded<E> {
    Recorded { position: seen.position, day, actor: seen.actor.clone(), event }
}

fn push<D: domain::aggregate::Decider>(
    history: &mut History<D>,
    seen: &Seen,
    day: NaiveDate,
    event: D::Event,
) {
    history.events.push(recorded(seen, day, event));
}

/// Lets the sealed steps go, but not whether there were any.
fn without_determination(event: BenefitCaseEvent) -> BenefitCaseEvent {
    use BenefitCaseEvent as Event;
    match event {
        Event::EligibilityDecided { outcome, decided_on, reasons, rule_version, determination, by } => {
            let determination = determination.map(|_| Sealed::from_ciphertext(""));
            Event::EligibilityDecided { outcome, decided_on, reasons, rule_version, determination, by }
        }
        Event::EntitlementDetermined { from, amount, rule_version, by, .. } => {
            let determination = Sealed::from_ciphertext("");
            Event::EntitlementDetermined { from, amount, rule_version, determination, by }
        }
        other => other,
    }
}

/// The sum of withholdings, in fen.
fn fen_of(withheld: &[Withholding]) -> i64 {
    total(withheld.iter().map(|part| part.amount.fen()))
}
