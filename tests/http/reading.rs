//! Summaries, lists and the feed of changes.

use domain::actor::Role;
use domain::user::DataScope;
use serde_json::json;

use crate::client::{COMMUNITY, Doors, OTHER, id_number, member};

#[tokio::test]
async fn a_summary_says_what_was_due_and_paid_masks_people_and_is_known_by_its_tag() {
    let doors = Doors::open().await;
    let token = doors.token("zhou.zheng", Role::Auditor, DataScope::Everywhere).await;
    let cases = doors.get(&token, "/cases?program=subsistence_allowance").await.json();
    let person = cases["items"][0]["applicant"].as_str().unwrap().to_owned();
    let path = format!("/beneficiaries/{person}/summary");
    let then = format!("{path}?effective=2023-02-28&known=2023-02-28");
    let got = doors.get(&token, &then).await;
    assert_eq!(got.status, 200, "{got:?}");
    let summary = got.json();
    assert_eq!(summary["name"], "陈*兰");
    let totals = &summary["totals"];
    assert!(totals["due_fen"].as_i64().unwrap() > 0, "{totals}");
    assert_eq!(totals["due_fen"], totals["paid_fen"], "everything was paid: {totals}");
    assert_eq!(totals["arrears_fen"], 0);
    let before = doors.get(&token, &format!("{path}?effective=2023-02-28&known=2023-01-15")).await.json();
    assert_eq!(before["totals"]["due_fen"], 0, "nobody knew of the case then");
    let tag = got.header("etag").unwrap().to_owned();
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("if-none-match", tag.as_str())];
    assert_eq!(doors.send("GET", &then, &headers, b"").await.status, 304);
    assert_eq!(doors.count("PersonalDataDisclosed").await, 0, "nothing was opened so far");
    let silent = doors.get(&token, &format!("{path}?open=name")).await;
    assert_eq!((silent.status, silent.code().as_str()), (400, "purpose_required"));
    let opened = doors.get(&token, &format!("{path}?open=name&purpose=audit&fields=programs")).await.json();
    assert_eq!(opened["name"], "陈桂兰");
    assert!(opened.get("months").is_none());
    assert_eq!(doors.count("PersonalDataDisclosed").await, 1);
}

#[tokio::test]
async fn another_system_says_why_and_every_summary_it_gets_is_recorded() {
    let doors = Doors::open().await;
    let finder = doors.token("finder", Role::Auditor, DataScope::Everywhere).await;
    let person = doors.get(&finder, "/persons?limit=1").await.json()["items"][0]["person_id"].clone();
    let path = format!("/beneficiaries/{}/summary", person.as_str().unwrap());
    let system = doors.token("medical.insurance", Role::Consumer, DataScope::Everywhere).await;
    assert_eq!(doors.get(&system, &path).await.code(), "purpose_required");
    let got = doors.get(&system, &format!("{path}?purpose=reimbursement")).await;
    assert_eq!(got.status, 200, "{got:?}");
    assert_eq!(doors.count("PersonalDataDisclosed").await, 1);
    let strange = doors.get(&system, &format!("{path}?purpose=x&bogus=1")).await;
    assert_eq!((strange.status, strange.code().as_str()), (400, "parameter_invalid"));
    assert_eq!(strange.json()["field"], "bogus");
}

#[tokio::test]
async fn pages_stay_right_while_people_are_added() {
    let doors = Doors::open().await;
    let clerk = doors.token("li.na", Role::Clerk, DataScope::Everywhere).await;
    let mut seen = Vec::new();
    let mut path = "/households?limit=1".to_owned();
    for round in 0..10 {
        let page = doors.get(&clerk, &path).await.json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|each| each["household_id"].to_string()));
        if round == 0 {
            let members = [member("HLG-7", "周桂芬", &id_number("99011419420303002"), COMMUNITY)];
            let added = doors.post(&clerk, "/households", &json!({ "members": members })).await;
            assert_eq!(added.status, 200, "{added:?}");
        }
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/households?limit=1&cursor={cursor}"),
            None => break,
        }
    }
    let mut distinct = seen.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!((seen.len(), distinct.len()), (4, 4), "three were there, one came: {seen:?}");
    let wrong = doors.get(&clerk, "/households?cursor=nonsense").await;
    assert_eq!((wrong.status, wrong.code().as_str()), (400, "cursor_invalid"));
    let bearer = format!("Bearer {clerk}");
    let headers = [("authorization", bearer.as_str()), ("accept", "text/csv")];
    let csv = doors.send("GET", "/households", &headers, b"").await;
    assert!(csv.header("content-type").unwrap().starts_with("text/csv"));
    assert_eq!(csv.text.lines().count(), 5, "{}", csv.text);
}

#[tokio::test]
async fn the_feed_goes_on_where_it_stopped_wakes_up_and_shows_no_other_community() {
    let doors = Doors::open().await;
    let near = doors.token("zhou.zheng", Role::Auditor, DataScope::of([COMMUNITY.to_owned()])).await;
    let far = doors.token("wu.jing", Role::Auditor, DataScope::of([OTHER.to_owned()])).await;
    let first = doors.get(&near, "/changes?from=0&limit=5").await.json();
    assert_eq!(first["events"].as_array().unwrap().len(), 5);
    let event = &first["events"][0];
    assert_eq!((event["specversion"].as_str(), event["data"].get("payload")), (Some("1.0"), None));
    let second = doors.get(&near, &format!("/changes?from={}&limit=500", first["next"])).await.json();
    let last_seen = first["events"][4]["data"]["position"].as_u64().unwrap();
    assert!(second["events"][0]["data"]["position"].as_u64().unwrap() > last_seen);
    let next = second["next"].as_u64().unwrap();
    let nothing = doors.get(&far, "/changes?from=0&limit=500").await.json();
    assert_eq!(nothing["events"], json!([]), "nobody lives there");
    let clerk = doors.token("li.na", Role::Clerk, DataScope::Everywhere).await;
    let members = [member("HLG-7", "周桂芬", &id_number("99011419420303002"), OTHER)];
    let (feed, household) = (format!("/changes?from={next}&wait=20"), json!({ "members": members }));
    let (woken, added) = tokio::join!(doors.get(&far, &feed), doors.post(&clerk, "/households", &household));
    assert_eq!(added.status, 200, "{added:?}");
    let woken = woken.json();
    assert!(woken.to_string().contains("ledger.Household.HouseholdRegistered"), "{woken}");
    assert!(!woken.to_string().contains("周桂芬"));
}

#[tokio::test]
async fn the_trail_of_a_person_tells_who_had_their_values_opened_to_those_who_see_the_person() {
    let doors = Doors::open().await;
    let auditor = doors.token("zhou.zheng", Role::Auditor, DataScope::Everywhere).await;
    let near = doors.token("near.auditor", Role::Auditor, DataScope::of([COMMUNITY.to_owned()])).await;
    let far = doors.token("far.auditor", Role::Auditor, DataScope::of([OTHER.to_owned()])).await;
    let persons = doors.get(&auditor, "/persons").await.json();
    let [one, other] = [0, 1].map(|place| persons["items"][place]["person_id"].as_str().unwrap().to_owned());
    let path = format!("/trail?person={one}");
    let before = doors.get(&auditor, &path).await.json()["items"].as_array().unwrap().clone();
    let summary = format!("/beneficiaries/{one}/summary?open=name&purpose=audit");
    assert_eq!(doors.get(&auditor, &summary).await.status, 200);

    let after = doors.get(&auditor, &path).await.json()["items"].as_array().unwrap().clone();
    assert_eq!(after[..before.len()], before, "what was told before stays where it was");
    let opened: Vec<&str> =
        after[before.len()..].iter().map(|each| each["event"].as_str().unwrap()).collect();
    assert_eq!(opened, ["PersonalDataDisclosed"]);
    let newest = doors.get(&near, &format!("{path}&sort=-position&limit=1")).await.json();
    assert_eq!(newest["items"][0], after[before.len()], "{newest}");
    assert_eq!(doors.get(&far, &path).await.json()["items"], json!([]));
    let of_other = doors.get(&auditor, &format!("/trail?person={other}")).await;
    assert!(!of_other.text.contains("PersonalDataDisclosed"), "{of_other:?}");
}
