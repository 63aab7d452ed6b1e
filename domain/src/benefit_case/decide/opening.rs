//! 咨询 and 受理.

use chrono::NaiveDate;

use crate::policy::{AssistanceMode, AssistanceRequest};

use super::super::{Application, BenefitCase, CaseSubject, Frequency, Need, Origin, procedure};
use super::{Command, Error, Event, Now, Verdict, ensure};

pub(super) fn decide(case: &BenefitCase, command: Command, now: Now) -> Verdict {
    match command {
        Command::HoldConsultation { subject, held_on } => consult(case, subject, held_on, now),
        Command::ReceiveApplication { subject, applied_on, request, chosen_set } => {
            receive(case, subject, Application { applied_on, request, chosen_set }, now)
        }
        _ => Ok(vec![]),
    }
}

fn consult(case: &BenefitCase, subject: CaseSubject, held_on: NaiveDate, now: Now) -> Verdict {
    match case {
        BenefitCase::Unopened => {
            ensure(held_on <= now.today, Error::DateInFuture)?;
            Ok(vec![Event::ConsultationHeld { subject, held_on, by: now.by() }])
        }
        BenefitCase::Consulted(known) if (known.file.subject, known.held_on) == (subject, held_on) => {
            Ok(vec![])
        }
        _ => Err(Error::CaseAlreadyOpened),
    }
}

fn receive(case: &BenefitCase, subject: CaseSubject, asked: Application, now: Now) -> Verdict {
    let earliest = match case {
        BenefitCase::Unopened => NaiveDate::MIN,
        BenefitCase::Consulted(known) => {
            ensure(known.file.subject == subject, Error::SubjectMismatch)?;
            known.held_on
        }
        BenefitCase::UnderReview(known)
            if known.origin == Origin::Application
                && (known.file.subject, known.application) == (subject, asked) =>
        {
            return Ok(vec![]);
        }
        BenefitCase::Closed(_) | BenefitCase::Discontinued(_) => return Err(Error::CaseEnded),
        BenefitCase::UnderReview(_) | BenefitCase::Refused(_) | BenefitCase::Enrolled(_) => {
            return Err(Error::CaseAlreadyOpened);
        }
    };
    let Application { applied_on, request, chosen_set } = asked;
    let procedure = procedure(subject.program, request.as_ref());
    match procedure.frequency {
        Frequency::Once => ensure(request.is_some_and(is_complete), Error::RequestMissing)?,
        Frequency::Monthly => ensure(request.is_none(), Error::RequestNotForeseen)?,
    }
    let chooses = procedure.set_choice == Need::Needed;
    ensure(chosen_set.is_none() || chooses, Error::ChosenSetNotForeseen)?;
    now.check_step(applied_on, earliest)?;
    Ok(vec![Event::ApplicationReceived { subject, applied_on, request, chosen_set, by: now.by() }])
}

/// Whether the request says all that its mode needs.
fn is_complete(request: AssistanceRequest) -> bool {
    let within = |count: Option<u32>, most: u32| count.is_some_and(|count| (1..=most).contains(&count));
    match request.mode {
        AssistanceMode::Tier => within(request.persons, 20) && within(request.tier, 3),
        AssistanceMode::SmallQuick => request.amount.is_some_and(|amount| amount.is_positive()),
    }
}
