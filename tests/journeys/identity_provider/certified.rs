//! A certified provider (the npm package `oidc-provider`), a real browser and the real server.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use tests::counter::Counter;

use crate::browser::hall::Hall;
use crate::browser::pages::faults;
use crate::npm::brought;
use crate::serving::{Server, far_hour};
use crate::visitors::{ADMIN, office_with_a_console};

const PACKAGE: &str = "oidc-provider@9.13.3";
const SECRET: &str = "of-the-ledger-at-the-certified-one";

/// The provider, ended with its value.
struct Certified {
    child: Child,
    issuer: String,
    /// Kept open: it ends when it cannot say what it has to say.
    _output: BufReader<ChildStdout>,
}

impl Certified {
    fn start(back: &str) -> Certified {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("journeys/identity_provider/provider.mjs");
        let mut command = Command::new("node");
        command.arg(script).arg(brought(PACKAGE)).args([SECRET, back]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("install node: it runs the provider of identities");
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut issuer = String::new();
        output.read_line(&mut issuer).unwrap();
        Certified { child, issuer: issuer.trim().to_owned(), _output: output }
    }
}

impl Drop for Certified {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server with the provider at its door.
fn serve(counter: &Counter) -> (Server, Certified) {
    // the provider must know where the console is before either is there
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let console = format!("http://{address}");
    let provider = Certified::start(&format!("{console}/sign-in/provider/return"));
    let secret = counter.secret_file("client-secret", SECRET);
    let settings =
        ["--oidc-issuer", &provider.issuer, "--oidc-client", "ledger", "--oidc-secret-file", &secret];
    let more = ["--oidc-console", &console, "--nightly-at", &far_hour()];
    (Server::start_at(counter, &address, &[&settings[..], &more].concat()), provider)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_comes_in_through_a_certified_provider_with_a_real_browser() {
    let (counter, _, app, _) = office_with_a_console().await;
    app.close().await.unwrap();
    let (server, provider) = serve(&counter);
    let link = ["user", "identity", "link", "wang.fang", "--issuer", &provider.issuer, "--as", ADMIN];
    let linked = counter.ask_with(&link, "gh-0417");
    assert_eq!(linked.status, 0, "{linked:?}");
    let hall = Hall::before(counter, server);

    let clerk = hall.sits_down("wang.fang").await;
    clerk.sees("统一身份认证登录").await;
    clerk.takes_a_picture("provider-1-sign-in").await;
    let wrong = faults(&clerk, "/sign-in").await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    clerk.follows("统一身份认证登录").await;
    clerk.fills("工号", "gh-0417").await;
    clerk.presses("认证").await;
    clerk.sees("退出").await;
    assert_eq!(clerk.path().await, "/");
    clerk.follows("发放批次").await;
    clerk.fills("所属月份", "2023-11").await;
    clerk.presses("退出").await;
    // the provider still knows them, and asks nothing
    clerk.follows("统一身份认证登录").await;
    clerk.sees("退出").await;
    clerk.goes().await;

    let stranger = hall.sits_down("stranger").await;
    stranger.opens("/language/en").await;
    stranger.opens("/sign-in").await;
    stranger.takes_a_picture("provider-2-sign-in-en").await;
    stranger.follows("Sign in with the office's account").await;
    stranger.fills("工号", "gh-9999").await;
    stranger.presses("认证").await;
    stranger.sees("subject_unknown").await;
    stranger.sees("not linked with a user").await;
    stranger.sees("gh-9999").await;
    stranger.takes_a_picture("provider-3-not-linked").await;
    let wrong = faults(&stranger, "/sign-in, refused").await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    stranger.opens("/").await;
    assert_eq!(stranger.path().await, "/sign-in");
    stranger.goes().await;
    hall.close();
}
