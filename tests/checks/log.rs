//! The log itself: its order, what can be read in it, its head, its commands.

use tests::office::{SmallOffice, codes};

#[tokio::test]
async fn an_event_that_was_removed_leaves_a_gap() {
    let mut small = SmallOffice::open().await;
    let at = small.first("HomeVisited").await;
    small.damage(&format!("delete from log_events where position = {at}")).await;
    let broken = small.broken().await;
    // the next event shows the gap in the log, and in the same case
    assert_eq!(broken["order"], [at + 1]);
    assert_eq!(codes(&broken), ["commands", "order", "projections"]);
}

#[tokio::test]
async fn a_sequence_that_was_changed_is_named() {
    let mut small = SmallOffice::open().await;
    let at = small.first("CampaignClosed").await;
    small.damage(&format!("update log_events set sequence = 77 where position = {at}")).await;
    let broken = small.broken().await;
    assert_eq!(broken["order"], [at, at + 1]);
    assert_eq!(codes(&broken), ["order", "projections"]);
}

#[tokio::test]
async fn events_that_changed_places_are_named() {
    let mut small = SmallOffice::open().await;
    let at = small.first("ReviewRecommended").await;
    let swap = format!(
        "update log_events set position = case position when {at} then 1000001 else 1000000 end
          where position in ({at}, {});
         update log_events set position = position - 1000000 + {at} where position >= 1000000",
        at + 1
    );
    for statement in swap.split(';') {
        small.damage(statement).await;
    }
    let broken = small.broken().await;
    assert!(broken["order"].contains(&at), "{broken:?}");
    assert_eq!(codes(&broken), ["commands", "history", "order", "projections"]);
}

#[tokio::test]
async fn a_moment_that_was_dated_back_is_named() {
    let mut small = SmallOffice::open().await;
    let at = small.first("EligibilityDecided").await;
    let back = "update log_events set recorded_at = recorded_at - interval '30 days' where position =";
    small.damage(&format!("{back} {at}")).await;
    let broken = small.broken().await;
    assert_eq!(broken["order"], [at]);
    assert_eq!(broken["commands"], [at]);
    assert_eq!(codes(&broken), ["commands", "order", "projections"]);
}

#[tokio::test]
async fn a_log_that_lost_its_end_is_shorter_than_its_head_says() {
    let mut small = SmallOffice::open().await;
    let last = small.end().await - 1;
    small.damage(&format!("delete from log_events where position = {last}")).await;
    let broken = small.broken().await;
    assert_eq!(broken["head"], [last]);
    assert_eq!(codes(&broken), ["commands", "head", "projections"]);
}

#[tokio::test]
async fn a_head_that_was_set_back_is_named() {
    let mut small = SmallOffice::open().await;
    let last = small.end().await - 1;
    small.damage("update log_head set last_position = last_position - 1").await;
    let broken = small.broken().await;
    assert_eq!(broken["head"], [last]);
    assert_eq!(codes(&broken), ["head", "paid_is_due", "projections"]);
}

#[tokio::test]
async fn a_head_with_another_time_is_named() {
    let mut small = SmallOffice::open().await;
    small.damage("update log_head set last_recorded_at = last_recorded_at - interval '1 hour'").await;
    let broken = small.broken().await;
    assert_eq!((broken["head"].clone(), codes(&broken)), (vec![small.end().await - 1], vec!["head"]));
}

#[tokio::test]
async fn a_payload_that_says_nothing_any_more_is_named() {
    let mut small = SmallOffice::open().await;
    let at = small.first("ReceiptIssued").await;
    small.damage(&format!("update log_events set payload = '{{}}' where position = {at}")).await;
    let broken = small.broken().await;
    assert_eq!(broken["history"], [at]);
    assert_eq!(codes(&broken), ["history", "projections"]);
}

#[tokio::test]
async fn an_event_that_cannot_follow_is_named() {
    let mut small = SmallOffice::open().await;
    let closed = small.first("CampaignClosed").await;
    let stream = small.text("aggregate_id", closed).await;
    let again = small.append_copy(closed, &stream, "", "").await;
    let broken = small.broken().await;
    assert_eq!(broken["history"], [again]);
    assert_eq!(codes(&broken), ["history"]);
}

#[tokio::test]
async fn a_command_that_is_forgotten_or_done_twice_is_named() {
    let mut small = SmallOffice::open().await;
    let at = small.first("DonationReceived").await;
    let id = small.text("metadata ->> 'command_id'", at).await;
    small.damage(&format!("delete from log_commands where command_id = '{id}'")).await;
    let broken = small.broken().await;
    // a gift, its receipt and its credit
    assert_eq!(broken["commands"], [at, at + 2]);
    assert_eq!(codes(&broken), ["commands"]);

    let other = small.text("metadata ->> 'command_id'", at + 3).await;
    let twice = "update log_events set metadata = replace(metadata::text,";
    small.damage(&format!("{twice} '{id}', '{other}')::json where position = {at}")).await;
    let broken = small.broken().await;
    assert!(broken["commands"].contains(&at) && broken["commands"].contains(&(at + 3)), "{broken:?}");
}

#[tokio::test]
async fn a_command_that_remembers_other_events_is_named() {
    let mut small = SmallOffice::open().await;
    let at = small.first("CampaignOpened").await;
    let further = "update log_commands set last_position = last_position + 5 where first_position =";
    small.damage(&format!("{further} {at}")).await;
    let broken = small.broken().await;
    assert_eq!((broken["commands"].clone(), codes(&broken)), (vec![at, at + 5], vec!["commands"]));
}

#[tokio::test]
#[should_panic(expected = "positions and sequences have no gap")]
async fn a_log_that_nobody_broke_on_purpose_is_proven_at_the_end_of_its_test() {
    let small = SmallOffice::open().await;
    small.strike("delete from log_events where position = 7").await;
    drop(small);
}
