//! The state after an event.

use std::mem;

use chrono::{Months, NaiveDate};

use crate::actor::{ActorId, Contributors};
use crate::aggregate::ImpossibleEvent;
use crate::policy::Suspension;
use crate::timeline::Timeline;

use super::super::{
    Appeal, Application, BenefitCase, CaseFile, CaseSubject, ClosedCase, Closing, ConsultedCase, Decision,
    DiscontinuedCase, EnrolledCase, Entitlement, HomeVisit, Materials, MeansCheck, Objection,
    ObjectionOutcome, Origin, Outcome, PaymentHold, Recertification, RefusedCase, ReviewedCase, Step,
};
use super::Event;

pub(super) fn try_evolve(state: &mut BenefitCase, event: &Event) -> Result<(), ImpossibleEvent> {
    match after(mem::take(state), event) {
        Ok(next) => {
            *state = next;
            Ok(())
        }
        Err(before) => {
            let impossible = ImpossibleEvent::new(event, before.stage().en());
            *state = before;
            Err(impossible)
        }
    }
}

/// The situation after `event`; the situation itself, unchanged, where it cannot happen.
fn after(case: BenefitCase, event: &Event) -> Result<BenefitCase, BenefitCase> {
    match (case, event) {
        (BenefitCase::Unopened, Event::ConsultationHeld { subject, held_on, by }) => {
            let file = opened(*subject, by);
            Ok(BenefitCase::Consulted(Box::new(ConsultedCase { file, held_on: *held_on })))
        }
        (BenefitCase::Unopened, Event::ApplicationReceived { subject, by, .. }) => {
            Ok(received(opened(*subject, by), event))
        }
        (BenefitCase::Consulted(case), Event::ApplicationReceived { by, .. }) => {
            Ok(received(signed(case.file, by), event))
        }
        (BenefitCase::Consulted(case), Event::CaseClosed { reason, closed_on, by }) => {
            let closing = Closing { reason: *reason, closed_on: *closed_on };
            Ok(BenefitCase::Discontinued(Box::new(DiscontinuedCase { file: signed(case.file, by), closing })))
        }
        (BenefitCase::UnderReview(case), Event::EligibilityDecided { outcome, decided_on, by, .. }) => {
            let decision = Decision { decided_on: *decided_on, decided_by: by.clone() };
            Ok(decided(*case, *outcome, decision))
        }
        (BenefitCase::UnderReview(case), Event::CaseClosed { reason, closed_on, by }) => {
            Ok(discontinued(*case, Closing { reason: *reason, closed_on: *closed_on }, by))
        }
        (BenefitCase::UnderReview(mut case), event) => match review(&mut case, event) {
            Some(()) => Ok(BenefitCase::UnderReview(case)),
            None => Err(BenefitCase::UnderReview(case)),
        },
        (BenefitCase::Enrolled(mut case), Event::CaseClosed { reason, closed_on, by }) => {
            case.file.contributors.add(by);
            let closing = Closing { reason: *reason, closed_on: *closed_on };
            let closed = ClosedCase { enrolled: *case, closing, appeal: Appeal::NotFiled };
            Ok(BenefitCase::Closed(Box::new(closed)))
        }
        (BenefitCase::Enrolled(mut case), event) => match stay(&mut case, event) {
            Some(()) => Ok(BenefitCase::Enrolled(case)),
            None => Err(BenefitCase::Enrolled(case)),
        },
        (case, event) => appealed(case, event),
    }
}

fn appealed(case: BenefitCase, event: &Event) -> Result<BenefitCase, BenefitCase> {
    match (case, event) {
        (BenefitCase::Refused(mut case), Event::AppealFiled { filed_on, by, .. }) => {
            case.file.contributors.add(by);
            case.appeal = Appeal::Pending { filed_on: *filed_on };
            Ok(BenefitCase::Refused(case))
        }
        (BenefitCase::Closed(mut case), Event::AppealFiled { filed_on, by, .. }) => {
            case.enrolled.file.contributors.add(by);
            case.appeal = Appeal::Pending { filed_on: *filed_on };
            Ok(BenefitCase::Closed(case))
        }
        (BenefitCase::Refused(mut case), Event::AppealDecided { outcome, decided_on, .. }) => match outcome {
            Outcome::Refused => {
                case.appeal = Appeal::Dismissed { decided_on: *decided_on };
                Ok(BenefitCase::Refused(case))
            }
            Outcome::Approved => {
                let origin = Origin::Refusal { reopened_on: *decided_on };
                Ok(reviewed(case.file, case.application, origin))
            }
        },
        (
            BenefitCase::Closed(mut closed),
            event @ (Event::PaymentHeld { .. } | Event::PaymentHoldLifted { .. }),
        ) => match held(&mut closed.enrolled, event) {
            Some(()) => Ok(BenefitCase::Closed(closed)),
            None => Err(BenefitCase::Closed(closed)),
        },
        (BenefitCase::Closed(mut closed), Event::AppealDecided { outcome, decided_on, .. }) => {
            match outcome {
                Outcome::Refused => {
                    closed.appeal = Appeal::Dismissed { decided_on: *decided_on };
                    Ok(BenefitCase::Closed(closed))
                }
                Outcome::Approved => {
                    let (file, application) = (closed.enrolled.file.clone(), closed.enrolled.application);
                    Ok(reviewed(file, application, Origin::Closing { closed, reopened_on: *decided_on }))
                }
            }
        }
        (case, _) => Err(case),
    }
}

fn opened(subject: CaseSubject, by: &ActorId) -> CaseFile {
    signed(CaseFile { subject, contributors: Contributors::default() }, by)
}

fn signed(mut file: CaseFile, by: &ActorId) -> CaseFile {
    file.contributors.add(by);
    file
}

fn received(file: CaseFile, event: &Event) -> BenefitCase {
    let Event::ApplicationReceived { applied_on, request, chosen_set, .. } = event else {
        return BenefitCase::Unopened;
    };
    let application = Application { applied_on: *applied_on, request: *request, chosen_set: *chosen_set };
    reviewed(file, application, Origin::Application)
}

fn reviewed(file: CaseFile, application: Application, origin: Origin) -> BenefitCase {
    BenefitCase::UnderReview(Box::new(ReviewedCase {
        file,
        application,
        origin,
        materials: Materials::Complete,
        means: MeansCheck::Pending,
        visit: HomeVisit::Pending,
        step: Step::Gathering,
        reviewed_by: None,
        withdrawn_on: None,
        objections: Vec::new(),
    }))
}

/// Takes one step of the review; `None`, and nothing changed, where it cannot happen.
fn review(case: &mut ReviewedCase, event: &Event) -> Option<()> {
    let by = match event {
        Event::MaterialsRequested { materials, due_on, by } => {
            case.materials = Materials::Requested { materials: materials.clone(), due_on: *due_on };
            by
        }
        Event::MaterialsSupplied { supplied_on, by } => {
            case.materials = Materials::Supplied { supplied_on: *supplied_on };
            by
        }
        Event::MeansChecked { checked_on, report, by, .. } => {
            case.means = MeansCheck::Checked { checked_on: *checked_on, report: report.clone() };
            by
        }
        Event::HomeVisited { visitors, visited_on, by, .. } => {
            case.visit = HomeVisit::Visited { visited_on: *visited_on };
            visitors.iter().for_each(|visitor| case.file.contributors.add(visitor));
            by
        }
        Event::ReviewRecommended { outcome, reviewed_on, by } => {
            case.step = Step::Recommended { outcome: *outcome, reviewed_on: *reviewed_on };
            (case.reviewed_by, case.withdrawn_on) = (Some(by.clone()), None);
            by
        }
        Event::ReviewWithdrawn { withdrawn_on, by } => {
            case.step = Step::Gathering;
            (case.reviewed_by, case.withdrawn_on) = (None, Some(*withdrawn_on));
            by
        }
        Event::NoticePosted { posted_on, earliest_decision_on, by, .. } => {
            let (posted_on, earliest_decision_on) = (*posted_on, *earliest_decision_on);
            case.step = Step::OnNotice { posted_on, earliest_decision_on };
            by
        }
        Event::ObjectionRaised { raised_on, by, .. } => {
            case.objections.push(Objection::Open { raised_on: *raised_on });
            by
        }
        Event::ObjectionResolved { objection, outcome, resolved_on, by } => {
            resolve(case, *objection, *outcome, *resolved_on)?;
            by
        }
        _ => return None,
    };
    case.file.contributors.add(by);
    Some(())
}

/// Answers an objection; one that stands sends the case back to the start of its review.
fn resolve(
    case: &mut ReviewedCase,
    number: u32,
    outcome: ObjectionOutcome,
    resolved_on: NaiveDate,
) -> Option<()> {
    let index = usize::try_from(number).ok()?.checked_sub(1)?;
    let objection = case.objections.get_mut(index)?;
    *objection = Objection::Resolved { outcome, resolved_on };
    if outcome == ObjectionOutcome::Upheld {
        case.step = Step::Gathering;
    }
    Some(())
}

fn decided(case: ReviewedCase, outcome: Outcome, decision: Decision) -> BenefitCase {
    match (case.origin, outcome) {
        (Origin::Closing { closed, .. }, Outcome::Approved) => {
            let enrolled = EnrolledCase { file: case.file, latest_decision: decision, ..closed.enrolled };
            BenefitCase::Enrolled(Box::new(enrolled))
        }
        (Origin::Closing { mut closed, .. }, Outcome::Refused) => {
            closed.enrolled.file = case.file;
            closed.appeal = Appeal::Dismissed { decided_on: decision.decided_on };
            BenefitCase::Closed(closed)
        }
        (_, Outcome::Approved) => enrolled(case.file, case.application, decision),
        (_, Outcome::Refused) => BenefitCase::Refused(Box::new(RefusedCase {
            file: case.file,
            application: case.application,
            decision,
            appeal: Appeal::NotFiled,
        })),
    }
}

fn enrolled(file: CaseFile, application: Application, decision: Decision) -> BenefitCase {
    let last_on = decision.decided_on;
    let mut case = EnrolledCase {
        file,
        application,
        latest_decision: decision.clone(),
        decision,
        suspensions: Vec::new(),
        holds: Vec::new(),
        recertification: Recertification::Next { last_on, due_on: last_on },
        entitlements: Timeline::default(),
    };
    let due_on = last_on + Months::new(case.procedure().recertification_months);
    case.recertification = Recertification::Next { last_on, due_on };
    BenefitCase::Enrolled(Box::new(case))
}

fn discontinued(case: ReviewedCase, closing: Closing, by: &ActorId) -> BenefitCase {
    let file = signed(case.file, by);
    match case.origin {
        Origin::Application | Origin::Refusal { .. } => {
            BenefitCase::Discontinued(Box::new(DiscontinuedCase { file, closing }))
        }
        // what had ended stays ended as it was
        Origin::Closing { mut closed, .. } => {
            closed.enrolled.file = file;
            closed.appeal = Appeal::Dismissed { decided_on: closing.closed_on };
            BenefitCase::Closed(closed)
        }
    }
}

/// Takes in what happens on the roll; `None`, and nothing changed, where it cannot happen.
fn stay(case: &mut EnrolledCase, event: &Event) -> Option<()> {
    let by = match event {
        Event::MeansChecked { by, .. } => by,
        Event::HomeVisited { visitors, by, .. } => {
            visitors.iter().for_each(|visitor| case.file.contributors.add(visitor));
            by
        }
        Event::EntitlementDetermined { from, amount, rule_version, by, .. } => {
            let entitlement = Entitlement { amount: *amount, rule_version: rule_version.clone() };
            case.entitlements.record(from.first_day(), entitlement);
            by
        }
        Event::RecertificationDue { due_on, by } => {
            case.recertification = Recertification::Due { due_on: *due_on };
            by
        }
        Event::Recertified { recertified_on, next_due_on, by } => {
            case.recertification = Recertification::Next { last_on: *recertified_on, due_on: *next_due_on };
            by
        }
        Event::CaseSuspended { reason, since, by } => {
            if case.open_suspension().is_some() {
                return None;
            }
            case.suspensions.push(Suspension { since: *since, until: None, reason: *reason });
            by
        }
        Event::PaymentHeld { .. } | Event::PaymentHoldLifted { .. } => return held(case, event),
        Event::CaseResumed { confirmed_on, by } => {
            let open = case.suspensions.last_mut().filter(|suspension| suspension.until.is_none())?;
            open.until = Some(*confirmed_on);
            by
        }
        _ => return None,
    };
    case.file.contributors.add(by);
    Some(())
}

/// Holds months, or lets them go; `None`, and nothing changed, where it cannot happen.
fn held(case: &mut EnrolledCase, event: &Event) -> Option<()> {
    let by = match event {
        Event::PaymentHeld { months, reason, held_on, by, .. } => {
            if case.open_hold(*months).is_some() {
                return None;
            }
            let (months, reason, held_on) = (*months, *reason, *held_on);
            case.holds.push(PaymentHold { months, reason, held_by: by.clone(), held_on, lifted_on: None });
            by
        }
        Event::PaymentHoldLifted { months, lifted_on, by } => {
            let open = |hold: &&mut PaymentHold| hold.months == *months && hold.lifted_on.is_none();
            case.holds.iter_mut().find(open)?.lifted_on = Some(*lifted_on);
            by
        }
        _ => return None,
    };
    case.file.contributors.add(by);
    Some(())
}
