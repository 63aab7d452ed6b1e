//! Every event balances, and the books tie to the aggregates.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use uuid::Uuid;

use super::*;
use crate::actor::{Actor, ActorId, Role};
use crate::aggregate::{Context, Decider};
use crate::any_event::AnyEvent;
use crate::calendar::BenefitMonth;
use crate::campaign::{Campaign, CampaignCommand, CampaignTerms, Donation, DonationMethod, Publicity};
use crate::fund::{
    Fund, FundCharter, FundCommand, FundEvent, FundSource, GovernmentLevel, ProgramShare, Purpose,
    Restriction,
};
use crate::ids::{
    CampaignId, CaseId, DonationId, FundId, PaymentId, PersonId, RecoveryPlanId, RemittanceId, RunId,
};
use crate::money::Money;
use crate::payment::{
    Ordered, Payment, PaymentCommand, PaymentEvent, PaymentKind, PaymentOrder, RecoveryReason, Whereabouts,
    WithheldFrom, Withholding,
};
use crate::payment_run::PaymentRunEvent;
use crate::personal::Sealed;
use crate::program::Program;

const RUN: RunId = RunId::new(Uuid::from_u128(1));
const PROGRAMS: [Program; 2] = [Program::AdvancedAgeAllowance, Program::ElderlyCareSubsidy];

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// An office with one budget fund, one campaign with its fund, and a few payments of a committed run. Days pass.
struct Office {
    today: NaiveDate,
    budget: Fund,
    gifts: Fund,
    campaign: Campaign,
    payments: BTreeMap<u128, Payment>,
    keeper: Bookkeeper,
    book: Book,
    /// What is still open of income and expense: everything less what was closed, by subaccount.
    balances: BTreeMap<Subaccount, Money>,
}

fn context(role: Role, today: NaiveDate) -> Context {
    let id = if role == Role::Approver { "approver" } else { "someone" };
    Context { actor: Actor { id: ActorId::parse(id).unwrap(), role }, today }
}

fn fund_id(number: u128) -> FundId {
    FundId::new(Uuid::from_u128(number))
}

const BUDGET: u128 = 1;
const GIFTS: u128 = 2;

fn fund(number: u128, source: FundSource) -> FundCharter {
    let (fund_id, opened_on) = (fund_id(number), day("2023-01-01"));
    let (name, programs) = ("资金".into(), vec![]);
    FundCharter { fund_id, name, source, restriction: Restriction::Restricted, opened_on, programs }
}

impl Office {
    fn new() -> Office {
        let mut office = Office {
            today: day("2023-07-11"),
            budget: Fund::default(),
            gifts: Fund::default(),
            campaign: Campaign::default(),
            payments: BTreeMap::new(),
            keeper: Bookkeeper::default(),
            book: Book::default(),
            balances: BTreeMap::new(),
        };
        let opened = PaymentRunEvent::PaymentRunOpened {
            run_id: RUN,
            month: BenefitMonth::try_new(2023, 7).unwrap(),
            programs: PROGRAMS.to_vec(),
            fund_id: fund_id(BUDGET),
            opened_by: ActorId::parse("clerk").unwrap(),
        };
        office.book(&RUN.to_string(), &AnyEvent::PaymentRun(opened));
        office.on_fund(BUDGET, FundCommand::OpenFund { charter: fund(BUDGET, FundSource::Budget) });
        office.on_fund(GIFTS, FundCommand::OpenFund { charter: fund(GIFTS, FundSource::Donations) });
        office.on_campaign(CampaignCommand::OpenCampaign { terms: terms() });
        assert!(office.appropriate(100_000, Purpose::default()));
        let amount = Money::from_fen(100_000);
        let by_program = PROGRAMS.map(|program| ProgramShare { program, amount: Money::from_fen(50_000) });
        let (committed_on, by_program) = (office.today, by_program.to_vec());
        office.on_fund(BUDGET, FundCommand::Commit { run_id: RUN, amount, committed_on, by_program });
        office
    }

    fn appropriate(&mut self, fen: i32, purpose: Purpose) -> bool {
        let (amount, appropriated_on) = (Money::from_fen(fen), self.today);
        let document = format!("财社〔2023〕{}号", self.book.days().count());
        self.on_fund(BUDGET, FundCommand::Appropriate { amount, document, appropriated_on, purpose })
    }

    fn book(&mut self, stream: &str, event: &AnyEvent) {
        let entries = self.keeper.book(stream, event, self.today);
        let mut by_fund: BTreeMap<Option<FundId>, Money> = BTreeMap::new();
        for Posting { subaccount, amount } in &entries.postings {
            let sum = by_fund.entry(subaccount.fund).or_default();
            *sum = sum.plus(*amount).unwrap();
            let balance = self.balances.entry(*subaccount).or_default();
            *balance = balance.plus(*amount).unwrap();
        }
        assert!(by_fund.values().all(|sum| sum.is_zero()), "an event balances in its fund");
        assert!(by_fund.len() <= 1 && !by_fund.contains_key(&None), "an event concerns one fund");
        let closed = by_fund.keys().flatten().filter_map(|fund| self.keeper.closed().get(fund)).max();
        let of_year = matches!(
            event,
            AnyEvent::Fund(FundEvent::FundYearClosed { .. } | FundEvent::FundYearReopened { .. })
        );
        assert!(of_year || closed.is_none_or(|closed| entries.day.year() > *closed), "{event:?}");
        self.book.enter(&entries).unwrap();
    }

    /// Debits less credits of an account, in all funds.
    fn balance(&self, account: Account) -> Money {
        self.balance_of(|subaccount| subaccount.account == account)
    }

    fn balance_of(&self, which: impl Fn(&Subaccount) -> bool) -> Money {
        sum(self.balances.iter().filter(|(subaccount, _)| which(subaccount)).map(|(_, balance)| *balance))
    }

    fn fund(&mut self, number: u128) -> &mut Fund {
        if number == BUDGET { &mut self.budget } else { &mut self.gifts }
    }

    /// Asks a fund; whether something happened.
    fn on_fund(&mut self, number: u128, command: FundCommand) -> bool {
        let approver = matches!(
            command,
            FundCommand::Commit { .. } | FundCommand::CarryOver { .. } | FundCommand::Remit { .. }
        );
        let context = context(if approver { Role::Approver } else { Role::Finance }, self.today);
        let fund = self.fund(number);
        let events = fund.decide(command, &context).unwrap_or_default();
        events.iter().for_each(|event| fund.try_evolve(event).unwrap());
        for event in &events {
            self.book(&fund_id(number).to_string(), &AnyEvent::Fund(event.clone()));
        }
        !events.is_empty()
    }

    fn on_campaign(&mut self, command: CampaignCommand) -> bool {
        let roles = [Role::Clerk, Role::Finance, Role::Approver].map(|role| context(role, self.today));
        let decided = roles.iter().find_map(|context| self.campaign.decide(command.clone(), context).ok());
        let events = decided.unwrap_or_default();
        for event in &events {
            self.campaign.try_evolve(event).unwrap();
            self.book(&terms().campaign_id.to_string(), &AnyEvent::Campaign(event.clone()));
        }
        !events.is_empty()
    }

    fn on_payment(&mut self, number: u128, command: PaymentCommand) -> bool {
        let waives = matches!(command, PaymentCommand::WaiveRecovery { .. });
        let context = context(if waives { Role::Approver } else { Role::Finance }, self.today);
        let payment = self.payments.entry(number).or_default();
        let events = payment.decide(command, &context).unwrap_or_default();
        events.iter().for_each(|event| payment.try_evolve(event).unwrap());
        for event in &events {
            let id = order(number, 1, self.today).payment_id.to_string();
            self.book(&id, &AnyEvent::Payment(event.clone()));
        }
        !events.is_empty()
    }

    fn payments_of(&self, program: Program) -> impl Iterator<Item = &Payment> {
        self.payments
            .values()
            .filter(move |payment| payment.order().is_some_and(|order| order.program == program))
    }
}

fn terms() -> CampaignTerms {
    CampaignTerms {
        campaign_id: CampaignId::new(Uuid::from_u128(1)),
        name: "首善有我".into(),
        organiser: "某街道慈善组织".into(),
        filing_number: None,
        purpose: "困难群众救助".into(),
        fund_id: FundId::new(Uuid::from_u128(2)),
        opens_on: day("2023-01-01"),
        closes_on: day("2033-12-31"),
    }
}

fn order(number: u128, fen: i32, execution_on: NaiveDate) -> PaymentOrder {
    let (case_id, person) = (CaseId::new(Uuid::from_u128(number)), PersonId::new(Uuid::from_u128(number)));
    let month = BenefitMonth::try_new(2023, 7).unwrap();
    PaymentOrder {
        payment_id: PaymentId::derive(case_id, month, 1),
        run_id: RUN,
        case_id,
        beneficiary: person,
        program: PROGRAMS[number as usize % 2],
        month,
        attempt: 1,
        kind: PaymentKind::Ordinary,
        amount: Money::from_fen(fen),
        due: Money::from_fen(fen),
        payee: person,
        account: Sealed::from_ciphertext("v1.a"),
        rule_version: "2023-07".into(),
        determination: Sealed::from_ciphertext("v1.b"),
        execution_on,
        withheld: vec![],
    }
}

/// One thing that happens in the office, with all the events that belong to it; nothing where it is refused.
fn happen(office: &mut Office, (which, number, fen): (u8, u128, i32)) {
    let (amount, today) = (Money::from_fen(fen), office.today);
    match which {
        0 => give(office, number, amount),
        1 => give_back(office, number, Money::from_fen(fen / 2)),
        2 => {
            let order = Box::new(withholding(office, order(number, fen, today)));
            office.on_payment(number, PaymentCommand::OrderPayment { order });
        }
        3 | 4 => answer(office, number, which == 3),
        5 => {
            let reason = RecoveryReason::FactsCorrected;
            office.on_payment(number, PaymentCommand::OpenRecovery { amount, reason, opened_on: today });
        }
        6 => {
            if office.on_payment(
                number,
                PaymentCommand::ReceiveRecovery {
                    amount,
                    received_on: today,
                    withheld_from: None,
                    reference: None,
                },
            ) {
                let payment_id = order(number, 1, today).payment_id;
                let credit =
                    FundCommand::CreditRecovery { payment_id, amount, credited_on: today, reference: None };
                // the same amount of the same day is a repeat to the fund, which the payment is not asked about
                office.on_fund(BUDGET, credit);
            }
        }
        7 => {
            let budget_year = Some(today.year() + (fen % 2));
            let purpose = Purpose { program: Some(PROGRAMS[0]), level: None, budget_year };
            office.appropriate(fen, purpose);
        }
        8 => office.today = today.checked_add_days(Days::new(u64::from(fen.unsigned_abs()) % 150)).unwrap(),
        9 => {
            let waive = PaymentCommand::WaiveRecovery { amount, plan_id: plan(number), waived_on: today };
            office.on_payment(number, waive);
        }
        10 => remit(office, number, Money::from_fen(fen / 3)),
        _ => turn_year(office, if number % 2 == 0 { BUDGET } else { GIFTS }, fen),
    }
}

fn plan(number: u128) -> RecoveryPlanId {
    RecoveryPlanId::derive(CaseId::new(Uuid::from_u128(number)), 1)
}

/// The order with up to half of it withheld for the payment numbered one less, as far as that is asked back.
fn withholding(office: &Office, order: PaymentOrder) -> PaymentOrder {
    let number = order.case_id.uuid().as_u128() - 1;
    let open = office.payments.get(&number).map(|p| p.whereabouts().recovery_open()).unwrap_or_default();
    let amount = open.min(order.amount.allocate(2)[1]);
    if !amount.is_positive() {
        return order;
    }
    let payment_id = self::order(number, 1, order.execution_on).payment_id;
    let withheld = vec![Withholding { plan_id: plan(number), payment_id, amount }];
    PaymentOrder { amount: order.amount.minus(amount).unwrap(), withheld, ..order }
}

/// Closes the year before, and carries it over, has it reopened, or leaves it for later.
fn turn_year(office: &mut Office, number: u128, fen: i32) {
    let (year, today) = (office.today.year() - 1, office.today);
    let id = fund_id(number);
    let facts = office.book.year_facts(id, year, 7).unwrap();
    let before = facts.clone();
    office.on_fund(number, FundCommand::CloseYear { year, facts, closed_on: today });
    let Some(closed) = office.fund(number).account().unwrap().years.get(&year).cloned() else { return };
    let after = office.book.year_facts(id, year, 9).unwrap();
    assert!(after.lines.is_empty(), "income and expense of a closed year stand at nothing: {after:?}");
    let found = after.before_closing(&closed.facts.lines).unwrap();
    if fen % 3 == 0 {
        let reason = "核对有误".to_owned();
        if office.on_fund(number, FundCommand::ReopenYear { year, reason, reopened_on: today }) {
            assert_eq!(office.book.year_facts(id, year, 7).unwrap().lines, closed.facts.lines);
        }
    } else if fen % 3 == 1 {
        let document = "昌财结转〔2024〕1号".to_owned();
        let carry = FundCommand::CarryOver { year, document, found, carried_on: today };
        assert!(closed.carried.is_some() || office.on_fund(number, carry), "{before:?} {closed:?}");
    }
}

fn give(office: &mut Office, number: u128, amount: Money) {
    let donation = Donation {
        donation_id: DonationId::new(Uuid::from_u128(number)),
        donor: PersonId::new(Uuid::from_u128(number)),
        donor_name: None,
        publicity: Publicity::Anonymous,
        amount,
        method: DonationMethod::Cash,
        received_on: office.today,
        statement: None,
    };
    if office.on_campaign(CampaignCommand::ReceiveDonation { donation }) {
        assert!(office.on_fund(GIFTS, credit_donation(number, amount, office.today)));
    }
}

fn give_back(office: &mut Office, number: u128, amount: Money) {
    let donation_id = DonationId::new(Uuid::from_u128(number));
    let refunded_on = office.today;
    let refund = CampaignCommand::RefundDonation { donation_id, amount, refunded_on, refund_number: None };
    if office.on_campaign(refund) {
        assert!(office.on_fund(GIFTS, credit_donation(number, amount.negated(), refunded_on)));
    }
}

/// Proposed by the clerk and approved by the approver, whose accounts differ.
fn remit(office: &mut Office, number: u128, amount: Money) {
    let remittance_id = RemittanceId::new(Uuid::from_u128(number));
    let (recipient, today) = ("市慈善基金会".to_owned(), office.today);
    let propose = CampaignCommand::ProposeRemittance { remittance_id, recipient, amount, proposed_on: today };
    office.on_campaign(propose);
    let known = office.campaign.book().unwrap().remittances.get(&remittance_id);
    let Some(amount) = known.map(|remittance| remittance.amount) else { return };
    let (reference, remitted_on) = ("HK-1".to_owned(), today);
    if office.on_campaign(CampaignCommand::Remit { remittance_id, reference, remitted_on }) {
        let campaign_id = terms().campaign_id;
        let remit = FundCommand::Remit { campaign_id, remittance_id, amount, remitted_on };
        assert!(office.on_fund(GIFTS, remit));
    }
}

fn credit_donation(number: u128, amount: Money, credited_on: NaiveDate) -> FundCommand {
    FundCommand::CreditDonation {
        campaign_id: terms().campaign_id,
        donation_id: DonationId::new(Uuid::from_u128(number)),
        amount,
        credited_on,
        refund_number: None,
    }
}

/// What the bank did with a payment, and what follows for its fund.
fn answer(office: &mut Office, number: u128, arrived: bool) {
    let (today, withheld) = (office.today, effective(office, number));
    let command = if arrived {
        let withheld = withheld.clone();
        PaymentCommand::SettlePayment { settled_on: today, bank_reference: "A1".into(), withheld }
    } else {
        PaymentCommand::ReturnPayment { reason: "account_closed".into(), returned_on: today }
    };
    if office.on_payment(number, command) {
        let payment = &office.payments[&number];
        let (amount, program) = (payment.whereabouts().ordered, payment.order().unwrap().program);
        let by_program = vec![ProgramShare { program, amount }];
        assert!(office.on_fund(
            BUDGET,
            if arrived {
                FundCommand::Spend { run_id: RUN, amount, spent_on: today }
            } else {
                FundCommand::Release { run_id: RUN, amount, released_on: today, by_program }
            }
        ));
        for part in withheld.iter().filter(|_| arrived) {
            let (payment_id, plan_id) = (order(number, 1, today).payment_id, part.plan_id);
            let withheld_from = Some(WithheldFrom { payment_id, program, plan_id });
            let (amount, received_on) = (part.amount, today);
            let receive =
                PaymentCommand::ReceiveRecovery { amount, received_on, withheld_from, reference: None };
            assert!(office.on_payment(number - 1, receive));
        }
    }
}

/// What of an order's withholdings is still to come back.
fn effective(office: &Office, number: u128) -> Vec<Withholding> {
    let ordered = office.payments.get(&number).and_then(Payment::order).map(|order| order.withheld.clone());
    let open = office.payments.get(&(number.max(1) - 1)).map(|p| p.whereabouts().recovery_open());
    let left = |part: Withholding| Withholding { amount: part.amount.min(open.unwrap_or_default()), ..part };
    let parts = ordered.unwrap_or_default().into_iter().map(left);
    parts.filter(|part| part.amount.is_positive()).collect()
}

fn sum(amounts: impl Iterator<Item = Money>) -> Money {
    Money::sum(amounts).unwrap()
}

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
    prop::collection::vec((0..12_u8, 1..5_u128, 1..500_i32), 0..160)
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
    let refunded = |end: &Office| end.campaign.book().unwrap().refunded.is_positive();
    let recovered =
        |end: &Office| end.payments.values().any(|p| p.whereabouts().recovery_received.is_positive());
    let withheld = |end: &Office| {
        let repaid = |p: &Payment| matches!(p, Payment::Settled(settled) if !settled.withheld.is_empty());
        end.payments.values().any(repaid)
    };
    assert!(ends.iter().any(refunded) && ends.iter().any(recovered) && ends.iter().any(withheld));
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
