//! Somebody before a browser: what they read, type and press, by the words that they see.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;
use thirtyfour::prelude::*;
use tokio::time::sleep;

/// How long a person waits for what should come before they say that it did not.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long they look away between two looks.
const TICK: Duration = Duration::from_millis(50);

/// A person and their browser.
pub struct Person {
    driver: WebDriver,
    server: String,
    downloads: PathBuf,
}

/// What is folded away nobody sees.
const SHOWN: &str = "not(ancestor::details[not(@open)])";

/// The words as XPath has them: no word of ours has both kinds of quotation marks.
fn quoted(words: &str) -> String {
    assert!(!words.contains('"'));
    format!("\"{words}\"")
}

/// Whether the browser is still writing the file: it is hidden at first, and named so later.
fn is_on_its_way(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    hidden || path.extension().is_some_and(|kind| kind == "crdownload")
}

impl Person {
    pub fn new(driver: WebDriver, server: String, downloads: PathBuf) -> Person {
        Person { driver, server, downloads }
    }

    pub async fn sits_at_a_screen(&self, width: u32, height: u32) {
        self.driver.set_window_rect(0, 0, width, height).await.unwrap();
    }

    pub async fn opens(&self, path: &str) {
        self.driver.goto(format!("{}{path}", self.server)).await.unwrap();
    }

    /// Where the person is.
    pub async fn path(&self) -> String {
        let address = self.driver.current_url().await.unwrap();
        address[..].strip_prefix(&self.server).unwrap().to_owned()
    }

    /// Everything that stands on the page.
    pub async fn reads(&self) -> String {
        let text = self.asks("return document.body ? document.body.innerText : ''").await;
        text.as_str().unwrap().to_owned()
    }

    async fn one(&self, path: &str) -> WebElement {
        match self.driver.query(By::XPath(path)).wait(PATIENCE, TICK).first().await {
            Ok(found) => found,
            Err(_) => panic!("{path} is not on {}:\n{}", self.path().await, self.reads().await),
        }
    }

    /// The field that a label with these words names.
    async fn field(&self, label: &str) -> WebElement {
        let words = quoted(label);
        let label = format!("label[starts-with(normalize-space(.),{words}) and {SHOWN}]");
        let named = format!("//*[@id=//main//{label}/@for]");
        let within = format!("//{label}//*[self::input or self::select or self::textarea]");
        self.one(&format!("({named} | {within})[1]")).await
    }

    pub async fn fills(&self, label: &str, text: &str) {
        let field = self.field(label).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    pub async fn chooses(&self, label: &str, option: &str) {
        let field = self.field(label).await;
        let path = format!(".//option[contains(normalize-space(.),{})]", quoted(option));
        field.find(By::XPath(path.as_str())).await.unwrap().click().await.unwrap();
    }

    /// Picks a day in a field for days, as its calendar would.
    pub async fn picks(&self, label: &str, day: &str) {
        let field = self.field(label).await.to_json().unwrap();
        let pick = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('change'))";
        self.driver.execute(pick, vec![field, Value::from(day)]).await.unwrap();
    }

    /// Ticks a box.
    pub async fn ticks(&self, label: &str) {
        self.field(label).await.click().await.unwrap();
    }

    /// Moves a slider with keys.
    pub async fn slides(&self, label: &str, keys: impl Into<TypingData>) {
        self.field(label).await.send_keys(keys).await.unwrap();
    }

    /// Opens what is folded under these words.
    pub async fn unfolds(&self, words: &str) {
        let path = format!("//details[not(@open)]/summary[normalize-space(.)={}]", quoted(words));
        self.one(&path).await.click().await.unwrap();
    }

    /// Gives a file to a field.
    pub async fn drops(&self, label: &str, file: &Path) {
        self.field(label).await.send_keys(file.to_str().unwrap()).await.unwrap();
    }

    pub async fn presses(&self, button: &str) {
        let path = format!("//button[normalize-space(.)={} and {SHOWN}]", quoted(button));
        self.one(&path).await.click().await.unwrap();
    }

    pub async fn follows(&self, link: &str) {
        self.one(&format!("//a[contains(normalize-space(.),{})]", quoted(link))).await.click().await.unwrap();
    }

    /// Whether there is a button with these words.
    pub async fn may(&self, button: &str) -> bool {
        let path = format!("//button[normalize-space(.)={}]", quoted(button));
        !self.driver.find_all(By::XPath(path)).await.unwrap().is_empty()
    }

    /// Waits until these words stand on the page.
    pub async fn sees(&self, words: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.reads().await.contains(words) {
            let page = self.reads().await;
            assert!(Instant::now() < until, "{words} is not on {}:\n{page}", self.path().await);
            sleep(TICK).await;
        }
    }

    pub async fn does_not_see(&self, words: &str) {
        let page = self.driver.source().await.unwrap();
        assert!(!page.contains(words), "{words} is on {}:\n{page}", self.path().await);
    }

    /// The file that the browser saved last, once none is on its way.
    pub async fn saved(&self) -> PathBuf {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let files: Vec<PathBuf> =
                fs::read_dir(&self.downloads).unwrap().map(|entry| entry.unwrap().path()).collect();
            // The file seen last may have got its name since.
            let saved_at = |path: &PathBuf| path.metadata().and_then(|about| about.modified()).ok();
            if !files.iter().any(|file| is_on_its_way(file))
                && let Some(newest) = files.into_iter().max_by_key(saved_at)
                && newest.exists()
            {
                return newest;
            }
            sleep(TICK).await;
        }
        panic!("no file came: {}", self.reads().await)
    }

    /// Presses keys, wherever the cursor is.
    pub async fn types(&self, keys: impl Into<TypingData>) {
        self.driver.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// What a script on the page answers.
    pub async fn asks(&self, script: &str) -> Value {
        self.driver.execute(script, vec![]).await.unwrap().json().clone()
    }

    /// The same, for a script that answers later, by calling its last argument.
    pub async fn asks_and_waits(&self, script: &str, argument: Value) -> Value {
        self.driver.execute_async(script, vec![argument]).await.unwrap().json().clone()
    }

    /// Keeps a picture of the screen beside what was built, to be looked at.
    pub async fn takes_a_picture(&self, name: &str) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
        fs::create_dir_all(&folder).unwrap();
        self.driver.screenshot(&folder.join(format!("{name}.png"))).await.unwrap();
    }

    /// Shuts the browser.
    pub async fn goes(self) {
        self.driver.quit().await.unwrap();
    }
}
