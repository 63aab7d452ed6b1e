//! Publications say what the log says, and are due when the law says.

use chrono::NaiveDate;
use rstest::rstest;

use super::*;

const SHA256: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn campaign(opens_on: &str, closes_on: &str) -> Campaign {
    let CampaignCommand::OpenCampaign { mut terms } = open() else { unreachable!() };
    (terms.opens_on, terms.closes_on) = (day(opens_on), day(closes_on));
    let mut campaign = Campaign::default();
    let Instruction { context, command } = asked(CampaignCommand::OpenCampaign { terms });
    let opened = campaign.decide(command, &context).unwrap();
    opened.iter().for_each(|event| campaign.try_evolve(event).unwrap());
    campaign
}

/// With publications on some days, and an end where one is given.
fn published(mut campaign: Campaign, days: &[&str], closed_on: Option<&str>) -> Campaign {
    for on in days {
        let publication = campaign.book().unwrap().publication(SHA256.into());
        let event = CampaignEvent::ProgressPublished {
            total: publication.total,
            donation_count: publication.donation_count,
            list: publication.list.unwrap(),
            published_on: day(on),
        };
        campaign.try_evolve(&event).unwrap();
    }
    if let Some(closed_on) = closed_on {
        campaign.try_evolve(&CampaignEvent::CampaignClosed { closed_on: day(closed_on) }).unwrap();
    }
    campaign
}

/// `progress` or `results`, the day on which it is due, and when it came, each publication in a word.
fn told(campaign: &Campaign, today: &str) -> Vec<String> {
    let today: NaiveDate = day(today);
    let told = due_publications(campaign, today).into_iter().map(|due| {
        let late = if due.is_late(today) { "late" } else { "in-time" };
        let came = due.published_on.map_or("-".to_owned(), |on| on.to_string());
        format!("{} {} {came} {late}", due.kind.en(), due.due_on)
    });
    told.collect()
}

#[rstest]
#[case::six_months("2023-01-01", "2023-06-30", "2023-05-01", &["results 2023-09-30 - in-time"])]
#[case::a_day_more("2023-01-01", "2023-07-01", "2023-03-01", &["progress 2023-04-01 - in-time"])]
#[case::nothing_came(
    "2023-01-01", "2023-12-31", "2023-08-15",
    &["progress 2023-04-01 - late", "progress 2023-07-01 - late", "progress 2023-10-01 - in-time"]
)]
#[case::the_day_itself("2023-01-01", "2023-12-31", "2023-04-01", &[
    "progress 2023-04-01 - in-time", "progress 2023-07-01 - in-time"
])]
#[case::end_of_a_month("2023-11-30", "2024-12-31", "2024-02-01", &["progress 2024-02-29 - in-time"])]
fn an_open_campaign_publishes_every_three_months_when_it_lasts_over_six(
    #[case] opens_on: &str,
    #[case] closes_on: &str,
    #[case] today: &str,
    #[case] expected: &[&str],
) {
    assert_eq!(told(&campaign(opens_on, closes_on), today), expected);
}

#[test]
fn three_months_run_from_the_last_publication() {
    let campaign = published(campaign("2023-01-01", "2023-12-31"), &["2023-02-01", "2023-03-20"], None);
    let expected = ["progress 2023-04-01 2023-02-01 in-time", "progress 2023-06-20 - in-time"];
    assert_eq!(told(&campaign, "2023-04-10"), expected);
}

#[test]
fn a_late_publication_stays_late_and_the_next_term_runs_from_it() {
    let campaign = published(campaign("2023-01-01", "2023-12-31"), &["2023-04-11"], None);
    let expected = ["progress 2023-04-01 2023-04-11 late", "progress 2023-07-11 - in-time"];
    assert_eq!(told(&campaign, "2023-05-01"), expected);
}

#[test]
fn after_the_end_only_the_results_are_due() {
    let campaign = published(campaign("2023-01-01", "2023-12-31"), &["2023-03-30"], Some("2023-05-15"));
    let expected = ["progress 2023-04-01 2023-03-30 in-time", "results 2023-08-15 - late"];
    assert_eq!(told(&campaign, "2023-08-16"), expected);
}

#[rstest]
#[case("2024-09-04", "2016")]
#[case("2024-09-05", "2023")]
fn the_source_is_the_law_in_force_on_the_day(#[case] due_on: &str, #[case] year: &str) {
    let due = DuePublication { kind: PublicationKind::Results, due_on: day(due_on), published_on: None };
    assert!(due.source().contains(year), "{}", due.source());
}

#[test]
fn progress_says_what_the_log_says_with_its_list() {
    let past = history(vec![open(), receive(1, 100), refund(1, 20)]);
    let mut campaign = Campaign::default();
    past.iter().for_each(|event| campaign.try_evolve(event).unwrap());
    let right = campaign.book().unwrap().publication(SHA256.into());
    let publish = |change: fn(&mut Publication)| {
        let mut publication = right.clone();
        change(&mut publication);
        let published_on = day("2023-06-15");
        outcome(
            given(past.clone()).when(asked(CampaignCommand::PublishProgress { publication, published_on })),
        )
    };
    assert_eq!(publish(|_| ()), "ok");
    assert_eq!(publish(|publication| publication.total = yuan(100)), "results_disagree");
    assert_eq!(publish(|publication| publication.donation_count = 2), "results_disagree");
    assert_eq!(
        publish(|publication| publication.list.as_mut().unwrap().in_kind_count = 1),
        "results_disagree"
    );
    assert_eq!(publish(|publication| publication.list = None), "list_missing");
    assert_eq!(
        publish(|publication| publication.list.as_mut().unwrap().sha256 = "none".into()),
        "list_missing"
    );
}
