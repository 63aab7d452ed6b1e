//! Pay days: two runs, of 25 September for October and of 25 October for November, from lines that were made up.

use chrono::NaiveDate;
use domain::actor::Actor;
use domain::benefit_case::CaseSubject;
use domain::calendar::BenefitMonth;
use domain::fund::{FundEvent, FundSource, Restriction};
use domain::identifiers::BankAccount;
use domain::ids::{PaymentId, PersonId, RunId};
use domain::money::Money;
use domain::payment::{PaymentEvent, PaymentKind, PaymentOrder, RecoveryReason};
use domain::payment_run::{
    Calculation, LineDigest, LineParties, MonthToPay, PaymentRunEvent, ProgramTotal, RunLine,
};
use domain::personal::{BlindIndex, Sealed};
use domain::policy::Determination;
use domain::program::Program;
use tests::personas;

use crate::street::{Person, Street, day, month};

/// The day and the month of each run.
pub fn runs() -> [(NaiveDate, BenefitMonth); 2] {
    [(day("2023-09-25"), month("2023-10")), (day("2023-10-25"), month("2023-11"))]
}

/// What the bank does with a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Settled,
    Returned,
}

/// An account as a line names it.
#[derive(Clone)]
pub struct PaidTo {
    pub payee: PersonId,
    pub account: Sealed<BankAccount>,
    pub index: BlindIndex,
}

/// A line of the first or the second run.
#[derive(Clone)]
pub struct Line {
    pub run: usize,
    pub month: BenefitMonth,
    pub attempt: u32,
    pub kind: PaymentKind,
    pub fen: i64,
    pub due: i64,
    pub to: PaidTo,
    pub fate: Fate,
}

/// A case with its lines.
#[derive(Clone)]
pub struct Payable {
    pub subject: CaseSubject,
    pub lines: Vec<Line>,
}

/// What is wrong with a run as a whole.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum RunFault {
    None,
    OneLineMore,
    OtherLines,
    ReconciledOtherwise,
    CommittedOtherwise,
    Unanswered,
    ApprovedByPreparer,
}

impl Payable {
    /// Every month from `from` on, as `fen(month, run)` says what it is due by what each run knows.
    pub fn monthly(
        subject: CaseSubject,
        to: &PaidTo,
        from: BenefitMonth,
        fen: impl Fn(BenefitMonth, usize) -> i64,
    ) -> Payable {
        let mut lines = Vec::new();
        for (run, (_, newest)) in runs().into_iter().enumerate() {
            for month in from.through(newest) {
                let before = match run == 1 && month < newest {
                    true => fen(month, 0),
                    false => 0,
                };
                let (due, attempt) = (fen(month, run), if before > 0 { 2 } else { 1 });
                let kind = if month == newest { PaymentKind::Ordinary } else { PaymentKind::Arrears };
                if due > before {
                    let (fen, to) = (due - before, to.clone());
                    lines.push(Line { run, month, attempt, kind, fen, due, to, fate: Fate::Settled });
                }
            }
        }
        Payable { subject, lines }
    }

    pub fn payment(&self, month: BenefitMonth, attempt: u32) -> PaymentId {
        PaymentId::derive(self.subject.case_id, month, attempt)
    }
}

impl Street<'_> {
    /// The account of someone as it was registered for them on a day.
    pub fn own_account(&mut self, on: NaiveDate, person: &Person) -> PaidTo {
        let account = self.seal(person.id, person.account.clone());
        self.give_sealed(on, person, &person.account.clone(), account.clone(), person.id);
        PaidTo { payee: person.id, account, index: self.account_index(&person.account) }
    }

    /// Asks a settled payment back.
    pub fn recover(&mut self, on: NaiveDate, payment: PaymentId, fen: i64, reason: RecoveryReason) {
        let opened = PaymentEvent::RecoveryOpened { amount: money(fen), reason, opened_on: on };
        self.book.write((on, 20), personas::finance(), payment, opened);
    }

    /// Opens the fund that pays.
    pub fn open_fund(&mut self) {
        let opened_on = day("2022-11-01");
        let opened = FundEvent::FundOpened {
            fund_id: self.fund_id,
            name: "区级财政资金".to_owned(),
            source: FundSource::Budget,
            restriction: Restriction::Restricted,
            opened_on,
            programs: vec![],
        };
        self.book.write((opened_on, 0), personas::finance(), self.fund_id, opened);
    }

    /// Pays what is waiting, in runs of some thousand cases.
    pub fn pay_all(&mut self) {
        let payables = std::mem::take(&mut self.payables);
        for group in payables.chunks(2_000) {
            self.pay(group, RunFault::None);
        }
    }

    /// Pays some cases in two runs of their own; gives the second one.
    pub fn pay(&mut self, payables: &[Payable], fault: RunFault) -> RunId {
        let mut newest = RunId::new(self.name());
        for run in 0..2 {
            newest = RunId::new(self.name());
            let mut lines: Vec<(&CaseSubject, &Line)> = Vec::new();
            for payable in payables {
                lines.extend(
                    payable.lines.iter().filter(|line| line.run == run).map(|line| (&payable.subject, line)),
                );
            }
            lines.sort_by_key(|(subject, line)| (subject.program.code(), subject.case_id, line.month));
            // the fault is the second run's
            let fault = if run == 1 { fault } else { RunFault::None };
            self.order_and_settle(newest, run, &lines, fault);
        }
        newest
    }

    fn order_and_settle(
        &mut self,
        run_id: RunId,
        run: usize,
        lines: &[(&CaseSubject, &Line)],
        fault: RunFault,
    ) {
        let (day, month) = runs()[run];
        let (clerk, approver, finance) = (personas::clerk(), personas::approver(), personas::finance());
        let fund_id = self.fund_id;
        let sum: i64 = lines.iter().map(|(_, line)| line.fen).sum();
        let (programs, opened_by) = (Program::ALL.to_vec(), clerk.id.clone());
        let opened = PaymentRunEvent::PaymentRunOpened { run_id, month, programs, fund_id, opened_by };
        self.book.write((day, 10), clerk.clone(), run_id, opened);
        let calculation = calculation(day, lines, fault);
        let calculated =
            PaymentRunEvent::PaymentRunCalculated { calculation, calculated_by: clerk.id.clone() };
        self.book.write((day, 11), clerk.clone(), run_id, calculated);
        let submitted = PaymentRunEvent::PaymentRunSubmitted {
            submitted_on: day,
            submitted_by: clerk.id.clone(),
            warnings_seen: 0,
            second_approval_above: None,
        };
        self.book.write((day, 12), clerk.clone(), run_id, submitted);
        let approver = if fault == RunFault::ApprovedByPreparer { clerk } else { approver };
        let approved =
            PaymentRunEvent::PaymentRunApproved { approved_on: day, approved_by: approver.id.clone() };
        self.book.write((day, 13), approver.clone(), run_id, approved);
        let more = if fault == RunFault::CommittedOtherwise { 100 } else { 0 };
        let (amount, by_program) = (money(sum + more), vec![]);
        let committed = FundEvent::FundsCommitted { run_id, amount, committed_on: day, by_program };
        self.book.write((day, 13), approver, fund_id, committed);
        for (subject, line) in lines {
            self.order(run_id, day, subject, line, &finance);
        }
        let released = PaymentRunEvent::PaymentRunReleased {
            file_sha256: "0".repeat(64),
            execution_on: day,
            delivery: None,
        };
        self.book.write((day, 15), finance.clone(), run_id, released);
        if fault != RunFault::Unanswered {
            self.settle(run_id, day, lines, fault);
        }
    }

    fn order(&mut self, run_id: RunId, day: NaiveDate, subject: &CaseSubject, line: &Line, finance: &Actor) {
        let payment_id = PaymentId::derive(subject.case_id, line.month, line.attempt);
        let order = PaymentOrder {
            payment_id,
            run_id,
            case_id: subject.case_id,
            beneficiary: subject.applicant,
            program: subject.program,
            month: line.month,
            attempt: line.attempt,
            kind: line.kind,
            amount: money(line.fen),
            due: money(line.due),
            payee: line.to.payee,
            account: line.to.account.clone(),
            rule_version: "1".to_owned(),
            determination: self
                .seal(subject.applicant, Determination { facts: String::new(), steps: vec![] }),
            execution_on: day,
            withheld: vec![],
        };
        let ordered = PaymentEvent::PaymentOrdered { order: Box::new(order) };
        self.book.write((day, 14), finance.clone(), payment_id, ordered);
        if line.kind == PaymentKind::Reissue {
            let before = PaymentId::derive(subject.case_id, line.month, line.attempt - 1);
            let reissued = PaymentEvent::PaymentReissued { reissued_as: payment_id, reissued_on: day };
            self.book.write((day, 15), finance.clone(), before, reissued);
        }
    }

    fn settle(&mut self, run_id: RunId, day: NaiveDate, lines: &[(&CaseSubject, &Line)], fault: RunFault) {
        let (finance, on) = (personas::finance(), day.succ_opt().unwrap());
        let ((mut settled, mut spent), (mut returned, mut freed)) = ((0, 0), (0, 0));
        for (subject, line) in lines {
            let payment = PaymentId::derive(subject.case_id, line.month, line.attempt);
            let event = match line.fate {
                Fate::Returned => {
                    (returned, freed) = (returned + 1, freed + line.fen);
                    PaymentEvent::PaymentReturned { reason: "AC01".to_owned(), returned_on: on }
                }
                Fate::Settled => {
                    (settled, spent) = (settled + 1, spent + line.fen);
                    PaymentEvent::PaymentSettled {
                        settled_on: on,
                        bank_reference: "B-1".to_owned(),
                        withheld: vec![],
                    }
                }
            };
            self.book.write((on, 16), finance.clone(), payment, event);
        }
        let more = if fault == RunFault::ReconciledOtherwise { 1 } else { 0 };
        let reconciled = PaymentRunEvent::PaymentRunReconciled {
            settled_count: settled + more,
            settled_sum: money(spent),
            returned_count: returned,
            returned_sum: money(freed),
            reconciled_on: on,
        };
        self.book.write((on, 17), finance.clone(), run_id, reconciled);
        let fund_id = self.fund_id;
        let event = FundEvent::FundsSpent { run_id, amount: money(spent), spent_on: on };
        self.book.write((on, 17), finance.clone(), fund_id, event);
        if freed > 0 {
            let (amount, by_program) = (money(freed), vec![]);
            let event = FundEvent::FundsReleased { run_id, amount, released_on: on, by_program };
            self.book.write((on, 17), finance, fund_id, event);
        }
    }
}

fn calculation(day: NaiveDate, lines: &[(&CaseSubject, &Line)], fault: RunFault) -> Calculation {
    let mut digest = LineDigest::default();
    for (subject, line) in lines {
        digest.line(&run_line(subject, line));
    }
    let sum: i64 = lines.iter().map(|(_, line)| line.fen).sum();
    let more = u64::from(fault == RunFault::OneLineMore);
    let digest = digest.finish();
    Calculation {
        position: 0,
        known_on: day,
        rule_version: "1".to_owned(),
        line_count: lines.len() as u64 + more,
        control_sum: money(sum + more.cast_signed() * 10_000),
        digest: if fault == RunFault::OtherLines { digest.chars().rev().collect() } else { digest },
        by_program: Vec::<ProgramTotal>::new(),
        exception_count: 0,
        calculated_on: day,
        warning_count: 0,
    }
}

fn run_line(subject: &CaseSubject, line: &Line) -> RunLine {
    let parties = LineParties {
        case_id: subject.case_id,
        beneficiary: subject.applicant,
        program: subject.program,
        payee: line.to.payee,
        account_index: line.to.index.clone(),
    };
    let payment_id = PaymentId::derive(subject.case_id, line.month, line.attempt);
    let (month, attempt, kind) = (line.month, line.attempt, line.kind);
    let (amount, due) = (money(line.fen), money(line.due));
    RunLine::new(parties, MonthToPay { month, payment_id, attempt, kind, amount, due, replaces: None })
}

pub fn money(fen: i64) -> Money {
    Money::try_from_fen(fen).unwrap()
}
