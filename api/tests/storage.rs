//! A ledger from nothing: private server, migrations, keyring; and the same over a URL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail the test")]

use api::settings::{Given, Settings, Storage};
use domain::ids::PersonId;
use eventlog::database::{Clock, service_pool};
use sqlx::{ConnectOptions, Executor};
use tempfile::TempDir;

fn settings(folder: &TempDir, database_url: Option<String>) -> Settings {
    Settings::try_new(
        Given { data_dir: folder.path().join("data"), database_url, ..Given::default() },
        |_| None,
    )
    .unwrap()
}

async fn works(settings: &Settings, storage: &Storage) {
    for _ in 0..2 {
        storage.migrate(Clock::Real).await.unwrap();
        let pool = service_pool(storage.database(), 2).await.unwrap();
        let role: String = sqlx::query_scalar("select current_user::text").fetch_one(&pool).await.unwrap();
        assert_eq!(role, "ledger_service");
        let keyring = settings.open_keyring(pool.clone()).await.unwrap();
        keyring.ensure_keys(&[PersonId::new(uuid::Uuid::from_u128(1))]).await.unwrap();
        pool.close().await;
    }
}

#[tokio::test]
async fn a_ledger_is_made_from_nothing_and_opened_again() {
    let folder = TempDir::new().unwrap();
    let settings = settings(&folder, None);
    for _ in 0..2 {
        let storage = Storage::open(&settings).await.unwrap();
        works(&settings, &storage).await;
        storage.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_url_replaces_the_private_server_with_one_login_for_both_roles() {
    let (folder, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let server = Storage::open(&settings(&folder, None)).await.unwrap();
    let private = server.private().unwrap();
    let login = "create role somebody login password 'open' createrole; create database other owner somebody";
    let mut superuser = private.superuser("postgres").connect().await.unwrap();
    for statement in login.split("; ") {
        superuser.execute(statement).await.unwrap();
    }
    superuser.execute("grant ledger_service to somebody with admin option").await.unwrap();
    let host = private.socket_dir().display().to_string().replace('/', "%2F");
    let settings = settings(&elsewhere, Some(format!("postgres://somebody:open@{host}/other")));
    let storage = Storage::open(&settings).await.unwrap();
    works(&settings, &storage).await;
    storage.close().await.unwrap();
    server.close().await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_down_is_named_and_no_password_with_it() {
    let folder = TempDir::new().unwrap();
    let settings = settings(&folder, Some("postgres://somebody:secret@127.0.0.1:1/none".to_owned()));
    let error = Storage::open(&settings).await.unwrap().migrate(Clock::Real).await.unwrap_err().to_string();
    assert!(error.contains("refused") && !error.contains("secret"), "{error}");
}
