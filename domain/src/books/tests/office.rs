//! A small office in which things happen, one after another, each with all the events that belong to it.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};
use uuid::Uuid;

use super::super::*;
use crate::actor::{Actor, ActorId, Role};
use crate::aggregate::{Context, Decider};
use crate::any_event::AnyEvent;
use crate::calendar::BenefitMonth;
use crate::campaign::{Campaign, CampaignCommand, CampaignTerms, Donation, DonationMethod, Publicity};
use crate::fund::{
    Fund, FundCharter, FundCommand, FundEvent, FundSource, ProgramShare, Purpose, Restriction,
};
use crate::ids::{
    CampaignId, CaseId, DonationId, FundId, PaymentId, PersonId, RecoveryPlanId, RemittanceId, RunId,
};
use crate::money::Money;
use crate::payment::{
    Payment, PaymentCommand, PaymentKind, PaymentOrder, RecoveryReason, WithheldFrom, Withholding,
};
use crate::payment_run::PaymentRunEvent;
use crate::personal::Sealed;
use crate::program::Program;

pub(super) const RUN: RunId = RunId::new(Uuid::from_u128(1));
pub(super) const PROGRAMS: [Program; 2] = [Program::AdvancedAgeAllowance, Program::ElderlyCareSubsidy];

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// An office with one budget fund, one campaign with its fund, and a few payments of a committed run. Days pass.
pub(super) struct Office {
    pub(super) today: NaiveDate,
    pub(super) budget: Fund,
    pub(super) gifts: Fund,
    pub(super) campaign: Campaign,
    pub(super) payments: BTreeMap<u128, Payment>,
    pub(super) keeper: Bookkeeper,
    pub(super) book: Book,
    /// Payments that came back and arrived after all.
    pub(super) late: u32,
    /// What is still open of income and expense: everything less what was closed, by subaccount.
    pub(super) balances: BTreeMap<Subaccount, Money>,
}

pub(super) fn context(role: Role, today: NaiveDate) -> Context {
    let id = if role == Role::Approver { "approver" } else { "someone" };
    Context { actor: Actor { id: ActorId::parse(id).unwrap(), role }, today }
}

pub(super) fn fund_id(number: u128) -> FundId {
    FundId::new(Uuid::from_u128(number))
}

pub(super) const BUDGET: u128 = 1;
pub(super) const GIFTS: u128 = 2;

pub(super) fn fund(number: u128, source: FundSource) -> FundCharter {
    let (fund_id, opened_on) = (fund_id(number), day("2023-01-01"));
    let (name, programs) = ("资金".into(), vec![]);
    FundCharter { fund_id, name, source, restriction: Restriction::Restricted, opened_on, programs }
}

impl Office {
    pub(super) fn new() -> Office {
        let mut office = Office {
            today: day("2023-07-11"),
            budget: Fund::default(),
            gifts: Fund::default(),
            campaign: Campaign::default(),
            payments: BTreeMap::new(),
            keeper: Bookkeeper::default(),
            book: Book::default(),
            late: 0,
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

    pub(super) fn appropriate(&mut self, fen: i32, purpose: Purpose) -> bool {
        let (amount, appropriated_on) = (Money::from_fen(fen), self.today);
        let document = format!("财社〔2023〕{}号", self.book.days().count());
        self.on_fund(BUDGET, FundCommand::Appropriate { amount, document, appropriated_on, purpose })
    }

    pub(super) fn book(&mut self, stream: &str, event: &AnyEvent) {
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
    pub(super) fn balance(&self, account: Account) -> Money {
        self.balance_of(|subaccount| subaccount.account == account)
    }

    pub(super) fn balance_of(&self, which: impl Fn(&Subaccount) -> bool) -> Money {
        sum(self.balances.iter().filter(|(subaccount, _)| which(subaccount)).map(|(_, balance)| *balance))
    }

    pub(super) fn fund(&mut self, number: u128) -> &mut Fund {
        if number == BUDGET { &mut self.budget } else { &mut self.gifts }
    }

    /// Asks a fund; whether something happened.
    pub(super) fn on_fund(&mut self, number: u128, command: FundCommand) -> bool {
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

    pub(super) fn on_campaign(&mut self, command: CampaignCommand) -> bool {
        let roles = [Role::Clerk, Role::Finance, Role::Approver].map(|role| context(role, self.today));
        let decided = roles.iter().find_map(|context| self.campaign.decide(command.clone(), context).ok());
        let events = decided.unwrap_or_default();
        for event in &events {
            self.campaign.try_evolve(event).unwrap();
            self.book(&terms().campaign_id.to_string(), &AnyEvent::Campaign(event.clone()));
        }
        !events.is_empty()
    }

    pub(super) fn on_payment(&mut self, number: u128, command: PaymentCommand) -> bool {
        let approver =
            matches!(command, PaymentCommand::WaiveRecovery { .. } | PaymentCommand::WithdrawRecovery { .. });
        let context = context(if approver { Role::Approver } else { Role::Finance }, self.today);
        let payment = self.payments.entry(number).or_default();
        let events = payment.decide(command, &context).unwrap_or_default();
        events.iter().for_each(|event| payment.try_evolve(event).unwrap());
        for event in &events {
            let id = order(number, 1, self.today).payment_id.to_string();
            self.book(&id, &AnyEvent::Payment(event.clone()));
        }
        !events.is_empty()
    }

    pub(super) fn payments_of(&self, program: Program) -> impl Iterator<Item = &Payment> {
        self.payments
            .values()
            .filter(move |payment| payment.order().is_some_and(|order| order.program == program))
    }
}

pub(super) fn terms() -> CampaignTerms {
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

pub(super) fn order(number: u128, fen: i32, execution_on: NaiveDate) -> PaymentOrder {
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
pub(super) fn happen(office: &mut Office, (which, number, fen): (u8, u128, i32)) {
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
        12 => arrive_late(office, number),
        13 => {
            let withdraw = PaymentCommand::WithdrawRecovery { amount, withdrawn_on: today };
            office.on_payment(number, withdraw);
        }
        10 => remit(office, number, Money::from_fen(fen / 3)),
        _ => turn_year(office, if number % 2 == 0 { BUDGET } else { GIFTS }, fen),
    }
}

pub(super) fn plan(number: u128) -> RecoveryPlanId {
    RecoveryPlanId::derive(CaseId::new(Uuid::from_u128(number)), 1)
}

/// The order with up to half of it withheld for the payment numbered one less, as far as that is asked back.
pub(super) fn withholding(office: &Office, order: PaymentOrder) -> PaymentOrder {
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
pub(super) fn turn_year(office: &mut Office, number: u128, fen: i32) {
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

pub(super) fn give(office: &mut Office, number: u128, amount: Money) {
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

pub(super) fn give_back(office: &mut Office, number: u128, amount: Money) {
    let donation_id = DonationId::new(Uuid::from_u128(number));
    let refunded_on = office.today;
    let refund = CampaignCommand::RefundDonation { donation_id, amount, refunded_on, refund_number: None };
    if office.on_campaign(refund) {
        assert!(office.on_fund(GIFTS, credit_donation(number, amount.negated(), refunded_on)));
    }
}

/// Proposed by the clerk and approved by the approver, whose accounts differ.
pub(super) fn remit(office: &mut Office, number: u128, amount: Money) {
    let remittance_id = RemittanceId::new(Uuid::from_u128(number));
    let (recipient, today) = ("市慈善基金会".to_owned(), office.today);
    let propose = CampaignCommand::ProposeRemittance { remittance_id, recipient, amount, proposed_on: today };
    office.on_campaign(propose);
    let known = office.campaign.book().unwrap().remittances.get(&remittance_id);
    let Some(amount) = known.map(|remittance| remittance.amount) else { return };
    let (reference, remitted_on) = (format!("HK-{number}"), today);
    if office.on_campaign(CampaignCommand::Remit { remittance_id, reference, remitted_on }) {
        let campaign_id = terms().campaign_id;
        let remit = FundCommand::Remit { campaign_id, remittance_id, amount, remitted_on };
        assert!(office.on_fund(GIFTS, remit));
    }
}

pub(super) fn credit_donation(number: u128, amount: Money, credited_on: NaiveDate) -> FundCommand {
    FundCommand::CreditDonation {
        campaign_id: terms().campaign_id,
        donation_id: DonationId::new(Uuid::from_u128(number)),
        amount,
        credited_on,
        refund_number: None,
    }
}

/// What the bank did with a payment, and what follows for its fund.
pub(super) fn answer(office: &mut Office, number: u128, arrived: bool) {
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

/// A payment that came back arrived after all, as far as its fund can still cover it.
pub(super) fn arrive_late(office: &mut Office, number: u128) {
    let today = office.today;
    let Some(Payment::Returned(returned)) = office.payments.get(&number) else { return };
    let (amount, program) = (returned.order.amount, returned.order.program);
    let by_program = vec![ProgramShare { program, amount }];
    let recommit = FundCommand::Recommit { run_id: RUN, amount, recommitted_on: today, by_program };
    if office.budget.decide(recommit.clone(), &context(Role::Finance, today)).is_err() {
        return;
    }
    let bank_reference = "A1".into();
    let settle = PaymentCommand::SettleReturned { settled_on: today, bank_reference, withheld: vec![] };
    assert!(office.on_payment(number, settle));
    assert!(office.on_fund(BUDGET, recommit));
    assert!(office.on_fund(BUDGET, FundCommand::Spend { run_id: RUN, amount, spent_on: today }));
    office.late += 1;
}

/// What of an order's withholdings is still to come back.
pub(super) fn effective(office: &Office, number: u128) -> Vec<Withholding> {
    let ordered = office.payments.get(&number).and_then(Payment::order).map(|order| order.withheld.clone());
    let open = office.payments.get(&(number.max(1) - 1)).map(|p| p.whereabouts().recovery_open());
    let left = |part: Withholding| Withholding { amount: part.amount.min(open.unwrap_or_default()), ..part };
    let parts = ordered.unwrap_or_default().into_iter().map(left);
    parts.filter(|part| part.amount.is_positive()).collect()
}

pub(super) fn sum(amounts: impl Iterator<Item = Money>) -> Money {
    Money::sum(amounts).unwrap()
}
