//! Payments for months after something that ends benefits, by what was known when.

use chrono::{Days, NaiveDate};
use domain::calendar::BenefitMonth;
use domain::ids::{CaseId, PersonId};

use super::flag::{Found, Subject, total, yuan};
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

impl Look<'_> {
    /// Payments to a person for months after an end, by case.
    pub fn paid_after(&self, end: &End) -> Vec<(CaseId, Vec<&KnownPayment>)> {
        let last = BenefitMonth::of(end.on);
        let cases = self.log.cases.iter().filter(|(_, case)| {
            case.subject().is_some_and(|subject| subject.applicant == end.person) && !case.payments.is_empty()
        });
        let late = cases.map(|(id, _)| {
            let payments = self.log.payments_of(*id).filter(|payment| payment.order.month > last);
            (*id, payments.collect::<Vec<_>>())
        });
        late.filter(|(_, payments)| !payments.is_empty()).collect()
    }
}

/// Flags what was ordered although the end was known, and what was paid before it was known and is still not asked back.
pub fn flag(look: &Look<'_>, found: &mut Found, end: &End) {
    for (case_id, payments) in look.paid_after(end) {
        let subject = Subject { case_id: Some(case_id), ..Subject::person(end.person) };
        let (known, unknown): (Vec<&KnownPayment>, Vec<_>) =
            payments.into_iter().partition(|payment| payment.ordered.position > end.position);
        if !known.is_empty() {
            knowingly(found, subject, end, &known);
        }
        let standing: Vec<_> = unknown.into_iter().filter(|payment| payment.standing_now() > 0).collect();
        let overdue = end.told_on.checked_add_days(Days::new(VERIFY_DAYS)).is_some_and(|last| look.on > last);
        if overdue && !standing.is_empty() {
            not_recovered(look, found, subject, end, &standing);
        }
    }
}

fn knowingly(found: &mut Found, subject: Subject, end: &End, payments: &[&KnownPayment]) {
    let (months_zh, months_en) = months(payments);
    let paid = yuan(total(payments.iter().map(|payment| payment.order.amount.fen())));
    let (on, told, (zh, en)) = (end.on, end.told_on, end.words);
    found.flag(
        subject,
        positions(end, payments),
        format!("{on}{zh}，{told}已知悉，此后仍下达{months_zh}共 {paid} 元"),
        format!("{en} on {on}, known since {told}; {months_en}, {paid} yuan in all, ordered after that"),
    );
}

fn not_recovered(
    look: &Look<'_>,
    found: &mut Found,
    subject: Subject,
    end: &End,
    payments: &[&KnownPayment],
) {
    let (months_zh, months_en) = months(payments);
    let paid = total(payments.iter().map(|payment| payment.order.amount.fen()));
    let open = total(payments.iter().map(|payment| payment.standing_now()));
    let recovered = yuan(paid.saturating_sub(open));
    let (paid, open, days) = (yuan(paid), yuan(open), (look.on - end.told_on).num_days());
    let (on, told, (zh, en)) = (end.on, end.told_on, end.words);
    found.flag(
        subject,
        positions(end, payments),
        format!(
            "{on}{zh}，{told}知悉前已发{months_zh}共 {paid} 元；知悉 {days} 天后仍未立项追缴 {open} 元 = {paid} − 已立项 {recovered}"
        ),
        format!(
            "{en} on {on}; {months_en}, {paid} yuan in all, paid before it was known on {told}; after {days} days no \
             recovery is open for {open} = {paid} − {recovered}"
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
