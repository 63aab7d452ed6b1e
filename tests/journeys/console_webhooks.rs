//! Which systems are told of changes, at the console: subscribed, given up on, tried again, paused and ended.

use std::time::Duration;

use api::app::App;
use api::console::{Console, Entrance, routes};
use api::processes::Office;
use api::webhooks::{AllowedHosts, Delivery, Webhooks};
use axum::http::StatusCode;

use crate::console_audit::auditor;
use crate::visitors::{ADMIN, Browser, Got, office_with_a_console};

/// Tries twice and at once, and allows no host inside.
fn start(app: &App) -> Webhooks {
    let delivery = Delivery {
        timeout: Duration::from_millis(300),
        first_pause: Duration::from_millis(1),
        tries: 2,
        poll: Duration::from_millis(10),
    };
    Webhooks::start(app.office().clone(), "test.example/ledger".to_owned(), delivery).unwrap()
}

/// The page once it says so.
async fn once(browser: &mut Browser, path: &str, says: &str) -> Got {
    loop {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        if page.text().contains(says) {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// An administrator opens an account for another system and subscribes it. Gives the page of the webhook.
async fn subscribe(admin: &mut Browser, url: &str) -> String {
    let system = [("account", "medical.insurance"), ("title", "医保系统"), ("kind", "consumer")];
    assert_eq!(admin.post("/users", &system).await.location, "/users/medical.insurance");
    let wanted = [("consumer", "medical.insurance"), ("url", url), ("program", ""), ("stream", "User")];
    let made = admin.post("/webhooks", &wanted).await;
    assert!(made.status == StatusCode::OK && made.text().contains("只显示这一次"), "{}", made.text());
    let (_, secret) = made.text().split_once("<p>whsec_").unwrap();
    let secret = secret[..43].to_owned();
    let list = admin.get("/webhooks").await;
    assert!(!list.text().contains(&secret), "a secret is shown once");
    let (_, id) = list.text().split_once("href=\"/webhooks/").unwrap();
    format!("/webhooks/{}", &id[..36])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_is_shown_with_its_reason_and_tried_again() {
    let (counter, _, app, router) = office_with_a_console().await;
    auditor(&counter, "zhou.zheng", None);
    let mut admin = Browser::signed_in(&router, "sun.lei").await;
    let empty = admin.get("/webhooks").await;
    assert!(empty.text().contains("还没有推送订阅") && empty.text().contains("先开立对接系统账号"));
    // as if the host had been allowed when it was subscribed, and is no longer
    let webhook_hosts = AllowedHosts::new(["127.0.0.1".to_owned()]);
    let office = Office { webhook_hosts, ..app.office().clone() };
    let allowing = routes(Console::new(office, Entrance::default()));
    let mut admin_before = Browser::signed_in(&allowing, "sun.lei").await;
    let page = subscribe(&mut admin_before, "https://127.0.0.1/ledger").await;
    assert!(admin.get(&page).await.text().contains("没有未送达的消息"));
    assert!(!admin.get("/").await.text().contains("推送未送达待处理"));

    let running = start(&app);
    let colleague = [("account", "gao.feng"), ("title", "窗口"), ("kind", "staff")];
    assert_eq!(admin.post("/users", &colleague).await.status, StatusCode::SEE_OTHER);
    let dead = once(&mut admin, &page, "address_forbidden").await;
    let (_, row) = dead.text().split_once("<tbody>").unwrap();
    let (row, _) = row.split_once("</tr>").unwrap();
    let told = ["网址指向本机或内部网络", "已放弃", "<td class=\"num\">2</td>", "重新推送"];
    assert!(told.iter().all(|part| row.contains(part)), "{row}");
    let desk = admin.get("/").await;
    assert!(desk.text().contains("推送未送达待处理") && desk.text().contains(&format!("href=\"{page}\"")));
    assert!(desk.text().contains("medical.insurance，1 条未送达"), "{}", desk.text());
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    assert!(!clerk.get("/").await.text().contains("推送未送达待处理"), "it is the administrator's");
    let mut auditor = Browser::signed_in(&router, "zhou.zheng").await;
    assert!(!auditor.get("/").await.text().contains("推送未送达待处理"), "an auditor tries nothing again");
    let looked = auditor.get(&page).await;
    assert!(looked.text().contains("已放弃") && !looked.text().contains("办理</th>"), "{}", looked.text());
    let (_, position) = row.split_once("name=\"position\" value=\"").unwrap();
    let position = position.split('"').next().unwrap();
    let again = admin.post(&format!("{page}/replay"), &[("position", position)]).await;
    assert_eq!(again.location, page, "{}", again.text());
    once(&mut admin, &page, "<td class=\"num\">3</td>").await;
    assert_eq!(admin.post(&format!("{page}/replay"), &[]).await.location, page, "every one of them");
    once(&mut admin, &page, "<td class=\"num\">4</td>").await;
    running.finish().await;
    let list = admin.get("/webhooks").await;
    assert!(list.text().contains("medical.insurance") && list.text().contains("用户"), "{}", list.text());
    app.close().await.unwrap();
}

#[tokio::test]
async fn a_webhook_is_paused_resumed_and_ended_and_what_was_typed_stays() {
    let (counter, _, app, router) = office_with_a_console().await;
    let mut admin = Browser::signed_in(&router, "sun.lei").await;
    let page = subscribe(&mut admin, "https://hooks.example/ledger").await;
    let wrong = [("consumer", "medical.insurance"), ("url", "ftp://hooks.example"), ("stream", "Payment")];
    let refused = admin.post("/webhooks", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for url in ["https://127.0.0.1/hook", "https://[::ffff:10.0.0.1]/hook", "https://LOCALHOST:8443/hook"] {
        let inside = admin.post("/webhooks", &[("consumer", "medical.insurance"), ("url", url)]).await;
        assert_eq!(inside.status, StatusCode::UNPROCESSABLE_ENTITY);
        for part in ["address_forbidden", &format!("value=\"{url}\""), "id=\"url-wrong\""] {
            assert!(inside.text().contains(part), "{part}: {}", inside.text());
        }
    }
    for part in
        ["url_unusable", "value=\"ftp://hooks.example\"", "id=\"url-wrong\"", "value=\"Payment\" selected"]
    {
        assert!(refused.text().contains(part), "{part}: {}", refused.text());
    }
    let clear = [("consumer", "medical.insurance"), ("url", "http://hooks.example/ledger")];
    assert!(admin.post("/webhooks", &clear).await.text().contains("tls_required"));
    let nobody = [("consumer", "sun.lei"), ("url", "https://hooks.example/")];
    assert!(admin.post("/webhooks", &nobody).await.text().contains("consumer_required"));
    // the command line says the same, and takes the same setting
    let add = ["webhook", "add", "medical.insurance", "--url", "https://10.0.0.1/hook", "--as", ADMIN];
    let refused = counter.ask(&add);
    assert_eq!((refused.status, refused.code()), (1, "address_forbidden"), "{refused:?}");
    counter.do_well(&[&add[..], &["--allow-webhook-host", "hooks.office,10.0.0.1"]].concat());

    let step = |name: &str| format!("{page}/{name}");
    let silent = admin.post(&step("pause"), &[("reason", " ")]).await;
    assert!(silent.text().contains("words_missing") && silent.text().contains("id=\"pause-reason-wrong\""));
    assert_eq!(admin.post(&step("pause"), &[("reason", "对方升级")]).await.location, page);
    assert!(admin.get(&page).await.text().contains("从暂停处接着推送"));
    assert_eq!(admin.post(&step("resume"), &[]).await.location, page);
    let hasty = admin.post(&step("end"), &[("reason", "对方停用")]).await;
    assert_eq!(hasty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(hasty.text().contains("confirmation_missing") && hasty.text().contains("value=\"对方停用\""));
    let sure = [("reason", "对方停用"), ("confirm", "yes")];
    assert_eq!(admin.post(&step("end"), &sure).await.location, page);
    let over = admin.get(&page).await;
    assert!(over.text().contains("已终止") && !over.text().contains("action=\"/webhooks"), "{}", over.text());
    assert!(admin.post(&step("resume"), &[]).await.text().contains("webhook_ended"));
    assert_eq!(admin.post(&step("become-king"), &[]).await.status, StatusCode::NOT_FOUND);
    let unknown = "/webhooks/00000000-0000-0000-0000-000000000000";
    assert_eq!(admin.get(unknown).await.status, StatusCode::NOT_FOUND);
    assert_eq!(admin.post(&format!("{unknown}/resume"), &[]).await.status, StatusCode::NOT_FOUND);
    app.close().await.unwrap();
}

#[tokio::test]
async fn an_auditor_looks_on_and_nobody_else_comes_in() {
    let (counter, _, app, router) = office_with_a_console().await;
    auditor(&counter, "zhou.zheng", None);
    let mut admin = Browser::signed_in(&router, "sun.lei").await;
    let page = subscribe(&mut admin, "https://hooks.example/ledger").await;
    let wanted = [("consumer", "medical.insurance"), ("url", "https://hooks.example/")];
    for account in ["wang.fang", "li.qiang", "chen.jing", "liu.yang"] {
        let mut browser = Browser::signed_in(&router, account).await;
        for path in ["/webhooks", &page] {
            assert_eq!(browser.get(path).await.status, StatusCode::FORBIDDEN, "{account} {path}");
        }
        assert_eq!(browser.post("/webhooks", &wanted).await.status, StatusCode::FORBIDDEN);
    }
    let mut auditor = Browser::signed_in(&router, "zhou.zheng").await;
    for path in ["/webhooks", &page] {
        let shown = auditor.get(path).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert!(!shown.text().contains("action=\"/webhooks"), "{}", shown.text());
    }
    assert_eq!(auditor.post("/webhooks", &wanted).await.status, StatusCode::FORBIDDEN);
    for step in ["pause", "resume", "end", "replay"] {
        let taken = auditor.post(&format!("{page}/{step}"), &[("reason", "x"), ("confirm", "yes")]).await;
        assert_eq!(taken.status, StatusCode::FORBIDDEN, "{step}");
    }
    app.close().await.unwrap();
}
