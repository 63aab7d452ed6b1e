//! The console: three people sign in and pay a month; and what nobody gets there.

use api::app::App;
use api::bank::catalogue::Catalogue;
use api::console::{Console, Entrance, routes};
use api::processes::{Desk, find_case, recommend};
use api::registers::{RawRow, RegisterRow, applications::Row};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{Request, StatusCode};
use chrono::Utc;
use domain::benefit_case::Outcome;
use domain::ids::CaseId;
use tests::counter::{Counter, PERSON};
use tests::personas;
use tower::ServiceExt;

use crate::paying::{FUND, office_with_a_case, settled};

pub const ADMIN: &str = "administrator:sun.lei";
pub const PASSWORD: &str = "correct horse battery 9";
const OWN: &str = "http://ledger.example";

/// An office at whose console a clerk, an approver and somebody of finance have accounts.
pub async fn office_with_a_console() -> (Counter, CaseId, App, Router) {
    let (counter, case) = office_with_a_case().await;
    for (account, role, community) in [
        ("wang.fang", "clerk", None),
        ("chen.jing", "approver", None),
        ("liu.yang", "finance", None),
        ("sun.lei", "administrator", None),
        ("zhao.min", "clerk", Some("天通苑社区")),
        ("ma.li", "approver", Some("天通苑社区")),
    ] {
        let add = ["user", "add", account, "--title", "窗口", "--role", role, "--as", "administrator:root"];
        let community = community.map_or(Vec::new(), |community| vec!["--community", community]);
        counter.do_well(&[&add[..], &community].concat());
        let who = if account == "sun.lei" { "administrator:root" } else { ADMIN };
        let set = counter.ask_with(&["user", "password", account, "--as", who], PASSWORD);
        assert_eq!(set.status, 0, "{set:?}");
    }
    let app = counter.app().await;
    let console = Console {
        office: app.office().clone(),
        layouts: Catalogue::own().unwrap().into(),
        entrance: Entrance::default(),
    };
    (counter, case, app, routes(console))
}

/// Another application, which was reviewed and waits for a decision.
async fn a_case_that_waits(counter: &Counter, app: &App) -> CaseId {
    let heads = "申请人身份号码,户号,救助项目,咨询日期,申请日期\n";
    let line = format!("{PERSON},HLG-1,失能老年人护理补贴,2023-10-09,2023-10-09\n");
    let file = counter.file("second.csv", &format!("{heads}{line}"));
    counter.do_well(&["import", "apply", "applications", &file, "--as", "clerk:wang.fang"]);
    let cells = line.trim().split(',').map(str::to_owned);
    let row = Row::read(&RawRow::from_texts(1, cells)).unwrap();
    let case = find_case(app.office(), &row).await.unwrap();
    let reviewer = Desk::new(personas::reviewer(), Utc::now());
    recommend(app.office(), &reviewer, case, Outcome::Approved).await.unwrap();
    case.subject.case_id
}

/// A browser with its cookie.
pub struct Browser {
    pub router: Router,
    cookie: String,
}

/// What a browser got.
pub struct Got {
    pub status: StatusCode,
    pub location: String,
    pub bytes: Vec<u8>,
}

impl Got {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }
}

impl Browser {
    pub fn new(router: &Router) -> Browser {
        Browser { router: router.clone(), cookie: String::new() }
    }

    pub async fn signed_in(router: &Router, account: &str) -> Browser {
        let mut browser = Browser::new(router);
        let got = browser.post("/sign-in", &[("account", account), ("password", PASSWORD)]).await;
        assert_eq!((got.status, got.location.as_str()), (StatusCode::SEE_OTHER, "/"), "{account}");
        browser
    }

    async fn send(&mut self, request: Request<Body>) -> Got {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let header = |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        assert!(header(CONTENT_SECURITY_POLICY).is_some());
        if let Some(cookie) = header(SET_COOKIE) {
            assert!(
                cookie.ends_with("HttpOnly; SameSite=Strict") || cookie.contains("Max-Age=0"),
                "{cookie}"
            );
            self.cookie = cookie.split(';').next().unwrap().to_owned();
        }
        let (status, location) = (response.status(), header(LOCATION).unwrap_or_default());
        Got { status, location, bytes: to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec() }
    }

    pub async fn get(&mut self, path: &str) -> Got {
        let request = Request::get(path).header(COOKIE, &self.cookie).body(Body::empty()).unwrap();
        self.send(request).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Got {
        self.post_from(OWN, path, fields).await
    }

    pub async fn post_from(&mut self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Got {
        let pairs = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        let request = Request::post(path)
            .header(COOKIE, &self.cookie)
            .header(HOST, "ledger.example")
            .header(ORIGIN, origin)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }

    /// Drops a file from the bank on the page of a run.
    async fn upload(&mut self, path: &str, layout: &str, file: &str) -> Got {
        self.drop_file(path, ("layout", layout), ("results", file)).await
    }

    /// Drops a file on a page, with a field beside it.
    pub async fn drop_file(&mut self, path: &str, field: (&str, &str), file: (&str, &str)) -> Got {
        let part = |(name, value): (&str, &str), more: &str| {
            format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
        };
        let file = part(file, "; filename=\"file.csv\"");
        let body = format!("{}{file}--cut--\r\n", part(field, ""));
        let request = Request::post(path)
            .header(COOKIE, &self.cookie)
            .header(HOST, "ledger.example")
            .header(ORIGIN, OWN)
            .header(CONTENT_TYPE, "multipart/form-data; boundary=cut")
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let one = |byte: u8| if plain(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

#[tokio::test]
async fn three_people_pay_a_month_at_the_console_and_each_does_their_own_part() {
    let (counter, case, app, router) = office_with_a_console().await;
    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let mut approver = Browser::signed_in(&router, "chen.jing").await;
    let mut finance = Browser::signed_in(&router, "liu.yang").await;
    let fund = app.office().fund_id(FUND).to_string();
    let plan = |month| {
        [("month", month), ("program", "advanced_age_allowance"), ("fund", fund.as_str()), ("number", "1")]
    };
    let wrong = clerk.post("/runs", &plan("November")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("value=\"November\""), "what was typed is kept");
    let run = clerk.post("/runs", &plan("2023-11")).await.location;
    let page = clerk.get(&run).await;
    assert!(page.text().contains("人民币贰佰元整") && page.text().contains("王*英"), "{}", page.text());
    assert!(!page.text().contains("王秀英"), "a name is never whole");
    assert_eq!(clerk.post(&format!("{run}/approve"), &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(clerk.post(&format!("{run}/submit"), &[]).await.location, run);
    assert!(approver.get("/").await.text().contains("批次待审批"));
    assert_eq!(approver.post(&format!("{run}/approve"), &[]).await.location, run);

    let release = [("layout", "plain_csv"), ("execution_on", "")];
    let file = finance.post(&format!("{run}/files"), &release).await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(file.text().contains(",9901140000000000019,100.00"), "{}", file.text());
    assert_eq!(finance.post(&format!("{run}/files"), &release).await.bytes, file.bytes);
    let results = settled(file.text());
    let foreign = finance.upload(&format!("{run}/results"), "pain_001", &results).await;
    assert_eq!(foreign.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", foreign.text());
    let taken = finance.upload(&format!("{run}/results"), "plain_csv", &results).await;
    assert_eq!(taken.location, run, "{}", taken.text());
    assert!(finance.get(&run).await.text().contains("已对账"));

    let told = clerk.get(&format!("/cases/{case}")).await;
    assert!(told.text().contains("重新核定：一致") && !told.text().contains("王秀英"), "{}", told.text());
    let then = clerk.get(&format!("/cases/{case}?known=2023-10-09&effective=2023-10-09")).await;
    assert_eq!(then.status, StatusCode::NOT_FOUND, "nothing of it was known then");
    app.close().await.unwrap();
    counter.do_well(&["check"]);
}

#[tokio::test]
async fn nobody_gets_at_a_page_without_a_session_a_role_and_a_community() {
    let (counter, case, app, router) = office_with_a_console().await;
    let case = format!("/cases/{case}");
    let mut nobody = Browser::new(&router);
    for path in ["/", "/find", "/runs", "/money", &case] {
        assert_eq!(nobody.get(path).await.location, "/sign-in", "{path}");
    }
    let wrong = [("account", "<b>wang</b>"), ("password", "wrong")];
    let refused = nobody.post("/sign-in", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!refused.text().contains("<b>wang</b>"), "{}", refused.text());

    let mut administrator = Browser::signed_in(&router, "sun.lei").await;
    for path in ["/find", "/runs", "/money", &case] {
        assert_eq!(administrator.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let mut elsewhere = Browser::signed_in(&router, "zhao.min").await;
    assert_eq!(elsewhere.get(&case).await.status, StatusCode::NOT_FOUND, "of another community");

    let mut clerk = Browser::signed_in(&router, "wang.fang").await;
    let found = clerk.post("/find", &[("text", PERSON)]).await;
    assert!(found.location.starts_with("/people/"), "{}", found.text());
    assert!(clerk.get(&found.location).await.text().contains("高龄老年人津贴"));
    assert_eq!(elsewhere.get(&found.location).await.status, StatusCode::NOT_FOUND);
    for text in [PERSON, case.trim_start_matches("/cases/")] {
        let hidden = elsewhere.post("/find", &[("text", text)]).await;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND, "not even that there is one");
    }
    let waits = a_case_that_waits(&counter, &app).await.to_string();
    let mut approver = Browser::signed_in(&router, "chen.jing").await;
    let mut approver_elsewhere = Browser::signed_in(&router, "ma.li").await;
    assert!(approver.get("/").await.text().contains(&waits));
    assert!(!approver_elsewhere.get("/").await.text().contains(&waits));
    assert_eq!(clerk.post("/find", &[("text", "<script>")]).await.status, StatusCode::NOT_FOUND);
    let from_elsewhere = clerk.post_from("http://evil.example", "/find", &[("text", "1")]).await;
    assert_eq!(from_elsewhere.status, StatusCode::FORBIDDEN);
    for path in ["/cases/1", "/runs/../users", "/people/%00", "/runs/00000000-0000-0000-0000-000000000000"] {
        let status = clerk.get(path).await.status;
        assert!(status.is_client_error(), "{path}: {status}");
    }
    assert_eq!(clerk.post("/role", &[("role", "approver")]).await.status, StatusCode::FORBIDDEN);
    // a role that is withdrawn ends the session with the next request
    app.close().await.unwrap();
    counter.do_well(&["user", "revoke", "wang.fang", "clerk", "--as", ADMIN]);
    let app = counter.app().await;
    let console = Console {
        office: app.office().clone(),
        layouts: Catalogue::own().unwrap().into(),
        entrance: Entrance::default(),
    };
    clerk.router = routes(console);
    assert_eq!(clerk.get("/runs").await.location, "/sign-in");
    app.close().await.unwrap();
}
