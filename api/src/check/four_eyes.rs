//! Nobody approved what they prepared. Computed from who signed what, without the aggregates that forbid it.
//!
//! A case is prepared by everyone who took part in it, visited its household or recorded one of its facts; a run by who
//! opened, calculated and submitted it. Whoever approved does not release, and does not decide the appeal.
//! Whoever asked for a person's erasure does not decide on it; whoever proposed rates does not publish them; whoever
//! proposed a break of the log does not accept it; whoever proposed a recovery plan does not decide on it.
//! Whoever proposed a remittance does not approve it.

use std::collections::{BTreeMap, HashMap};

use domain::any_event::AnyEvent;
use domain::benefit_case::{BenefitCaseEvent, HeldMonths};
use domain::campaign::CampaignEvent;
use domain::gazette::GazetteEvent;
use domain::household::HouseholdEvent;
use domain::ids::{PersonId, RemittanceId};
use domain::log_break::LogBreakEvent;
use domain::payment_run::PaymentRunEvent;
use domain::recovery_plan::RecoveryPlanEvent;

use super::seen::{Seen, Watch};
use super::{Finding, Invariant};

/// Who took part, each with the first position.
type Hands = BTreeMap<String, u64>;

/// Remembers who touched each household, case and run, and who approved.
#[derive(Clone, Default)]
pub struct FourEyes {
    prepared: HashMap<String, Hands>,
    approved: HashMap<String, Hands>,
    /// Who endorsed each run that needs two approvals.
    endorsed: HashMap<String, Hands>,
    /// Who held which months of each case.
    held: HashMap<(String, HeldMonths), Hands>,
    /// Who asked for each person's erasure, the newest request.
    asked: HashMap<PersonId, Hands>,
    /// Who proposed rates, by the number of the proposal.
    proposed: HashMap<u32, Hands>,
    /// Who proposed each remittance.
    remittances: HashMap<RemittanceId, Hands>,
    /// The household of each case.
    households: HashMap<String, String>,
    findings: Vec<Finding>,
}

impl Watch for FourEyes {
    fn invariant(&self) -> Invariant {
        Invariant {
            code: "four_eyes",
            zh: "无人审批自己经办的事项",
            en: "nobody approved what they prepared",
        }
    }

    fn see(&mut self, seen: &Seen) {
        match &seen.event {
            Some(AnyEvent::Household(event)) => self.see_household(seen, event),
            Some(AnyEvent::BenefitCase(event)) => self.see_case(seen, event),
            Some(AnyEvent::PaymentRun(event)) => self.see_run(seen, event),
            Some(AnyEvent::Gazette(event)) => self.see_gazette(seen, event),
            Some(AnyEvent::LogBreak(LogBreakEvent::LogBreakProposed { .. })) => {
                // only the newest proposal is accepted
                self.prepared.remove(&seen.stream_id);
                self.prepares(seen);
            }
            Some(AnyEvent::LogBreak(LogBreakEvent::LogBreakAccepted { .. })) => self.must_be_fresh(seen),
            Some(AnyEvent::Campaign(event)) => self.see_campaign(seen, event),
            Some(AnyEvent::RecoveryPlan(event)) => self.see_plan(seen, event),
            _ => {}
        }
    }

    fn finish(self: Box<Self>) -> Vec<Finding> {
        self.findings
    }
}

impl FourEyes {
    fn see_household(&mut self, seen: &Seen, event: &HouseholdEvent) {
        use HouseholdEvent as Event;
        match event {
            Event::ErasureRequested { person_id, .. } => {
                let mut hands = Hands::default();
                sign(&mut hands, seen);
                self.asked.insert(*person_id, hands);
            }
            Event::CaseWorkErased { person_id, .. } | Event::PersonErased { person_id, .. } => {
                let own = self.asked.get(person_id).map(|hands| found(hands, seen)).unwrap_or_default();
                let en = "whoever erased a person had asked for it";
                self.refuse(seen, own, "删除决定人即申请人", en);
            }
            _ => {}
        }
        self.prepares(seen);
    }

    fn see_case(&mut self, seen: &Seen, event: &BenefitCaseEvent) {
        use BenefitCaseEvent as Event;
        match event {
            Event::EligibilityDecided { .. } => {
                self.must_be_fresh(seen);
                self.approves(seen);
            }
            Event::AppealDecided { .. } => {
                self.must_be_fresh(seen);
                self.must_not_have_approved(seen);
            }
            Event::HomeVisited { visitors, .. } => {
                let hands = self.prepared.entry(seen.stream_id.clone()).or_default();
                for visitor in visitors {
                    hands.entry(visitor.as_str().to_owned()).or_insert(seen.position);
                }
                self.prepares(seen);
            }
            Event::ConsultationHeld { subject, .. } | Event::ApplicationReceived { subject, .. } => {
                self.households.insert(seen.stream_id.clone(), subject.household_id.to_string());
                self.prepares(seen);
            }
            Event::PaymentHeld { months, .. } => {
                let mut hands = Hands::default();
                sign(&mut hands, seen);
                self.held.insert((seen.stream_id.clone(), *months), hands);
                self.prepares(seen);
            }
            Event::PaymentHoldLifted { months, .. } => {
                let own = self.held.remove(&(seen.stream_id.clone(), *months));
                let own = own.map(|hands| found(&hands, seen)).unwrap_or_default();
                self.refuse(seen, own, "解除暂缓的人即登记暂缓的人", "whoever lifted the hold had placed it");
                self.prepares(seen);
            }
            _ => self.prepares(seen),
        }
    }

    fn see_run(&mut self, seen: &Seen, event: &PaymentRunEvent) {
        use PaymentRunEvent as Event;
        match event {
            Event::PaymentRunEndorsed { .. } => {
                self.must_be_fresh(seen);
                let mut hands = Hands::default();
                sign(&mut hands, seen);
                self.endorsed.insert(seen.stream_id.clone(), hands);
            }
            Event::PaymentRunApproved { .. } => {
                self.must_be_fresh(seen);
                self.must_not_have_endorsed(seen);
                self.approves(seen);
            }
            Event::PaymentRunReleased { .. } => {
                self.must_be_fresh(seen);
                self.must_not_have_endorsed(seen);
                self.must_not_have_approved(seen);
            }
            // an approval that was taken back binds nobody
            Event::PaymentRunRejected { .. } => {
                self.approved.remove(&seen.stream_id);
                self.endorsed.remove(&seen.stream_id);
            }
            Event::PaymentRunReconciled { .. } => {}
            Event::PaymentRunOpened { .. }
            | Event::PaymentRunCalculated { .. }
            | Event::PaymentRunSubmitted { .. } => self.prepares(seen),
        }
    }

    fn see_gazette(&mut self, seen: &Seen, event: &GazetteEvent) {
        match event {
            GazetteEvent::PolicyParametersProposed { number, .. } => {
                sign(self.proposed.entry(*number).or_default(), seen);
            }
            GazetteEvent::PolicyParametersPublished { number, .. } => {
                let own = self.proposed.get(number).map(|hands| found(hands, seen)).unwrap_or_default();
                self.refuse(seen, own, "发布人即拟定人", "whoever published the rates had proposed them");
            }
            GazetteEvent::PolicyParametersRejected { .. } => {}
        }
    }

    fn see_campaign(&mut self, seen: &Seen, event: &CampaignEvent) {
        use CampaignEvent as Event;
        let mut hands = Hands::default();
        sign(&mut hands, seen);
        match event {
            Event::RemittanceProposed { remittance_id, .. } => {
                self.remittances.insert(*remittance_id, hands);
            }
            Event::DonationRemitted { remittance_id, .. } => {
                let own = self.remittances.get(remittance_id).map(|hands| found(hands, seen));
                let en = "whoever approved a remittance had proposed it";
                self.refuse(seen, own.unwrap_or_default(), "转交批准人即提出人", en);
            }
            Event::DonorErasureRequested { donor, .. } => {
                self.asked.insert(*donor, hands);
            }
            Event::DonorErased { donor, .. } => {
                let own = self.asked.get(donor).map(|hands| found(hands, seen)).unwrap_or_default();
                let en = "whoever erased a donor had asked for it";
                self.refuse(seen, own, "删除决定人即申请人", en);
            }
            _ => {}
        }
    }

    fn see_plan(&mut self, seen: &Seen, event: &RecoveryPlanEvent) {
        use RecoveryPlanEvent as Event;
        match event {
            Event::RecoveryPlanProposed { .. } => self.prepares(seen),
            Event::RecoveryPlanApproved { .. } | Event::RecoveryPlanRejected { .. } => {
                self.must_be_fresh(seen)
            }
            Event::RecoveryPlanCompleted { .. } | Event::RecoveryPlanEnded { .. } => {}
        }
    }

    fn prepares(&mut self, seen: &Seen) {
        sign(self.prepared.entry(seen.stream_id.clone()).or_default(), seen);
    }

    /// The newest approval counts.
    fn approves(&mut self, seen: &Seen) {
        let mut hands = Hands::default();
        sign(&mut hands, seen);
        self.approved.insert(seen.stream_id.clone(), hands);
    }

    fn must_be_fresh(&mut self, seen: &Seen) {
        let household = self.households.get(&seen.stream_id).and_then(|id| self.prepared.get(id));
        let own = self.prepared.get(&seen.stream_id).into_iter().chain(household);
        let own: Vec<u64> = own.flat_map(|hands| found(hands, seen)).collect();
        self.refuse(seen, own, "审批人经办过同一事项", "the approver had prepared the same thing");
    }

    fn must_not_have_endorsed(&mut self, seen: &Seen) {
        let own: Vec<u64> =
            self.endorsed.get(&seen.stream_id).into_iter().flat_map(|hands| found(hands, seen)).collect();
        self.refuse(seen, own, "与初审人为同一人", "done by the one who had endorsed it");
    }

    fn must_not_have_approved(&mut self, seen: &Seen) {
        let own: Vec<u64> =
            self.approved.get(&seen.stream_id).into_iter().flat_map(|hands| found(hands, seen)).collect();
        self.refuse(seen, own, "与先前审批人为同一人", "done by the one who had approved it");
    }

    fn refuse(&mut self, seen: &Seen, own: Vec<u64>, zh: &str, en: &str) {
        if !own.is_empty() {
            self.findings.push(Finding::among(own.into_iter().chain([seen.position]), zh, en));
        }
    }
}

fn sign(hands: &mut Hands, seen: &Seen) {
    for who in names(seen) {
        hands.entry(who.clone()).or_insert(seen.position);
    }
}

/// Where a hand of this event had been before; each position once.
fn found(hands: &Hands, seen: &Seen) -> Vec<u64> {
    let mut positions: Vec<u64> = names(seen).filter_map(|who| hands.get(who)).copied().collect();
    positions.dedup();
    positions
}

/// The envelope's account and the payload's; they are one unless somebody tampered.
fn names(seen: &Seen) -> impl Iterator<Item = &String> {
    std::iter::once(&seen.actor).chain(&seen.author).filter(|name| !name.is_empty())
}
