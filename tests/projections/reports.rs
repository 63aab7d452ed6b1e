//! Donations, funds, books, the audit trail and the year's report.

use domain::benefit_case::BenefitCase;
use domain::books::{Account, TrialQuestion};
use domain::calendar::BenefitMonth;
use domain::campaign::{Campaign, CampaignEvent, Donation, DonationMethod, Publicity};
use domain::fund::{Fund, FundEvent, FundSource, Restriction};
use domain::ids::{CampaignId, DonationId, FundId, PersonId, RunId};
use domain::money::Money;
use domain::payment::{PaymentEvent, RecoveryReason};
use domain::personal::Sealed;
use domain::program::Program;
use projections::audit_trail::queries::{TrailFilter, streams_of, trail};
use projections::beneficiary_summaries::queries::{Months, totals_of_person};
use projections::books::trial_balance;
use projections::donation_totals::queries::campaign_totals;
use projections::funds::{funds, funds_of_run};
use projections::statistics::{Group, year_report};
use uuid::Uuid;

use crate::office::{Office, clerk, day, month, stream_append};

const AMOUNT: Money = Money::from_fen(10_000);

fn campaign_opened(campaign: CampaignId, fund: FundId) -> CampaignEvent {
    CampaignEvent::CampaignOpened {
        campaign_id: campaign,
        name: "首善有我".to_owned(),
        organiser: "区慈善协会".to_owned(),
        filing_number: None,
        purpose: "助困".to_owned(),
        fund_id: fund,
        opens_on: day("2023-05-01"),
        closes_on: day("2023-12-31"),
    }
}

fn gift(donation: DonationId, donor: PersonId, fen: i32, method: DonationMethod, on: &str) -> CampaignEvent {
    CampaignEvent::DonationReceived {
        donation: Donation {
            donation_id: donation,
            donor,
            donor_name: Some(Sealed::from_ciphertext("sealed-donor")),
            publicity: Publicity::Named,
            amount: Money::from_fen(fen),
            method,
            received_on: day(on),
            statement: None,
        },
    }
}

/// Three gifts of two donors, one of them refunded in part.
pub async fn collect(office: &Office) -> CampaignId {
    let campaign = CampaignId::new(office.id());
    let (ann, bo) = (PersonId::new(office.id()), PersonId::new(office.id()));
    let gifts = [DonationId::new(office.id()), DonationId::new(office.id()), DonationId::new(office.id())];
    let events = [
        campaign_opened(campaign, FundId::new(office.id())),
        gift(gifts[0], ann, 10_000, DonationMethod::Cash, "2023-05-02"),
        gift(gifts[1], bo, 5_000, DonationMethod::MobilePayment, "2023-05-03"),
        gift(gifts[2], ann, 2_500, DonationMethod::Cash, "2023-06-01"),
    ];
    office.append::<Campaign>(campaign.uuid(), &events).await;
    office.catch_up().await.unwrap();
    let later = [
        CampaignEvent::ReceiptIssued {
            donation_id: gifts[0],
            receipt_number: 1,
            issued_on: day("2023-05-04"),
            amount: None,
        },
        CampaignEvent::DonationRefunded {
            donation_id: gifts[1],
            amount: Money::from_fen(1_000),
            refunded_on: day("2023-06-02"),
            refund_number: None,
        },
    ];
    office.append::<Campaign>(campaign.uuid(), &later).await;
    campaign
}

#[tokio::test]
async fn a_campaign_adds_up_by_method_and_month() {
    let office = Office::open().await;
    collect(&office).await;
    office.catch_up().await.unwrap();
    let totals = campaign_totals(office.ledger.service()).await.unwrap();
    let total = &totals[0];
    assert_eq!(total.campaign.total().unwrap(), Money::from_fen(16_500));
    assert_eq!((total.donors, total.campaign.donation_count, total.campaign.receipt_count), (2, 3, 1));
    let methods: Vec<_> = total.by_method.iter().map(|part| (part.method, part.count)).collect();
    assert_eq!(methods, [(DonationMethod::Cash, 2), (DonationMethod::MobilePayment, 1)]);
    let months: Vec<_> = total.by_month.iter().map(|part| part.received).collect();
    assert_eq!(months, [Money::from_fen(15_000), Money::from_fen(2_500)]);
}

/// A fund that promised something to a run and spent part of it.
pub async fn promise(office: &Office) -> (FundId, RunId) {
    let (fund, run) = (FundId::new(office.id()), RunId::new(office.id()));
    let amount = Money::from_fen;
    let on = day("2023-07-01");
    let events = [
        FundEvent::FundOpened {
            fund_id: fund,
            name: "救助资金".to_owned(),
            source: FundSource::Budget,
            restriction: Restriction::Restricted,
            opened_on: on,
            programs: vec![],
        },
        FundEvent::MoneyAppropriated {
            amount: amount(90_000),
            document: "1".to_owned(),
            appropriated_on: on,
            program: None,
            level: None,
            budget_year: None,
        },
        FundEvent::FundsCommitted {
            run_id: run,
            amount: amount(50_000),
            committed_on: on,
            by_program: vec![],
        },
        FundEvent::FundsSpent { run_id: run, amount: amount(30_000), spent_on: on },
    ];
    office.append::<Fund>(fund.uuid(), &events).await;
    (fund, run)
}

#[tokio::test]
async fn a_fund_says_what_it_holds_promised_and_spent() {
    let office = Office::open().await;
    let (fund, run) = promise(&office).await;
    let (amount, on) = (Money::from_fen, day("2023-07-02"));
    office.catch_up().await.unwrap();
    let (amount_released, by_program) = (amount(5_000), vec![]);
    let released =
        [FundEvent::FundsReleased { run_id: run, amount: amount_released, released_on: on, by_program }];
    office.append::<Fund>(fund.uuid(), &released).await;
    office.catch_up().await.unwrap();

    let row = &funds(office.ledger.service()).await.unwrap()[0];
    assert_eq!((row.balance, row.committed, row.spent), (amount(60_000), amount(15_000), amount(30_000)));
    assert_eq!(row.free().unwrap(), amount(45_000));
    let promised = &funds_of_run(office.ledger.service(), run).await.unwrap()[0];
    assert_eq!(
        (promised.committed, promised.spent, promised.released),
        (amount(50_000), amount(30_000), amount(5_000))
    );
}

#[tokio::test]
async fn the_books_balance_whatever_happens_to_a_payment() {
    let office = Office::open().await;
    collect(&office).await;
    let case = office.enroll(Program::AdvancedAgeAllowance).await;
    let (_, payments) = office.release(month("2023-07"), &[case], AMOUNT).await;
    office.catch_up().await.unwrap();
    office.settle(&payments).await;
    let opened_on = day("2023-09-01");
    let reason = RecoveryReason::FactsCorrected;
    office.pay_event(payments[0], PaymentEvent::RecoveryOpened { amount: AMOUNT, reason, opened_on }).await;
    office.catch_up().await.unwrap();

    let balance = trial_balance(office.ledger.service(), TrialQuestion::default()).await.unwrap();
    assert_eq!(balance.difference, Money::ZERO);
    let of = |account: Account| {
        let line = balance.lines.iter().find(|line| line.subaccount.account == account).unwrap();
        line.sums.closing_debit.minus(line.sums.closing_credit).unwrap()
    };
    assert_eq!(of(Account::InTransit), Money::ZERO);
    assert_eq!(of(Account::RecoveriesReceivable), AMOUNT);
    assert_eq!(of(Account::DonationIncome), Money::from_fen(-16_500));
}

#[tokio::test]
async fn the_trail_finds_what_concerns_a_person_a_case_and_a_run() {
    let office = Office::open().await;
    let case = office.enroll(Program::AdvancedAgeAllowance).await;
    office.enroll(Program::AdvancedAgeAllowance).await;
    let (run, payments) = office.release(month("2023-07"), &[case], AMOUNT).await;
    office.catch_up().await.unwrap();
    office.settle(&payments).await;
    office.catch_up().await.unwrap();

    let service = office.ledger.service();
    let person = TrailFilter { person: Some(case.person), ..TrailFilter::default() };
    let types: Vec<String> =
        trail(service, &person, 0, 50).await.unwrap().into_iter().map(|row| row.event_type).collect();
    let expected = [
        "HouseholdRegistered",
        "MemberJoined",
        "AccountChanged",
        "ApplicationReceived",
        "ReviewRecommended",
        "EligibilityDecided",
        "PaymentOrdered",
        "PaymentSettled",
    ];
    assert_eq!(types, expected);
    let streams = streams_of(service, case.person).await.unwrap();
    let kinds: Vec<&str> = streams.iter().map(|stream| stream.kind.as_str()).collect();
    assert_eq!(kinds, ["BenefitCase", "Household", "Payment"]);
    assert_eq!(streams[0].id, case.case.to_string());
    let of_case = TrailFilter { case: Some(case.case), ..TrailFilter::default() };
    assert_eq!(trail(service, &of_case, 0, 50).await.unwrap().len(), 5);
    let of_run = TrailFilter { run: Some(run), ..TrailFilter::default() };
    let rows = trail(service, &of_run, 0, 50).await.unwrap();
    assert_eq!(rows.len(), 7);
    let rest = trail(service, &of_run, rows[2].position + 1, 50).await.unwrap();
    assert_eq!(rest, rows[3..]);
    let by_someone_else = TrailFilter { actor: Some(clerk()), since: Some(day("2099-01-01")), ..of_run };
    assert!(trail(service, &by_someone_else, 0, 50).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_years_report_counts_persons_once_and_months_by_what_they_are_for() {
    let office = Office::open().await;
    let elderly = office.enroll(Program::AdvancedAgeAllowance).await;
    let mut second = office.enroll(Program::ElderlyCareSubsidy).await;
    // The same person receives two of the three elderly subsidies.
    second.person = elderly.person;
    let family = office.enroll(Program::SubsistenceAllowance).await;
    for number in 0..2 {
        let month = month("2023-07").plus(number);
        let (_, payments) = office.release(month, &[elderly, second, family], AMOUNT).await;
        office.settle(&payments).await;
    }
    let (_, unpaid) = office.release(month("2023-09"), &[elderly], AMOUNT).await;
    let (reason, returned_on) = ("R01".to_owned(), day("2023-09-10"));
    office.pay_event(unpaid[0], PaymentEvent::PaymentReturned { reason, returned_on }).await;
    office.release(month("2024-01"), &[elderly], AMOUNT).await;
    collect(&office).await;
    let position = office.catch_up().await.unwrap();

    let report = year_report(office.ledger.service(), 2023).await.unwrap();
    assert_eq!(report.position, position);
    let counts: Vec<_> = report.groups.iter().map(|group| (group.group, group.count())).collect();
    let expected = [
        (Group::Children, 0),
        (Group::AssistedPersons, 0),
        (Group::SubsistenceHouseholds, 1),
        (Group::Elderly, 1),
    ];
    assert_eq!(counts, expected);
    let allowance =
        report.programs.iter().find(|year| year.program == Program::AdvancedAgeAllowance).unwrap();
    assert_eq!((allowance.total.payments, allowance.total.returned_count), (2, 1));
    assert_eq!(report.settled, AMOUNT.times(6).unwrap());
    assert_eq!(report.donated, Money::from_fen(16_500));
    let empty = year_report(office.ledger.service(), 2022).await.unwrap();
    assert!(empty.programs.is_empty() && empty.campaigns.is_empty());

    let months = Months { first: month("2023-01"), last: month("2023-12") };
    let totals = totals_of_person(office.ledger.service(), elderly.person, months).await.unwrap();
    assert_eq!(totals.len(), 2);
    assert_eq!((totals[0].settled, totals[0].returned), (AMOUNT.times(2).unwrap(), AMOUNT));
}

#[tokio::test]
async fn arrears_ordered_late_belong_to_the_month_they_are_for() {
    let office = Office::open().await;
    let case = office.enroll(Program::AdvancedAgeAllowance).await;
    let paid_for = month("2023-07");
    let (run, first) = office.release(paid_for, &[case], AMOUNT).await;
    office.settle(&first).await;
    let mut arrears = crate::office::order(run, case, paid_for, 2, Money::from_fen(500));
    arrears.kind = domain::payment::PaymentKind::Arrears;
    arrears.due = Money::from_fen(10_500);
    let id = arrears.payment_id;
    let ordered = [PaymentEvent::PaymentOrdered { order: Box::new(arrears) }];
    office.append_all(vec![stream_append::<domain::payment::Payment>(id.uuid(), 0, &ordered)]).await;
    office.settle(&[id]).await;
    office.catch_up().await.unwrap();

    let report = year_report(office.ledger.service(), 2023).await.unwrap();
    let month: &BenefitMonth = &report.programs[0].months[0].month;
    assert_eq!((*month, report.programs[0].months.len()), (paid_for, 1));
    assert_eq!(report.programs[0].total.arrears, Money::from_fen(500));
    assert_eq!(report.programs[0].total.settled, Money::from_fen(10_500));
    let stream = eventlog::append::StreamId::new(
        <BenefitCase as domain::aggregate::Decider>::TYPE,
        Uuid::to_string(&case.case.uuid()),
    );
    assert_eq!(office.log().read_stream(&stream).await.unwrap().len(), 3);
}
