//! A counter of the office: the real program on a ledger of one's own.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use crate::{Clock, TestLedger, ledger_binary};
use api::app::App;
use api::settings::{Given, Settings};
use serde_json::Value;
use sqlx::{ConnectOptions, Connection, Executor};
use tempfile::TempDir;

/// The person of the stories: born in 1940, and her account.
pub const PERSON: &str = "990114194001010018";

/// A ledger, a folder for its key and files, and the program.
pub struct Counter {
    pub ledger: TestLedger,
    folder: TempDir,
    url: String,
}

impl Counter {
    pub async fn open() -> Counter {
        let ledger = TestLedger::start().await;
        // the program comes as one who may everything and makes the read tables; the fence's functions look at them as
        // their owner, who has to be the same, as it is where one role installs a ledger
        let mut superuser =
            ledger.server().postgres().superuser(&name_of(&ledger).await).connect().await.unwrap();
        for function in ["scope_has_household", "scope_has_case"] {
            let hand_over = format!("alter function ledger.{function}(uuid) owner to current_user");
            superuser.execute(hand_over.as_str()).await.unwrap();
        }
        superuser.close().await.unwrap();
        Counter::over(ledger).await
    }

    /// The program on a ledger that has its read tables already.
    pub async fn over(ledger: TestLedger) -> Counter {
        let folder = tempfile::tempdir().unwrap();
        ledger.master_key().write_new(&folder.path().join("data/keys/master.key")).unwrap();
        let server = ledger.server().postgres();
        let mut url = server.superuser(&name_of(&ledger).await).to_url_lossy();
        url.set_password(Some(server.superuser_password())).unwrap();
        Counter { url: url.to_string(), ledger, folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder.
    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The same, for a secret: nobody else may read it.
    pub fn secret_file(&self, name: &str, content: &str) -> String {
        let path = self.file(name, content);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// Runs the program with `--json`.
    pub fn ask(&self, arguments: &[&str]) -> Answer {
        Answer::of(self.command(arguments).output().unwrap())
    }

    /// The same, with a variable of the environment.
    pub fn ask_where(&self, variable: (&str, &str), arguments: &[&str]) -> Answer {
        Answer::of(self.command(arguments).env(variable.0, variable.1).output().unwrap())
    }

    /// Starts the program, which answers on a pipe and stays until it is told to end.
    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The same, telling everything to a file in the folder.
    pub fn start_loudly(&self, arguments: &[&str], log: &str) -> Child {
        let log = fs::File::create(self.path(log)).unwrap();
        let mut command = self.command(arguments);
        command.env("RUST_LOG", "debug").stdout(Stdio::piped()).stderr(log).spawn().unwrap()
    }

    /// The same, with a line on standard input.
    pub fn ask_with(&self, arguments: &[&str], line: &str) -> Answer {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{line}").unwrap();
        Answer::of(child.wait_with_output().unwrap())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(ledger_binary());
        command.args(arguments).arg("--json").arg("--data").arg(self.path("data"));
        command.env("DATABASE_URL", &self.url).env_remove("LEDGER_MASTER_KEY");
        command
    }

    /// The same, and everything went well.
    pub fn do_well(&self, arguments: &[&str]) -> Value {
        let answer = self.ask(arguments);
        assert_eq!(answer.status, 0, "{arguments:?}: {answer:?}");
        answer.json
    }

    /// The program's own code on the same ledger, for steps that have no command.
    pub async fn app(&self) -> App {
        App::open(&self.settings(), Clock::Real).await.unwrap()
    }

    /// The same, also when the ledger must not be worked with.
    pub async fn look(&self) -> App {
        App::open_to_look(&self.settings()).await.unwrap()
    }

    fn settings(&self) -> Settings {
        let (data_dir, database_url) = (self.path("data"), Some(self.url.clone()));
        let given = Given { data_dir, database_url, ..Given::default() };
        Settings::try_new(given, |_| None).unwrap()
    }
}

async fn name_of(ledger: &TestLedger) -> String {
    sqlx::query_scalar("select current_database()::text").fetch_one(ledger.owner()).await.unwrap()
}

/// What the program answered.
#[derive(Debug)]
pub struct Answer {
    pub status: i32,
    pub json: Value,
    pub remarks: String,
}

impl Answer {
    pub fn of(output: Output) -> Answer {
        Answer {
            status: output.status.code().unwrap(),
            json: serde_json::from_slice(&output.stdout).unwrap_or(Value::Null),
            remarks: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The code of the error.
    pub fn code(&self) -> &str {
        self.json["error"]["code"].as_str().unwrap_or_default()
    }
}

/// A register of persons as CSV: one household of one person, who has an account.
pub fn persons() -> String {
    let heads = "户号,与户主关系,姓名,公民身份号码,户籍,社区,住址,登记日期,银行账号\n";
    format!(
        "{heads}HLG-1,户主,王秀英,{PERSON},本市户籍,龙泽苑东社区,1号楼1室,2022-11-01,9901140000000000019\n"
    )
}

/// A register of applications as CSV: the person asks for the allowance of those over eighty.
pub fn applications() -> String {
    let heads = "申请人身份号码,户号,救助项目,咨询日期,申请日期\n";
    format!("{heads}{PERSON},HLG-1,高龄老年人津贴,2023-10-09,2023-10-09\n")
}
