//! Every event balances, and the books tie to the aggregates.

use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::*;
use crate::any_event::AnyEvent;
use crate::fund::{GovernmentLevel, Purpose};
use crate::money::Money;
use crate::payment::{Ordered, Payment, PaymentCommand, PaymentEvent, Whereabouts, WithheldFrom};
use crate::program::Program;

mod office;

use office::*;

/// The ties that the page of this module promises. What years were closed stands in net assets, so income and expense
/// tie together with it.
fn assert_ties(office: &Office) {
    assert_eq!(sum(office.balances.values().copied()), Money::ZERO, "the books sum to zero");
    let whereabouts = || office.payments.values().map(Payment::whereabouts);
    assert_eq!(office.balance(Account::InTransit), sum(whereabouts().map(|money| money.pending)));
    let opened = sum(whereabouts().map(|money| money.recovery_opened));
    let received = sum(whereabouts().map(|money| money.recovery_received));
    let waived = sum(whereabouts().map(|money| money.recovery_waived));
    let receivable = opened.minus(received).and_then(|rest| rest.minus(waived));
    assert_eq!(Ok(office.balance(Account::RecoveriesReceivable)), receivable);
    assert!(!office.balance(Account::RecoveriesReceivable).is_negative());
    if office.keeper.closed().is_empty() {
        assert_income_and_expense_tie(office);
    }
    for (number, fund) in [(BUDGET, &office.budget), (GIFTS, &office.gifts)] {
        let account = fund.account().unwrap();
        let at =
            |account| office.balance_of(|sub| sub.account == account && sub.fund == Some(fund_id(number)));
        let places = [Account::Deposits, Account::InTransit, Account::AwaitingReconciliation].map(at);
        assert_eq!(Money::sum(places), Ok(account.balance), "where the money is and what the fund holds");
        assert_eq!(at(Account::Commitments), account.committed);
        assert!(office.balance_of(|sub| sub.fund == Some(fund_id(number))).is_zero(), "a ledger of its own");
    }
    let balance = office.book.trial_balance(TrialQuestion::default()).unwrap();
    assert_eq!(balance.difference, Money::ZERO);
    for line in &balance.lines {
        let net = line.sums.closing_debit.minus(line.sums.closing_credit).unwrap();
        assert_eq!(net, office.balance(line.subaccount.account), "{line:?}");
    }
}

fn assert_income_and_expense_tie(office: &Office) {
    for program in PROGRAMS {
        let arrived = office.payments_of(program).map(Payment::whereabouts);
        let arrived = arrived.filter(|money| money.settled.is_positive());
        let net = |money: Whereabouts| money.settled.plus(money.withheld)?.minus(money.recovery_opened);
        let expense = sum(arrived.map(|money| net(money).unwrap()));
        let booked =
            office.balance_of(|sub| sub.account == Account::ProgramExpense && sub.program == Some(program));
        assert_eq!(booked, expense);
    }
    let waived = sum(office.payments.values().map(|payment| payment.whereabouts().recovery_waived));
    assert_eq!(office.balance(Account::RecoveriesWaived), waived);
    let donated = office.campaign.book().unwrap().total();
    assert_eq!(office.balance(Account::DonationIncome).negated(), donated);
    assert_eq!(office.balance(Account::RemittanceExpense), office.campaign.book().unwrap().remitted);
}

fn happenings() -> impl Strategy<Value = Vec<(u8, u128, i32)>> {
    prop::collection::vec((0..14_u8, 1..5_u128, 1..500_i32), 0..160)
}

/// Lets everything happen in turn and proves the ties after each step.
fn play(happenings: Vec<(u8, u128, i32)>) -> Office {
    let mut office = Office::new();
    for happening in happenings {
        happen(&mut office, happening);
        assert_ties(&office);
    }
    office
}

proptest! {
    #[test]
    fn whatever_happens_every_event_balances_and_the_books_tie_to_the_aggregates(happenings in happenings()) {
        play(happenings);
    }
}

#[test]
fn the_random_office_uses_every_account() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let ends: Vec<Office> =
        (0..300).map(|_| play(happenings().new_tree(&mut runner).unwrap().current())).collect();
    for account in Account::all() {
        let used = ends.iter().any(|end| end.balances.keys().any(|sub| sub.account == account));
        // nothing of the office is unrestricted
        assert_eq!(used, account != Account::AccumulatedUnrestricted, "{account}");
    }
    let late = |end: &Office| end.late > 0;
    assert!(ends.iter().any(late), "nothing arrived after it had come back");
    let refunded = |end: &Office| end.campaign.book().unwrap().refunded.is_positive();
    let recovered =
        |end: &Office| end.payments.values().any(|p| p.whereabouts().recovery_received.is_positive());
    let withheld = |end: &Office| {
        let repaid = |p: &Payment| matches!(p, Payment::Settled(settled) if !settled.withheld.is_empty());
        end.payments.values().any(repaid)
    };
    let withdrawn = |end: &Office| {
        let taken_back = |p: &Payment| matches!(p, Payment::Settled(s) if !s.withdrawals.is_empty());
        end.payments.values().any(taken_back)
    };
    assert!(ends.iter().any(withdrawn), "nothing that was asked back was due after all");
    assert!(ends.iter().any(refunded) && ends.iter().any(recovered) && ends.iter().any(withheld));
}

#[test]
fn what_the_bank_refuses_before_it_was_to_pay_is_booked_with_the_order() {
    let (mut keeper, order) = (Bookkeeper::default(), order(1, 10_000, day("2023-07-10")));
    let stream = order.payment_id.to_string();
    let returned = PaymentEvent::PaymentReturned { reason: "AC04".into(), returned_on: day("2023-07-08") };
    let events = [PaymentEvent::PaymentOrdered { order: Box::new(order) }, returned];
    let days = events.map(|event| keeper.book(&stream, &AnyEvent::Payment(event), day("2023-07-08")).day);
    assert_eq!(days, [day("2023-07-10"); 2]);
}

#[test]
fn a_payment_moves_from_deposits_through_transit_to_its_program() {
    let order = order(1, 10_000, day("2023-07-10"));
    let paid_for = PaidFor::ordered_by(&order, Some(fund_id(BUDGET)));
    assert_eq!(paid_for, PaidFor::kept_of(&Ordered::of(&order), Some(fund_id(BUDGET))));
    let booked = |event: &PaymentEvent| {
        postings(BookedEvent::Payment(event, paid_for))
            .iter()
            .map(|p| (p.subaccount.account, p.subaccount.program, p.amount.fen()))
            .collect::<Vec<_>>()
    };
    let placed = PaymentEvent::PaymentOrdered { order: Box::new(order) };
    assert_eq!(booked(&placed), [(Account::InTransit, None, 10_000), (Account::Deposits, None, -10_000)]);
    let settled = PaymentEvent::PaymentSettled {
        settled_on: day("2023-07-11"),
        bank_reference: "A1".into(),
        withheld: vec![],
    };
    let expected = [
        (Account::ProgramExpense, Some(Program::ElderlyCareSubsidy), 10_000),
        (Account::InTransit, None, -10_000),
        (Account::AwaitingReconciliation, None, 10_000),
        (Account::MemorandumContra, None, -10_000),
    ];
    assert_eq!(booked(&settled), expected);
    let returned = PaymentEvent::PaymentReturned { reason: "x".into(), returned_on: day("2023-07-11") };
    assert_eq!(booked(&returned), [(Account::Deposits, None, 10_000), (Account::InTransit, None, -10_000)]);
    let program = Program::AdvancedAgeAllowance;
    let from = WithheldFrom {
        payment_id: self::order(2, 1, day("2023-07-10")).payment_id,
        program,
        plan_id: plan(1),
    };
    let (amount, received_on) = (Money::from_fen(3_000), day("2023-08-11"));
    let withheld =
        PaymentEvent::RecoveryReceived { amount, received_on, withheld_from: Some(from), reference: None };
    let expected =
        [(Account::ProgramExpense, Some(program), 3_000), (Account::RecoveriesReceivable, None, -3_000)];
    assert_eq!(booked(&withheld), expected);
    let withdrawn = PaymentEvent::RecoveryWithdrawn { amount, withdrawn_on: day("2023-08-12") };
    let expected = [
        (Account::ProgramExpense, Some(Program::ElderlyCareSubsidy), 3_000),
        (Account::RecoveriesReceivable, None, -3_000),
    ];
    assert_eq!(booked(&withdrawn), expected);
    let cancelled = PaymentEvent::PaymentCancelled { reason: "x".into(), cancelled_on: day("2023-07-11") };
    assert_eq!(booked(&cancelled), []);
}

#[test]
fn every_account_has_its_own_code_and_both_names() {
    let codes: std::collections::BTreeSet<&str> = Account::all().map(Account::code).collect();
    assert_eq!(codes.len(), Account::all().count());
    for account in Account::all() {
        assert!(!account.zh().is_empty() && !account.en().is_empty());
        assert_eq!(account.code().parse(), Ok(account));
        assert_eq!(serde_json::to_value(account).unwrap(), account.code(), "events say the same code");
    }
}

#[test]
fn what_the_bank_says_late_of_a_closed_year_is_booked_in_the_open_one() {
    let mut office = Office::new();
    office.today = day("2023-12-28");
    happen(&mut office, (2, 1, 400));
    office.today = day("2024-01-10");
    turn_year(&mut office, BUDGET, 1);
    let settled = PaymentCommand::SettlePayment {
        settled_on: day("2023-12-30"),
        bank_reference: "A1".into(),
        withheld: vec![],
    };
    assert!(office.on_payment(1, settled));
    let spent = office
        .book
        .balance(|sub, day| sub.account == Account::ProgramExpense && day == self::day("2024-01-01"));
    assert_eq!(spent, Ok(Money::from_fen(400)));
    let on = Some(day("2023-12-31"));
    let year = office.book.trial_balance(TrialQuestion { on, ..TrialQuestion::default() }).unwrap();
    let of = |account| year.lines.iter().find(|line| line.subaccount.account == account).unwrap().sums;
    assert_eq!(of(Account::InTransit).closing_debit, Money::from_fen(400));
    assert_eq!(of(Account::AppropriationIncome).closing_credit, Money::ZERO);
    assert_eq!(of(Account::YearResult).closing_credit, Money::from_fen(100_000));
}

#[test]
fn a_trial_balance_shows_what_was_before_a_period_and_what_was_in_it() {
    let mut office = Office::new();
    office.today = day("2023-08-02");
    let purpose = Purpose {
        program: Some(PROGRAMS[0]),
        level: Some(GovernmentLevel::District),
        budget_year: Some(2023),
    };
    office.appropriate(500, purpose);
    let (from, on) = (Some(day("2023-08-01")), Some(day("2023-08-31")));
    let question = TrialQuestion { from, on, fund: Some(fund_id(BUDGET)), grouping: Grouping::Subaccounts };
    let balance = office.book.trial_balance(question).unwrap();
    let deposits = balance.lines.iter().find(|line| line.subaccount.account == Account::Deposits).unwrap();
    let expected = TrialSums {
        opening_debit: Money::from_fen(100_000),
        debit: Money::from_fen(500),
        closing_debit: Money::from_fen(100_500),
        ..TrialSums::default()
    };
    assert_eq!(deposits.sums, expected);
    let name = "appropriation_income/fund=00000000-0000-0000-0000-000000000001\
                /program=advanced_age_allowance/level=district/year=2023";
    assert!(balance.lines.iter().any(|line| line.subaccount.to_string() == name), "{balance:?}");
    assert_eq!(
        (balance.total.closing_debit, balance.difference),
        (balance.total.closing_credit, Money::ZERO)
    );
}
