//! The hall in which people sit before their browsers: a server, and a browser for each.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities};

use super::person::Person;
use crate::serving::Server;
use crate::visitors::PASSWORD;

use tests::counter::Counter;

/// Nothing that asks another network, and nothing that moves.
const ARGUMENTS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
    "--lang=zh-CN",
];

/// A program that drives browsers, ended with its value.
struct Driver {
    child: Child,
    address: String,
}

impl Driver {
    fn start() -> Driver {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child =
            command.spawn().expect("a browser is wanted: install the packages chromium and chromium-driver");
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let port = loop {
            line.clear();
            assert!(output.read_line(&mut line).unwrap() > 0, "the driver ended before it said its port");
            if let Some((_, port)) = line.trim_end().trim_end_matches('.').split_once("successfully on port ")
            {
                break port.to_owned();
            }
        };
        Driver { child, address: format!("http://127.0.0.1:{port}") }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The server and the browsers.
pub struct Hall {
    counter: Counter,
    server: Server,
    driver: Driver,
}

impl Hall {
    /// Opens the server of an office to browsers.
    pub fn open(counter: Counter) -> Hall {
        let server = Server::start(&counter, &["--nightly-at", &crate::serving::far_hour()]);
        Hall::before(counter, server)
    }

    /// The same, of a server that was started.
    pub fn before(counter: Counter, server: Server) -> Hall {
        Hall { counter, server, driver: Driver::start() }
    }

    /// Where the server is, for who comes without a browser.
    pub fn address(&self) -> &str {
        &self.server.address
    }

    /// The command line beside it.
    pub fn counter(&self) -> &Counter {
        &self.counter
    }

    /// A folder for what one person's browser keeps.
    fn folder(&self, account: &str, kind: &str) -> PathBuf {
        let folder = self.counter.path(&format!("browsers/{account}/{kind}"));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// Somebody who sits down before a browser of their own, at the page where one signs in.
    pub async fn sits_down(&self, account: &str) -> Person {
        let mut capabilities: ChromeCapabilities = DesiredCapabilities::chrome();
        for argument in ARGUMENTS {
            capabilities.add_arg(argument).unwrap();
        }
        let profile = self.folder(account, "profile");
        capabilities.add_arg(&format!("--user-data-dir={}", profile.display())).unwrap();
        let downloads = self.folder(account, "downloads");
        let preferences = serde_json::json!({ "download.default_directory": downloads });
        capabilities.add_experimental_option("prefs", preferences).unwrap();
        let driver = WebDriver::new(&self.driver.address, capabilities).await.unwrap();
        let person = Person::new(driver, format!("http://{}", self.server.address), downloads);
        person.sits_at_a_screen(1366, 768).await;
        person.opens("/sign-in").await;
        person
    }

    /// The same, signed in.
    pub async fn signs_in(&self, account: &str) -> Person {
        let person = self.sits_down(account).await;
        person.fills("账号", account).await;
        person.fills("密码", PASSWORD).await;
        person.presses("登录").await;
        person.sees("退出").await;
        person
    }

    /// Everybody went: ends the server, and asks the log for every invariant.
    pub fn close(self) {
        self.server.end();
        self.counter.do_well(&["check"]);
    }
}
