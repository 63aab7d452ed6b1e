//! Looking for clear values in everything that a database holds.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use api::embedded_postgres::EmbeddedPostgres;

/// The whole content of a database and the server's log.
pub struct RawDump {
    /// What `pg_dump` writes.
    pub database: String,
    /// What the server logged since it was made, for all databases.
    pub log: String,
}

impl RawDump {
    pub(crate) fn take(postgres: &EmbeddedPostgres, database: &str) -> RawDump {
        let mut command = Command::new(postgres.binaries().client("pg_dump"));
        command.arg("--host").arg(postgres.socket_dir()).args([
            "--username",
            "postgres",
            "--no-password",
            database,
        ]);
        let output = command.env("PGPASSWORD", postgres.superuser_password()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let log = fs::read(postgres.log_path()).unwrap();
        RawDump {
            database: String::from_utf8(output.stdout).unwrap(),
            log: String::from_utf8_lossy(&log).into_owned(),
        }
    }

    /// Puts the database back to what it was, as after a loss.
    pub(crate) fn restore(&self, postgres: &EmbeddedPostgres, database: &str, schema: &str) {
        let mut command = Command::new(postgres.binaries().client("psql"));
        command.arg("--host").arg(postgres.socket_dir()).args(["--username", "postgres", "--no-password"]);
        command
            .args(["--quiet", "--set", "ON_ERROR_STOP=1", database])
            .env("PGPASSWORD", postgres.superuser_password());
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let script = format!("drop schema {schema} cascade;\n{}", self.database);
        child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Whether a value stands anywhere: as it is, escaped as JSON does, or in bytes shown as hexadecimal digits.
    pub fn mentions(&self, value: &str) -> bool {
        let escaped: String = value.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        let spellings =
            [value.to_owned(), escaped.clone(), escaped.replace('\\', "\\\\"), hex::encode(value)];
        spellings.iter().any(|each| self.database.contains(each) || self.log.contains(each))
    }
}
