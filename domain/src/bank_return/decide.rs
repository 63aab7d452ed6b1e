//! Deciding on a file from the bank: one function for each command, each a ladder of guards.

use chrono::NaiveDate;

use super::command::{BankReturnCommand, LINES_MAX, UNMATCHED_MAX, WORDS_MAX};
use super::error::BankReturnError;
use super::event::{BankReturnEvent, LineOutcome, LineResolution, Matching, ReceivedFile, UnmatchedLine};
use super::state::{BankReturn, Resolved};
use crate::actor::Role;
use crate::aggregate::{Context, Decider, ImpossibleEvent};
use crate::ids::{BankReturnId, PaymentId};

type Decision = Result<Vec<BankReturnEvent>, BankReturnError>;

impl Decider for BankReturn {
    const TYPE: &'static str = "BankReturn";
    type Command = BankReturnCommand;
    type Event = BankReturnEvent;
    type Error = BankReturnError;

    fn decide(&self, command: BankReturnCommand, context: &Context) -> Decision {
        use BankReturnCommand as Command;
        role_may(&command, context.actor.role)?;
        let name = command.name();
        match command {
            Command::ReceiveFile { file, received_on } => self.receive(file, received_on, context),
            Command::RecordUnmatched { lines } => self.keep(lines, name),
            Command::RecordMatched { matching, matched_on } => {
                self.complete(matching, matched_on, name, context)
            }
            Command::ResolveLine { row, resolution, note, resolved_on } => {
                self.resolve(row, Resolved { resolution, note }, resolved_on, name, context)
            }
        }
    }

    fn try_evolve(&mut self, event: &BankReturnEvent) -> Result<(), ImpossibleEvent> {
        self.follow(event)
    }
}

impl BankReturn {
    fn receive(&self, file: ReceivedFile, received_on: NaiveDate, context: &Context) -> Decision {
        if let Some(received) = self.received() {
            return if received.file == file { Ok(vec![]) } else { Err(BankReturnError::FileDiffers) };
        }
        if !is_sha256(&file.sha256) || file.return_id != BankReturnId::derive(file.run_id, &file.sha256) {
            return Err(BankReturnError::FileMalformed);
        }
        if !is_short(&file.layout) {
            return Err(BankReturnError::TextMissing { field: "file.layout" });
        }
        let told = file.settled_count.checked_add(file.returned_count);
        let negative = file.settled_sum.is_negative() || file.returned_sum.is_negative();
        if file.line_count == 0 || told.is_none_or(|told| told > file.line_count) || negative {
            return Err(BankReturnError::CountsDiffer);
        }
        not_future(received_on, context)?;
        Ok(vec![BankReturnEvent::BankFileReceived { file, received_on }])
    }

    fn keep(&self, lines: Vec<UnmatchedLine>, command: &'static str) -> Decision {
        let BankReturn::Received(received) = self else { return Err(self.refuses(command)) };
        let mut new = std::collections::BTreeMap::new();
        for line in lines {
            let kept = received.lines.get(&line.row).or_else(|| new.get(&line.row));
            match kept {
                Some(kept) if *kept == line => {}
                Some(_) => return Err(BankReturnError::LineDiffers { row: line.row }),
                None if line.row == 0 => return Err(BankReturnError::LineDiffers { row: 0 }),
                None => {
                    texts_of(&line)?;
                    new.insert(line.row, line);
                }
            }
        }
        if received.lines.len() + new.len() > UNMATCHED_MAX {
            return Err(BankReturnError::TooManyUnmatched);
        }
        let new: Vec<UnmatchedLine> = new.into_values().collect();
        let some = |lines: &[UnmatchedLine]| BankReturnEvent::BankLinesUnmatched { lines: lines.to_vec() };
        Ok(new.chunks(LINES_MAX).map(some).collect())
    }

    fn complete(
        &self,
        matching: Matching,
        matched_on: NaiveDate,
        command: &'static str,
        context: &Context,
    ) -> Decision {
        let received = match self {
            BankReturn::Matched(matched) if matched.matching == matching => return Ok(vec![]),
            BankReturn::Matched(_) => return Err(BankReturnError::CountsDiffer),
            BankReturn::Received(received) => received,
            BankReturn::Unreceived => return Err(self.refuses(command)),
        };
        let kept = u64::try_from(received.lines.len()).unwrap_or(u64::MAX);
        if matching.line_count() != Some(received.file.line_count) || matching.unmatched_count != kept {
            return Err(BankReturnError::CountsDiffer);
        }
        not_future(matched_on, context)?;
        Ok(vec![BankReturnEvent::BankFileMatched { matching, matched_on }])
    }

    fn resolve(
        &self,
        row: u64,
        resolved: Resolved,
        resolved_on: NaiveDate,
        command: &'static str,
        context: &Context,
    ) -> Decision {
        let BankReturn::Matched(matched) = self else { return Err(self.refuses(command)) };
        match matched.resolved.get(&row) {
            Some(before) if *before == resolved => return Ok(vec![]),
            // what was dismissed by mistake, or of which the bank says more, is something after all
            Some(before) if before.is_dismissal() && !resolved.is_dismissal() => {}
            Some(_) => return Err(BankReturnError::LineResolved { row }),
            None => {}
        }
        let line = matched.received.lines.get(&row).ok_or(BankReturnError::LineUnknown { row })?;
        if let (Some(named), Some(payment_id)) = (resolved.resolution.payment_id(), line.payment_id)
            && named != payment_id
        {
            return Err(BankReturnError::PaymentDiffers { row, payment_id });
        }
        // what the bank booked twice and took back was paid once: nothing of the payment itself came back
        if matches!(resolved.resolution, LineResolution::Recovered { .. })
            && line.outcome == Some(LineOutcome::Settled)
        {
            return Err(BankReturnError::OutcomeDiffers { row });
        }
        if !is_short(&resolved.note) {
            return Err(BankReturnError::TextMissing { field: "note" });
        }
        not_future(resolved_on, context)?;
        let Resolved { resolution, note } = resolved;
        let by = context.actor.id.clone();
        let again = matched.resolved.contains_key(&row);
        let reopened = BankReturnEvent::BankLineReopened { row, reopened_on: resolved_on, by: by.clone() };
        let resolved = BankReturnEvent::BankLineResolved { row, resolution, note, resolved_on, by };
        Ok([reopened].into_iter().filter(|_| again).chain([resolved]).collect())
    }

    const fn refuses(&self, command: &'static str) -> BankReturnError {
        match self {
            BankReturn::Unreceived => BankReturnError::FileUnknown,
            _ => BankReturnError::WrongStage { command, stage: self.stage() },
        }
    }
}

impl LineResolution {
    /// The payment that it names.
    pub const fn payment_id(self) -> Option<PaymentId> {
        match self {
            LineResolution::Settled { payment_id }
            | LineResolution::Returned { payment_id }
            | LineResolution::Recovered { payment_id } => Some(payment_id),
            LineResolution::Dismissed => None,
        }
    }
}

impl Matching {
    /// All lines together; none where they are more than can be counted.
    pub fn line_count(&self) -> Option<u64> {
        [
            self.settled_count,
            self.returned_count,
            self.repeated_count,
            self.waiting_count,
            self.unmatched_count,
        ]
        .into_iter()
        .try_fold(0_u64, u64::checked_add)
    }
}

/// Whether a role may take a file in, before it is read.
///
/// # Errors
/// [`BankReturnError::RoleNotAllowed`].
pub fn may_receive(role: Role) -> Result<(), BankReturnError> {
    allowed(&[Role::Finance, Role::System], role, "ReceiveFile")
}

fn role_may(command: &BankReturnCommand, role: Role) -> Result<(), BankReturnError> {
    match command {
        BankReturnCommand::ResolveLine { .. } => allowed(&[Role::Finance], role, command.name()),
        BankReturnCommand::ReceiveFile { .. } => may_receive(role),
        _ => allowed(&[Role::Finance, Role::System], role, command.name()),
    }
}

fn allowed(roles: &[Role], role: Role, command: &'static str) -> Result<(), BankReturnError> {
    if roles.contains(&role) { Ok(()) } else { Err(BankReturnError::RoleNotAllowed { command }) }
}

fn texts_of(line: &UnmatchedLine) -> Result<(), BankReturnError> {
    let fits = |text: &Option<String>| text.as_deref().is_none_or(is_short);
    if !fits(&line.end_to_end_id) {
        return Err(BankReturnError::TextMissing { field: "lines.end_to_end_id" });
    }
    if fits(&line.bank_code) {
        Ok(())
    } else {
        Err(BankReturnError::TextMissing { field: "lines.bank_code" })
    }
}

fn is_short(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= WORDS_MAX
}

fn not_future(day: NaiveDate, context: &Context) -> Result<(), BankReturnError> {
    if day > context.today { Err(BankReturnError::DayInFuture { day }) } else { Ok(()) }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
