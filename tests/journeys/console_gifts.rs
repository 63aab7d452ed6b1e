//! At a campaign's page: a thermometer that says what the log says, and the statement of a payment platform that is dropped
//! there.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use api::app::App;
use api::console::{Console, Entrance, routes};
use api::processes::Office;
use api::registers::statements::StatementLayouts;
use axum::Router;
use axum::http::StatusCode;
use domain::money::Money;
use domain::numbers::yuan;
use serde_json::Value;
use tests::counter::Counter;

use crate::console_layouts::OF_A_PLATFORM;
use crate::giving::{CAMPAIGN, STATEMENT, office_with_a_campaign, pay, record};
use crate::serving::{Server, far_hour};
use crate::visitors::{ADMIN, Browser, Got, open_accounts};

async fn open() -> (Counter, App, Router, String) {
    let counter = office_with_a_campaign().await;
    open_accounts(&counter);
    let app = counter.app().await;
    let router = routes(Console::new(app.office().clone(), Entrance::default()));
    let page = format!("/campaigns/{}", app.office().campaign_id(CAMPAIGN));
    (counter, app, router, page)
}

/// What the log's own events make of the campaign, in fen: given, refunds taken off; remitted.
async fn logged(app: &App) -> (i64, i64) {
    let kinds = ["DonationReceived", "DonationRefunded", "DonationRemitted"];
    let texts: Vec<String> = sqlx::query_scalar(
        "select payload::text from log_events where event_type = any($1) order by position",
    )
    .bind(kinds.map(str::to_owned).to_vec())
    .fetch_all(&app.office().pool)
    .await
    .unwrap();
    let (mut given, mut remitted) = (0, 0);
    for text in texts {
        let event: Value = serde_json::from_str(&text).unwrap();
        given += event["DonationReceived"]["donation"]["amount"].as_i64().unwrap_or(0);
        given -= event["DonationRefunded"]["amount"].as_i64().unwrap_or(0);
        remitted += event["DonationRemitted"]["amount"].as_i64().unwrap_or(0);
    }
    (given, remitted)
}

fn fen(text: &str) -> i64 {
    text.replace([',', '.'], "").parse().unwrap()
}

/// The sum in a row of the thermometer's table, in fen.
fn in_row(page: &Got, name: &str) -> i64 {
    let (_, row) = page.text().split_once(&format!(">{name}</td>")).unwrap_or_else(|| panic!("{name}"));
    let (_, sum) = row.split_once("<td class=\"num\">").unwrap();
    fen(sum.split_once('<').unwrap().0)
}

/// How wide the parts of the tube are drawn: aid, remitted, held.
fn drawn(page: &Got) -> [i64; 3] {
    let (_, svg) = page.text().split_once("<svg class=\"thermometer\"").unwrap();
    let (svg, _) = svg.split_once("</svg>").unwrap();
    ["#0b1f3a", "#4a8fe0", "#e3ebf6"].map(|fill| {
        let part = svg.split("<rect ").find(|part| part.contains(&format!("height=\"32\" fill=\"{fill}\"")));
        let (_, wide) = part.unwrap().split_once("width=\"").unwrap();
        wide.split_once('"').unwrap().0.parse().unwrap()
    })
}

/// The page says what the log says; its parts are the whole, in the table and in the drawing.
async fn assert_true_to_the_log(app: &App, page: &Got) {
    let (given, remitted) = logged(app).await;
    let [aid, sent, held, total] =
        ["已用于救助", "已转交", "尚未使用", "合计（收到 − 退还）"].map(|name| in_row(page, name));
    assert_eq!((total, sent), (given, remitted));
    assert_eq!(aid + sent + held, total);
    let figure = format!("<dt>合计（元）</dt><dd>{}</dd>", yuan(Money::try_from_fen(given).unwrap()));
    assert!(page.text().contains(&figure), "{figure}");
    let widths = drawn(page);
    assert_eq!(widths.iter().sum::<i64>(), if total == 0 { 0 } else { 560 });
    for (wide, part) in widths.into_iter().zip([aid, sent, held]) {
        let exact = if total == 0 { 0 } else { part * 560 / total };
        assert!((wide - exact).abs() <= 2 && (wide > 0) == (part > 0), "{widths:?} of {part} in {total}");
    }
    assert!(!page.text().contains("style="), "the policy forbids it");
    assert!(page.text().contains("role=\"img\" aria-label=\""));
}

#[tokio::test]
async fn the_thermometer_says_what_the_log_says_after_every_step() {
    let (counter, app, router, page) = open().await;
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let mut finance = Browser::signed_in(&router, "liu.yang").await;
    let mut approver = Browser::signed_in(&router, "chen.jing").await;
    let empty = clerk.get(&page).await;
    assert_true_to_the_log(&app, &empty).await;
    assert!(empty.text().contains("还没有善款"));
    let gift = record(&counter, "J-1", "300.00", "named", "王小明");
    assert_true_to_the_log(&app, &clerk.get(&page).await).await;
    let refund = [("gift", gift.as_str()), ("amount", "49.99")];
    assert_eq!(finance.post(&format!("{page}/refund"), &refund).await.status, StatusCode::SEE_OTHER);
    assert_true_to_the_log(&app, &clerk.get(&page).await).await;
    pay(&counter);
    let paid = clerk.get(&page).await;
    assert_true_to_the_log(&app, &paid).await;
    assert_eq!((in_row(&paid, "已用于救助"), in_row(&paid, "尚未使用")), (20_000, 5_001));
    let remit = [("recipient", "区慈善协会"), ("amount", "50.00")];
    assert_eq!(finance.post(&format!("{page}/remit"), &remit).await.location, page);
    let shown = approver.get(&page).await;
    assert_eq!(in_row(&shown, "已转交"), 0, "what is proposed is held");
    let (_, id) = shown.text().split_once("name=\"remittance\" value=\"").unwrap();
    let approve = [("remittance", &id[..36]), ("reference", "V-1")];
    assert_eq!(approver.post(&format!("{page}/approve-remittance"), &approve).await.location, page);
    let nearly = clerk.get(&page).await;
    assert_true_to_the_log(&app, &nearly).await;
    assert!(nearly.text().contains("已使用 99.9%"), "a fen that is held is seen: {}", nearly.text());
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

/// Whether a page offers to record a gift, goods and a refund, and to issue a receipt.
fn offered(got: &Got, page: &str) -> [bool; 4] {
    ["gift", "goods", "refund", "issue-receipt"]
        .map(|step| got.text().contains(&format!("action=\"{page}/{step}\"")))
}

#[tokio::test]
async fn a_campaign_offers_what_its_stage_allows() {
    let (counter, app, router, page) = open().await;
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let mut finance = Browser::signed_in(&router, "liu.yang").await;
    let gift = record(&counter, "J-1", "300.00", "named", "王小明");
    let gifts = format!("{page}/gifts");
    assert_eq!(offered(&clerk.get(&gifts).await, &page), [true, true, false, false]);
    assert_eq!(offered(&finance.get(&gifts).await, &page), [true; 4]);
    let close = [("closed_on", "2023-11-30")];
    assert_eq!(clerk.post(&format!("{page}/close"), &close).await.location, page);
    assert_eq!(offered(&clerk.get(&gifts).await, &page), [false; 4]);
    assert_eq!(offered(&finance.get(&gifts).await, &page), [false, false, true, true]);
    assert_eq!(clerk.post(&format!("{page}/publish"), &[]).await.location, page);
    assert_eq!(offered(&finance.get(&gifts).await, &page), [false, false, false, true]);
    // a page that was open before still asks, and is told
    let late = [("gift", gift.as_str()), ("amount", "1.00")];
    let refused = finance.post(&format!("{page}/refund"), &late).await;
    assert!(refused.text().contains("wrong_stage"), "{}", refused.text());
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

/// Drops a statement on the campaign's page.
async fn dropped(browser: &mut Browser, page: &str, text: &str) -> Got {
    browser.drop_file(&format!("{page}/statements"), ("note", ""), ("file", text)).await
}

/// Where the file that was looked through is taken in.
fn next(looked: &Got) -> String {
    let (_, path) = looked.text().split_once("/statements/").unwrap_or_else(|| panic!("{}", looked.text()));
    path[..36].to_owned()
}

fn figure(page: &Got, name: &str) -> String {
    let (_, value) =
        page.text().split_once(&format!("<dt>{name}</dt><dd>")).unwrap_or_else(|| panic!("{name}"));
    value.split_once('<').unwrap().0.to_owned()
}

#[tokio::test]
async fn a_statement_is_looked_through_taken_in_and_changes_nothing_the_second_time() {
    let (counter, app, router, page) = open().await;
    let mut finance = Browser::signed_in(&router, "liu.yang").await;
    let looked = dropped(&mut finance, &page, STATEMENT).await;
    assert_eq!(looked.status, StatusCode::OK, "{}", looked.text());
    let found =
        ["新的捐赠", "新的退款", "此前已登记", "不能登记", "无关的行"].map(|name| figure(&looked, name));
    assert_eq!(found, ["2", "1", "0", "0", "1"]);
    assert!(looked.text().contains("230.00") && !looked.text().contains("李娜"), "{}", looked.text());
    assert_eq!(logged(&app).await, (0, 0), "looked through, nothing was changed");
    let step = format!("{page}/statements/{}", next(&looked));
    let mut other = Browser::signed_in(&router, "wang.fang").await;
    assert!(other.post(&step, &[]).await.text().contains("file_gone"), "a file is its owner's alone");
    let elsewhere = step.replace(&page[page.len() - 36..], "00000000-0000-4000-8000-000000000001");
    assert_eq!(finance.post(&elsewhere, &[]).await.status, StatusCode::NOT_FOUND);
    let taken = finance.post(&step, &[]).await;
    assert!(taken.text().contains("账单已登记"), "{}", taken.text());
    assert_eq!(["新的捐赠", "新的退款"].map(|name| figure(&taken, name)), ["2", "1"]);
    assert_eq!(logged(&app).await, (20_000, 0));
    assert_true_to_the_log(&app, &finance.get(&page).await).await;
    // the same once more, by the same page and by a new file
    let length = app.office().repository.log().length().await.unwrap();
    let repeated = finance.post(&step, &[]).await;
    assert!(repeated.text().contains("没有新的行"), "{}", repeated.text());
    let again = dropped(&mut finance, &page, STATEMENT).await;
    assert_eq!(["新的捐赠", "新的退款", "此前已登记"].map(|name| figure(&again, name)), ["0", "0", "3"]);
    assert!(again.text().contains("没有可登记的新行") && !again.text().contains("正式登记"));
    assert_eq!(app.office().repository.log().length().await.unwrap(), length);
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

/// A statement of a platform that the program does not know.
const OF_ANOTHER: &str = "商户账单\n日期,流水号,类型,金额,手续费\n2023-10-20,P-1,入账,66.00,0.40\n2023-10-21,P-2,提现,60.00,\n合计,,,66.00,\n";

#[tokio::test]
async fn a_statement_in_a_layout_of_the_offices_own_is_dropped_and_taken_in() {
    let (counter, app, router, page) = open().await;
    let mut finance = Browser::signed_in(&router, "liu.yang").await;
    let unknown = dropped(&mut finance, &page, OF_ANOTHER).await;
    assert!(unknown.status == StatusCode::UNPROCESSABLE_ENTITY && unknown.text().contains("head_missing"));
    let folder = counter.path("statement-layouts");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("own.toml"), OF_A_PLATFORM).unwrap();
    let statement_layouts = Arc::new(StatementLayouts::with_folder(&folder).unwrap());
    let office = Office { statement_layouts, ..app.office().clone() };
    let router = routes(Console::new(office, Entrance::default()));
    let mut finance = Browser::signed_in(&router, "liu.yang").await;
    let looked = dropped(&mut finance, &page, OF_ANOTHER).await;
    assert!(looked.text().contains("某平台收款"), "{}", looked.text());
    assert_eq!(["新的捐赠", "无关的行", "错误行"].map(|name| figure(&looked, name)), ["1", "1", "0"]);
    let taken = finance.post(&format!("{page}/statements/{}", next(&looked)), &[]).await;
    assert!(taken.text().contains("账单已登记"), "{}", taken.text());
    assert_eq!(logged(&app).await, (6_600, 0));
    // a statement of a platform that the program knows is read as before
    assert!(dropped(&mut finance, &page, STATEMENT).await.text().contains("230.00"));
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

/// Sends a statement to the API of a server: the status and the answer.
fn sent(server: &Server, token: &str, campaign: &str, file: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let head = format!(
        "POST /api/v1/campaigns/{campaign}/statements HTTP/1.1\r\nhost: ledger\r\nconnection: close\r\n\
         authorization: Bearer {token}\r\nidempotency-key: own-1\r\ncontent-length: {}\r\n\r\n",
        file.len()
    );
    stream.write_all(&[head.as_bytes(), file.as_bytes()].concat()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_served_office_reads_its_own_layouts_from_the_data_directory_and_the_api_takes_their_statements() {
    let (counter, app, _, page) = open().await;
    app.close().await.unwrap();
    let folder = counter.path("data/statement-layouts");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("own.toml"), OF_A_PLATFORM).unwrap();
    let issue =
        ["token", "issue", "liu.yang", "--role", "finance", "--scope", "money,write", "--purpose", "对账"];
    let token =
        counter.do_well(&[&issue[..], &["--as", ADMIN]].concat())["token"].as_str().unwrap().to_owned();
    let server = Server::start(&counter, &["--nightly-at", &far_hour()]);
    let (status, told) = sent(&server, &token, page.trim_start_matches("/campaigns/"), OF_ANOTHER);
    assert_eq!((status, &told["layout"]), (200, &"某平台收款".into()), "{told}");
    assert_eq!((&told["taken"]["gifts"], &told["passed_over"]), (&1.into(), &1.into()), "{told}");
    server.end();
    // the command line by the same folder
    let file = counter.file("own.csv", OF_ANOTHER);
    let import = ["donation", "import", &file, "--campaign", CAMPAIGN, "--layouts", folder.to_str().unwrap()];
    let again = counter.do_well(&[&import[..], &["--as", "finance:liu.yang"]].concat());
    assert_eq!((&again["imported"]["gifts"], &again["imported"]["known"]), (&0.into(), &1.into()), "{again}");
    counter.do_well(&["check"]);
    // a wrong layout stops the start, with the file and the line
    std::fs::write(folder.join("own.toml"), OF_A_PLATFORM.replace("amount =", "amont =")).unwrap();
    let refused = counter.ask(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!((refused.status, refused.code()), (1, "layout_unreadable"), "{refused:?}");
    let words = refused.json["error"]["message"].as_str().unwrap();
    assert!(words.contains("own.toml") && words.contains("第 8 行"), "{words}");
    // as does a folder that is named and is not there
    for variable in ["LEDGER_LAYOUTS", "LEDGER_STATEMENT_LAYOUTS"] {
        let nowhere = counter.path("nowhere");
        let refused =
            counter.ask_where((variable, nowhere.to_str().unwrap()), &["serve", "--listen", "127.0.0.1:0"]);
        assert_eq!((refused.status, refused.code()), (1, "layouts_unreadable"), "{refused:?}");
    }
}

#[tokio::test]
async fn a_bad_line_stands_with_its_reason_and_stops_the_file_unless_the_others_are_wanted() {
    let (counter, app, router, page) = open().await;
    let mut finance = Browser::signed_in(&router, "liu.yang").await;
    // one amount is none, one gift lies before the campaign, and the refund has lost its gift
    let bad = STATEMENT.replace("¥80.00", "¥80.005").replace("2023-10-20", "2023-09-20");
    let bad =
        format!("{bad}2023-10-24 09:00:00,二维码收款,孙红,捐款,收入,¥12.00,/,已收钱,53010000009\t,9,/\n");
    let looked = dropped(&mut finance, &page, &bad).await;
    assert_eq!(["新的捐赠", "不能登记", "错误行"].map(|name| figure(&looked, name)), ["1", "2", "1"]);
    let wrong = "<td class=\"wrong\">¥80.005 <strong>金额应为元，至多两位小数</strong></td>";
    assert!(looked.text().contains(wrong), "{}", looked.text());
    assert!(looked.text().contains("outside_period") && looked.text().contains("donation_unknown"));
    assert!(!looked.text().contains("赵强") && !looked.text().contains("孙红"), "{}", looked.text());
    let step = format!("{page}/statements/{}", next(&looked));
    let stopped = finance.post(&step, &[]).await;
    assert!(stopped.text().contains("bad_rows") && stopped.text().contains(wrong), "{}", stopped.text());
    assert_eq!(logged(&app).await, (0, 0));
    let taken = finance.post(&step, &[("keep_good", "yes")]).await;
    assert!(taken.text().contains("outside_period"), "{}", taken.text());
    assert_eq!(["新的捐赠", "不能登记", "错误行"].map(|name| figure(&taken, name)), ["1", "2", "1"]);
    assert_eq!(logged(&app).await, (1_200, 0));

    let whole = dropped(&mut finance, &page, "甲,乙\n1,2\n").await;
    assert_eq!(whole.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(whole.text().contains("head_missing"), "{}", whole.text());
    assert!(dropped(&mut finance, &page, "").await.text().contains("file_missing"));
    let mut approver = Browser::signed_in(&router, "chen.jing").await;
    assert!(!approver.get(&page).await.text().contains("导入平台账单"));
    assert_eq!(dropped(&mut approver, &page, STATEMENT).await.status, StatusCode::FORBIDDEN);
    // a clerk takes gifts; what goes back is finance's
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let clerks = dropped(&mut clerk, &page, STATEMENT).await;
    assert!(clerks.text().contains("role_not_allowed"), "{}", clerks.text());
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}
