//! Taking a step of a case, as a form asked for it. Each goes to the process that the command line and the API call.

use domain::actor::ActorId;
use domain::benefit_case::{
    Action, BenefitCaseCommand as Command, CaseSubject, HeldMonths, HoldReason, MeansFinding,
    ObjectionOutcome, Outcome,
};
use domain::personal::{Note, Sealed};
use domain::policy::{AssistanceMode, AssistanceRequest, ChosenSet, SuspensionReason};
use domain::program::Program;
use projections::case_files::CaseRow;

use super::forms::CLOSURES;
use crate::console::Console;
use crate::console::answers::Refusal;
use crate::console::forms::{Sheet, Typed};
use crate::console::visitor::Visitor;
use crate::processes::payment_run::{hold, lift_hold};
use crate::processes::{self as office, Desk, OpenedCase, ProcessError, Seen, change_case};
use crate::registers::Named;

/// A step that somebody asked for on a case's page.
pub(super) struct Asked<'a> {
    pub console: &'a Console,
    pub visitor: &'a Visitor,
    pub row: &'a CaseRow,
    pub sheet: Sheet<'a>,
    pub desk: Desk,
}

/// Takes the step.
///
/// # Errors
/// A [`Refusal`]: what was typed cannot be read, or the process refuses.
pub(super) async fn take(
    console: &Console,
    visitor: &Visitor,
    row: &CaseRow,
    action: Action,
    typed: &Typed,
) -> Result<(), Refusal> {
    let sheet = Sheet::new(typed, visitor.lang);
    let seen = sheet.text("version").parse().ok().map(|version| Seen::Case(row.case_id, version));
    let desk = visitor.desk().having_seen(seen);
    let asked = Asked { console, visitor, row, sheet, desk };
    match action {
        Action::DecideEligibility => asked.decide().await,
        Action::DetermineEntitlement => {
            let done = office::determine_entitlement(&console.office, &asked.desk, asked.case()).await;
            done.map_err(|error| asked.refused(&error))
        }
        Action::HoldPayment => asked.hold().await,
        Action::LiftPaymentHold => asked.lift_hold().await,
        _ => {
            let command = asked.command(action).await?;
            let done = change_case(&console.office, &asked.desk, row.case_id, command).await;
            done.map_err(|error| asked.refused(&error))
        }
    }
}

impl Asked<'_> {
    fn refused(&self, error: &ProcessError) -> Refusal {
        Refusal::of(error, self.visitor.lang)
    }

    fn subject(&self) -> CaseSubject {
        let CaseRow { case_id, household_id, applicant, program, .. } = *self.row;
        CaseSubject { case_id, household_id, applicant, program }
    }

    fn case(&self) -> OpenedCase {
        OpenedCase { subject: self.subject() }
    }

    /// The command that a form asks for.
    async fn command(&self, action: Action) -> Result<Command, Refusal> {
        let sheet = &self.sheet;
        let today = self.desk.today();
        Ok(match action {
            Action::ReceiveApplication => self.application()?,
            Action::RequestMaterials => {
                let lines = sheet.filled("materials")?.lines().map(str::trim);
                let materials = lines.filter(|line| !line.is_empty()).map(str::to_owned).collect();
                Command::RequestMaterials { materials, due_on: sheet.day("due_on")? }
            }
            Action::SupplyMaterials => Command::SupplyMaterials { supplied_on: sheet.day("supplied_on")? },
            Action::CheckMeans => Command::CheckMeans {
                finding: sheet.choice("finding", finding)?,
                checked_on: sheet.day("checked_on")?,
                report: sheet.text("report").to_owned(),
            },
            Action::RecordHomeVisit => Command::RecordHomeVisit {
                visitors: self.visitors()?,
                note: self.note().await?,
                visited_on: sheet.day("visited_on")?,
            },
            Action::Recommend => {
                Command::Recommend { outcome: sheet.choice("outcome", outcome)?, reviewed_on: today }
            }
            Action::WithdrawReview => Command::WithdrawReview { withdrawn_on: today },
            Action::PostNotice => {
                let notice = office::notice_of(self.row.program, today);
                let missing =
                    || ProcessError::refused(&domain::benefit_case::BenefitCaseError::NoticeNotForeseen);
                let notice = notice.and_then(|notice| notice.ok_or_else(missing));
                notice.map_err(|error| self.refused(&error))?
            }
            Action::RaiseObjection => {
                Command::RaiseObjection { note: self.note().await?, raised_on: sheet.day("raised_on")? }
            }
            Action::ResolveObjection => Command::ResolveObjection {
                objection: sheet.number("objection")?,
                outcome: sheet.choice("outcome", objection_outcome)?,
                resolved_on: sheet.day("resolved_on")?,
            },
            _ => return self.command_on_the_roll(action).await,
        })
    }

    async fn command_on_the_roll(&self, action: Action) -> Result<Command, Refusal> {
        let sheet = &self.sheet;
        let today = self.desk.today();
        Ok(match action {
            Action::NoteRecertificationDue => {
                Command::NoteRecertificationDue { due_on: sheet.day("due_on")? }
            }
            Action::Recertify => Command::Recertify {
                recertified_on: sheet.day("recertified_on")?,
                next_due_on: sheet.day("next_due_on")?,
            },
            Action::Suspend => {
                sheet.confirmed()?;
                Command::Suspend { reason: SuspensionReason::Unreachable, since: sheet.day("since")? }
            }
            Action::Resume => Command::Resume { confirmed_on: sheet.day("confirmed_on")? },
            Action::Close => {
                sheet.confirmed()?;
                let named = |code: &str| CLOSURES.iter().find(|(_, known, ..)| *known == code);
                let (reason, ..) = sheet.choice("reason", named)?;
                Command::Close { reason: *reason, closed_on: sheet.day("closed_on")? }
            }
            Action::FileAppeal => Command::FileAppeal {
                note: self.note().await?,
                served_on: sheet.day("served_on")?,
                filed_on: sheet.day("filed_on")?,
            },
            Action::DecideAppeal => {
                sheet.confirmed()?;
                Command::DecideAppeal { outcome: sheet.choice("outcome", outcome)?, decided_on: today }
            }
            _ => return Err(self.refused(&ProcessError::Unknown { what: "step of a case" })),
        })
    }

    fn application(&self) -> Result<Command, Refusal> {
        let sheet = &self.sheet;
        let request = match self.row.program {
            Program::TemporaryAssistance => Some(AssistanceRequest {
                mode: sheet.choice("mode", AssistanceMode::from_word)?,
                on: sheet.day("request_on")?,
                persons: sheet.given("persons").map(|_| sheet.number("persons")).transpose()?,
                tier: sheet.given("tier").map(|_| sheet.number("tier")).transpose()?,
                amount: sheet.given("amount").map(|_| sheet.amount("amount")).transpose()?,
            }),
            _ => None,
        };
        let chosen = sheet.given("chosen_set");
        let chosen_set = chosen.map(|_| sheet.choice("chosen_set", ChosenSet::from_word)).transpose()?;
        let applied_on = sheet.day("applied_on")?;
        Ok(Command::ReceiveApplication { subject: self.subject(), applied_on, request, chosen_set })
    }

    fn visitors(&self) -> Result<Vec<ActorId>, Refusal> {
        let text = self.sheet.text("visitors");
        let accounts =
            text.split([',', '，', '、', ' ']).map(str::trim).filter(|account| !account.is_empty());
        accounts.map(ActorId::parse).collect::<Result<_, _>>().map_err(|_| {
            let (zh, en) = (
                "账号为小写字母、数字、点、横线。",
                "An account has small letters, digits, dots and dashes.",
            );
            Refusal::typed("account_malformed", self.visitor.lang, zh, en).at("visitors")
        })
    }

    /// What was written, sealed for the applicant.
    async fn note(&self) -> Result<Sealed<Note>, Refusal> {
        let text = self.sheet.filled("note")?;
        let note = office::note_for(&self.console.office, self.row.applicant, text).await;
        note.map_err(|error| self.refused(&error))
    }

    async fn decide(&self) -> Result<(), Refusal> {
        self.sheet.confirmed()?;
        let (office, case) = (&self.console.office, self.case());
        let outcome = self.sheet.choice("outcome", outcome)?;
        let decided = office::decide(office, &self.desk, case, outcome).await;
        decided.map_err(|error| self.refused(&error))?;
        if outcome == Outcome::Refused {
            return Ok(());
        }
        // the decision has moved the case on from what was seen
        let desk = self.desk.clone().having_seen(None);
        let determined = office::determine_entitlement(office, &desk, case).await;
        determined.map_err(|error| self.refused(&error))
    }

    async fn hold(&self) -> Result<(), Refusal> {
        let months = self.months()?;
        let reason = self.sheet.choice("reason", |code| code.parse::<HoldReason>().ok())?;
        let why = (reason, self.sheet.given("note"));
        let done = hold(&self.console.office, &self.desk, self.row.case_id, months, why).await;
        done.map_err(|error| self.refused(&error))
    }

    async fn lift_hold(&self) -> Result<(), Refusal> {
        let months = self.months()?;
        let done = lift_hold(&self.console.office, &self.desk, self.row.case_id, months).await;
        done.map_err(|error| self.refused(&error))
    }

    fn months(&self) -> Result<HeldMonths, Refusal> {
        match self.sheet.text("months") {
            "" | "all" => Ok(HeldMonths::All),
            _ => Ok(HeldMonths::Month(self.sheet.month("months")?)),
        }
    }
}

fn outcome(code: &str) -> Option<Outcome> {
    Outcome::from_word(code)
}

fn finding(code: &str) -> Option<MeansFinding> {
    match code {
        "consistent" => Some(MeansFinding::Consistent),
        "corrected" => Some(MeansFinding::Corrected),
        _ => None,
    }
}

fn objection_outcome(code: &str) -> Option<ObjectionOutcome> {
    match code {
        "upheld" => Some(ObjectionOutcome::Upheld),
        "dismissed" => Some(ObjectionOutcome::Dismissed),
        _ => None,
    }
}
