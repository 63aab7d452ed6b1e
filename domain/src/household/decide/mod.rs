//! Deciding on a household: the guards that every command shares, then one function for each.

mod attachments;
mod erasure;
mod evolve;
mod facts;
mod members;

use chrono::{Days, NaiveDate};

use crate::actor::ActorId;
use crate::aggregate::{Context, Decider, ImpossibleEvent};
use crate::timeline::Timeline;

use super::{Household, HouseholdCommand, HouseholdError, HouseholdEvent, RegisteredHousehold};

pub(super) type Decision = Result<Vec<HouseholdEvent>, HouseholdError>;

/// How many people a household may hold at a time; the contract of a determination holds no more.
const MEMBERS_MAX: usize = 20;

impl Decider for Household {
    const TYPE: &'static str = "Household";
    type Command = HouseholdCommand;
    type Event = HouseholdEvent;
    type Error = HouseholdError;

    fn decide(&self, command: HouseholdCommand, context: &Context) -> Decision {
        let role = context.actor.role;
        ensure(command.allowed_roles().contains(&role), HouseholdError::RoleNotAllowed { role })?;
        match (self, command) {
            (_, command @ HouseholdCommand::RegisterHousehold { .. }) => {
                members::register(self, command, context)
            }
            (Household::Unregistered, _) => Err(HouseholdError::HouseholdNotRegistered),
            (Household::Registered(household), command) => household.decide(command, context),
        }
    }

    fn try_evolve(&mut self, event: &HouseholdEvent) -> Result<(), ImpossibleEvent> {
        evolve::try_evolve(self, event)
    }
}

impl RegisteredHousehold {
    fn decide(&self, command: HouseholdCommand, context: &Context) -> Decision {
        use HouseholdCommand as Command;
        let now = Now { today: context.today, by: &context.actor.id };
        match command {
            Command::RegisterHousehold { .. } => Err(HouseholdError::HouseholdAlreadyRegistered),
            Command::AddMember { member } => self.add_member(member, now),
            Command::RemoveMember { person_id, left_on } => self.remove_member(person_id, left_on, now),
            Command::ChangeMemberStatus { person_id, status, since } => {
                self.change_member_status(person_id, status, since, now)
            }
            Command::DeclareIncome { income, since } => self.declare_income(income, since, now),
            Command::VerifyIncome { income, since, report } => self.verify_income(income, since, report, now),
            Command::DeclareProperty { property, since } => self.declare_property(property, since, now),
            Command::ChangeResidence { person_id, destination, moved_on } => {
                self.change_residence(person_id, destination, moved_on, now)
            }
            Command::ChangeAccount { person_id, account, account_index, holder, since } => {
                let payee = super::PayeeAccount { account, account_index, holder };
                self.change_account(person_id, payee, since, now)
            }
            Command::CertifyDisability { person_id, certificate, since } => {
                self.certify_disability(person_id, certificate, since, now)
            }
            Command::AssessCareLevel { person_id, level, since } => {
                self.assess_care_level(person_id, level, since, now)
            }
            Command::RecordCircumstances { person_id, circumstances, since } => {
                self.record_circumstances(person_id, circumstances, since, now)
            }
            Command::RecordDeath { person_id, died_on, reported_on, born_on } => {
                let death = members::Death { person_id, died_on, reported_on, born_on: born_on.disclose().0 };
                self.record_death(&death, now)
            }
            Command::KeepAttachment { person_id, attachment } => {
                self.keep_attachment(person_id, attachment, now)
            }
            Command::WithdrawAttachment { person_id, attachment_id, reason, withdrawn_on } => {
                self.withdraw_attachment(person_id, attachment_id, (reason, withdrawn_on), now)
            }
            Command::RequestErasure { person_id, through, basis, holdings, requested_on } => {
                self.request_erasure(person_id, (through, basis), &holdings, requested_on, now)
            }
            Command::RejectErasure { person_id, reason, rejected_on } => {
                self.reject_erasure(person_id, reason, rejected_on, now)
            }
            Command::RestrictPerson { person_id, basis, holdings, restricted_on } => {
                self.restrict(person_id, basis, &holdings, restricted_on, now)
            }
            Command::LiftRestriction { person_id, reason, lifted_on } => {
                self.lift_restriction(person_id, reason, lifted_on, now)
            }
            Command::ErasePerson { person_id, holdings, erased_on } => {
                self.erase_person(person_id, &holdings, erased_on, now)
            }
        }
    }
}

/// The day at the office and who acts.
#[derive(Clone, Copy)]
pub(super) struct Now<'a> {
    pub(super) today: NaiveDate,
    by: &'a ActorId,
}

impl Now<'_> {
    pub(super) fn by(self) -> ActorId {
        self.by.clone()
    }

    /// For what happened: not before 1900, not after today.
    pub(super) fn check_past(self, day: NaiveDate) -> Result<(), HouseholdError> {
        check_early(day)?;
        ensure(day <= self.today, HouseholdError::DateInFuture)
    }

    /// For what holds from a day on: it may be announced up to a year ahead.
    pub(super) fn check_fact(self, since: NaiveDate) -> Result<(), HouseholdError> {
        check_early(since)?;
        ensure(since <= self.today + Days::new(366), HouseholdError::DateTooFarAhead)
    }
}

fn check_early(day: NaiveDate) -> Result<(), HouseholdError> {
    let first = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or_default();
    ensure(day >= first, HouseholdError::DateTooEarly)
}

/// One guard of a ladder: goes on where `holds`, refuses with `error` where not.
pub(super) fn ensure(holds: bool, error: HouseholdError) -> Result<(), HouseholdError> {
    if holds { Ok(()) } else { Err(error) }
}

/// Whether exactly this was recorded for exactly this day, so that recording it again changes nothing.
pub(super) fn already_recorded<T: PartialEq>(timeline: &Timeline<T>, since: NaiveDate, value: &T) -> bool {
    timeline.iter().any(|(day, recorded)| day == since && recorded == value)
}

/// Whether `text` has 1 to `most` characters.
pub(super) fn is_filled(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= most
}
