//! `ledger serve`: HTTP until a signal; open requests may end.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Extension;
use chrono::{NaiveTime, TimeDelta};
use eventlog::merkle::hash::Sha256Tree;
use eventlog::merkle::store::{StoredCheckpoint, TreeStore};
use eventlog::merkle::tile::{TILE_WIDTH, Tile, push_entry, tile_bytes};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::doors::Doors;
use super::failure::{Done, Failure};
use super::session::Session;
use crate::app::App;
use crate::bank::catalogue::Catalogue;
use crate::console::{self, Console};
use crate::embedded_postgres::EndSignals;
use crate::http::limits::Bounds;
use crate::http::{self, Api, EntriesServed, ProofSource, Proofs, SignedCheckpoint};
use crate::nightly::{LedgerHealth, Nightly, Timetable};
use crate::processes::{Office, ProcessError};
use crate::registers::statements::StatementLayouts;
use crate::webhooks::{Delivery, Webhooks};

/// Serves; port 0 takes a free one. The address is printed when requests are taken.
///
/// # Errors
/// [`Failure`]: the address is taken, or the ledger cannot be opened.
pub(super) async fn run(session: &Session, served: Served) -> Result<Done, Failure> {
    let mut signals = EndSignals::heard();
    let opened = signals.unless(App::open_as_kept(&session.settings)).await?;
    let app = opened.map_err(Failure::opening)?;
    session.tell_of_erasures(&app);
    let served = serve(session, &app, served, signals).await;
    app.close().await?;
    served.map(|()| Done::Well)
}

/// Where a demonstration is served.
pub(super) const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// The hour in Beijing at which a night begins, unless another is said.
pub(super) const DEFAULT_NIGHT: NaiveTime = NaiveTime::MIN.overflowing_add_signed(TimeDelta::hours(2)).0;

/// What is served, and where.
#[derive(Clone, Debug)]
pub(super) struct Served {
    /// The address.
    pub listen: SocketAddr,
    /// Whether the entries of the log are.
    pub entries: EntriesServed,
    /// When the nightly work begins; none where another program does it.
    pub nightly_at: Option<NaiveTime>,
    /// How people come in.
    pub doors: Doors,
}

/// Serves an open ledger until a signal, and does the nightly work. The signals are heard already: who reads the address
/// may ask to end at once.
///
/// # Errors
/// [`Failure::Refused`] when the address is taken.
pub(super) async fn serve(
    session: &Session,
    app: &App,
    served: Served,
    mut signals: EndSignals,
) -> Result<(), Failure> {
    let Served { listen, entries, nightly_at, doors } = served;
    let (tls, scheme, entrance) = (doors.tls(listen)?, doors.scheme(), doors.entrance()?);
    let (bank_layouts, statement_layouts) =
        (Arc::new(layouts_of(app)?), Arc::new(statement_layouts_of(app)?));
    let listener = listen_on(listen).await?;
    let address = listener.local_addr()?;
    let screen = session.screen;
    screen.say(format!("正在服务：{scheme}://{address}"), format!("Serving on {scheme}://{address}"))?;
    screen.answer(&json!({ "listen": format!("{scheme}://{address}") }))?;
    io::stdout().flush()?;
    let nightly = nightly_at.map(|at| Nightly::start(app.office().clone(), Timetable::real(at)));
    let standing = nightly.as_ref().map(Nightly::standing);
    let health =
        Arc::new(LedgerHealth::new(Arc::clone(&app.office().runner), app.data().to_owned(), standing));
    let stop = signals.received().map(drop);
    let source = Arc::new(KeptProofs(app.tree().clone()));
    let proofs = http::proof_routes(Proofs { source, entries });
    let webhook_hosts = doors.webhook_hosts();
    let office = Office { webhook_hosts, bank_layouts, statement_layouts, ..app.office().clone() };
    let console = Console::new(office.clone(), entrance);
    let mut beside = JoinSet::new();
    beside.spawn(console.look_ahead());
    let pages = console::routes(console).layer(Extension(Arc::new(app.outside())));
    let api = Api::knowing(office.clone(), app.tree().origin(), Bounds::default(), app.outside());
    let routes = http::router(health).merge(proofs).merge(pages).merge(http::api_routes(&api));
    let told = Webhooks::start(office, app.tree().origin(), Delivery::default());
    let told = told.map_err(anyhow::Error::new)?;
    let ended = http::serve_with(listener, routes, tls, stop).await;
    beside.shutdown().await;
    told.finish().await;
    if let Some(nightly) = nightly {
        nightly.finish().await;
    }
    Ok(ended?)
}

/// The program's layouts and the office's own: of the folder that `LEDGER_LAYOUTS` names, else of `layouts` in the data
/// directory where there is one.
fn layouts_of(app: &App) -> Result<Catalogue, Failure> {
    let layouts = match folder(app, "LEDGER_LAYOUTS", "layouts") {
        Some(folder) => Catalogue::with_folder(&folder),
        None => Catalogue::own(),
    };
    Ok(layouts.map_err(ProcessError::from)?)
}

/// The layouts of platforms' statements likewise: of the folder that `LEDGER_STATEMENT_LAYOUTS` names, else of
/// `statement-layouts`.
fn statement_layouts_of(app: &App) -> Result<StatementLayouts, Failure> {
    let folder = folder(app, "LEDGER_STATEMENT_LAYOUTS", "statement-layouts");
    let layouts = folder
        .map_or_else(|| Ok(StatementLayouts::default()), |folder| StatementLayouts::with_folder(&folder));
    Ok(layouts.map_err(ProcessError::from)?)
}

/// The folder that a variable names, which must be there; else the one of this name in the data directory, where it is.
fn folder(app: &App, variable: &str, name: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    named.or_else(|| Some(app.data().join(name)).filter(|folder| folder.is_dir()))
}

/// Reads an hour of the day, such as 02:00.
pub(super) fn parse_hour(text: &str) -> Result<NaiveTime, String> {
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| "应为时刻，如 02:00 · must read HH:MM".to_owned())
}

/// Takes an address.
///
/// # Errors
/// [`Failure::Refused`] when it is taken.
pub(super) async fn listen_on(listen: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(listen).await.map_err(|error| Failure::Refused {
        code: "address_unavailable",
        zh: format!("无法监听 {listen}：{error}"),
        en: format!("cannot listen on {listen}: {error}"),
    })
}

/// The proofs as the ledger keeps them.
struct KeptProofs(TreeStore<Sha256Tree>);

impl ProofSource for KeptProofs {
    fn checkpoint(&self) -> BoxFuture<'_, anyhow::Result<Option<SignedCheckpoint>>> {
        let signed = |kept: StoredCheckpoint| SignedCheckpoint { size: kept.size, note: kept.note };
        async move { Ok(self.0.newest_checkpoint().await?.map(signed)) }.boxed()
    }

    fn tile(&self, tile: Tile) -> BoxFuture<'_, anyhow::Result<Option<Vec<u8>>>> {
        async move { Ok(Some(tile_bytes(&self.0.tile(tile).await?))) }.boxed()
    }

    fn entries(&self, tile: Tile) -> BoxFuture<'_, anyhow::Result<Option<Vec<u8>>>> {
        async move {
            let (first, mut bundle) = (tile.index * TILE_WIDTH, Vec::new());
            let entries = self.0.entries(first, tile.width.into()).await?;
            let whole = entries.iter().all(|entry| push_entry(&mut bundle, entry));
            Ok((whole && entries.len() == usize::from(tile.width)).then_some(bundle))
        }
        .boxed()
    }
}
