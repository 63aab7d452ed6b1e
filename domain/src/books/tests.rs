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
use crate::ids::{CampaignId, CaseId, DonationId, FundId, PaymentId, PersonId, RunId};
use crate::money::Money;
use crate::payment::{
    Ordered, Payment, PaymentCommand, PaymentEvent, PaymentKind, PaymentOrder, RecoveryReason,
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
    let actor = Actor { id: ActorId::parse("someone").unwrap(), role };
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
        let roles = [Role::Clerk, Role::Finance].map(context);
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
        let events = payment.decide(command, &context(Role::Finance)).unwrap_or_default();
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
    let role = if matches!(command, FundCommand::Commit { .. }) { Role::Approver } else { Role::Finance };
    let events = fund.decide(command, &context(role)).unwrap_or_default();
    events.iter().for_each(|event| fund.try_evolve(event).unwrap());
    events
}

fn terms() -> CampaignTerms {
    CampaignTerms {
        campaign_id: CampaignId::new(Uuid::from_u128(1)),
        name: "首善有我".into(),
        organiser: "某街道慈善组织".into(),
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
    }
}

/// One thing that happens in the office, with all the events that belong to it; nothing where it is refused.
fn happen(office: &mut Office, (which, number, fen): (u8, u128, i32)) {
    let amount = Money::from_fen(fen);
    match which {
        0 => give(office, number, amount),
        1 => give_back(office, number, Money::from_fen(fen / 2)),
        2 => {
            office.on_payment(number, PaymentCommand::OrderPayment { order: Box::new(order(number, fen)) });
        }
        3 | 4 => answer(office, number, which == 3),
        5 => {
            let reason = RecoveryReason::FactsCorrected;
            office
                .on_payment(number, PaymentCommand::OpenRecovery { amount, reason, opened_on: result_day() });
        }
        _ => {
            if office
                .on_payment(number, PaymentCommand::ReceiveRecovery { amount, received_on: result_day() })
            {
                let payment_id = order(number, 1).payment_id;
                let credit = FundCommand::CreditRecovery { payment_id, amount, credited_on: result_day() };
                assert!(office.on_budget(credit));
            }
        }
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
        received_on: result_day(),
    };
    if office.on_campaign(CampaignCommand::ReceiveDonation { donation }) {
        assert!(office.on_gifts(credit_donation(number, amount)));
    }
}

fn give_back(office: &mut Office, number: u128, amount: Money) {
    let donation_id = DonationId::new(Uuid::from_u128(number));
    if office.on_campaign(CampaignCommand::RefundDonation { donation_id, amount, refunded_on: result_day() })
    {
        assert!(office.on_gifts(credit_donation(number, amount.negated())));
    }
}

fn credit_donation(number: u128, amount: Money) -> FundCommand {
    FundCommand::CreditDonation {
        campaign_id: terms().campaign_id,
        donation_id: DonationId::new(Uuid::from_u128(number)),
        amount,
        credited_on: result_day(),
    }
}

/// What the bank did with a payment, and what follows for its fund.
fn answer(office: &mut Office, number: u128, arrived: bool) {
    let command = if arrived {
        PaymentCommand::SettlePayment { settled_on: result_day(), bank_reference: "A1".into() }
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
    }
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
        let net = |money: crate::payment::Whereabouts| money.settled.minus(money.recovery_opened).unwrap();
        let expense = sum(office.payments_of(program).map(|payment| net(payment.whereabouts())));
        assert_eq!(office.balance(Account::ProgramExpense(program)), expense);
    }
    let opened = sum(whereabouts().map(|money| money.recovery_opened));
    let received = sum(whereabouts().map(|money| money.recovery_received));
    assert_eq!(Ok(office.balance(Account::RecoveriesReceivable)), opened.minus(received));
    let donated = office.campaign.book().unwrap().total();
    assert_eq!(office.balance(Account::DonationIncome).negated(), donated);
    let funds = [&office.budget, &office.gifts].map(|fund| fund.account().unwrap().balance);
    let money = office.balance(Account::Deposits).plus(office.balance(Account::InTransit));
    assert_eq!(money, Money::sum(funds), "money at the bank and in transit is what the funds hold");
}

fn happenings() -> impl Strategy<Value = Vec<(u8, u128, i32)>> {
    prop::collection::vec((0..7_u8, 1..6_u128, 1..500_i32), 0..80)
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
        (0..100).map(|_| play(happenings().new_tree(&mut runner).unwrap().current())).collect();
    for account in Account::all() {
        let used = ends.iter().any(|end| end.balances.contains_key(&account));
        let paid = !matches!(account, Account::ProgramExpense(program) if !PROGRAMS.contains(&program));
        assert_eq!(used, paid, "{account}");
    }
    let refunded = |end: &Office| end.campaign.book().unwrap().refunded.is_positive();
    let recovered =
        |end: &Office| end.payments.values().any(|p| p.whereabouts().recovery_received.is_positive());
    assert!(ends.iter().any(refunded) && ends.iter().any(recovered));
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
    let settled = PaymentEvent::PaymentSettled { settled_on: day("2023-07-11"), bank_reference: "A1".into() };
    let expense = Account::ProgramExpense(Program::ElderlyCareSubsidy);
    assert_eq!(booked(&settled), [(expense, 10_000), (Account::InTransit, -10_000)]);
    let returned = PaymentEvent::PaymentReturned { reason: "x".into(), returned_on: day("2023-07-11") };
    assert_eq!(booked(&returned), [(Account::Deposits, 10_000), (Account::InTransit, -10_000)]);
    let cancelled = PaymentEvent::PaymentCancelled { reason: "x".into(), cancelled_on: day("2023-07-11") };
    assert_eq!(booked(&cancelled), []);
}

#[test]
fn every_account_has_its_own_code_and_both_names() {
    let codes: std::collections::BTreeSet<String> = Account::all().map(Account::code).collect();
    assert_eq!(codes.len(), 5 + Program::ALL.len());
    assert!(Account::all().all(|account| !account.zh().is_empty() && !account.en().is_empty()));
}
