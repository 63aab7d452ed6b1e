//! What is recorded of people and households after they were registered, through the door.

use domain::actor::Role;
use domain::household::Household;
use domain::ids::HouseholdId;
use domain::user::DataScope;
use serde_json::{Value, json};

use crate::client::{COMMUNITY, Doors, OTHER, Reply};

struct Home {
    doors: Doors,
    clerk: String,
    far: String,
    household: String,
    person: String,
}

async fn home() -> Home {
    let doors = Doors::open().await;
    let clerk = doors.token("li.na", Role::Clerk, DataScope::of([COMMUNITY.to_owned()])).await;
    let far = doors.token("zhao.min", Role::Clerk, DataScope::of([OTHER.to_owned()])).await;
    let cases = doors.get(&clerk, "/cases?program=subsistence_allowance").await.json();
    let text = |name: &str| cases["items"][0][name].as_str().unwrap().to_owned();
    let (household, person) = (text("household_id"), text("applicant"));
    Home { doors, clerk, far, household, person }
}

fn located(reply: &Reply, code: &str, field: &str) {
    let problem = reply.json();
    let told = (reply.status, reply.code(), problem["field"].as_str().unwrap_or_default().to_owned());
    assert_eq!(told, (422, code.to_owned(), field.to_owned()), "{reply:?}");
}

#[tokio::test]
async fn a_household_declares_what_it_owns_and_the_newest_declaration_stands() {
    let home = home().await;
    let path = format!("/households/{}/property", home.household);
    let owns = |cars: i64, cash: i64| json!({ "property": { "motor_vehicles": cars, "homes": 1, "cash_assets": cash }, "since": "2023-02-01" });
    let before = home.doors.count("PropertyDeclared").await;
    let sent = async |body: &Value| {
        let reply = home.doors.post(&home.clerk, &path, body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        home.doors.count("PropertyDeclared").await - before
    };
    assert_eq!(sent(&owns(0, 800_000)).await, 1);
    assert_eq!(sent(&owns(0, 800_000)).await, 1, "what stands already changes nothing");
    assert_eq!(sent(&owns(1, 800_000)).await, 2);
    assert_eq!(sent(&owns(0, 800_000)).await, 3, "a correction can be taken back");
    let id: HouseholdId = home.household.parse().unwrap();
    let state = home.doors.small.office.repository.load_newest::<Household>(id).await.unwrap().state;
    let stands = *state.registered().unwrap().property.last().unwrap();
    assert_eq!((stands.motor_vehicles, stands.cash_assets.unwrap().fen()), (0, 800_000));

    let wrong = home.doors.post(&home.clerk, &path, &owns(0, -1)).await;
    located(&wrong, "property_invalid", "property.cash_assets");
    let mut late = owns(0, 0);
    late["since"] = json!("2099-01-01");
    located(&home.doors.post(&home.clerk, &path, &late).await, "date_too_far_ahead", "since");
    let negative = home.doors.post(&home.clerk, &path, &owns(-1, 0)).await;
    located(&negative, "body_invalid", "property.motor_vehicles");
    assert_eq!(home.doors.post(&home.far, &path, &owns(0, 0)).await.status, 404);
}

#[tokio::test]
async fn an_assessed_care_level_is_kept_sealed_and_can_be_corrected() {
    let home = home().await;
    let path = format!("/persons/{}/care-assessments", home.person);
    let level = |level: &str| json!({ "level": level, "assessed_on": "2023-02-01" });
    let sent = async |of: &str| {
        let reply = home.doors.post(&home.clerk, &path, &level(of)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        home.doors.count("CareLevelAssessed").await
    };
    assert_eq!(sent("severe").await, 1);
    assert_eq!(sent("severe").await, 1, "what stands already changes nothing");
    assert_eq!(sent("mild").await, 2);
    assert_eq!(sent("severe").await, 3, "a correction can be taken back");
    let query = "select string_agg(payload::text, '') from log_events where event_type = 'CareLevelAssessed'";
    let kept: String = sqlx::query_scalar(query).fetch_one(home.doors.small.ledger.owner()).await.unwrap();
    assert!(!kept.contains("severe") && !kept.contains("mild"), "{kept}");

    located(&home.doors.post(&home.clerk, &path, &level("heavy")).await, "body_invalid", "level");
    let late = json!({ "level": "mild", "assessed_on": "2099-01-01" });
    located(&home.doors.post(&home.clerk, &path, &late).await, "date_in_future", "assessed_on");
    assert_eq!(home.doors.post(&home.far, &path, &level("mild")).await.status, 404);
}
