//! Proofs that strangers can check: the newest checkpoint, that an event is in it, that an older one is its beginning; bundles,
//! and what a bundle is worth.

use std::io::Write;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::ids::{CampaignId, CaseId, PersonId, RunId};
use domain::user::DataScope;
use eventlog::merkle::hash::{NodeHash, Sha256Tree, TreeHash};
use eventlog::merkle::leaf;
use eventlog::merkle::store::{Prover, StoredCheckpoint, TreeError, TreeStore};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::case_facts::person_seen;
use crate::access::{Caller, Capability as Can, Denied};
use crate::audit::bundle::BundleError;
use crate::audit::making::{Wanted, make};
use crate::audit::selection::Selection;
use crate::audit::verify::{Known, Verified, verify};
use crate::http::Api;
use crate::http::endpoint::{Endpoint, Kept, get, post};
use crate::http::input::{Asked, AtDesk, Sent};
use crate::http::problem::Problem;
use crate::processes::ProcessError;

/// The media type of a bundle.
pub const ARCHIVE: &str = "application/x-tar";

pub(super) fn endpoints() -> Vec<Endpoint> {
    let inclusion =
        ("包含证明：事件在检查点之内", "that an event is in the newest checkpoint, as RFC 6962 has it");
    let consistency = (
        "一致性证明：旧检查点是新检查点的开头",
        "that the tree of an older checkpoint is the beginning of the newest",
    );
    let bundle = (
        "证据包（tar），可由他人独立核验",
        "an evidence bundle that a stranger can verify, as a tar archive",
    );
    let verification = ("核验证据包；内容为 tar 文件", "what a bundle is worth; the body is its tar archive");
    vec![
        get("/proofs/checkpoint", Can::Audit, ("最新检查点", "the newest signed checkpoint"), checkpoint)
            .answers::<CheckpointView>(),
        get("/proofs/inclusion", Can::Audit, inclusion, included)
            .query::<InclusionAsked>()
            .answers::<InclusionView>(),
        get("/proofs/consistency", Can::Audit, consistency, consistent)
            .query::<ConsistencyAsked>()
            .answers::<ConsistencyView>(),
        post("/bundles", Can::Audit, bundle, bundled)
            .takes::<BundleAsked>()
            .gives_file(ARCHIVE)
            .keeping(Kept::Not),
        post("/bundles/verification", Can::Audit, verification, verified)
            .takes_file()
            .answers::<Verified>()
            .keeping(Kept::Not),
    ]
}

async fn tree(api: &Api) -> Result<TreeStore<Sha256Tree>, Problem> {
    TreeStore::open(api.office().repository.log().clone()).await.map_err(unreadable)
}

fn unreadable(error: TreeError) -> Problem {
    Problem::from(ProcessError::Damaged(error.to_string()))
}

async fn newest(tree: &TreeStore<Sha256Tree>) -> Result<StoredCheckpoint, Problem> {
    let newest = tree.newest_checkpoint().await.map_err(unreadable)?;
    newest.ok_or_else(|| {
        let (zh, en) = ("台账尚无检查点，请稍后再试。", "there is no checkpoint yet; ask again in a moment");
        Problem::new(StatusCode::CONFLICT, "not_sealed", zh, en)
    })
}

/// A checkpoint.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CheckpointView {
    /// How many events it covers.
    size: u64,
    /// The signed note, byte for byte, with its cosignatures.
    note: String,
}

async fn checkpoint(State(api): State<Api>) -> Result<Json<CheckpointView>, Problem> {
    let StoredCheckpoint { size, note, .. } = newest(&tree(&api).await?).await?;
    Ok(Json(CheckpointView { size, note }))
}

/// Of which event.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InclusionAsked {
    /// Its place in the log.
    position: u64,
}

/// A proof of inclusion. Hashes in hexadecimal digits.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct InclusionView {
    position: u64,
    /// The hash of the event's leaf.
    leaf: String,
    size: u64,
    root: String,
    /// From the leaf to the root.
    path: Vec<String>,
}

async fn included(
    State(api): State<Api>,
    Asked(InclusionAsked { position }): Asked<InclusionAsked>,
) -> Result<Json<InclusionView>, Problem> {
    let tree = tree(&api).await?;
    let size = newest(&tree).await?.size;
    if position >= size {
        return Err(Problem::not_found());
    }
    let events = tree.log().read_at(&[position]).await.map_err(ProcessError::from)?;
    let event = events.first().ok_or_else(Problem::not_found)?;
    let mut entry = Vec::new();
    leaf::encode(tree.ledger(), event, &mut entry).map_err(|error| unreadable(error.into()))?;
    let path = Prover::new(tree.clone(), size).inclusion(position).await.map_err(unreadable)?;
    Ok(Json(InclusionView {
        position,
        leaf: hex_of(&Sha256Tree::leaf(&entry)),
        size,
        root: hex_of(&tree.root(size).await.map_err(unreadable)?),
        path: path.iter().map(hex_of).collect(),
    }))
}

fn hex_of(hash: &NodeHash) -> String {
    hex::encode(hash.0)
}

/// Since which checkpoint.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyAsked {
    /// The size of the older checkpoint.
    from: u64,
}

/// A proof of consistency. Hashes in hexadecimal digits.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ConsistencyView {
    from: u64,
    /// The root of the older tree.
    from_root: String,
    size: u64,
    root: String,
    path: Vec<String>,
}

async fn consistent(
    State(api): State<Api>,
    Asked(ConsistencyAsked { from }): Asked<ConsistencyAsked>,
) -> Result<Json<ConsistencyView>, Problem> {
    let tree = tree(&api).await?;
    let size = newest(&tree).await?.size;
    if from == 0 || from > size {
        return Err(Problem::not_found());
    }
    let path = Prover::new(tree.clone(), size).consistency(from).await.map_err(unreadable)?;
    Ok(Json(ConsistencyView {
        from,
        from_root: hex_of(&tree.root(from).await.map_err(unreadable)?),
        size,
        root: hex_of(&tree.root(size).await.map_err(unreadable)?),
        path: path.iter().map(hex_of).collect(),
    }))
}

/// What a bundle is about.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum BundleAsked {
    /// A case with its household, payments and runs.
    Case {
        /// Which.
        id: CaseId,
    },
    /// A payment run with its payments.
    Run {
        /// Which.
        id: RunId,
    },
    /// A person with household and cases.
    Person {
        /// Who.
        id: PersonId,
    },
    /// A campaign with its gifts.
    Campaign {
        /// Which.
        id: CampaignId,
    },
    /// Every event.
    All {},
}

async fn bundled(
    State(api): State<Api>,
    AtDesk { caller, .. }: AtDesk,
    Sent(asked): Sent<BundleAsked>,
) -> Result<Response, Problem> {
    let selection = may_have(&api, &caller, asked).await?;
    let tree = tree(&api).await?;
    let checkpoint = newest(&tree).await?;
    let folder = tempfile::tempdir().map_err(unwritable)?;
    let out = folder.path().join("bundle.tar");
    let wanted =
        Wanted { selection, checkpoint: &checkpoint, outside: api.outside(), brought: &[], open: &[] };
    make(api.office(), &tree, &wanted, &out).await.map_err(failed)?;
    let bytes = tokio::fs::read(&out).await.map_err(unwritable)?;
    let name = "attachment; filename=\"bundle.tar\"";
    Ok(([(CONTENT_TYPE, ARCHIVE), (CONTENT_DISPOSITION, name)], bytes).into_response())
}

/// Who sees some communities alone gets the evidence of their people, and none of what holds others too.
async fn may_have(api: &Api, caller: &Caller, asked: BundleAsked) -> Result<Selection, Problem> {
    let everywhere = caller.data_scope == DataScope::Everywhere;
    let whole = || if everywhere { Ok(()) } else { Err(Problem::denied(Denied::Role)) };
    Ok(match asked {
        BundleAsked::Case { id } => {
            api.case_seen_by(caller, id).await?;
            Selection::Case(id)
        }
        BundleAsked::Person { id } => {
            person_seen(api, caller, id).await?;
            Selection::Person(id)
        }
        BundleAsked::Campaign { id } => Selection::Campaign(id),
        BundleAsked::Run { id } => {
            whole()?;
            Selection::Run(id)
        }
        BundleAsked::All {} => {
            whole()?;
            Selection::All
        }
    })
}

fn unwritable(error: impl std::fmt::Display) -> Problem {
    Problem::from(ProcessError::File(error.to_string()))
}

fn failed(error: crate::audit::making::MakingError) -> Problem {
    use crate::audit::making::MakingError;
    match error {
        MakingError::Process(error) => Problem::from(error),
        MakingError::Bundle(BundleError::NoKey) => {
            let (zh, en) = ("没有可用的台账公钥。", "no public key of the log is known");
            Problem::new(StatusCode::CONFLICT, "signing_key_unusable", zh, en)
        }
        MakingError::Bundle(error) => unwritable(error),
        MakingError::Tree(error) => unreadable(error),
    }
}

async fn verified(State(api): State<Api>, body: Bytes) -> Result<Json<Verified>, Problem> {
    let known = Known { keys: api.outside().keys.clone(), checkpoints: Vec::new() };
    let found = tokio::task::spawn_blocking(move || {
        let mut file = tempfile::Builder::new().suffix(".tar").tempfile()?;
        file.write_all(&body).and_then(|()| file.flush())?;
        Ok::<_, std::io::Error>(verify(file.path(), &known))
    });
    Ok(Json(found.await.map_err(unwritable)?.map_err(unwritable)?))
}
