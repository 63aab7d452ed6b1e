//! A person with two benefits, whose facts change at random while runs pay, banks return, recoveries are opened, withheld,
//! repaid and given up. However it goes: the books tie to what is open, nothing is negative, and in the end every month
//! has what it is due.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::*;
use crate::aggregate::Decider;
use crate::books::{Account, BookedEvent, PaidFor, postings};
use crate::ids::RunId;
use crate::payment::{
    Payment, PaymentCommand, PaymentOrder, PaymentStage, RecoveryReason, WithheldFrom, Withholding,
    withheld_sum,
};
use crate::payment_run::{
    MonthDifference, MonthDue, MonthOrdered, MonthToPay, RecoverablePayment, differences, recovery_proposals,
};
use crate::personal::Sealed;

const LAST: u32 = 6;
const CASES: [CaseId; 2] = [CASE, CaseId::new(Uuid::from_u128(2))];
const PROGRAMS: [Program; 2] = [Program::AdvancedAgeAllowance, Program::ElderlyCareSubsidy];

#[derive(Default)]
struct Person {
    due: BTreeMap<(usize, u32), i32>,
    payments: BTreeMap<(usize, u32, u32), Payment>,
    balances: BTreeMap<Account, i64>,
    waivers: u32,
}

fn context(role: Role) -> Context {
    Context { actor: Actor { id: ActorId::parse("someone").unwrap(), role }, today: day("2023-12-31") }
}

impl Person {
    /// Asks a payment and books what happens; whether it accepted.
    fn ask(&mut self, key: (usize, u32, u32), command: PaymentCommand) -> bool {
        let waives = matches!(command, PaymentCommand::WaiveRecovery { .. });
        let role = if waives { Role::Approver } else { Role::Finance };
        let payment = self.payments.entry(key).or_default();
        let events = payment.decide(command, &context(role)).unwrap_or_default();
        for event in &events {
            payment.try_evolve(event).unwrap();
            let paid_for = payment.order().map(|order| PaidFor::kept_of(order, None)).unwrap();
            for posting in postings(BookedEvent::Payment(event, paid_for)) {
                *self.balances.entry(posting.subaccount.account).or_default() += posting.amount.fen();
            }
        }
        !events.is_empty()
    }

    fn ordered(&self, case: usize) -> Vec<MonthOrdered> {
        let mut months: Vec<MonthOrdered> = Vec::new();
        for ((_, number, attempt), payment) in self.payments.iter().filter(|((of, ..), _)| *of == case) {
            if months.last().is_none_or(|last| last.month != month(*number)) {
                months.push(MonthOrdered::none(month(*number)));
            }
            let last = months.last_mut().unwrap();
            let money = payment.whereabouts();
            last.attempts = *attempt;
            if matches!(payment.stage(), PaymentStage::Ordered | PaymentStage::Settled) {
                last.standing = last.standing.plus(money.standing()).unwrap();
                last.waived = last.waived.plus(money.recovery_waived).unwrap();
            }
        }
        months
    }

    fn differences(&self, case: usize) -> Vec<MonthDifference> {
        let due: Vec<MonthDue> = (1..=LAST)
            .map(|number| MonthDue {
                month: month(number),
                due: Money::from_fen(self.due.get(&(case, number)).copied().unwrap_or_default()),
            })
            .collect();
        differences(CASES[case], &due, &self.ordered(case), month(LAST)).unwrap()
    }

    /// What the second benefit may withhold for the first: what is open and not on its way yet.
    fn claim(&self) -> WithholdingClaim {
        let pending = |id: PaymentId| {
            let orders = self.payments.values().filter(|payment| payment.stage() == PaymentStage::Ordered);
            let parts = orders.flat_map(|payment| payment.order().unwrap().withheld.clone());
            Money::sum(parts.filter(|part| part.payment_id == id).map(|part| part.amount)).unwrap()
        };
        let open = self.payments.iter().filter(|((case, ..), _)| *case == 0).filter_map(|(_, payment)| {
            let payment_id = payment.order()?.payment_id;
            let open = payment.whereabouts().recovery_open().minus(pending(payment_id)).unwrap();
            Some(OpenItem { payment_id, open })
        });
        let plan_id = RecoveryPlanId::derive(CASE, 1);
        WithholdingClaim { plan_id, per_month: Money::from_fen(40), share: 20, open: open.collect() }
    }

    fn run(&mut self) {
        for case in 0..2 {
            let mut claims = if case == 1 { vec![self.claim()] } else { vec![] };
            for difference in self.differences(case) {
                let MonthDifference::ToPay(pay) = difference else { continue };
                let number = pay.month.to_string()[5..].parse().unwrap();
                let of_month = self.payments.iter().filter(|((of, at, _), _)| (*of, *at) == (case, number));
                let withheld =
                    Money::sum(of_month.map(|(_, payment)| payment.whereabouts().withheld)).unwrap();
                let room = LineRoom { to_pay: pay.amount, due: pay.due, withheld };
                let parts = withhold(room, &mut claims).unwrap();
                let order = PaymentCommand::OrderPayment { order: Box::new(order(case, pay, parts)) };
                assert!(self.ask((case, number, pay.attempt), order), "a month that needs money is ordered");
            }
        }
    }

    fn answer(&mut self, seed: u32) {
        let pending = self.payments.iter().filter(|(_, p)| p.stage() == PaymentStage::Ordered);
        let keys: Vec<_> = pending.map(|(key, _)| *key).collect();
        for (key, index) in keys.into_iter().zip(0_u32..) {
            if (seed >> (index % 16)) & 3 == 3 {
                let reason = "account_closed".to_owned();
                self.ask(key, PaymentCommand::ReturnPayment { reason, returned_on: day("2023-07-11") });
            } else {
                self.settle(key);
            }
        }
    }

    fn settle(&mut self, key: (usize, u32, u32)) {
        let order = self.payments[&key].order().unwrap().clone();
        let find = |id: PaymentId| {
            let has = |payment: &Payment| payment.order().is_some_and(|order| order.payment_id == id);
            *self.payments.iter().find(|(_, payment)| has(payment)).unwrap().0
        };
        let effective = order.withheld.iter().map(|part| {
            let open = self.payments[&find(part.payment_id)].whereabouts().recovery_open();
            (find(part.payment_id), Withholding { amount: part.amount.min(open), ..*part })
        });
        let effective: Vec<_> = effective.filter(|(_, part)| part.amount.is_positive()).collect();
        let withheld = effective.iter().map(|(_, part)| *part).collect();
        let (settled_on, bank_reference) = (day("2023-07-11"), "A1".to_owned());
        assert!(self.ask(key, PaymentCommand::SettlePayment { settled_on, bank_reference, withheld }));
        for (repaid, part) in effective {
            let (payment_id, program) = (order.payment_id, order.program);
            let withheld_from = Some(WithheldFrom { payment_id, program, plan_id: part.plan_id });
            let (amount, received_on) = (part.amount, day("2023-07-11"));
            let receive =
                PaymentCommand::ReceiveRecovery { amount, received_on, withheld_from, reference: None };
            assert!(self.ask(repaid, receive));
        }
    }

    fn open_recoveries(&mut self, on: NaiveDate) {
        for case in 0..2 {
            for difference in self.differences(case) {
                let MonthDifference::Overpaid(overpaid) = difference else { continue };
                let of_month = self.payments.iter().filter(|((of, number, _), payment)| {
                    (*of, month(*number)) == (case, overpaid.month)
                        && payment.stage() == PaymentStage::Settled
                });
                let recoverable = of_month.map(|(key, payment)| {
                    let payment_id = payment.order().unwrap().payment_id;
                    (*key, RecoverablePayment { payment_id, recoverable: payment.whereabouts().standing() })
                });
                let recoverable: Vec<_> = recoverable.collect();
                for proposal in recovery_proposals(overpaid, recoverable.iter().map(|(_, one)| *one)) {
                    let (key, _) =
                        recoverable.iter().find(|(_, one)| one.payment_id == proposal.payment_id).unwrap();
                    let reason = RecoveryReason::FactsCorrected;
                    let amount = proposal.amount;
                    self.ask(*key, PaymentCommand::OpenRecovery { amount, reason, opened_on: on });
                }
            }
        }
    }

    /// The n-th payment of which something is open.
    fn open(&self, n: u32) -> Option<((usize, u32, u32), Money)> {
        let open = self.payments.iter().map(|(key, payment)| (*key, payment.whereabouts().recovery_open()));
        let open: Vec<_> = open.filter(|(_, open)| open.is_positive()).collect();
        open.get(n as usize % open.len().max(1)).copied()
    }

    fn assert_holds(&self) {
        assert_eq!(self.balances.values().sum::<i64>(), 0, "the books sum to zero");
        let money: Vec<_> = self.payments.values().map(Payment::whereabouts).collect();
        let open: i64 = money.iter().map(|money| money.recovery_open().fen()).sum();
        let receivable = self.balances.get(&Account::RecoveriesReceivable).copied().unwrap_or_default();
        assert_eq!(open, receivable, "the balance is the receivable of the books");
        for money in money {
            let answered = money.recovery_received.plus(money.recovery_waived).unwrap();
            assert!(answered <= money.recovery_opened, "{money:?}");
            assert!(money.recovery_opened <= money.settled.plus(money.withheld).unwrap(), "{money:?}");
        }
    }
}

fn order(case: usize, pay: MonthToPay, withheld: Vec<Withholding>) -> PaymentOrder {
    PaymentOrder {
        payment_id: pay.payment_id,
        run_id: RunId::new(Uuid::from_u128(9)),
        case_id: CASES[case],
        beneficiary: PERSON,
        program: PROGRAMS[case],
        month: pay.month,
        attempt: pay.attempt,
        kind: pay.kind,
        amount: pay.amount.minus(withheld_sum(&withheld).unwrap()).unwrap(),
        due: pay.due,
        payee: PERSON,
        account: Sealed::from_ciphertext("v1.a"),
        rule_version: "2023-07".into(),
        determination: Sealed::from_ciphertext("v1.b"),
        execution_on: day("2023-07-10"),
        withheld,
    }
}

fn acts() -> impl Strategy<Value = Vec<(u8, u32, u32)>> {
    prop::collection::vec((0..8_u8, 0..1_000_u32, 0..300_u32), 0..60)
}

fn play(acts: Vec<(u8, u32, u32)>) -> Person {
    let mut person = Person::default();
    for ((act, which, fen), step) in acts.into_iter().zip(0_u64..) {
        let on = day("2023-07-12") + chrono::Days::new(step);
        match act {
            0 | 1 => {
                let place = (which as usize % 2, which / 2 % LAST + 1);
                person.due.insert(place, fen.cast_signed());
            }
            2 => person.run(),
            3 => person.answer(which),
            4 | 5 => person.open_recoveries(on),
            6 => {
                if let Some((key, open)) = person.open(which) {
                    let amount = open.min(Money::from_fen(fen.cast_signed()));
                    let receive = PaymentCommand::ReceiveRecovery {
                        amount,
                        received_on: on,
                        withheld_from: None,
                        reference: None,
                    };
                    person.ask(key, receive);
                }
            }
            _ => {
                if let Some((key, open)) = person.open(which) {
                    person.waivers += 1;
                    let plan_id = RecoveryPlanId::derive(CASE, person.waivers + 1);
                    let amount = open.min(Money::from_fen(fen.cast_signed() / 3));
                    person.ask(key, PaymentCommand::WaiveRecovery { amount, plan_id, waived_on: on });
                }
            }
        }
        person.assert_holds();
    }
    person
}

/// Everything is carried out: asked back, paid and settled.
fn finish(person: &mut Person) {
    person.answer(0);
    person.open_recoveries(day("2023-12-01"));
    for round in 0..3 {
        person.run();
        person.answer(0);
        person.open_recoveries(day("2023-12-02") + chrono::Days::new(round));
        person.assert_holds();
    }
}

proptest! {
    #[test]
    fn however_it_goes_the_books_tie_and_every_month_ends_with_what_it_is_due(acts in acts()) {
        let mut person = play(acts);
        finish(&mut person);
        for case in 0..2 {
            prop_assert_eq!(person.differences(case), vec![]);
            for ordered in person.ordered(case) {
                let number = ordered.month.to_string()[5..].parse().unwrap();
                let due = i64::from(person.due.get(&(case, number)).copied().unwrap_or_default());
                prop_assert!(ordered.standing.fen() <= due, "paid and withheld, less what is asked back");
                prop_assert!(due <= ordered.standing.fen() + ordered.waived.fen());
            }
        }
    }
}

#[test]
fn the_random_person_meets_everything() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let ends: Vec<Person> = (0..300).map(|_| play(acts().new_tree(&mut runner).unwrap().current())).collect();
    let any = |has: fn(&Payment) -> bool| ends.iter().any(|end| end.payments.values().any(has));
    assert!(any(|payment| payment.whereabouts().recovery_received.is_positive()), "repaid");
    assert!(any(|payment| payment.whereabouts().recovery_waived.is_positive()), "given up");
    assert!(any(|payment| payment.whereabouts().returned.is_positive()), "returned");
    assert!(any(|p| matches!(p, Payment::Settled(s) if !s.withheld.is_empty())), "withheld");
}
