//! Payments for months after something that ends benefits, by what was known when.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use domain::benefit_case::CaseSubject;
use domain::calendar::BenefitMonth;
use domain::ids::PersonId;
use domain::program::Program;

use super::due::NoSchedule;
use super::flag::{Found, Subject, counted, total, yuan};
use super::{KnownPayment, Look};

/// The street verifies a report within 30 days (the 2016 rule for the predecessor of the elderly subsidies); until then
/// an overpayment may stand without a recovery.
const VERIFY_DAYS: u64 = 30;

/// Something that ends a person's benefits.
#[derive(Clone, Copy)]
pub struct End {
    /// Whose.
    pub person: PersonId,
    /// The day; its month is still due.
    pub on: NaiveDate,
    /// When the office was told.
    pub told_on: NaiveDate,
    /// Where the log took it.
    pub position: u64,
    /// What it is called.
    pub words: (&'static str, &'static str),
}

/// What a case was paid for months that the end made worth less.
pub struct PaidAfter<'a> {
    /// The case and the person whose end it is.
    pub subject: Subject,
    /// Payments of the months that were paid more than they are due, by what is known now.
    pub payments: Vec<&'a KnownPayment>,
    due: BTreeMap<BenefitMonth, i64>,
}

impl PaidAfter<'_> {
    /// What still stands above what is due, in fen: neither returned nor asked back.
    pub fn open(&self) -> i64 {
        let mut standing: BTreeMap<BenefitMonth, i64> = BTreeMap::new();
        for payment in &self.payments {
            let month = standing.entry(payment.order.month).or_default();
            *month = month.saturating_add(payment.standing_now());
        }
        let due = |month: &BenefitMonth| self.due.get(month).copied().unwrap_or_default();
        total(standing.iter().map(|(month, fen)| fen.saturating_sub(due(month)).max(0)))
    }

    /// What those months got, in fen, whatever became of it: paid by the bank, or withheld for earlier payments.
    pub fn given(&self) -> i64 {
        total(self.payments.iter().map(|payment| payment.gross_fen()))
    }

    /// The same sum in words, with the part that was withheld where there is one.
    pub fn given_words(&self) -> (String, String) {
        let sum = yuan(self.given());
        let withheld = total(self.payments.iter().map(|payment| payment.withheld));
        if withheld == 0 {
            return (format!("{sum} 元"), format!("{sum} yuan in all"));
        }
        let withheld = yuan(withheld);
        (
            format!("{sum} 元（含抵扣 {withheld} 元）"),
            format!("{sum} yuan in all ({withheld} of it withheld)"),
        )
    }
}

impl<'a> Look<'a> {
    /// What was ordered for months after an end, beyond what they are due; those orders alone that `counts` names.
    pub fn paid_after(
        &self,
        end: &End,
        found: &mut Found,
        counts: impl Fn(&KnownPayment) -> bool,
    ) -> Vec<PaidAfter<'a>> {
        let mut cases = Vec::new();
        let homes = self.log.homes.get(&end.person);
        let in_homes = homes.into_iter().flatten().filter_map(|home| self.log.cases_of.get(home)).flatten();
        for case_id in in_homes {
            let Some(subject) = self.log.cases.get(case_id).and_then(|case| case.subject()) else { continue };
            if !is_of_household(subject.program) && subject.applicant != end.person {
                continue;
            }
            let last = BenefitMonth::of(end.on);
            let mut payments: Vec<&KnownPayment> = self
                .log
                .payments_of(*case_id)
                .filter(|payment| {
                    payment.order.month > last && payment.came_back().is_none() && counts(payment)
                })
                .collect();
            if payments.is_empty() {
                continue;
            }
            let Ok(due) = self.due_now(subject, &payments) else {
                found.cannot_judge();
                continue;
            };
            payments.retain(|payment| {
                self.given_for(payment) > due.get(&payment.order.month).copied().unwrap_or(0)
            });
            if !payments.is_empty() {
                let subject = Subject { case_id: Some(*case_id), ..Subject::person(end.person) };
                cases.push(PaidAfter { subject, payments, due });
            }
        }
        cases
    }

    /// What the months of payments are due by what is known now. A benefit of the person alone is due nothing, also
    /// where the person was erased; one of the household goes on with those who are left.
    fn due_now(
        &self,
        subject: &CaseSubject,
        payments: &[&KnownPayment],
    ) -> Result<BTreeMap<BenefitMonth, i64>, NoSchedule> {
        let through = payments.iter().map(|payment| payment.order.month).max();
        let Some(through) = through.filter(|_| is_of_household(subject.program)) else {
            return Ok(BTreeMap::new());
        };
        let schedule = self.schedule(subject, u64::MAX, self.on, through)?;
        Ok(schedule.months.iter().map(|month| (month.month, month.due.fen())).collect())
    }

    /// What the month of a payment got that did not come back, in fen: paid by the bank, or withheld.
    fn given_for(&self, payment: &KnownPayment) -> i64 {
        let order = &payment.order;
        let of_month = self.log.payments_of(order.case_id).filter(|other| other.order.month == order.month);
        total(of_month.filter(|other| other.came_back().is_none()).map(KnownPayment::gross_fen))
    }
}

/// Whether a program is the household's and goes on when its applicant dies (国务院令第649号).
const fn is_of_household(program: Program) -> bool {
    matches!(program, Program::SubsistenceAllowance | Program::LowIncomeRecognition)
}

/// Flags what was ordered although the end was known, and what was paid before it was known and is still not asked back.
pub fn flag(look: &Look<'_>, found: &mut Found, end: &End) {
    for paid in look.paid_after(end, found, |payment| payment.ordered.position > end.position) {
        knowingly(found, end, &paid);
    }
    let overdue = end.told_on.checked_add_days(Days::new(VERIFY_DAYS)).is_some_and(|last| look.on > last);
    if !overdue {
        return;
    }
    for paid in look.paid_after(end, found, |payment| payment.ordered.position < end.position) {
        if paid.open() > 0 {
            not_recovered(look, found, end, &paid);
        }
    }
}

fn knowingly(found: &mut Found, end: &End, paid: &PaidAfter<'_>) {
    let (months_zh, months_en) = months(&paid.payments);
    let (sum_zh, sum_en) = paid.given_words();
    let (on, told, (zh, en)) = (end.on, end.told_on, end.words);
    found.flag(
        paid.subject,
        positions(end, &paid.payments),
        format!("{on}{zh}，{told}已知悉，此后仍下达{months_zh}共 {sum_zh}"),
        format!("{en} on {on}, known since {told}; {months_en}, {sum_en}, ordered after that"),
    );
}

fn not_recovered(look: &Look<'_>, found: &mut Found, end: &End, paid: &PaidAfter<'_>) {
    let (months_zh, months_en) = months(&paid.payments);
    let (sum, open) = (paid.given(), paid.open());
    let (sum_zh, sum_en) = paid.given_words();
    let settled = yuan(sum.saturating_sub(open));
    let days_en = counted((look.on - end.told_on).num_days(), "day");
    let (sum, open, days) = (yuan(sum), yuan(open), (look.on - end.told_on).num_days());
    let (on, told, (zh, en)) = (end.on, end.told_on, end.words);
    found.flag(
        paid.subject,
        positions(end, &paid.payments),
        format!(
            "{on}{zh}，{told}知悉前已发{months_zh}共 {sum_zh}；知悉 {days} 天后仍有 {open} 元未立项追缴 = {sum} − 已立项或仍应发 {settled}"
        ),
        format!(
            "{en} on {on}; {months_en}, {sum_en}, paid before it was known on {told}; after {days_en} no \
             recovery is open for {open} = {sum} − {settled} asked back or due after all"
        ),
    );
}

fn positions(end: &End, payments: &[&KnownPayment]) -> Vec<u64> {
    let paid = payments.iter().flat_map(|payment| payment.positions());
    std::iter::once(end.position).chain(paid).collect()
}

/// The months of payments, in words.
pub fn months(payments: &[&KnownPayment]) -> (String, String) {
    let mut months: Vec<BenefitMonth> = payments.iter().map(|payment| payment.order.month).collect();
    months.sort_unstable();
    months.dedup();
    let text: Vec<String> = months.iter().take(6).map(ToString::to_string).collect();
    let more = if months.len() > text.len() { " …" } else { "" };
    (format!(" {}{more} ", text.join("、")), format!("{}{more}", text.join(", ")))
}
