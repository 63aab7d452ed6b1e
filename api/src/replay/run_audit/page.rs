//! A page of lines with everything that decides them, and what comes of determining them anew.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::benefit_case::BenefitCase;
use domain::calendar::BenefitMonth;
use domain::household::Household;
use domain::ids::{CaseId, PaymentId};
use domain::money::Money;
use domain::payment::PaymentOrder;
use domain::payment_run::{LineParties, MonthOrdered, MonthToPay, RunLine};
use domain::personal::BlindIndex;
use domain::policy::RuleBooks;
use eventlog::keyring::DataKeys;

use crate::processes::cores::on_all_cores;
use crate::replay::histories::Histories;
use crate::replay::ordered::{account_index, paid};
use crate::replay::redetermine::line::{LineFacts, RunBasis, line};
use crate::replay::report::LineReport;
use crate::replay::verdict::{Ground, ProofStatus, Verdict, nothing_sealed};

/// Lines, read and folded: determining them anew waits for nothing any more.
pub struct PreparedPage {
    pub(super) run: Arc<RunBasis>,
    pub(super) rules: Arc<RuleBooks>,
    pub(super) keys: DataKeys,
    pub(super) lines: Vec<PreparedLine>,
}

/// A line and what the log had at the run's position.
pub(super) struct PreparedLine {
    pub position: u64,
    pub payment_id: PaymentId,
    pub found: Found,
}

/// An order with its facts, or why it has none.
pub(super) enum Found {
    Whole { order: Box<PaymentOrder>, facts: PreparedFacts },
    Broken { order: Option<Box<PaymentOrder>>, verdict: Verdict },
}

/// The facts of a line. Lines of one case share its states.
pub(super) struct PreparedFacts {
    pub case: Arc<BenefitCase>,
    pub household: Arc<Household>,
    pub ordered: MonthOrdered,
    /// Of the account that stood in the register; the digest covers it.
    pub account_index: Option<BlindIndex>,
}

/// A line, determined anew.
#[derive(Clone, Debug)]
pub struct DeterminedLine {
    /// Where its order stands in the log.
    pub position: u64,
    /// The payment.
    pub payment_id: PaymentId,
    /// What was ordered, where it can be read.
    pub ordered: Option<OrderedLine>,
    /// Same, or what differs.
    pub verdict: Verdict,
}

/// What was ordered.
#[derive(Clone, Debug)]
pub struct OrderedLine {
    /// The case.
    pub case_id: CaseId,
    /// 所属月份.
    pub month: BenefitMonth,
    /// How much, in fen.
    pub amount: Money,
    /// The line's canonical text, which the run's digest covers.
    pub text: String,
}

impl PreparedPage {
    /// How many lines it has.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it has no line.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Determines every line anew, on all cores, in their order.
    pub fn redetermine(&self) -> Vec<DeterminedLine> {
        let ground = Ground {
            opener: &self.keys,
            restricted: &BTreeSet::new(),
            rules: &self.rules,
            proof: &nothing_sealed,
        };
        on_all_cores(&self.lines, |prepared| prepared.redetermine(&self.run, &ground))
    }
}

impl PreparedLine {
    fn redetermine(&self, run: &RunBasis, ground: &Ground<'_>) -> DeterminedLine {
        let (position, payment_id) = (self.position, self.payment_id);
        let (ordered, verdict) = match &self.found {
            Found::Whole { order, facts } => {
                let PreparedFacts { case, household, ordered, account_index } = facts;
                let facts = LineFacts { case, household, ordered: *ordered };
                let index = account_index.clone().unwrap_or_else(|| BlindIndex::from_hex(""));
                (Some(OrderedLine::of(order, index)), line(order, run, facts, ground).verdict)
            }
            Found::Broken { order, verdict } => {
                let of = |order: &PaymentOrder| OrderedLine::of(order, BlindIndex::from_hex(""));
                (order.as_deref().map(of), verdict.clone())
            }
        };
        DeterminedLine { position, payment_id, ordered, verdict }
    }
}

/// A line determined anew from events that are at hand.
pub(super) fn from_histories(
    histories: &Histories,
    position: u64,
    order: &PaymentOrder,
    ground: &Ground<'_>,
) -> DeterminedLine {
    let index = account_index(histories, position, order);
    let ordered = Some(OrderedLine::of(order, index.unwrap_or_else(|| BlindIndex::from_hex(""))));
    let verdict = paid(histories, position, order, ground).verdict;
    DeterminedLine { position, payment_id: order.payment_id, ordered, verdict }
}

impl OrderedLine {
    fn of(order: &PaymentOrder, account_index: BlindIndex) -> OrderedLine {
        let parties = LineParties {
            case_id: order.case_id,
            beneficiary: order.beneficiary,
            program: order.program,
            payee: order.payee,
            account_index,
        };
        let PaymentOrder { payment_id, month, attempt, kind, amount, due, .. } = *order;
        let pay = MonthToPay { month, payment_id, attempt, kind, amount, due, replaces: None };
        let line = RunLine { withheld: order.withheld.clone(), ..RunLine::new(parties, pay) };
        OrderedLine { case_id: order.case_id, month, amount, text: line.to_string() }
    }
}

impl DeterminedLine {
    /// The line as an item of a report.
    pub fn report(self, proof: &(dyn Fn(u64) -> ProofStatus + Sync)) -> LineReport {
        let DeterminedLine { position, payment_id, ordered, verdict } = self;
        LineReport {
            position,
            payment_id,
            case_id: ordered.as_ref().map(|ordered| ordered.case_id),
            month: ordered.as_ref().map(|ordered| ordered.month),
            amount: ordered.as_ref().map(|ordered| ordered.amount),
            proof: proof(position),
            verdict,
        }
    }
}
