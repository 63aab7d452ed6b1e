//! Registers that are dropped on the console.

use api::app::App;
use api::console::{Console, Entrance, routes};
use api::processes::Office;
use axum::Router;
use axum::http::StatusCode;
use tests::counter::Counter;
use tests::ledger_binary;

use crate::visitors::{Browser, office_with_a_console};

const HEADS: &str = "户号,与户主关系,姓名,公民身份号码,户籍,社区,住址,登记日期,银行账号\n";
const GOOD: &str =
    "HLG-7,户主,赵丽华,990114195501010027,本市户籍,天通苑社区,7号楼1室,2023-11-01,9901140000000000027\n";
const BAD: &str = "HLG-8,户主,孙建国,990114195601010012,本市户籍,天通苑社区,8号楼1室,2023-11-01,\n";

/// The console of a program that reads registers in a child of its own.
async fn door() -> (Counter, App, Router) {
    let (counter, _, app, _) = office_with_a_console().await;
    let office = Office { program: Some(ledger_binary()), ..app.office().clone() };
    let router = routes(Console::new(office, Entrance::default()));
    (counter, app, router)
}

async fn dropped(browser: &mut Browser, kind: &str, text: &str) -> crate::visitors::Got {
    browser.drop_file("/import/files", ("register", kind), ("file", text)).await
}

/// The name under which a page keeps the file.
fn name_of(page: &str) -> String {
    let (_, rest) = page.split_once("/import/files/").unwrap();
    rest[..36].to_owned()
}

async fn length(app: &App) -> u64 {
    app.office().repository.log().length().await.unwrap()
}

#[tokio::test]
async fn a_clerk_sees_what_is_wrong_beside_its_row_and_imports_the_same_file() {
    let (_counter, app, router) = door().await;
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let before = length(&app).await;
    let page = dropped(&mut clerk, "persons", &format!("{HEADS}{GOOD}{BAD}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    assert!(page.text().contains("公民身份号码有误") && page.text().contains("HLG-8"), "{}", page.text());
    assert!(
        !page.text().contains("990114195601010012"),
        "a number is shown as far as it helps to find the row"
    );
    assert_eq!(length(&app).await, before, "a look changes nothing");
    let file = name_of(page.text());
    let mended = clerk.get(&format!("/import/files/{file}/corrections.xlsx")).await;
    assert!(mended.status == StatusCode::OK && mended.bytes.starts_with(b"PK"), "a workbook");

    let rows = format!("/import/files/{file}/rows");
    let stopped = clerk.post(&rows, &[]).await;
    assert_eq!(stopped.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(stopped.text().contains("bad_rows") && length(&app).await == before);
    let taken = clerk.post(&rows, &[("keep_good", "yes")]).await;
    assert!(taken.text().contains("已导入。") && length(&app).await > before, "{}", taken.text());
    let after = length(&app).await;
    clerk.post(&rows, &[("keep_good", "yes")]).await;
    assert_eq!(length(&app).await, after, "the same file again changes nothing");
    app.close().await.unwrap();
}

#[tokio::test]
async fn a_file_is_nobody_elses_and_rows_of_other_communities_are_refused() {
    let (_counter, app, router) = door().await;
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let mut elsewhere = Browser::signed_in(&router, "zhao.min").await;
    let page = dropped(&mut clerk, "persons", &format!("{HEADS}{GOOD}")).await;
    let file = name_of(page.text());
    let strange = elsewhere.post(&format!("/import/files/{file}/rows"), &[]).await;
    assert!(strange.text().contains("file_gone"), "{}", strange.text());
    assert_eq!(
        elsewhere.get(&format!("/import/files/{file}/corrections.xlsx")).await.status,
        StatusCode::NOT_FOUND
    );

    let own = dropped(&mut elsewhere, "persons", &format!("{HEADS}{GOOD}")).await;
    assert!(!own.text().contains("不在您的数据范围内"), "{}", own.text());
    let other = GOOD.replace("天通苑社区", "龙泽苑东社区");
    let hidden = dropped(&mut elsewhere, "persons", &format!("{HEADS}{other}")).await;
    assert!(hidden.text().contains("不在您的数据范围内"), "{}", hidden.text());
    let before = length(&app).await;
    let rows = format!("/import/files/{}/rows", name_of(hidden.text()));
    elsewhere.post(&rows, &[("keep_good", "yes")]).await;
    assert_eq!(length(&app).await, before);
    app.close().await.unwrap();
}

#[tokio::test]
async fn who_may_import_what_and_what_is_no_register() {
    let (_counter, app, router) = door().await;
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let template = clerk.get("/import/templates/changes.xlsx").await;
    assert!(template.bytes.starts_with(b"PK"));
    assert_eq!(clerk.get("/import/templates/passwords.xlsx").await.status, StatusCode::NOT_FOUND);
    let nothing = dropped(&mut clerk, "persons", "").await;
    assert!(nothing.text().contains("file_missing"), "{}", nothing.text());
    let garbage = dropped(&mut clerk, "persons", "<html>&nbsp;</html>").await;
    assert_eq!(garbage.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", garbage.text());

    let mut finance = Browser::signed_in(&router, "liu.yang").await;
    assert_eq!(finance.get("/import").await.status, StatusCode::OK);
    assert!(!finance.get("/import").await.text().contains("人员家庭登记"), "finance takes gifts alone");
    let people = dropped(&mut finance, "persons", &format!("{HEADS}{GOOD}")).await;
    assert_eq!(people.status, StatusCode::FORBIDDEN);
    for account in ["chen.jing", "sun.lei"] {
        let mut browser = Browser::signed_in(&router, account).await;
        assert_eq!(browser.get("/import").await.status, StatusCode::FORBIDDEN, "{account}");
    }
    app.close().await.unwrap();
}
