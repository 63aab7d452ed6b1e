//! Asks the witnesses to cosign each checkpoint. Sealing never waits for them; a witness that is slow gets the newest.

use eventlog::merkle::copy::CheckpointCopy;
use eventlog::merkle::cosigned::CosignatureCopy;
use eventlog::merkle::hash::Sha256Tree;
use eventlog::merkle::note::SignatureLine;
use eventlog::merkle::sealer::Sealed;
use eventlog::merkle::store::{Prover, TreeStore};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::witness::{WitnessAddress, WitnessClient};

/// The witnesses of a ledger in use.
#[derive(Debug)]
pub struct Witnessing {
    newest: watch::Sender<Option<Sealed>>,
    asking: JoinSet<()>,
}

impl Witnessing {
    /// Begins to ask each witness for every checkpoint that it can keep up with.
    pub fn start(
        store: &TreeStore<Sha256Tree>,
        copy: &CheckpointCopy,
        witnesses: &[WitnessAddress],
    ) -> Witnessing {
        let (newest, mut asking) = (watch::Sender::new(None), JoinSet::new());
        for witness in witnesses {
            let copy = CosignatureCopy::beside(copy);
            asking.spawn(ask(store.clone(), copy, witness.clone(), newest.subscribe()));
        }
        Witnessing { newest, asking }
    }

    /// There is a new checkpoint.
    pub fn sealed(&self, sealed: Sealed) {
        self.newest.send_replace(Some(sealed));
    }

    /// Lets each witness answer for the newest checkpoint, and stops.
    pub async fn finish(self) {
        let Witnessing { newest, asking } = self;
        drop(newest);
        asking.join_all().await;
    }
}

/// Ends when there will be no more checkpoints.
async fn ask(
    store: TreeStore<Sha256Tree>,
    copy: CosignatureCopy,
    witness: WitnessAddress,
    mut newest: watch::Receiver<Option<Sealed>>,
) {
    let name = witness.key().name();
    let client = match WitnessClient::try_new() {
        Ok(client) => client,
        Err(error) => return tracing::error!(%error, name, "the witness cannot be asked"),
    };
    let mut known = 0;
    while newest.changed().await.is_ok() {
        let Some(sealed) = newest.borrow_and_update().clone() else { continue };
        let size = sealed.checkpoint.size;
        let prove = async |old| Ok(Prover::new(store.clone(), size).consistency(old).await?);
        match client.submit(&witness, sealed.note.as_bytes(), known, prove).await {
            Ok(line) => {
                known = size;
                if let Err(error) = keep(&store, &copy, size, &line).await {
                    tracing::error!(%error, name, "a cosignature could not be kept");
                }
            }
            // it has seen another history of this log: people must look
            Err(error) if error.is_alarm() => {
                eprintln!("ledger: 见证方 {name} 拒绝共签 · the witness {name} refuses to cosign: {error}");
            }
            Err(error) => tracing::warn!(%error, name, "the witness did not cosign"),
        }
    }
}

/// Outside of the database first, so that what is removed there is missed.
async fn keep(
    store: &TreeStore<Sha256Tree>,
    copy: &CosignatureCopy,
    size: u64,
    line: &SignatureLine,
) -> anyhow::Result<()> {
    let (copy, text) = (copy.clone(), line.to_string());
    let outside = text.clone();
    tokio::task::spawn_blocking(move || copy.append(size, &outside)).await??;
    Ok(store.add_signature(size, &text).await?)
}
