//! Checkpoint, tiles and entries as strangers fetch them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use api::http::{EntriesServed, ProofSource, Proofs, SignedCheckpoint, proof_routes, serve};
use eventlog::merkle::checkpoint::Checkpoint;
use eventlog::merkle::hash::{Sha256Tree, TreeHash};
use eventlog::merkle::proof::{Range, join_nodes, verify_inclusion};
use eventlog::merkle::tile::{Entries, Tile, tile_hashes};
use futures::FutureExt;
use futures::future::BoxFuture;
use tests::paper_log::PaperLog;
use tokio::net::TcpListener;

use crate::office::{Answer, exchange};

const ORIGIN: &str = "天通苑南街道/1";

/// A log whose newest checkpoint may be older than its tiles.
struct Published {
    log: PaperLog,
    size: Mutex<Option<u64>>,
    broken: bool,
}

impl Published {
    fn answer<T>(&self, value: T) -> anyhow::Result<T> {
        if self.broken { Err(anyhow::anyhow!("the database of 王芳 is gone")) } else { Ok(value) }
    }
}

impl ProofSource for Published {
    fn checkpoint(&self) -> BoxFuture<'_, anyhow::Result<Option<SignedCheckpoint>>> {
        let size = *self.size.lock().unwrap();
        let newest =
            size.map(|size| SignedCheckpoint { size, note: self.log.checkpoint_at(size).to_string() });
        async move { self.answer(newest) }.boxed()
    }

    fn tile(&self, tile: Tile) -> BoxFuture<'_, anyhow::Result<Option<Vec<u8>>>> {
        async move { self.answer(Some(self.log.tile_bytes(tile))) }.boxed()
    }

    fn entries(&self, tile: Tile) -> BoxFuture<'_, anyhow::Result<Option<Vec<u8>>>> {
        async move { self.answer(Some(self.log.bundle(tile))) }.boxed()
    }
}

async fn published(size: Option<u64>, entries: EntriesServed, broken: bool) -> (SocketAddr, PaperLog) {
    let log = PaperLog::new(ORIGIN, 1_000);
    let source = Arc::new(Published { log: log.clone(), size: Mutex::new(size), broken });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = proof_routes(Proofs { source, entries });
    tokio::spawn(serve(listener, router, std::future::pending()));
    (address, log)
}

async fn get(address: SocketAddr, path: &str) -> Answer {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || exchange(address, "GET", &path, b"")).await.unwrap()
}

/// The bytes of an answer's body, which may be no text.
async fn get_bytes(address: SocketAddr, path: String) -> Vec<u8> {
    use std::io::{Read, Write};
    tokio::task::spawn_blocking(move || {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: log\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
        let head = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        answer.split_off(head + 4)
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_stranger_proves_an_entry_from_what_is_served() {
    let (address, log) = published(Some(700), EntriesServed::Served, false).await;
    let note = get(address, "/proofs/checkpoint").await;
    assert!(note.head.contains("content-type: text/plain; charset=utf-8"), "{}", note.head);
    assert!(note.head.contains("cache-control: no-store"), "{}", note.head);
    let (checkpoint, _) = Checkpoint::open(note.body.as_bytes(), log.key()).unwrap();
    let mut tiles = std::collections::BTreeMap::new();
    for tile in Tile::all(checkpoint.size) {
        let bytes = get_bytes(address, format!("/proofs/{}", tile.path())).await;
        tiles.insert((tile.level, tile.index), tile_hashes(&bytes).unwrap());
    }
    let root = |range: &Range| {
        let nodes = range.nodes().into_iter().map(|node| {
            let (level, index, slice) = Tile::of_node(node);
            slice.root::<Sha256Tree>(&tiles[&(level, index)]).unwrap()
        });
        join_nodes::<Sha256Tree>(&nodes.collect::<Vec<_>>())
    };
    let index = 600;
    let bundle = Tile::in_tree(0, index / 256, checkpoint.size).unwrap();
    let bundle = get_bytes(address, format!("/proofs/{}", bundle.entries_path())).await;
    let entry = Entries::of(&bundle).nth(index as usize % 256).unwrap().unwrap();
    let ranges = eventlog::merkle::proof::inclusion_ranges(index, checkpoint.size).unwrap();
    let proof: Vec<_> = ranges.iter().map(root).collect();
    assert_eq!(proof, log.inclusion(index, 700));
    let tree = (checkpoint.size, checkpoint.root);
    verify_inclusion::<Sha256Tree>(Sha256Tree::leaf(entry), index, tree, &proof).unwrap();
}

#[tokio::test]
async fn tiles_are_kept_for_ever_and_what_is_missing_is_not() {
    let (address, _) = published(Some(700), EntriesServed::Served, false).await;
    let tile = get(address, "/proofs/tile/0/000").await;
    assert!(tile.head.contains("content-type: application/octet-stream"), "{}", tile.head);
    assert!(tile.head.contains("cache-control: public, max-age=31536000, immutable"), "{}", tile.head);
    let entries = get(address, "/proofs/tile/entries/000").await;
    assert!(entries.head.contains("cache-control: private, max-age=31536000, immutable"), "{}", entries.head);
    let missing = get(address, "/proofs/tile/0/003").await;
    assert_eq!(missing.status, 404);
    assert!(missing.head.contains("cache-control: no-store"), "{}", missing.head);
}

#[tokio::test]
async fn what_the_newest_checkpoint_does_not_cover_is_not_there() {
    // the tiles go on to 1,000, the checkpoint does not
    let (address, _) = published(Some(700), EntriesServed::Served, false).await;
    for (path, status) in [
        ("0/001", 200),
        ("0/002.p/188", 200),
        ("1/000.p/2", 200),
        // an older checkpoint needed it so
        ("0/002.p/100", 200),
        ("1/000.p/1", 200),
        ("0/001.p/7", 200),
        ("entries/002.p/188", 200),
        ("0/002.p/189", 404),
        ("0/002", 404),
        ("0/003.p/1", 404),
        ("1/000.p/3", 404),
        ("1/000", 404),
        ("2/000.p/1", 404),
        ("63/000.p/1", 404),
        ("entries/002.p/189", 404),
        ("entries/002", 404),
    ] {
        assert_eq!(get(address, &format!("/proofs/tile/{path}")).await.status, status, "{path}");
    }
    let (address, _) = published(None, EntriesServed::Served, false).await;
    for path in ["checkpoint", "tile/0/000", "tile/0/000.p/1", "tile/entries/000"] {
        assert_eq!(get(address, &format!("/proofs/{path}")).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn only_one_spelling_of_a_path_is_answered() {
    let (address, _) = published(Some(700), EntriesServed::Served, false).await;
    for path in [
        "/proofs/tile/0/%30%30%30",
        "/proofs/tile/%30/000",
        "/proofs/tile/0/0",
        "/proofs/tile/0/x000/000",
        "/proofs/tile/00/000",
        "/proofs/tile/0/000/",
        "/proofs/tile//0/000",
        "/proofs//tile/0/000",
        "/proofs/tile/0/../0/000",
        "/proofs/tile/0/000.p/256",
        "/proofs/tile/0/000.p/07",
        "/proofs/tile/0/000.p/0",
        "/proofs/tile/entries/0",
        "/proofs/tile/Entries/000",
        "/proofs/tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        "/proofs/tile/",
        "/proofs/tile",
        "/proofs/checkpoint/",
        "/proofs/",
    ] {
        assert_eq!(get(address, path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn entries_are_withheld_unless_they_are_served() {
    let (address, _) = published(Some(700), EntriesServed::Withheld, false).await;
    assert_eq!(get(address, "/proofs/tile/entries/000").await.status, 404);
    assert_eq!(get(address, "/proofs/tile/0/000").await.status, 200);
}

#[tokio::test]
async fn trouble_behind_the_server_is_not_told() {
    let (address, _) = published(Some(700), EntriesServed::Served, true).await;
    for path in ["checkpoint", "tile/0/000", "tile/entries/000"] {
        let answer = get(address, &format!("/proofs/{path}")).await;
        assert_eq!((answer.status, answer.body.as_str()), (503, ""), "{path}");
    }
}
