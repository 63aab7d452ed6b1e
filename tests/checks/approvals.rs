//! Approvals: by somebody else, signed by who sent them, after the notice.

use api::processes::{Step, propose_rates, publish_rates};
use domain::household::HouseholdCommand;
use domain::personal::RetentionClass;
use domain::retention::Holdings;
use tests::office::{SmallOffice, WANG, at_work, codes, id_number};
use tests::personas;

/// Makes the clerk the author of an event, in its payload, its metadata or both.
async fn sign_as_clerk(small: &mut SmallOffice, position: u64, columns: &[&str]) {
    let (clerk, approver) = (personas::clerk().id, personas::approver().id);
    for column in columns {
        small
            .damage(&format!(
                "update log_events set {column} = replace({column}::text, '{approver}', '{clerk}')::json
              where position = {position} and {column}::text like '%{approver}%'"
            ))
            .await;
    }
}

#[tokio::test]
async fn a_decision_by_who_prepared_the_case_is_named() {
    let mut small = SmallOffice::open().await;
    let decided = small.first("EligibilityDecided").await;
    sign_as_clerk(&mut small, decided, &["payload", "metadata"]).await;
    let broken = small.broken().await;
    let case = small.text("aggregate_id", decided).await;
    let opened = small.where_is(&format!("aggregate_id = '{case}'")).await;
    let registered = small.first("HouseholdRegistered").await;
    assert_eq!(broken["four_eyes"], [registered, opened, decided]);
    assert_eq!(codes(&broken), ["four_eyes", "projections"]);
}

#[tokio::test]
async fn a_run_approved_by_who_prepared_it_is_named() {
    let mut small = SmallOffice::open().await;
    let approved = small.first("PaymentRunApproved").await;
    sign_as_clerk(&mut small, approved, &["payload", "metadata"]).await;
    let broken = small.broken().await;
    assert_eq!(broken["four_eyes"], [small.first("PaymentRunOpened").await, approved]);
    assert_eq!(codes(&broken), ["four_eyes", "projections"]);
}

#[tokio::test]
async fn an_author_who_was_changed_in_one_place_only_is_named() {
    let mut small = SmallOffice::open().await;
    let approved = small.first("PaymentRunApproved").await;
    sign_as_clerk(&mut small, approved, &["payload"]).await;
    let broken = small.broken().await;
    assert_eq!(broken["authors"], [approved]);
    assert!(broken["four_eyes"].contains(&approved), "{broken:?}");
    sign_as_clerk(&mut small, approved, &["metadata"]).await;
    assert!(!small.broken().await.contains_key("authors"), "both places agree again");
}

#[tokio::test]
async fn an_author_who_was_changed_in_the_metadata_only_is_named() {
    let mut small = SmallOffice::open().await;
    let decided = small.first("EligibilityDecided").await;
    sign_as_clerk(&mut small, decided, &["metadata"]).await;
    let broken = small.broken().await;
    assert_eq!(broken["authors"], [decided]);
    assert!(broken["four_eyes"].contains(&decided), "{broken:?}");
}

#[tokio::test]
async fn a_release_by_who_approved_it_is_named() {
    let mut small = SmallOffice::open().await;
    let (approved, released) =
        (small.first("PaymentRunApproved").await, small.first("PaymentRunReleased").await);
    let (finance, approver) = (personas::finance().id, personas::approver().id);
    small
        .damage(&format!(
            "update log_events set metadata = replace(metadata::text, '{finance}', '{approver}')::json
          where position = {released}"
        ))
        .await;
    let broken = small.broken().await;
    assert_eq!(broken["four_eyes"], [approved, released]);
    assert_eq!(codes(&broken), ["four_eyes", "projections"]);
}

#[tokio::test]
async fn a_decision_before_its_notice_ended_is_named() {
    let mut small = SmallOffice::open().await;
    let notice = small.first("NoticePosted").await;
    let case = small.text("aggregate_id", notice).await;
    let decided =
        small.where_is(&format!("aggregate_id = '{case}' and event_type = 'EligibilityDecided'")).await;
    small.forge(decided, "\"decided_on\":\"2023-01-19\"", "\"decided_on\":\"2023-01-17\"").await;
    let broken = small.broken().await;
    assert_eq!(broken["notice"], [decided]);
    assert_eq!(codes(&broken), ["notice", "projections"]);
}

#[tokio::test]
async fn a_notice_that_was_made_shorter_is_named_at_the_decision() {
    let mut small = SmallOffice::open().await;
    let notice = small.first("NoticePosted").await;
    let case = small.text("aggregate_id", notice).await;
    let decided =
        small.where_is(&format!("aggregate_id = '{case}' and event_type = 'EligibilityDecided'")).await;
    small.forge(notice, "\"notice_days\":7", "\"notice_days\":1").await;
    let broken = small.broken().await;
    assert_eq!(broken["notice"], [decided]);
    assert_eq!(codes(&broken), ["notice"]);
}

#[tokio::test]
async fn a_decision_whose_notice_was_removed_is_named() {
    let mut small = SmallOffice::open().await;
    let notice = small.first("NoticePosted").await;
    let case = small.text("aggregate_id", notice).await;
    let decided =
        small.where_is(&format!("aggregate_id = '{case}' and event_type = 'EligibilityDecided'")).await;
    small.damage(&format!("delete from log_events where position = {notice}")).await;
    let broken = small.broken().await;
    assert_eq!(broken["notice"], [decided]);
    assert!(codes(&broken).contains(&"order"), "{broken:?}");
}

#[tokio::test]
async fn an_erasure_by_who_asked_for_it_is_named() {
    let mut small = SmallOffice::open().await;
    let (person, household) = small.office.find(&id_number(WANG)).await.unwrap();
    let (basis, holdings) = ("个人信息保护法第四十七条".to_owned(), Holdings::default());
    let (clerk, approver) =
        (at_work(personas::clerk(), "2023-03-01"), at_work(personas::approver(), "2023-03-01"));
    let request = HouseholdCommand::RequestErasure {
        person_id: person,
        through: RetentionClass::CaseWork,
        basis,
        holdings: holdings.clone(),
        requested_on: clerk.today(),
    };
    let erase = HouseholdCommand::ErasePerson { person_id: person, holdings, erased_on: approver.today() };
    for (desk, command) in [(clerk, request), (approver, erase)] {
        let key = small.office.derived("erase", desk.actor.id.as_str());
        let step = [Step::Household(household.to_string(), command)];
        small.office.together(&desk, key, step).await.unwrap();
    }
    let (requested, erased) = (small.first("ErasureRequested").await, small.first("CaseWorkErased").await);
    assert!(!small.broken().await.contains_key("four_eyes"));
    sign_as_clerk(&mut small, erased, &["payload", "metadata"]).await;
    assert_eq!(small.broken().await["four_eyes"], [requested, erased]);
}

#[tokio::test]
async fn rates_that_their_proposer_published_are_named() {
    const RAISE: &str = "[[parameter]]\nkey = \"advanced_age_80\"\n[[parameter.row]]\nfrom = \"2023-03\"\n\
                         value = \"160.00\"\nannounced = \"2023-01-31\"\nsource = \"x\"\nstatus = \"illustrative\"\n";
    let mut small = SmallOffice::open().await;
    let desk = |actor| at_work(actor, "2023-02-01");
    propose_rates(&small.office, &desk(personas::administrator()), "文号", RAISE).await.unwrap();
    publish_rates(&small.office, &desk(personas::approver()), 1).await.unwrap();
    let proposed = small.first("PolicyParametersProposed").await;
    let published = small.first("PolicyParametersPublished").await;
    for column in ["payload", "metadata"] {
        let (proposer, approver) = (personas::administrator().id, personas::approver().id);
        small
            .damage(&format!(
                "update log_events set {column} = replace({column}::text, '{proposer}', '{approver}')::json
              where position = {proposed} and {column}::text like '%{proposer}%'"
            ))
            .await;
    }
    let broken = small.broken().await;
    assert_eq!(broken["four_eyes"], [proposed, published], "{broken:?}");
}
