//! What was withheld of payments that should never have been made counts with what was paid.

use api::flags::{Brought, KnownLog, Look, look_all};
use domain::any_event::AnyEvent;
use domain::calendar::{BenefitMonth, WorkingDays};
use domain::ids::{PaymentId, RecoveryPlanId};
use domain::payment::{PaymentEvent, RecoveryReason, Withholding};
use domain::personal::Opener;
use domain::personal::testing::OpenKeyring;
use domain::policy::RuleBooks;
use uuid::Uuid;

use crate::clean::{elder, hundred};
use crate::memory::{PlainIndex, seen};
use crate::paying::{Payable, money};
use crate::street::{Street, day, month};

/// What is withheld of each month after the death.
const WITHHELD: i64 = 2_000;

/// Makes a payment one of which a part is withheld for that of September.
fn withhold(event: &mut AnyEvent, payable: &Payable) {
    let repaid = Withholding {
        plan_id: RecoveryPlanId::new(Uuid::new_v5(&Uuid::NAMESPACE_OID, b"plan")),
        payment_id: payable.payment(month("2023-09"), 1),
        amount: money(WITHHELD),
    };
    match event {
        AnyEvent::Payment(PaymentEvent::PaymentOrdered { order }) => {
            order.amount = money(order.amount.fen() - WITHHELD);
            order.withheld = vec![repaid];
        }
        AnyEvent::Payment(PaymentEvent::PaymentSettled { withheld, .. }) => *withheld = vec![repaid],
        _ => {}
    }
}

/// What the flag of a death says that was reported in November, where October and November were paid less a part;
/// `recovered` months are asked back.
fn told(recovered: &[BenefitMonth]) -> Vec<String> {
    let keyring = OpenKeyring::default();
    let mut street = Street::new(64, &keyring, &PlainIndex);
    street.open_fund();
    let elder = elder(&mut street);
    elder.dies(&mut street, "2023-09-27", "2023-11-06");
    let payable = elder.payable(hundred);
    for month in recovered {
        street.recover(day("2023-11-08"), payable.payment(*month, 1), 10_000, RecoveryReason::Deceased);
    }
    let after: Vec<PaymentId> =
        [month("2023-10"), month("2023-11")].map(|month| payable.payment(month, 1)).to_vec();
    street.payables.push(payable.clone());
    street.pay_all();
    let Street { book, .. } = street;
    let mut log = KnownLog::default();
    for mut placed in book.place().into_iter().flatten() {
        if after.iter().any(|payment| payment.to_string() == placed.written.stream_id) {
            withhold(&mut placed.written.event, &payable);
        }
        log.see(&seen(placed));
    }
    let look = Look {
        log: &log,
        opener: &keyring as &dyn Opener,
        indexer: &PlainIndex,
        rules: &RuleBooks::default(),
        days: WorkingDays::published(),
        on: log.newest_on.unwrap(),
        brought: &Brought { statements: None, relatives: vec![] },
    };
    let (_, flags) = look_all(&look, &[]);
    flags.into_iter().filter(|flag| flag.code == "death_reported_late").map(|flag| flag.en).collect()
}

#[test]
fn what_was_withheld_after_a_death_counts_with_what_was_paid_and_is_not_asked_back_below_nothing() {
    let flags = told(&[]);
    let [said] = &flags[..] else { panic!("{flags:?}") };
    assert!(said.contains("200.00 yuan in all (40.00 of it withheld)"), "{said}");
    assert!(said.contains("of which 0.00 are asked back"), "{said}");
}

#[test]
fn a_claim_on_a_month_of_which_a_part_was_withheld_is_counted_in_full() {
    let flags = told(&[month("2023-11")]);
    let [said] = &flags[..] else { panic!("{flags:?}") };
    assert!(said.contains("200.00 yuan in all (40.00 of it withheld)"), "{said}");
    assert!(said.contains("of which 100.00 are asked back"), "{said}");
}
