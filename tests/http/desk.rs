//! What the office does besides paying, through the doors: payments held, money appropriated and remitted by two people, rates
//! published by two, a person erased by two, registers taken in with their bad rows sent back.

use api::processes::find_case;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use domain::actor::Role;
use domain::ids::CaseId;
use domain::program::Program;
use domain::user::DataScope;
use serde_json::{Value, json};
use tests::office::{FUND, GIFTS, Known, WANG, ZHAO, application};

use crate::client::{COMMUNITY, Doors, OTHER, Reply};

async fn done(doors: &Doors, token: &str, path: &str, body: &Value) -> Value {
    let reply = doors.post(token, path, body).await;
    assert_eq!(reply.status, 200, "{path}: {reply:?}");
    reply.json()
}

fn refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status, reply.code().as_str()), (status, code), "{reply:?}");
}

async fn of(doors: &Doors, name: &str, role: Role) -> String {
    doors.token(name, role, DataScope::Everywhere).await
}

async fn case_of(doors: &Doors, person: Known) -> CaseId {
    let row = application(person, Program::AdvancedAgeAllowance);
    find_case(&doors.small.office, &row).await.unwrap().subject.case_id
}

#[tokio::test]
async fn a_held_payment_is_released_by_somebody_else_and_the_file_of_the_case_says_both() {
    let doors = Doors::open().await;
    let (one, other) = (of(&doors, "li.na", Role::Clerk).await, of(&doors, "wu.gang", Role::Reviewer).await);
    let case = case_of(&doors, WANG).await;
    let held = json!({ "reason": "account_in_doubt", "note": "账户信息待核实" });
    done(&doors, &one, &format!("/cases/{case}/holds"), &held).await;
    let own = doors.post(&one, &format!("/cases/{case}/holds/release"), &json!({})).await;
    refused(&own, 403, "lifted_by_holder");
    let file = doors.get(&one, &format!("/cases/{case}/file")).await.json();
    assert_eq!(file["holds"][0]["lifted_on"], Value::Null, "{file}");
    assert!(!file.to_string().contains("待核实"), "the note is sealed");
    done(&doors, &other, &format!("/cases/{case}/holds/release"), &json!({})).await;
    let file = doors.get(&one, &format!("/cases/{case}/file")).await.json();
    assert!(file["holds"][0]["lifted_on"].is_string(), "{file}");
    let months = doors.get(&one, &format!("/cases/{case}/months")).await.json();
    assert!(months["months"].as_array().unwrap().iter().any(|month| month["month"] == "2023-02"), "{months}");
    let then = "comparison?effective=2023-01-06&known=2023-01-06";
    let compared = doors.get(&one, &format!("/cases/{case}/{then}")).await.json();
    assert!(!compared["differences"].as_array().unwrap().is_empty(), "it was decided since: {compared}");
    let same = doors.get(&one, &format!("/cases/{case}/comparison")).await.json();
    assert_eq!(same["differences"], json!([]));
    // the log recorded it behind the decision on the other case: on that day nobody knew of it
    let later = case_of(&doors, ZHAO).await;
    assert_eq!(doors.get(&one, &format!("/cases/{later}/{then}")).await.status, 404);
}

#[tokio::test]
async fn money_comes_by_a_document_and_leaves_a_campaign_by_two_people() {
    let doors = Doors::open().await;
    let finance = of(&doors, "zheng.shu", Role::Finance).await;
    let approver = of(&doors, "sun.qiang", Role::Approver).await;
    let fund = doors.small.office.fund_id(FUND).to_string();
    let before = doors.get(&finance, &format!("/funds/{fund}")).await.json()["balance"].as_i64().unwrap();
    let money = json!({ "amount_fen": 5000, "document": "昌财〔2023〕7号", "level": "district" });
    done(&doors, &finance, &format!("/funds/{fund}/appropriations"), &money).await;
    let after = doors.get(&finance, &format!("/funds/{fund}")).await.json()["balance"].as_i64().unwrap();
    assert_eq!(after - before, 5000);
    let campaign = doors.get(&finance, "/campaigns?sort=-received_fen").await.json();
    let campaign = campaign["items"][0]["campaign_id"].as_str().unwrap().to_owned();
    let gifts = doors.get(&finance, &format!("/campaigns/{campaign}/gifts?limit=1")).await.json();
    assert!(gifts["next_cursor"].is_string() && !gifts.to_string().contains("慕容"), "{gifts}");
    let proposal = json!({ "recipient": "区慈善协会", "amount_fen": 5000 });
    let path = format!("/campaigns/{campaign}/remittances");
    let id = done(&doors, &finance, &path, &proposal).await["id"].as_str().unwrap().to_owned();
    let reference = json!({ "reference": "汇0001" });
    let own = doors.post(&finance, &format!("{path}/{id}/approval"), &reference).await;
    refused(&own, 403, "role_not_allowed");
    done(&doors, &approver, &format!("{path}/{id}/approval"), &reference).await;
    let trace = doors.get(&finance, &format!("/campaigns/{campaign}/trace")).await.json();
    assert_eq!(trace["remitted"], 5000, "{trace}");
    let receipts = doors.get(&finance, &format!("/campaigns/{campaign}/receipts")).await.json();
    let number = receipts["items"][0]["number"].as_u64().unwrap();
    let voiding = format!("/campaigns/{campaign}/receipts/{number}/voiding");
    done(&doors, &finance, &voiding, &json!({ "reason": "抬头有误" })).await;
    let shown = doors.get(&finance, &format!("/campaigns/{campaign}")).await.json();
    assert_eq!(shown["voided_receipts"], 1);
    let gifts_fund = doors.small.office.fund_id(GIFTS);
    assert_eq!(shown["fund_id"], json!(gifts_fund));
}

#[tokio::test]
async fn rates_are_tried_without_a_trace_and_published_by_two() {
    let doors = Doors::open().await;
    let (administrator, approver) =
        (of(&doors, "zhou.kai", Role::Administrator).await, of(&doors, "sun.qiang", Role::Approver).await);
    let text = "[[parameter]]\nkey = \"advanced_age_80\"\n[[parameter.row]]\nfrom = \"2023-01\"\nvalue = \"160.00\"\n\
                announced = \"2023-02-20\"\nsource = \"京民养老发〔2023〕8号\"\nstatus = \"sourced\"\n";
    let before = doors.count("PolicyParametersProposed").await;
    let tried = done(&doors, &administrator, "/rates/trial", &json!({ "text": text })).await;
    assert_eq!((tried["changes"][0]["value"].as_str(), &tried["examples"]), (Some("160.00"), &json!([])));
    let wrong = doors.post(&administrator, "/rates/trial", &json!({ "text": "[[" })).await;
    assert_eq!(wrong.status, 422, "{wrong:?}");
    assert_eq!(doors.count("PolicyParametersProposed").await, before, "nothing is stored by trying");
    let draft = json!({ "document": "京民养老发〔2023〕8号", "text": text });
    let number = done(&doors, &administrator, "/rates/proposals", &draft).await["number"].clone();
    let approval = format!("/rates/proposals/{number}/approval");
    refused(&doors.post(&administrator, &approval, &json!({})).await, 403, "role_not_allowed");
    done(&doors, &approver, &approval, &json!({})).await;
    let rates = doors.get(&administrator, "/rates?parameter=advanced_age_80").await.json();
    let newest = rates["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (newest["value"].as_str(), newest["from"].as_str()),
        (Some("160.00"), Some("2023-01")),
        "{rates}"
    );
}

#[tokio::test]
async fn a_register_with_a_bad_row_is_not_imported_and_comes_back_to_be_corrected() {
    let doors = Doors::open().await;
    let clerk = of(&doors, "li.na", Role::Clerk).await;
    let near = doors.token("zhao.min", Role::Clerk, DataScope::of([COMMUNITY.to_owned()])).await;
    let columns = api::registers::RegisterKind::Persons.template().columns;
    let heads: Vec<&str> = columns.iter().map(|column| column.head).collect();
    let row = |number: &str, id_number: &str| {
        let cell = |code: &str| match code {
            "household_number" => number.to_owned(),
            "relation" => "户主".to_owned(),
            "name" => "钱国强".to_owned(),
            "id_number" => id_number.to_owned(),
            "hukou" => "本市户籍".to_owned(),
            "community" => COMMUNITY.to_owned(),
            "address" => "1号楼1室".to_owned(),
            "registered_on" => "2023-02-01".to_owned(),
            _ => String::new(),
        };
        columns.iter().map(|column| cell(column.code)).collect::<Vec<_>>().join(",")
    };
    let right = row("HLG-20", &crate::client::id_number("99011419400101001"));
    let file = format!("{}\n{right}\n{}\n", heads.join(","), row("HLG-21", "123"));
    let send = async |token: &str, path: &str, file: &str| {
        let key = uuid::Uuid::new_v4().to_string();
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", &key)];
        doors.send("POST", path, &headers, file.as_bytes()).await
    };
    let before = doors.count("HouseholdRegistered").await;
    let checked = send(&clerk, "/registers/persons/check", &file).await.json();
    assert_eq!((&checked["rows"], &checked["bad"]), (&json!(2), &json!(1)), "{checked}");
    let problem = &checked["problems"][0];
    assert_eq!(
        (problem["row"].as_u64(), problem["field"].as_str()),
        (Some(3), Some("id_number")),
        "{problem}"
    );
    assert_eq!(problem["code"], "id_number_invalid");
    let stopped = send(&clerk, "/registers/persons/import", &file).await.json();
    assert_eq!(stopped["imported"], Value::Null);
    let corrections = STANDARD.decode(stopped["corrections_base64"].as_str().unwrap()).unwrap();
    assert_eq!(&corrections[..2], b"PK", "a workbook with the bad row");
    assert_eq!(doors.count("HouseholdRegistered").await, before);
    refused(&send(&near, "/registers/persons/import", &file).await, 403, "role_not_allowed");
    let kept = send(&clerk, "/registers/persons/import?keep_good=true", &file).await.json();
    assert_eq!(kept["imported"]["new"], 1, "{kept}");
    let again = send(&clerk, "/registers/persons/import?keep_good=true", &file).await.json();
    assert_eq!((&again["imported"]["new"], &again["imported"]["repeated"]), (&json!(0), &json!(1)));
    assert_eq!(doors.count("HouseholdRegistered").await, before + 1);
    let large = send(&clerk, "/registers/persons/check", &"户号,".repeat(1 << 19)).await;
    assert_eq!(large.status, 422, "it is read, and is no register: {large:?}");
}

#[tokio::test]
async fn summaries_of_many_come_as_lines_and_each_disclosure_stands_in_the_log_before() {
    let doors = Doors::open().await;
    let system = of(&doors, "medical.insurance", Role::Consumer).await;
    let auditor = of(&doors, "zhou.zheng", Role::Auditor).await;
    let silent = doors.get(&system, "/beneficiaries/summaries").await;
    refused(&silent, 400, "purpose_required");
    assert_eq!(doors.count("PersonalDataDisclosed").await, 0);
    let got = doors.get(&system, "/beneficiaries/summaries?purpose=reimbursement&fields=programs").await;
    assert_eq!(got.header("content-type"), Some("application/x-ndjson"));
    let lines: Vec<Value> = got
        .text
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3, "{}", got.text);
    assert!(
        lines
            .iter()
            .all(|line| line["totals"]["paid_fen"].is_i64() && line["name"].as_str().unwrap().contains('*'))
    );
    assert_eq!(doors.count("PersonalDataDisclosed").await, 1, "one disclosure names all three");
    let last = lines[1]["person_id"].as_str().unwrap();
    let rest = doors.get(&auditor, &format!("/beneficiaries/summaries?after={last}")).await;
    assert_eq!(rest.text.lines().filter(|line| line.starts_with('{')).count(), 1, "it goes on behind");
    let looked = doors.get(&auditor, "/disclosures?limit=5").await.json();
    assert_eq!(looked["items"][0]["recipient"], "medical.insurance", "{looked}");
    assert_eq!(looked["items"][0]["opened"].as_array().unwrap().len(), 3);
    let far = doors.token("wu.jing", Role::Auditor, DataScope::of([OTHER.to_owned()])).await;
    assert_eq!(doors.get(&far, "/disclosures").await.json()["items"], json!([]));
    let none = doors.get(&far, "/beneficiaries/summaries").await;
    assert!(!none.text.contains("person_id"), "{}", none.text);
}

#[tokio::test]
async fn short_lists_are_paged_and_every_list_comes_as_a_workbook_too() {
    let doors = Doors::open().await;
    let finance = of(&doors, "zheng.shu", Role::Finance).await;
    let first = doors.get(&finance, "/funds?limit=1&sort=name").await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = doors.get(&finance, &format!("/funds?limit=1&sort=name&cursor={cursor}")).await.json();
    assert_eq!(second["next_cursor"], Value::Null);
    assert_ne!(first["items"][0]["fund_id"], second["items"][0]["fund_id"]);
    refused(&doors.get(&finance, "/runs?sort=secret").await, 400, "parameter_invalid");
    let bearer = format!("Bearer {finance}");
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let headers = [("authorization", bearer.as_str()), ("accept", kind)];
    let book = doors.send("GET", "/funds", &headers, b"").await;
    assert_eq!((book.status, book.header("content-type")), (200, Some(kind)));
    assert!(book.text.starts_with("PK"));
}
