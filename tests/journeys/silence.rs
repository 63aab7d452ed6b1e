//! Logs tell nobody's name: a server that logs everything plays a journey through both doors, and neither its log nor that of
//! PostgreSQL has a value of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Child;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tests::counter::Counter;

const ADMIN: &str = "administrator:sun.lei";
const NAME: &str = "欧阳淑贤";
const NUMBER: &str = "990114194103120023";
const ACCOUNT: &str = "9901140000000000068";
const ADDRESS: &str = "沉默里77号楼8单元909室";
const PHONE: &str = "13900009907";
const PASSWORD: &str = "silent horse battery 77";
const WRONG: &str = "loud horse battery 78";

/// A server that logs everything, and what it was told.
struct Loud {
    child: Child,
    address: String,
}

impl Loud {
    fn start(counter: &Counter) -> Loud {
        let serve = ["serve", "--listen", "127.0.0.1:0", "--no-nightly"];
        let mut child = counter.start_loudly(&serve, "server.log");
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        while !text.ends_with("\n}\n") {
            assert!(output.read_line(&mut text).unwrap() > 0, "{text}");
        }
        let started: Value = serde_json::from_str(&text).unwrap();
        let address = started["listen"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
        Loud { child, address }
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: ledger\r\nconnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
    }

    fn post(&self, token: &str, path: &str, body: &Value) -> (u16, Value) {
        let (bearer, key) = (format!("Bearer {token}"), uuid::Uuid::new_v4().to_string());
        let headers =
            [("authorization", &*bearer), ("content-type", "application/json"), ("idempotency-key", &*key)];
        let (status, answer) = self.send("POST", &format!("/api/v1{path}"), &headers, &body.to_string());
        (status, serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap_or_default())
    }

    fn form(&self, path: &str, cookie: &str, fields: &str) -> (u16, String) {
        let kind = "application/x-www-form-urlencoded";
        self.send("POST", path, &[("content-type", kind), ("cookie", cookie)], &fields.replace(' ', "+"))
    }

    fn end(mut self) {
        kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGTERM).unwrap();
        assert!(self.child.wait().unwrap().success());
    }
}

/// The values that stand in a log, also in the forms that JSON, URLs and Rust's own printing give them.
fn told<'v>(log: &str, values: &[&'v str]) -> Vec<&'v str> {
    let percent = |value: &str| value.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let escaped =
        |value: &str| value.chars().map(|letter| format!("\\u{:04x}", u32::from(letter))).collect::<String>();
    let debug =
        |value: &str| value.chars().map(|letter| letter.escape_unicode().to_string()).collect::<String>();
    let stands = |value: &&&str| {
        let forms =
            [value.to_string(), percent(value), escaped(value), debug(value), value.replace(' ', "+")];
        forms.iter().any(|form| log.contains(form))
    };
    values.iter().filter(stands).copied().collect()
}

fn office(counter: &Counter) -> String {
    for (account, role, by) in [("sun.lei", "administrator", "administrator:root"), ("li.na", "clerk", ADMIN)]
    {
        counter.do_well(&["user", "add", account, "--title", "窗口", "--role", role, "--as", by]);
    }
    let set = counter.ask_with(&["user", "password", "li.na", "--as", ADMIN], PASSWORD);
    assert_eq!(set.status, 0, "{set:?}");
    let scopes = "register,cases,summaries,write";
    let issue =
        ["token", "issue", "li.na", "--role", "clerk", "--scope", scopes, "--purpose", "试用", "--as", ADMIN];
    counter.do_well(&issue)["token"].as_str().unwrap().to_owned()
}

fn household(number: &str) -> Value {
    json!({ "members": [{
        "household_number": number, "relation": "户主", "name": NAME, "id_number": NUMBER, "hukou": "本市户籍",
        "community": "龙泽苑东社区", "address": ADDRESS, "registered_on": "2023-02-01", "account": ACCOUNT,
    }] })
}

/// Goes through the API with everything that can be told by mistake.
fn through_the_api(server: &Loud, token: &str) {
    let (status, registered) = server.post(token, "/households", &household("HLG-77"));
    assert_eq!(status, 200, "{registered}");
    assert!(server.post(token, "/households", &household("HLG-78")).0 >= 400, "the number is taken");
    let (status, found) = server.post(token, "/persons/find", &json!({ "id_number": NUMBER }));
    assert_eq!(status, 200, "{found}");
    let mut strange = household("HLG-79");
    strange["members"][0]["phone"] = json!(PHONE);
    assert_eq!(server.post(token, "/households", &strange).0, 422);
    let bearer = format!("Bearer {token}");
    for path in ["/persons?limit=5", &format!("/cases/{NUMBER}"), &format!("/persons?community={NUMBER}")] {
        server.send("GET", &format!("/api/v1{path}"), &[("authorization", &bearer)], "");
    }
    assert_eq!(server.post(&format!("{token}x"), "/households", &household("HLG-80")).0, 401);
}

/// Goes through the console; gives the secret of the second factor.
fn through_the_console(server: &Loud) -> (String, String) {
    assert!(server.form("/sign-in", "", &format!("account=li.na&password={WRONG}")).0 >= 400);
    let (status, answer) = server.form("/sign-in", "", &format!("account=li.na&password={PASSWORD}"));
    assert_eq!(status, 303, "{answer}");
    let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    server.form("/find", &cookie, &format!("text={NUMBER}"));
    assert_eq!(server.form("/second-factor/start", &cookie, "").0, 303);
    let (_, page) = server.send("GET", "/second-factor", &[("cookie", &cookie)], "");
    let from = page.find("secret=").unwrap() + "secret=".len();
    let secret = page[from..].chars().take_while(char::is_ascii_alphanumeric).collect();
    assert!(server.form("/second-factor/confirm", &cookie, "code=000000").0 >= 400);
    (secret, cookie.split_once('=').unwrap().1.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_logs_everything_tells_no_name_number_account_password_or_token() {
    let counter = Counter::open().await;
    let token = office(&counter);
    let server = Loud::start(&counter);
    through_the_api(&server, &token);
    let (secret, session) = through_the_console(&server);
    server.end();
    let log = std::fs::read_to_string(counter.path("server.log")).unwrap();
    assert!(log.contains("DEBUG") && log.contains("/persons/find"), "it logs everything: {}", log.len());
    let values = [
        NAME,
        NUMBER,
        ACCOUNT,
        ADDRESS,
        PHONE,
        PASSWORD,
        WRONG,
        token.as_str(),
        secret.as_str(),
        session.as_str(),
    ];
    assert_eq!(told(&log, &values), Vec::<&str>::new());
    let postgres = std::fs::read_to_string(counter.ledger.server().postgres().log_path()).unwrap();
    assert_eq!(told(&postgres, &values), Vec::<&str>::new(), "PostgreSQL");
    for planted in [
        NAME.to_owned(),
        format!("{NAME:?}"),
        format!("id={NUMBER}"),
        "%E6%AC%A7%E9%98%B3%E6%B7%91%E8%B4%A4".to_owned(),
    ] {
        assert_eq!(told(&format!("{log}{planted}\n"), &values).len(), 1, "{planted} was not found");
    }
}
