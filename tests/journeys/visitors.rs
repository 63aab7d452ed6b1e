//! A browser at the console of an office, for the stories that happen there.

use api::app::App;
use api::console::{Console, Entrance, routes};
use api::processes::find_case;
use api::registers::{RawRow, RegisterRow, applications::Row};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{
    CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, REFRESH,
    SET_COOKIE,
};
use axum::http::{Request, StatusCode};
use domain::ids::CaseId;
use tests::counter::{Counter, PERSON};
use tower::ServiceExt;

use crate::paying::office_with_a_case;

pub const ADMIN: &str = "administrator:sun.lei";
pub const PASSWORD: &str = "correct horse battery 9";
pub const OWN: &str = "http://ledger.example";

/// An office at whose console a clerk, an approver and somebody of finance have accounts.
pub async fn office_with_a_console() -> (Counter, CaseId, App, Router) {
    let (counter, case) = office_with_a_case().await;
    open_accounts(&counter);
    let app = counter.app().await;
    let console = Console::new(app.office().clone(), Entrance::default());
    (counter, case, app, routes(console))
}

/// Accounts for everybody of the stories.
pub fn open_accounts(counter: &Counter) {
    for (account, role, community) in [
        ("wang.fang", "clerk", None),
        ("chen.jing", "approver", None),
        ("liu.yang", "finance", None),
        ("li.qiang", "reviewer", None),
        ("he.ping", "clerk", None),
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
}

/// Another application, which waits for its review.
pub async fn a_case_to_review(counter: &Counter, app: &App) -> CaseId {
    let heads = "申请人身份号码,户号,救助项目,咨询日期,申请日期\n";
    let line = format!("{PERSON},HLG-1,失能老年人护理补贴,2023-10-09,2023-10-09\n");
    let file = counter.file("second.csv", &format!("{heads}{line}"));
    counter.do_well(&["import", "apply", "applications", &file, "--as", "clerk:wang.fang"]);
    let cells = line.trim().split(',').map(str::to_owned);
    let row = Row::read(&RawRow::from_texts(1, cells)).unwrap();
    find_case(app.office(), &row).await.unwrap().subject.case_id
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
    /// What the browser may do with it.
    pub policy: String,
    /// Whether it is shown or saved, and under which name.
    pub disposition: String,
    /// Whether the browser asks again by itself.
    pub asks_again: bool,
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
        let policy = header(CONTENT_SECURITY_POLICY).unwrap_or_default();
        let disposition = header(CONTENT_DISPOSITION).unwrap_or_default();
        Got {
            status,
            location,
            policy,
            disposition,
            asks_again: header(REFRESH).is_some(),
            bytes: to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec(),
        }
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
        self.hand_over(origin, path, "application/x-www-form-urlencoded", body.into()).await
    }

    async fn hand_over(&mut self, origin: &str, path: &str, kind: &str, body: Vec<u8>) -> Got {
        let request = Request::post(path)
            .header(COOKIE, &self.cookie)
            .header(HOST, "ledger.example")
            .header(ORIGIN, origin)
            .header(CONTENT_TYPE, kind)
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }

    /// Drops a file from the bank on the page of a run.
    pub async fn upload(&mut self, path: &str, layout: &str, file: &str) -> Got {
        self.drop_file(path, ("layout", layout), ("results", file)).await
    }

    /// Drops a file of any bytes on a page, with a field beside it.
    pub async fn hand_in(&mut self, path: &str, (name, value): (&str, &str), file: (&str, &[u8])) -> Got {
        let (file_name, bytes) = file;
        let head = format!(
            "--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n--cut\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\r\n"
        );
        let body = [head.as_bytes(), bytes, b"\r\n--cut--\r\n"].concat();
        self.hand_over(OWN, path, "multipart/form-data; boundary=cut", body).await
    }

    /// Drops a file on a page, with a field beside it.
    pub async fn drop_file(&mut self, path: &str, field: (&str, &str), file: (&str, &str)) -> Got {
        let part = |(name, value): (&str, &str), more: &str| {
            format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
        };
        let file = part(file, "; filename=\"file.csv\"");
        let body = format!("{}{file}--cut--\r\n", part(field, ""));
        self.hand_over(OWN, path, "multipart/form-data; boundary=cut", body.into()).await
    }
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let one = |byte: u8| if plain(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}
