//! Erasing a person (个人信息保护法 art. 47): the values are gone for ever, history, totals and proofs stay.

use api::processes::erasure::{self, ErasurePlan};
use api::processes::payment_run::{self, RunPlan};
use api::processes::{self as work, Desk, ProcessError, Step};
use api::registers::{RawRow, RegisterRow, persons};
use api::replay::{Clocks, Subject, nothing_sealed, replay};
use domain::actor::Actor;
use domain::benefit_case::{BenefitCaseCommand, ClosureReason};
use domain::calendar::BenefitMonth;
use domain::household::{Household, PersonalRecord};
use domain::identifiers::BankAccount;
use domain::ids::{CaseId, PaymentId, PersonId};
use domain::money::Money;
use domain::payment::RecoveryReason;
use domain::personal::{DonorName, Opened, Personal, RetentionClass, Sealed};
use domain::program::Program;
use eventlog::keyring::{CLASSES, Keyring};
use projections::runner::Until;
use projections::statistics::year_report;
use serde_json::Value;
use tests::office::{Broken, FUND, Known, SmallOffice, WANG, ZHAO, at_work, day, id_number};
use tests::personas;

const CASE_WORK: RetentionClass = RetentionClass::CaseWork;
const VOUCHERS: RetentionClass = RetentionClass::Vouchers;

/// The year's report, without the position that it was made at, and the balance of every account.
async fn totals(small: &SmallOffice) -> (Value, Vec<(String, i64)>) {
    small.office.runner.catch_up(Until::Head).await.unwrap();
    let mut report = serde_json::to_value(year_report(&small.office.pool, 2023).await.unwrap()).unwrap();
    report["position"] = Value::Null;
    let balances = "select subaccount, sum(debit_fen - credit_fen)::bigint from read_book_days
                     group by subaccount order by subaccount";
    (report, sqlx::query_as(balances).fetch_all(small.ledger.owner()).await.unwrap())
}

async fn person(small: &SmallOffice, known: Known) -> (PersonId, CaseId) {
    let (person, _) = small.office.find(&id_number(known)).await.unwrap();
    let cases = work::cases_of(&small.office, person, Program::AdvancedAgeAllowance).await.unwrap();
    (person, cases[0].0)
}

async fn close(small: &SmallOffice, case: CaseId, on: &str) {
    let close = BenefitCaseCommand::Close { reason: ClosureReason::Withdrawn, closed_on: day(on) };
    let key = small.office.derived("close", &case.to_string());
    let step = [Step::BenefitCase(case.to_string(), close)];
    small.office.together(&at_work(personas::clerk(), on), key, step).await.unwrap();
}

fn plan(person_id: PersonId, through: RetentionClass) -> ErasurePlan {
    ErasurePlan { person_id, through, basis: "个人信息保护法第四十七条".to_owned() }
}

async fn ask(small: &SmallOffice, plan: &ErasurePlan, on: &str) -> Result<(), ProcessError> {
    erasure::request(&small.office, &at_work(personas::clerk(), on), plan).await.map(|_| ())
}

/// The code and the English text of the refusal.
async fn refused(small: &SmallOffice, plan: &ErasurePlan, on: &str) -> (&'static str, String) {
    let error = ask(small, plan, on).await.unwrap_err();
    (error.code(), error.to_string())
}

async fn decide(small: &SmallOffice, person: PersonId, actor: Actor, on: &str) -> PersonalRecord {
    erasure::erase(&small.office, &at_work(actor, on), person).await.unwrap().record
}

/// What the payment of January to [`WANG`] says of the account, for a program that is started now.
async fn voucher(small: &SmallOffice, case: CaseId, person: PersonId) -> Opened<BankAccount> {
    let payment = PaymentId::derive(case, "2023-01".parse().unwrap(), 1);
    let position = small.where_is(&format!("aggregate_id = '{payment}'")).await;
    let sealed = small.text("payload -> 'PaymentOrdered' -> 'order' ->> 'account'", position).await;
    Sealed::<BankAccount>::from_ciphertext(sealed).open(person, &started_now(small).await).unwrap()
}

async fn started_now(small: &SmallOffice) -> Keyring {
    let keyring = Keyring::open(small.office.pool.clone(), small.ledger.master_key().clone()).await.unwrap();
    keyring.load_all().await.unwrap();
    keyring
}

#[tokio::test]
async fn case_work_is_kept_three_years_vouchers_thirty_and_history_and_totals_for_ever() {
    let small = SmallOffice::open().await;
    let (wang, case) = person(&small, WANG).await;
    let open = refused(&small, &plan(wang, CASE_WORK), "2023-02-01").await;
    assert_eq!(open, ("case_open", format!("the case {case} is open: close it first")));
    close(&small, case, "2023-02-15").await;
    let before = totals(&small).await;

    let (code, text) = refused(&small, &plan(wang, CASE_WORK), "2026-02-28").await;
    assert!(code == "retention_runs" && text.ends_with("from 2026-03-01 on"), "{code} {text}");
    let (code, text) = refused(&small, &plan(wang, VOUCHERS), "2026-03-01").await;
    assert!(code == "retention_runs" && text.ends_with("from 2054-01-01 on"), "{code} {text}");
    ask(&small, &plan(wang, CASE_WORK), "2026-03-01").await.unwrap();
    let on = day("2026-03-02");
    let record = decide(&small, wang, personas::approver(), "2026-03-02").await;
    assert_eq!(record, PersonalRecord::VouchersKept { erased_on: on });
    assert_closed(&small, wang, on).await;
    let account = Personal::new(BankAccount::parse(WANG.account).unwrap());
    assert_eq!(
        voucher(&small, case, wang).await,
        Opened::Clear(account),
        "a voucher says where the money went"
    );
    let told = told(&small, case).await;
    assert!(told.contains("（已于 2026-03-02 删除）") && !told.contains("王**"), "{told}");
    assert_eq!(small.broken().await, Broken::new(), "an erased person breaks nothing");
    assert_eq!(totals(&small).await, before);

    assert_eq!(refused(&small, &plan(wang, VOUCHERS), "2053-12-31").await.0, "retention_runs");
    ask(&small, &plan(wang, VOUCHERS), "2054-01-01").await.unwrap();
    let record = decide(&small, wang, personas::reviewer(), "2054-01-01").await;
    assert_eq!(record, PersonalRecord::Erased { erased_on: on });
    assert!(matches!(voucher(&small, case, wang).await, Opened::Erased { .. }));
    assert_eq!(small.broken().await, Broken::new());
    assert_eq!(totals(&small).await, before);
}

/// Neither this program nor one that is started now opens what is sealed for case work.
async fn assert_closed(small: &SmallOffice, person: PersonId, on: chrono::NaiveDate) {
    let position = small.where_is(&format!("payload -> 'MemberJoined' ->> 'person_id' = '{person}'")).await;
    let household = small.text("aggregate_id", position).await;
    let household = small.office.repository.load::<Household>(household).await.unwrap().state;
    let member = household.member(person).unwrap();
    for keyring in [&*small.office.keyring, &started_now(small).await] {
        assert_eq!(member.name.open(person, keyring).unwrap(), Opened::Erased { on });
        assert_eq!(member.id_number.open(person, keyring).unwrap(), Opened::Erased { on });
    }
}

/// The case, replayed for an auditor long afterwards.
async fn told(small: &SmallOffice, case: CaseId) -> String {
    told_as_known(small, case, "2030-01-01").await
}

async fn told_as_known(small: &SmallOffice, case: CaseId, known: &str) -> String {
    let clocks = Clocks { effective: day("2023-02-02"), known: day(known) };
    let mut told = Vec::new();
    let case = Subject::Case(case);
    replay(&small.office, case, clocks, &nothing_sealed, |item| told.push(item)).await.unwrap();
    assert!(told.iter().all(|item| !item.is_fault()), "{told:?}");
    serde_json::to_string(&told).unwrap()
}

#[tokio::test]
async fn nothing_that_is_at_work_is_left_without_its_person() {
    let small = SmallOffice::open().await;
    let (wang, case) = person(&small, WANG).await;
    let (zhao, his_case) = person(&small, ZHAO).await;
    let clerk = at_work(personas::clerk(), "2023-02-27");
    prepare_march(&small, &clerk).await;
    for case in [case, his_case] {
        close(&small, case, "2023-02-28").await;
    }
    assert_eq!(refused(&small, &plan(zhao, CASE_WORK), "2030-01-01").await.0, "payment_returned");
    assert_eq!(refused(&small, &plan(wang, CASE_WORK), "2030-01-01").await.0, "run_unfinished");
    // calculated anew without the closed cases, the run waits for nobody
    prepare_march(&small, &at_work(personas::clerk(), "2023-03-01")).await;
    let payment = PaymentId::derive(case, "2023-01".parse().unwrap(), 1);
    let reason = RecoveryReason::FactsCorrected;
    work::open_recovery(
        &small.office,
        &at_work(personas::finance(), "2023-03-02"),
        payment,
        Money::from_fen(100),
        reason,
    )
    .await
    .unwrap();
    assert_eq!(refused(&small, &plan(wang, CASE_WORK), "2030-01-01").await.0, "recovery_open");
    let fund = small.office.fund_id(FUND);
    let finance = at_work(personas::finance(), "2031-05-04");
    let (amount, on) = (Money::from_fen(100), finance.today());
    work::receive_recovery(&small.office, &finance, payment, fund, amount, on).await.unwrap();
    ask(&small, &plan(wang, CASE_WORK), "2031-05-05").await.unwrap();
    let (_, text) = refused(&small, &plan(wang, VOUCHERS), "2031-05-06").await;
    assert!(text.contains("waits for its decision"), "{text}");
    assert_eq!(
        erasure::look_up(&small.office, wang).await.unwrap().holdings.erasable_from(VOUCHERS),
        Some(day("2062-01-01"))
    );
}

async fn prepare_march(small: &SmallOffice, clerk: &Desk) {
    let month: BenefitMonth = "2023-03".parse().unwrap();
    let (programs, fund_id) = (vec![Program::AdvancedAgeAllowance], small.office.fund_id(FUND));
    let plan = RunPlan { month, programs, fund_id, number: 1 };
    let run = payment_run::open(&small.office, clerk, &plan).await.unwrap();
    payment_run::calculate(&small.office, clerk, run).await.unwrap();
}

#[tokio::test]
async fn what_the_law_still_keeps_is_shown_to_nobody_once_it_is_restricted() {
    let small = SmallOffice::open().await;
    let (wang, case) = person(&small, WANG).await;
    let approver = at_work(personas::approver(), "2023-02-16");
    let basis = "个人信息保护法第四十七条";
    let error = erasure::restrict(&small.office, &approver, wang, basis).await.unwrap_err();
    assert_eq!(error.code(), "case_open");
    close(&small, case, "2023-02-15").await;
    let shown = told(&small, case).await;
    assert!(shown.contains("王**") && shown.contains("\"is\":\"determined\""), "{shown}");

    erasure::restrict(&small.office, &approver, wang, basis).await.unwrap();
    // also where the restriction was not known yet
    let earlier = told_as_known(&small, case, "2023-02-02").await;
    for hidden in [told(&small, case).await, earlier] {
        assert!(hidden.contains("（限制处理）") && !hidden.contains("王**"), "{hidden}");
        assert!(
            hidden.contains("person_restricted") && !hidden.contains("\"is\":\"determined\""),
            "{hidden}"
        );
        assert!(hidden.contains("\"is\":\"same\""), "payments are still determined anew: {hidden}");
    }
    let row = tests::office::application(WANG, Program::AdvancedAgeAllowance);
    let error =
        work::receive_application(&small.office, &at_work(personas::clerk(), "2023-02-17"), &row).await;
    assert_eq!(error.unwrap_err().code(), "person_restricted");
    assert_eq!(small.broken().await, Broken::new());
    erasure::lift(&small.office, &approver, wang, "本人重新申请").await.unwrap();
    assert!(told(&small, case).await.contains("王**"));
}

#[tokio::test]
async fn a_step_that_is_dated_back_does_not_shorten_the_time() {
    let small = SmallOffice::open().await;
    let (wang, case) = person(&small, WANG).await;
    let close = BenefitCaseCommand::Close { reason: ClosureReason::Withdrawn, closed_on: day("2023-02-15") };
    let step = [Step::BenefitCase(case.to_string(), close)];
    let late = at_work(personas::clerk(), "2025-06-10");
    small.office.together(&late, small.office.derived("late", "1"), step).await.unwrap();
    let (_, text) = refused(&small, &plan(wang, CASE_WORK), "2026-03-01").await;
    assert!(text.ends_with("from 2028-07-01 on"), "{text}");
}

#[tokio::test]
async fn an_erasure_that_was_decided_and_not_done_is_finished_at_the_next_start() {
    let small = SmallOffice::open().await;
    let (wang, case) = person(&small, WANG).await;
    close(&small, case, "2023-02-15").await;
    ask(&small, &plan(wang, CASE_WORK), "2026-03-01").await.unwrap();
    // the program ends here, between the event and the keys
    erasure::decide(&small.office, &at_work(personas::approver(), "2026-03-02"), wang).await.unwrap();
    assert!(small.office.keyring.destroyed(&[wang]).await.unwrap().is_empty());

    let finished = erasure::finish(&small.office).await.unwrap();
    let found: Vec<_> = finished.iter().map(|each| (each.person_id, each.class, each.erased_on)).collect();
    assert_eq!(found, [(wang, CASE_WORK, day("2026-03-02"))], "the day of the decision, and no other class");
    assert_closed(&small, wang, day("2026-03-02")).await;
    assert_eq!(erasure::finish(&small.office).await.unwrap(), []);
    // the next start may be a repeat of the command, also by somebody else on another day
    let record = decide(&small, wang, personas::reviewer(), "2026-03-05").await;
    assert_eq!(record, PersonalRecord::VouchersKept { erased_on: day("2026-03-02") });
    assert_eq!(small.broken().await, Broken::new());
}

#[tokio::test]
async fn someone_who_was_never_registered_cannot_be_erased_and_a_repeat_destroys_again() {
    let small = SmallOffice::open().await;
    let stranger = PersonId::new(uuid::Uuid::from_u128(1));
    let error = erasure::look_up(&small.office, stranger).await.unwrap_err();
    assert_eq!(error.code(), "unknown_object");
    let (wang, case) = person(&small, WANG).await;
    close(&small, case, "2023-02-15").await;
    ask(&small, &plan(wang, VOUCHERS), "2054-01-01").await.unwrap();
    decide(&small, wang, personas::approver(), "2054-01-01").await;
    let destroyed = small.office.keyring.destroyed(&[wang]).await.unwrap();
    assert_eq!(destroyed, CLASSES.into_iter().map(|class| (wang, class)).collect());
    let error = small.office.find(&id_number(WANG)).await.unwrap_err();
    assert_eq!(error.code(), "unknown_person", "the ID number is free again");
}

/// A couple with one account: she holds it, and he is paid through it.
const HUSBAND: Known = Known {
    household: "HLG-8",
    name: "孙国强",
    id_number: "99011419400202001",
    account: "9901140000000000043",
    address: "龙华园2号楼",
};
const WIFE: Known = Known { name: "钱玉梅", id_number: "99011419410303002", ..HUSBAND };

fn row(known: Known, relation: &str, holder: &str) -> persons::Row {
    let id = id_number(known);
    let head = relation == "户主";
    let (community, address) = if head { ("龙泽苑东社区", known.address) } else { ("", "") };
    let registered_on = if head { "2023-01-04" } else { "" };
    let cells = [
        known.household,
        relation,
        known.name,
        id.as_str(),
        "本市户籍",
        community,
        address,
        registered_on,
        "",
    ];
    let account = if head { known.account } else { "" };
    let cells = cells.into_iter().chain([account, holder]).map(str::to_owned);
    persons::Row::read(&RawRow::from_texts(1, cells)).unwrap()
}

/// The couple, and a case of his in a program.
async fn couple_with_a_case(
    small: &SmallOffice,
    holder: Option<Known>,
    program: Program,
) -> (PersonId, PersonId) {
    let (holder, clerk) = (holder.map(id_number), at_work(personas::clerk(), "2023-01-05"));
    let holder = holder.as_ref().map_or("", |number| number.as_str());
    let rows = [row(HUSBAND, "户主", holder), row(WIFE, "配偶", "")];
    let couple = work::register_household(&small.office, &clerk, &rows).await.unwrap();
    let asked = tests::office::application(HUSBAND, program);
    work::receive_application(&small.office, &clerk, &asked).await.unwrap();
    (couple.persons[0], couple.persons[1])
}

#[tokio::test]
async fn a_file_is_kept_by_every_case_that_rests_on_the_person_and_by_no_other() {
    let all = [
        (None, Program::AdvancedAgeAllowance, None, "his own allowance looks at nobody else"),
        (None, Program::SubsistenceAllowance, Some("case_open"), "a means test looks at everyone"),
        (Some(WIFE), Program::AdvancedAgeAllowance, Some("case_open"), "he is paid through her account"),
    ];
    for (holder, program, withheld, why) in all {
        let small = SmallOffice::start().await;
        let (husband, wife) = couple_with_a_case(&small, holder, program).await;
        let hers = ask(&small, &plan(wife, VOUCHERS), "2023-01-06").await.map_err(|error| error.code());
        assert_eq!(hers.err(), withheld, "{why}");
        assert_eq!(refused(&small, &plan(husband, VOUCHERS), "2023-01-06").await.0, "case_open");
    }
}

#[tokio::test]
async fn a_donors_name_is_erased_after_thirty_years_and_gift_receipt_and_totals_stay() {
    let small = SmallOffice::open().await;
    let gift = small.first("DonationReceived").await;
    let donor = small.text("payload #>> '{DonationReceived,donation,donor}'", gift).await;
    let donor: PersonId = donor.parse().unwrap();
    let name = small.text("payload #>> '{DonationReceived,donation,donor_name}'", gift).await;
    let name = Sealed::<DonorName>::from_ciphertext(name);
    let before = totals(&small).await;
    let file = |donor| {
        let office = small.office.clone();
        async move { erasure::donor::look_up(&office, donor).await.unwrap() }
    };
    let ask = async |on: &str| {
        let desk = at_work(personas::clerk(), on);
        erasure::donor::request(&small.office, &desk, &file(donor).await.unwrap(), "个人信息保护法第四十七条")
            .await
    };
    assert_eq!(file(donor).await.unwrap().erasable_from, day("2054-01-01"));
    assert_eq!(ask("2053-12-31").await.unwrap_err().code(), "retention_runs");
    ask("2054-01-01").await.unwrap();
    let requests = erasure::requests(&small.office).await.unwrap();
    assert_eq!((requests.len(), requests[0].person_id), (1, donor));
    let approver = at_work(personas::approver(), "2054-01-02");
    let erased_on =
        erasure::donor::erase(&small.office, &approver, &file(donor).await.unwrap()).await.unwrap();
    assert_eq!(erased_on, day("2054-01-02"));
    for keyring in [&*small.office.keyring, &started_now(&small).await] {
        assert_eq!(name.open(donor, keyring).unwrap(), Opened::Erased { on: erased_on });
    }
    assert!(erasure::finish(&small.office).await.unwrap().is_empty(), "nothing is left to be finished");
    assert_eq!(small.broken().await, Broken::new(), "an erased donor breaks nothing");
    assert_eq!(totals(&small).await, before);
    assert!(file(PersonId::new(uuid::Uuid::from_u128(1))).await.is_none());
}
