//! Another system is let in at the console, reads over HTTP with what it was given, and is let out again; everybody sees what
//! it read.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;
use tests::counter::PERSON;
use thirtyfour::Key;

use super::hall::Hall;
use super::person::Person;
use crate::console_audit::auditor;
use crate::visitors::office_with_a_console;

/// Another system, with what it was given.
struct Consumer {
    address: String,
    token: String,
}

impl Consumer {
    /// What is answered: the status and the JSON.
    fn asks(&self, path: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "GET /api/v1{path} HTTP/1.1\r\nhost: ledger\r\nconnection: close\r\nauthorization: Bearer {}\r\n\r\n",
            self.token
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}")))
    }

    /// What happened from a position on, once something did.
    async fn follows(&self, from: u64) -> Value {
        let (address, token) = (self.address.clone(), self.token.clone());
        let here = Consumer { address, token };
        let asked = move || here.asks(&format!("/changes?from={from}&wait=30&stream=BenefitCase"));
        let (status, changes) = tokio::task::spawn_blocking(asked).await.unwrap();
        assert_eq!(status, 200, "{changes}");
        changes
    }
}

/// An administrator opens the system's account and gives it a token, which is read off the page.
async fn lets_in(admin: &Person) -> String {
    admin.follows("用户管理").await;
    admin.fills("账号", "medical.insurance").await;
    admin.fills("岗位名称", "医保系统").await;
    admin.chooses("类别", "对接系统").await;
    admin.fills("社区", "龙泽苑东社区").await;
    admin.presses("开立").await;
    admin.sees("没有令牌").await;
    admin.fills("用途", "医保待遇核对").await;
    admin.ticks("待遇汇总").await;
    admin.ticks("变更订阅").await;
    admin.presses("签发令牌").await;
    admin.sees("新令牌（只显示这一次）").await;
    let page = admin.reads().await;
    let token = page.lines().find(|line| line.starts_with("ledger_")).unwrap().trim().to_owned();
    admin.opens("/users/medical.insurance").await;
    admin.sees("医保待遇核对").await;
    admin.does_not_see(&token).await;
    admin.sees("从未").await;
    token
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_lets_a_system_in_it_reads_and_follows_and_an_auditor_sees_what_it_read() {
    let (counter, case, app, _) = office_with_a_console().await;
    app.close().await.unwrap();
    auditor(&counter, "zhou.zheng", None);
    let hall = Hall::open(counter);
    let admin = hall.signs_in("sun.lei").await;
    let clerk = hall.signs_in("wang.fang").await;
    let auditor = hall.signs_in("zhou.zheng").await;
    let system = Consumer { address: hall.address().to_owned(), token: lets_in(&admin).await };

    clerk.types("/").await;
    clerk.types(PERSON.to_owned() + Key::Enter).await;
    clerk.sees("逐月发放").await;
    let person = clerk.path().await.rsplit('/').next().unwrap().to_owned();
    let summary = format!("/beneficiaries/{person}/summary");
    let (status, refused) = system.asks(&summary);
    assert_eq!((status, &refused["code"]), (400, &"purpose_required".into()), "{refused}");
    let (status, told) = system.asks(&format!("{summary}?purpose=%E5%8C%BB%E4%BF%9D%E6%A0%B8%E5%AF%B9"));
    assert_eq!((status, &told["name"]), (200, &"王*英".into()), "{told}");
    assert_eq!(system.asks("/cases").0, 403, "a consumer reads no case");

    let next = told["position"].as_u64().unwrap();
    let case = case.to_string();
    let (changes, ()) = tokio::join!(system.follows(next), holds_payment(&clerk, &case));
    let event = &changes["events"][0];
    assert_eq!(
        (&event["type"], &event["subject"]),
        (&"ledger.BenefitCase.PaymentHeld".into(), &format!("BenefitCase/{case}").into())
    );
    assert!(!changes.to_string().contains("存疑"), "that it happened, not what was said: {changes}");
    assert_eq!(system.asks(&format!("/changes?from={}", changes["next"])).1["events"], Value::Array(vec![]));

    sees_what_was_read(&auditor, &person).await;
    lets_out(&admin, &system, &summary).await;
    for each in [admin, clerk, auditor] {
        each.goes().await;
    }
    hall.close();
}

async fn holds_payment(clerk: &Person, case: &str) {
    clerk.opens(&format!("/cases/{case}")).await;
    clerk.unfolds("暂缓发放").await;
    clerk.chooses("原因", "收款账户存疑").await;
    clerk.presses("暂缓发放").await;
}

/// What the system read stands in the audit room, and on the person's page.
async fn sees_what_was_read(auditor: &Person, person: &str) {
    auditor.follows("审计室").await;
    auditor.follows("谁看了谁").await;
    auditor.fills("打开人账号", "medical.insurance").await;
    auditor.presses("查询").await;
    auditor.sees("医保核对").await;
    auditor.takes_a_picture("connecting-1-read").await;
    auditor.follows(person).await;
    auditor.sees("谁看过").await;
    auditor.sees("medical.insurance").await;
}

/// What the system sees is narrowed, then its token is revoked: both at once.
async fn lets_out(admin: &Person, system: &Consumer, summary: &str) {
    admin.opens("/users/medical.insurance").await;
    admin.does_not_see("从未").await;
    admin.fills("社区", "天通苑社区").await;
    admin.presses("更新社区范围").await;
    admin.sees("天通苑社区").await;
    assert_eq!(system.asks(&format!("{summary}?purpose=x")).0, 404, "she lives in another community");
    admin.fills("原因", "对接结束").await;
    admin.takes_a_picture("connecting-2-token").await;
    admin.presses("吊销").await;
    admin.sees("没有令牌").await;
    assert_eq!(system.asks("/me").0, 401);
}
