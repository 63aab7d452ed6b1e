//! Things that exist in the small office, to put into the paths of endpoints.

use api::processes::Desk;
use api::processes::attachments::{Belonging, NewAttachment, keep_attachment};
use api::processes::users::{self, NewUser};
use api::processes::webhooks::{NewWebhook, subscribe_webhook};
use chrono::Utc;
use domain::actor::ActorId;
use domain::household::AttachmentKind;
use domain::user::{DataScope, UserKind};
use domain::webhook::WebhookFilter;
use tests::personas;

use crate::client::Doors;

/// Identifiers of things that exist.
pub struct Things {
    case: String,
    household: String,
    person: String,
    run: String,
    fund: String,
    campaign: String,
    gift: String,
    attachment: String,
    webhook: String,
}

impl Things {
    /// The endpoint's path with a thing of its kind.
    pub fn put_into(&self, path: &str) -> String {
        let id = match path.split('/').nth(1) {
            Some("cases") => &self.case,
            Some("households") => &self.household,
            Some("beneficiaries" | "persons") => &self.person,
            Some("runs") => &self.run,
            Some("funds") => &self.fund,
            Some("campaigns") => &self.campaign,
            Some("gifts") => &self.gift,
            Some("webhooks") => &self.webhook,
            _ => "0c8f1a52-7b1e-4c55-9a39-64c0d3b8a001",
        };
        let mut path = path.replace("{id}", id);
        for (name, value) in [
            ("{account}", "no.body"),
            ("{number}", "1"),
            ("{row}", "1"),
            ("{code}", "deposits"),
            ("{sha256}", "4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce"),
            ("{year}", "2023"),
            ("{month}", "2023-02"),
            ("{kind}", "persons"),
            ("{gift}", &self.gift),
            ("{attachment}", &self.attachment),
            ("{remittance}", "0c8f1a52-7b1e-4c55-9a39-64c0d3b8a001"),
        ] {
            path = path.replace(name, value);
        }
        match path.rsplit('/').next() {
            Some("summary" | "content") => format!("{path}?purpose=%E8%AF%95%E7%94%A8"),
            Some("inclusion") => format!("{path}?position=0"),
            Some("consistency") => format!("{path}?from=1"),
            _ => path,
        }
    }
}

pub async fn things(doors: &Doors) -> Things {
    let token = doors.token("finds.things", domain::actor::Role::Auditor, DataScope::Everywhere).await;
    let case = doors.get(&token, "/cases?program=subsistence_allowance").await.json()["items"][0].clone();
    let run = doors.get(&token, "/runs").await.json()["items"][0]["run_id"].clone();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let campaign = doors.get(&token, "/campaigns").await.json()["items"][0]["campaign_id"].clone();
    let campaign = text(&campaign);
    let gifts = doors.get(&token, &format!("/campaigns/{campaign}/gifts")).await.json();
    let person = text(&case["applicant"]);
    let attachment = attached(doors, &person).await;
    Things {
        attachment,
        fund: doors.small.office.fund_id(tests::office::FUND).to_string(),
        webhook: webhook(doors).await,
        gift: text(&gifts["items"][0]["donation_id"]),
        campaign,
        case: text(&case["case_id"]),
        household: text(&case["household_id"]),
        person,
        run: text(&run),
    }
}

/// A scan of a paper of somebody.
async fn attached(doors: &Doors, person: &str) -> String {
    let office = &doors.small.office;
    let of = Belonging::of(office, person.parse().unwrap()).await.unwrap();
    let bytes = b"%PDF-1.7 scan".to_vec();
    let new = NewAttachment { kind: AttachmentKind::Certificate, file_name: "scan.pdf".to_owned(), bytes };
    let desk = Desk::new(personas::clerk(), Utc::now());
    keep_attachment(office, &desk, &of, new).await.unwrap().to_string()
}

/// Another system that is told of changes.
async fn webhook(doors: &Doors) -> String {
    let desk = Desk::new(personas::administrator(), Utc::now());
    let consumer = ActorId::parse("told.system").unwrap();
    let user = NewUser {
        account: consumer.clone(),
        kind: UserKind::Consumer,
        title: "试用".to_owned(),
        data_scope: DataScope::Everywhere,
        roles: vec![],
    };
    users::open_user(&doors.small.office, &desk, user).await.unwrap();
    let wanted =
        NewWebhook { consumer, url: "https://hooks.example/".to_owned(), filter: WebhookFilter::default() };
    subscribe_webhook(&doors.small.office, &desk, wanted).await.unwrap().webhook_id.to_string()
}
