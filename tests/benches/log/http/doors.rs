//! A ledger with its doors open, and a bare handler beside them.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use api::console::{self, Console, Entrance};
use api::http::limits::Bounds;
use api::http::{Api, api_routes};
use api::processes::users::{self, NewUser, TokenWanted};
use api::processes::{Desk, Office};
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use chrono::Utc;
use domain::actor::{ActorId, Role};
use domain::aggregate::Decider;
use domain::benefit_case::BenefitCase;
use domain::household::Household;
use domain::ids::PersonId;
use domain::payment::Payment;
use domain::user::{DataScope, Scope, UserKind};
use projections::case_files::queries::members;
use projections::listings::{self, CaseFilter};
use projections::payment_registers::queries::payments_of_case;
use tests::personas;
use tokio::net::TcpListener;
use uuid::Uuid;

use super::load::{Line, post};

const PASSWORD: &str = "correct horse battery 9";

/// Serves routes with the program's own server until the process ends.
async fn serve(routes: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(api::http::serve(listener, routes, std::future::pending()));
    address
}

/// The API and the console of a ledger. What one token may ask is not bounded.
pub async fn open(office: &Office) -> SocketAddr {
    let bounds = Bounds { per_minute: 100_000_000, ..Bounds::default() };
    let api = Api::new(office.clone(), "bench".to_owned(), bounds);
    let pages = Console::new(office.clone(), Entrance::default());
    serve(console::routes(pages).merge(api_routes(&api))).await
}

/// Handlers that ask the same database and do nothing else.
pub async fn open_bare(office: &Office) -> SocketAddr {
    let routes = Router::new()
        .route("/one/{person}", get(one_select))
        .route("/same/{person}", get(same_selects))
        .with_state(office.clone());
    serve(routes).await
}

async fn one_select(State(office): State<Office>, Path(person): Path<Uuid>) -> String {
    let query = "select coalesce(json_agg(months), '[]')::text from read_beneficiary_months as months where beneficiary = $1";
    sqlx::query_scalar(query).bind(person).fetch_one(&office.pool).await.unwrap()
}

/// The questions of a summary, without who asks, without two clocks, folding or sealed values.
async fn same_selects(State(office): State<Office>, Path(person): Path<Uuid>) -> String {
    let person = PersonId::new(person);
    let mut connection = office.pool.acquire().await.unwrap();
    let homes = members(&mut *connection, &[person]).await.unwrap();
    let filter = CaseFilter { applicant: Some(person), ..CaseFilter::default() };
    let cases = listings::cases(&mut connection, &filter, None, 200).await.unwrap();
    let mut payments = Vec::new();
    for case in &cases {
        payments.extend(payments_of_case(&mut *connection, case.case_id).await.unwrap());
    }
    drop(connection);
    let log = office.repository.log();
    let ids: Vec<String> = payments.iter().map(|payment| payment.payment_id.to_string()).collect();
    let paid = log.read_streams(Payment::TYPE, &ids, u64::MAX).await.unwrap();
    let ids: Vec<String> = cases.iter().map(|case| case.case_id.to_string()).collect();
    let facts = log.read_streams(BenefitCase::TYPE, &ids, u64::MAX).await.unwrap();
    let ids: Vec<String> = homes.iter().map(|home| home.household_id.to_string()).collect();
    let home = log.read_streams(Household::TYPE, &ids, u64::MAX).await.unwrap();
    serde_json::to_string(&(cases, payments, paid.len(), facts.len(), home.len())).unwrap()
}

/// The header of a new user's token with every scope.
pub async fn token(office: &Office, name: &str, role: Role) -> String {
    let account = user(office, name, &[role], DataScope::Everywhere).await;
    let wanted = TokenWanted {
        account,
        role,
        scopes: Scope::ALL.iter().copied().collect::<BTreeSet<_>>(),
        purpose: "bench".to_owned(),
        days: 7,
    };
    let issued = users::issue_token(office, &desk(), wanted).await.unwrap();
    format!("authorization: Bearer {}\r\n", issued.token)
}

/// The header of a new user who signed in at the console.
pub async fn session(
    office: &Office,
    address: SocketAddr,
    name: &str,
    role: Role,
    seen: DataScope,
) -> String {
    let account = user(office, name, &[role], seen).await;
    users::set_password(office, &desk(), &account, PASSWORD).await.unwrap();
    let body = format!("account={name}&password={}", PASSWORD.replace(' ', "+"));
    let headers = "origin: http://ledger\r\ncontent-type: application/x-www-form-urlencoded\r\n";
    let mut line = Line::open(address).await;
    line.send(&post("/sign-in", headers, &body)).await;
    // the value keeps its case, which the head as it is read does not
    let head = line.raw_head().await;
    let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    format!("cookie: {}\r\n", cookie.split(';').next().unwrap())
}

async fn user(office: &Office, name: &str, roles: &[Role], data_scope: DataScope) -> ActorId {
    let account = ActorId::parse(name).unwrap();
    let user = NewUser {
        account: account.clone(),
        kind: UserKind::Staff,
        title: "窗口".to_owned(),
        data_scope,
        roles: roles.to_vec(),
    };
    users::open_user(office, &desk(), user).await.unwrap();
    account
}

fn desk() -> Desk {
    Desk::new(personas::administrator(), Utc::now())
}
