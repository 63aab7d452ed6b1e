//! Erasing a person (个人信息保护法 art. 47): the values are gone for ever, history, totals and proofs stay.

use api::replay::{Clocks, Subject, nothing_sealed, replay};
use domain::household::{Household, HouseholdCommand};
use domain::ids::PersonId;
use domain::personal::Opened;
use eventlog::keyring::{CLASSES, Keyring};
use projections::runner::Until;
use projections::statistics::year_report;
use serde_json::Value;
use tests::personas;

use tests::office::{Broken, SmallOffice, WANG, at_work, day, id_number};

/// The year's report, without the position that it was made at, and the balance of every account.
async fn totals(small: &SmallOffice) -> (Value, Vec<(String, i64)>) {
    small.office.runner.catch_up(Until::Head).await.unwrap();
    let mut report = serde_json::to_value(year_report(&small.office.pool, 2023).await.unwrap()).unwrap();
    report["position"] = Value::Null;
    let balances = "select account, debit_fen - credit_fen from read_book_accounts order by account";
    (report, sqlx::query_as(balances).fetch_all(small.ledger.owner()).await.unwrap())
}

#[tokio::test]
async fn an_erased_person_is_gone_and_history_and_totals_stay() {
    let small = SmallOffice::open().await;
    let before = totals(&small).await;
    let (person_id, household_id) = small.office.find(&id_number(WANG)).await.unwrap();
    let desk = at_work(personas::reviewer(), "2023-03-01");
    let basis = "个人信息保护法第四十七条".to_owned();
    let erase = HouseholdCommand::ErasePerson { person_id, basis, erased_on: desk.today() };
    let (id, request) =
        (household_id.to_string(), desk.request(small.office.derived("erase", "1"), &"erase"));
    small.office.repository.execute::<Household>(&id, erase, &desk.context(), &request).await.unwrap();
    small.office.keyring.erase(person_id, &CLASSES, desk.today()).await.unwrap();

    // a program that is started afterwards knows no more than this one
    let keyring = Keyring::open(small.office.pool.clone(), small.ledger.master_key().clone()).await.unwrap();
    keyring.load_all().await.unwrap();
    let household = small.office.repository.load::<Household>(household_id).await.unwrap().state;
    let member = household.member(person_id).unwrap();
    for keyring in [&*small.office.keyring, &keyring] {
        let on = day("2023-03-01");
        assert_eq!(member.name.open(person_id, keyring).unwrap(), Opened::Erased { on });
        assert_eq!(member.id_number.open(person_id, keyring).unwrap(), Opened::Erased { on });
    }
    let told = told(&small, person_id).await;
    assert!(told.contains("（已于 2023-03-01 删除）") && !told.contains("王**"), "{told}");
    assert_eq!(small.broken().await, Broken::new(), "an erased person breaks nothing");
    assert_eq!(totals(&small).await, before);
}

/// The person's case, replayed for an auditor.
async fn told(small: &SmallOffice, person: PersonId) -> String {
    let statement = "select aggregate_id from log_events where event_type = 'ApplicationReceived'
                        and payload::text like '%' || $1 || '%'";
    let case: String =
        sqlx::query_scalar(statement).bind(person.to_string()).fetch_one(&small.office.pool).await.unwrap();
    let clocks = Clocks { effective: day("2023-03-02"), known: day("2023-03-02") };
    let (subject, mut told) = (Subject::Case(case.parse().unwrap()), Vec::new());
    replay(&small.office, subject, clocks, &nothing_sealed, |item| told.push(item)).await.unwrap();
    assert!(told.iter().all(|item| !item.is_fault()), "{told:?}");
    serde_json::to_string(&told).unwrap()
}
