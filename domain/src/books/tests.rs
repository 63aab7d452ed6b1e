//! Every event balances, and the books tie to the aggregates.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use uuid::Uuid;

use super::*;
use crate::actor::{Actor, ActorId, Role};
use crate::aggregate::{Context, Decider};
use crate::calendar::BenefitMonth;
use crate::campaign::{Campaign, CampaignCommand, CampaignTerms, Donation, DonationMethod, Publicity};
use crate::fund::{Fund, FundCharter, FundCommand, FundSource, Restriction};
use crate::ids::{
    CampaignId, CaseId, DonationId, FundId, PaymentId, PersonId, RecoveryPlanId, RemittanceId, RunId,
};
use crate::money::Money;
use crate::payment::{
    Ordered, Payment, PaymentCommand, PaymentEvent, PaymentKind, PaymentOrder, RecoveryReason, Whereabouts,
    WithheldFrom, Withholding,
};
use crate::personal::Sealed;
use crate::program::Program;

const RUN: RunId = RunId::new(Uuid::from_u128(1));
const PROGRAMS: [Program; 2] = [Program::AdvancedAgeAllowance, Program::ElderlyCareSubsidy];

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The day on which everything happens that follows an order.
fn result_day() -> NaiveDate {
    day("2023-07-11")
}

/// An office with one budget fund, one campaign with its fund, and a few payments of a committed run.
struct Office {
    budget: Fund,
    gifts: Fund,
    campaign: Campaign,
    payments: BTreeMap<u128, Payment>,
    balances: BTreeMap<Account, Money>,
}

fn context(role: Role) -> Context {
    let name = if role == Role::Approver { "somebody.else" } else { "someone" };
    let actor = Actor { id: ActorId::parse(name).unwrap(), role };
    Context { actor, today: day("2023-12-31") }
}

fn fund(number: u128, source: FundSource) -> FundCharter {
    let fund_id = FundId::new(Uuid::from_u128(number));
    let opened_on = day("2023-01-01");
    FundCharter { fund_id, name: "资金".into(), source, restriction: Restriction::Restricted, opened_on }
}

impl Office {
    fn new() -> Office {
        let mut office = Office {
            budget: Fund::default(),
            gifts: Fund::default(),
            campaign: Campaign::default(),
            payments: BTreeMap::new(),
            balances: BTreeMap::new(),
        };
        office.on_budget(FundCommand::OpenFund { charter: fund(1, FundSource::Budget) });
        office.on_gifts(FundCommand::OpenFund { charter: fund(2, FundSource::Donations) });
        office.on_campaign(CampaignCommand::OpenCampaign { terms: terms() });
        let (amount, document) = (Money::from_fen(100_000), "财社〔2023〕1号".to_owned());
        office.on_budget(FundCommand::Appropriate { amount, document, appropriated_on: day("2023-01-05") });
        office.on_budget(FundCommand::Commit { run_id: RUN, amount, committed_on: day("2023-07-05") });
        office
    }

    fn book(&mut self, entries: Vec<Posting>) {
        assert_eq!(
            Money::sum(entries.iter().map(|entry| entry.amount)),
            Ok(Money::ZERO),
            "an event balances"
        );
        for Posting { account, amount } in entries {
            let balance = self.balances.entry(account).or_default();
            *balance = balance.plus(amount).unwrap();
        }
    }

    fn balance(&self, account: Account) -> Money {
        self.balances.get(&account).copied().unwrap_or_default()
    }

    /// Asks a fund; whether it accepted.
    fn on_budget(&mut self, command: FundCommand) -> bool {
        let events = ask_fund(&mut self.budget, command);
        events.iter().for_each(|event| self.book(postings(BookedEvent::Fund(event))));
        !events.is_empty()
    }

    fn on_gifts(&mut self, command: FundCommand) -> bool {
        let events = ask_fund(&mut self.gifts, command);
        events.iter().for_each(|event| self.book(postings(BookedEvent::Fund(event))));
        !events.is_empty()
    }

    fn on_campaign(&mut self, command: CampaignCommand) -> bool {
        let roles = [Role::Clerk, Role::Finance, Role::Approver].map(context);
        let decided = roles.iter().find_map(|context| self.campaign.decide(command.clone(), context).ok());
        let events = decided.unwrap_or_default();
        for event in &events {
            self.campaign.try_evolve(event).unwrap();
            self.book(postings(BookedEvent::Campaign(event)));
        }
        !events.is_empty()
    }

    fn on_payment(&mut self, number: u128, command: PaymentCommand) -> bool {
        let payment = self.payments.entry(number).or_default();
        let waives = matches!(command, PaymentCommand::WaiveRecovery { .. });
        let role = if waives { Role::Approver } else { Role::Finance };
        let events = payment.decide(command, &context(role)).unwrap_or_default();
        events.iter().for_each(|event| payment.try_evolve(event).unwrap());
        let paid_for = payment.order().map(PaidFor::from);
        for event in &events {
            self.book(postings(BookedEvent::Payment(event, paid_for.unwrap())));
        }
        !events.is_empty()
    }

    fn payments_of(&self, program: Program) -> impl Iterator<Item = &Payment> {
        self.payments
            .values()
            .filter(move |payment| payment.order().is_some_and(|order| order.program == program))
    }
}

fn ask_fund(fund: &mut Fund, command: FundCommand) -> Vec<crate::fund::FundEvent> {
    let approved = matches!(command, FundCommand::Commit { .. } | FundCommand::Remit { .. });
    let role = if approved { Role::Approver } else { Role::Finance };
    let events = fund.decide(command, &context(role)).unwrap_or_default();
    events.iter().for_each(|event| fund.try_evolve(event).unwrap());
    events
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
        closes_on: day("2023-12-31"),
    }
}

fn order(number: u128, fen: i32) -> PaymentOrder {
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
        execution_on: day("2023-07-10"),
        withheld: vec![],
    }
}

/// One thing that happens in the office, with all the events that belong to it; nothing where it is refused.
fn happen(office: &mut Office, (which, number, fen): (u8, u128, i32)) {
    let amount = Money::from_fen(fen);
    match which {
        0 => give(office, number, amount),
        1 => give_back(office, number, Money::from_fen(fen / 2)),
        2 => {
            let order = Box::new(withholding(office, order(number, fen)));
            office.on_payment(number, PaymentCommand::OrderPayment { order });
        }
        3 | 4 => answer(office, number, which == 3),
        5 => {
            let reason = RecoveryReason::FactsCorrected;
            office
                .on_payment(number, PaymentCommand::OpenRecovery { amount, reason, opened_on: result_day() });
        }
        6 => {
            let plan_id = plan(number);
            let waive = PaymentCommand::WaiveRecovery { amount, plan_id, waived_on: result_day() };
            office.on_payment(number, waive);
        }
        7 => {
            let received_on = result_day();
            let receive = PaymentCommand::ReceiveRecovery { amount, received_on, withheld_from: None };
            if office.on_payment(number, receive) {
                let payment_id = order(number, 1).payment_id;
                let credit = FundCommand::CreditRecovery { payment_id, amount, credited_on: result_day() };
                assert!(office.on_budget(credit));
            }
        }
        _ => remit(office, number, Money::from_fen(fen / 3)),
    }
}

fn plan(number: u128) -> RecoveryPlanId {
    RecoveryPlanId::derive(order(number, 1).case_id, 1)
}

/// The order with up to half of it withheld for the payment numbered one less, as far as that is asked back.
fn withholding(office: &Office, order: PaymentOrder) -> PaymentOrder {
    let number = order.case_id.uuid().as_u128() - 1;
    let open = office.payments.get(&number).map(|p| p.whereabouts().recovery_open()).unwrap_or_default();
    let amount = open.min(order.amount.allocate(2)[1]);
    if !amount.is_positive() {
        return order;
    }
    let payment_id = self::order(number, 1).payment_id;
    let withheld = vec![Withholding { plan_id: plan(number), payment_id, amount }];
    PaymentOrder { amount: order.amount.minus(amount).unwrap(), withheld, ..order }
}

fn give(office: &mut Office, number: u128, amount: Money) {
    let donation = Donation {
        donation_id: DonationId::new(Uuid::from_u128(number)),
        donor: PersonId::new(Uuid::from_u128(number)),
        donor_name: None,
        publicity: Publicity::Anonymous,
        amount,
        method: DonationMethod::Cash,
        received_on: result_day(),
        statement: None,
    };
    if office.on_campaign(CampaignCommand::ReceiveDonation { donation }) {
        assert!(office.on_gifts(credit_donation(number, amount)));
    }
}

fn give_back(office: &mut Office, number: u128, amount: Money) {
    let donation_id = DonationId::new(Uuid::from_u128(number));
    let refunded_on = result_day();
    let refund = CampaignCommand::RefundDonation { donation_id, amount, refunded_on, refund_number: None };
    if office.on_campaign(refund) {
        assert!(office.on_gifts(credit_donation(number, amount.negated())));
    }
}

/// Proposed by the clerk and approved by the approver, whose accounts differ.
fn remit(office: &mut Office, number: u128, amount: Money) {
    let remittance_id = RemittanceId::new(Uuid::from_u128(number));
    let (recipient, proposed_on) = ("市慈善基金会".to_owned(), result_day());
    office.on_campaign(CampaignCommand::ProposeRemittance { remittance_id, recipient, amount, proposed_on });
    let (reference, remitted_on) = ("HK-1".to_owned(), result_day());
    let known = office.campaign.book().unwrap().remittances.get(&remittance_id);
    let Some(amount) = known.map(|remittance| remittance.amount) else { return };
    if office.on_campaign(CampaignCommand::Remit { remittance_id, reference, remitted_on }) {
        let campaign_id = terms().campaign_id;
        assert!(office.on_gifts(FundCommand::Remit { campaign_id, remittance_id, amount, remitted_on }));
    }
}

fn credit_donation(number: u128, amount: Money) -> FundCommand {
    FundCommand::CreditDonation {
        campaign_id: terms().campaign_id,
        donation_id: DonationId::new(Uuid::from_u128(number)),
        amount,
        credited_on: result_day(),
        refund_number: None,
    }
}

/// What the bank did with a payment, and what follows for its fund.
fn answer(office: &mut Office, number: u128, arrived: bool) {
    let withheld = effective(office, number);
    let command = if arrived {
        let withheld = withheld.clone();
        PaymentCommand::SettlePayment { settled_on: result_day(), bank_reference: "A1".into(), withheld }
    } else {
        PaymentCommand::ReturnPayment { reason: "account_closed".into(), returned_on: result_day() }
    };
    if office.on_payment(number, command) {
        let amount = office.payments[&number].whereabouts().ordered;
        assert!(office.on_budget(if arrived {
            FundCommand::Spend { run_id: RUN, amount, spent_on: result_day() }
        } else {
            FundCommand::Release { run_id: RUN, amount, released_on: result_day() }
        }));
        for part in withheld.iter().filter(|_| arrived) {
            let from = WithheldFrom {
                payment_id: order(number, 1).payment_id,
                program: PROGRAMS[number as usize % 2],
                plan_id: part.plan_id,
            };
            let (amount, received_on) = (part.amount, result_day());
            let receive = PaymentCommand::ReceiveRecovery { amount, received_on, withheld_from: Some(from) };
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

/// The five ties that the page of this module promises.
fn assert_ties(office: &Office) {
    assert_eq!(sum(office.balances.values().copied()), Money::ZERO, "the books sum to zero");
    let whereabouts = || office.payments.values().map(Payment::whereabouts);
    assert_eq!(office.balance(Account::InTransit), sum(whereabouts().map(|money| money.pending)));
    for program in PROGRAMS {
        let arrived = office.payments_of(program).map(Payment::whereabouts);
        let arrived = arrived.filter(|money| money.settled.is_positive());
        let net = |money: Whereabouts| money.settled.plus(money.withheld)?.minus(money.recovery_opened);
        let expense = sum(arrived.map(|money| net(money).unwrap()));
        assert_eq!(office.balance(Account::ProgramExpense(program)), expense);
    }
    let opened = sum(whereabouts().map(|money| money.recovery_opened));
    let received = sum(whereabouts().map(|money| money.recovery_received));
    let waived = sum(whereabouts().map(|money| money.recovery_waived));
    assert_eq!(office.balance(Account::RecoveriesWaived), waived);
    let receivable = opened.minus(received).and_then(|rest| rest.minus(waived));
    assert_eq!(Ok(office.balance(Account::RecoveriesReceivable)), receivable);
    assert!(!office.balance(Account::RecoveriesReceivable).is_negative());
    let donated = office.campaign.book().unwrap().total();
    assert_eq!(office.balance(Account::DonationIncome).negated(), donated);
    assert_eq!(office.balance(Account::RemittanceExpense), office.campaign.book().unwrap().remitted);
    let funds = [&office.budget, &office.gifts].map(|fund| fund.account().unwrap().balance);
    let money = office.balance(Account::Deposits).plus(office.balance(Account::InTransit));
    assert_eq!(money, Money::sum(funds), "money at the bank and in transit is what the funds hold");
}

fn happenings() -> impl Strategy<Value = Vec<(u8, u128, i32)>> {
    prop::collection::vec((0..9_u8, 1..5_u128, 1..500_i32), 0..160)
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
        let used = ends.iter().any(|end| end.balances.contains_key(&account));
        let paid = !matches!(account, Account::ProgramExpense(program) if !PROGRAMS.contains(&program));
        assert_eq!(used, paid, "{account}");
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
    let order = order(1, 10_000);
    let paid_for = PaidFor::from(&order);
    assert_eq!(paid_for, PaidFor::from(&Ordered::of(&order)));
    let booked = |event: &PaymentEvent| {
        postings(BookedEvent::Payment(event, paid_for))
            .iter()
            .map(|p| (p.account, p.amount.fen()))
            .collect::<Vec<_>>()
    };
    let placed = PaymentEvent::PaymentOrdered { order: Box::new(order) };
    assert_eq!(booked(&placed), [(Account::InTransit, 10_000), (Account::Deposits, -10_000)]);
    let settled = PaymentEvent::PaymentSettled {
        settled_on: day("2023-07-11"),
        bank_reference: "A1".into(),
        withheld: vec![],
    };
    let expense = Account::ProgramExpense(Program::ElderlyCareSubsidy);
    assert_eq!(booked(&settled), [(expense, 10_000), (Account::InTransit, -10_000)]);
    let returned = PaymentEvent::PaymentReturned { reason: "x".into(), returned_on: day("2023-07-11") };
    assert_eq!(booked(&returned), [(Account::Deposits, 10_000), (Account::InTransit, -10_000)]);
    let from = WithheldFrom {
        payment_id: PaymentId::derive(
            CaseId::new(Uuid::from_u128(2)),
            BenefitMonth::try_new(2023, 7).unwrap(),
            1,
        ),
        program: Program::AdvancedAgeAllowance,
        plan_id: plan(1),
    };
    let (amount, received_on) = (Money::from_fen(3_000), day("2023-08-11"));
    let withheld = PaymentEvent::RecoveryReceived { amount, received_on, withheld_from: Some(from) };
    let bearer = Account::ProgramExpense(Program::AdvancedAgeAllowance);
    assert_eq!(booked(&withheld), [(bearer, 3_000), (Account::RecoveriesReceivable, -3_000)]);
    let cancelled = PaymentEvent::PaymentCancelled { reason: "x".into(), cancelled_on: day("2023-07-11") };
    assert_eq!(booked(&cancelled), []);
}

#[test]
fn every_account_has_its_own_code_and_both_names() {
    let codes: std::collections::BTreeSet<String> = Account::all().map(Account::code).collect();
    assert_eq!(codes.len(), 7 + Program::ALL.len());
    assert!(Account::all().all(|account| !account.zh().is_empty() && !account.en().is_empty()));
}
