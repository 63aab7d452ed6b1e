//! Personal values: nowhere in clear, in any spelling, in the database or in the server's log.

use projections::runner::Until;
use tests::office::{CHEN, DONORS, PEOPLE, SmallOffice, WANG, id_number};

/// One staged line.
const FIRST: &str = "(run_id, program, case_id, month) = (select run_id, program, case_id, month from app_run_lines order by 1, 2, 3, 4 limit 1)";

#[tokio::test]
async fn nothing_that_the_office_knows_of_people_can_be_found_in_a_dump() {
    let small = SmallOffice::open().await;
    let dump = small.ledger.dump().await;
    assert!(dump.mentions("龙泽苑东社区"), "the dump is complete");
    for person in PEOPLE {
        let id_number = id_number(person);
        for value in [person.name, id_number.as_str(), person.account, person.address] {
            assert!(!dump.mentions(value), "{value}");
        }
    }
    for donor in DONORS {
        assert!(!dump.mentions(donor), "{donor}");
    }
}

#[tokio::test]
async fn a_value_that_stands_somewhere_in_clear_is_found_in_every_spelling() {
    let escaped: String = DONORS[0].encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
    let id_number = id_number(CHEN);
    let plants = [
        (WANG.name, format!("to_json('{}'::text)", WANG.name)),
        (CHEN.address, format!("to_json(convert_to('{}', 'utf8'))", CHEN.address)),
        (id_number.as_str(), format!("json_build_object('note', 'about {}')", id_number.as_str())),
        (CHEN.account, format!("json_build_object('nested', json_build_array('{}'))", CHEN.account)),
        (DONORS[0], format!("('{{\"note\":\"{escaped}\"}}')::json")),
    ];
    let mut small = SmallOffice::open().await;
    for (value, expression) in plants {
        small.damage(&format!("update app_run_lines set line = {expression} where {FIRST}")).await;
        let verdicts = small.verdicts().await;
        let found: Vec<_> = verdicts.iter().filter(|verdict| !verdict.findings.is_empty()).collect();
        assert!(found.len() == 1 && found[0].invariant.code == "sealed", "{expression}: {found:?}");
        let [finding] = &found[0].findings[..] else { panic!("{expression}: {found:?}") };
        assert!(finding.en.contains("app_run_lines") && !finding.en.contains(value), "{finding:?}");
    }
}

#[tokio::test]
async fn a_value_that_stands_in_clear_is_found_in_the_dump() {
    let mut small = SmallOffice::open().await;
    let plant = format!("update app_run_lines set line = to_json('{}'::text) where {FIRST}", WANG.name);
    small.damage(&plant).await;
    assert!(small.ledger.dump().await.mentions(WANG.name));
}

#[tokio::test]
async fn a_clear_name_in_an_event_is_found_at_its_position() {
    let mut small = SmallOffice::open().await;
    let visited = small.first("MeansChecked").await;
    small.forge(visited, "HD-20230106", CHEN.name).await;
    assert_eq!(small.broken().await["sealed"], [visited]);
}

#[tokio::test]
async fn an_organisation_that_is_named_openly_may_give_money_under_its_name() {
    let small = SmallOffice::open().await;
    small.open_campaign("春暖", "2023-02-01", "2023-12-31").await;
    // a community of the register, the campaign's organiser, and a part of its name
    for (number, donor) in ["龙泽苑东社区", "街道办事处", "街道办"].into_iter().enumerate() {
        small.give(("春暖", &format!("G-{number}")), donor, "1.00", "2023-02-05").await;
    }
    assert!(small.broken().await.is_empty());
    small.ledger.finish().await;
}

#[tokio::test]
async fn a_name_that_stands_in_an_open_one_is_still_found_by_itself() {
    let mut small = SmallOffice::open().await;
    small.open_campaign(&format!("{}助学", WANG.name), "2023-02-01", "2023-12-31").await;
    assert!(small.broken().await.is_empty());
    let plant = format!("update app_run_lines set line = to_json('{}'::text) where {FIRST}", WANG.name);
    small.damage(&plant).await;
    assert!(small.broken().await.contains_key("sealed"));
}

#[tokio::test]
async fn a_nickname_that_any_text_may_hold_and_a_donor_named_as_the_purpose_are_no_leak() {
    let small = SmallOffice::open().await;
    small.open_campaign("春暖", "2023-02-01", "2023-12-31").await;
    // the campaign is for 扶老助困; codes, hashes, keys and amounts hold the others
    let donors =
        ["A", "a", "b", "ok", "123", "1", "王", "Tom", "AC01", "settled", "li.na", "扶老助困", "助困"];
    for (number, donor) in donors.into_iter().enumerate() {
        small.give(("春暖", &format!("G-{number}")), donor, "1.00", "2023-02-05").await;
    }
    small.office.runner.catch_up(Until::Head).await.unwrap();
    assert!(small.broken().await.is_empty());
    small.ledger.finish().await;
}

/// An office to which two people with foreign names gave money.
async fn with_foreign_donors() -> SmallOffice {
    let small = SmallOffice::open().await;
    small.open_campaign("春暖", "2023-02-01", "2023-12-31").await;
    for (number, donor) in ["John Smith", "Tom"].into_iter().enumerate() {
        small.give(("春暖", &format!("G-{number}")), donor, "1.00", "2023-02-05").await;
    }
    small.office.runner.catch_up(Until::Head).await.unwrap();
    assert!(small.broken().await.is_empty());
    small
}

#[tokio::test]
async fn a_name_in_the_reason_of_an_event_is_found_whether_it_is_chinese_or_foreign() {
    let mut small = with_foreign_donors().await;
    let returned = small.first("PaymentReturned").await;
    let mut said = "AC01".to_owned();
    for reason in [format!("应{}要求", WANG.name), "应John Smith要求".to_owned(), "应 Tom 要求".to_owned()]
    {
        small.forge(returned, &said, &reason).await;
        assert_eq!(small.broken().await["sealed"], [returned], "{reason}");
        said = reason;
    }
    small.forge(returned, &said, "应 Tomlinson 要求").await;
    assert!(!small.broken().await.contains_key("sealed"), "another name");
}

#[tokio::test]
async fn a_name_in_a_read_table_is_found_whether_it_is_chinese_or_foreign() {
    let mut small = with_foreign_donors().await;
    let wang = format!("{}之友", WANG.name);
    for (column, text) in
        [("organiser", wang.as_str()), ("organiser", "xJohn Smith's"), ("purpose", "for Tom and others")]
    {
        let text = text.replace('\'', "''");
        small.damage(&format!("update read_campaigns set {column} = '{text}' where name = '春暖'")).await;
        assert!(small.broken().await.contains_key("sealed"), "{text}");
        let back = "organiser = '街道办事处', purpose = '扶老助困'";
        small.damage(&format!("update read_campaigns set {back} where name = '春暖'")).await;
    }
    assert!(!small.broken().await.contains_key("sealed"));
    small
        .damage("update read_donations set donor_name_sealed = 'Tom' where donor_name_sealed is not null")
        .await;
    assert!(small.broken().await.contains_key("sealed"));
}
