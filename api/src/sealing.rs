//! Sealing while the program runs: a checkpoint at the latest a second after an append, and one at the end.

use std::sync::Arc;
use std::time::Duration;

use eventlog::merkle::copy::{CheckpointCopy, CopyError};
use eventlog::merkle::hash::Sha256Tree;
use eventlog::merkle::key::SignerKey;
use eventlog::merkle::key_file::KeyFileError;
use eventlog::merkle::sealer::{SealError, Sealed, Sealer};
use eventlog::merkle::store::{TreeError, TreeStore};
use tokio::sync::{Mutex, oneshot, watch};
use tokio::task::JoinHandle;

use crate::lang::Lang;
use crate::settings::Settings;
use crate::witnessing::Witnessing;

/// How long news of appends by other programs may be missing.
const POLL: Duration = Duration::from_millis(700);
/// The least time between two checkpoints of a busy log.
const QUIET: Duration = Duration::from_millis(250);

/// Seals the log of an open ledger.
#[derive(Debug)]
pub struct Sealing {
    sealer: Arc<Mutex<Sealer<Sha256Tree>>>,
    witnessing: Arc<Witnessing>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Sealing {
    /// Compares log, tree and copy, and begins to seal whenever the log has grown.
    ///
    /// # Errors
    /// [`SealingRefusal`], when they do not agree.
    pub async fn start(
        settings: &Settings,
        tree: TreeStore<Sha256Tree>,
        grown: watch::Receiver<u64>,
    ) -> Result<Sealing, SealingRefusal> {
        let origin = tree.origin();
        let keys = settings.signing_keys(&origin).map_err(SealingRefusal::from)?;
        let copy = CheckpointCopy::new(settings.checkpoint_copy(&origin));
        let witnessing = Arc::new(Witnessing::start(&tree, &copy, settings.witnesses()));
        let sealer = Sealer::open(tree, copy, keys).await.map_err(SealingRefusal::from)?;
        let sealer = Arc::new(Mutex::new(sealer));
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(follow(Arc::clone(&sealer), Arc::clone(&witnessing), grown, stopped));
        Ok(Sealing { sealer, witnessing, stop, task })
    }

    /// Seals what the log holds now; nothing when it was sealed already.
    ///
    /// # Errors
    /// [`SealingRefusal`].
    pub async fn seal(&self) -> Result<Option<Sealed>, SealingRefusal> {
        Ok(seal(&self.sealer, &self.witnessing).await?)
    }

    /// Signs every kept checkpoint with a new key too, and from now on with it first. How many there were.
    ///
    /// # Errors
    /// [`SealingRefusal`].
    pub async fn sign_again(&self, key: SignerKey) -> Result<u64, SealingRefusal> {
        let mut sealer = self.sealer.lock().await;
        sealer.seal().await?;
        Ok(sealer.sign_again(key).await?)
    }

    /// Seals the rest and stops.
    ///
    /// # Errors
    /// [`SealingRefusal`], when the rest stays unsealed: the next program that opens the ledger tries again.
    pub async fn finish(self) -> Result<(), SealingRefusal> {
        let Sealing { sealer, witnessing, stop, task } = self;
        let _ = stop.send(());
        if let Err(error) = task.await {
            tracing::error!(%error, "the sealing ended early");
        }
        let sealed = seal(&sealer, &witnessing).await;
        // the task that held the other has ended
        if let Some(witnessing) = Arc::into_inner(witnessing) {
            witnessing.finish().await;
        }
        sealed?;
        Ok(())
    }
}

async fn seal(
    sealer: &Mutex<Sealer<Sha256Tree>>,
    witnessing: &Witnessing,
) -> Result<Option<Sealed>, SealError> {
    let sealed = sealer.lock().await.seal().await?;
    if let Some(sealed) = &sealed {
        witnessing.sealed(sealed.clone());
    }
    Ok(sealed)
}

async fn follow(
    sealer: Arc<Mutex<Sealer<Sha256Tree>>>,
    witnessing: Arc<Witnessing>,
    mut grown: watch::Receiver<u64>,
    mut stopped: oneshot::Receiver<()>,
) {
    loop {
        tokio::select! {
            _ = &mut stopped => return,
            _ = tokio::time::timeout(POLL, grown.changed()) => {}
        }
        if let Err(error) = seal(&sealer, &witnessing).await {
            tracing::error!(%error, "the log could not be sealed; it is tried again");
            tokio::time::sleep(POLL).await;
        }
        tokio::time::sleep(QUIET).await;
    }
}

/// Why the log of a ledger is not sealed, and what to do.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", self.text(Lang::En))]
pub struct SealingRefusal(Arc<Reason>);

#[derive(Debug)]
enum Reason {
    Keys(KeyFileError),
    Seal(SealError),
}

impl From<KeyFileError> for SealingRefusal {
    fn from(error: KeyFileError) -> SealingRefusal {
        SealingRefusal(Arc::new(Reason::Keys(error)))
    }
}

impl From<SealError> for SealingRefusal {
    fn from(error: SealError) -> SealingRefusal {
        SealingRefusal(Arc::new(Reason::Seal(error)))
    }
}

impl SealingRefusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match &*self.0 {
            Reason::Keys(_) => "signing_key_unusable",
            Reason::Seal(SealError::Key(_)) => "signing_key_unknown",
            Reason::Seal(SealError::Behind { .. }) => "log_behind_copy",
            Reason::Seal(SealError::Beside { .. } | SealError::Copy(CopyError::Fork { .. })) => {
                "log_beside_copy"
            }
            Reason::Seal(SealError::NoCopy { .. }) => "checkpoint_copy_missing",
            Reason::Seal(SealError::Copy(_)) => "checkpoint_copy_unusable",
            Reason::Seal(SealError::Checkpoint { .. } | SealError::Tree(TreeError::MissingTile { .. })) => {
                "proofs_damaged"
            }
            Reason::Seal(SealError::Tree(_)) => "proofs_unreadable",
        }
    }

    /// What is wrong, and what to do.
    pub fn text(&self, lang: Lang) -> String {
        let (zh, en) = match &*self.0 {
            Reason::Keys(error) => {
                (format!("无法使用签名密钥：{error}"), format!("the signing keys cannot be used: {error}"))
            }
            Reason::Seal(error) => seal_error(error),
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

fn seal_error(error: &SealError) -> (String, String) {
    match error {
        SealError::Behind { path, copied, length, at } => (
            format!(
                "台账只有 {length} 个事件，而 {at} 已为 {copied} 个事件签署检查点（{}）：数据库可能是从旧备份恢复的。请恢复较新的备份；没有更好的备份时，见 ledger proofs",
                path.display()
            ),
            format!(
                "the log has {length} events, but a checkpoint for {copied} was signed at {at} ({}): the database was probably restored from an older backup. Restore a newer one; if there is none, see ledger proofs",
                path.display()
            ),
        ),
        SealError::Beside { path, size, at } => (
            format!(
                "台账前 {size} 个事件与 {at} 签署的检查点不一致（{}）：历史记录被改动，或这是另一份历史。请保留现场，运行 ledger check 并通知审计",
                path.display()
            ),
            format!(
                "the first {size} events are not those of the checkpoint signed at {at} ({}): the history was changed, or it is another one. Keep everything as it is, run ledger check and call the auditors",
                path.display()
            ),
        ),
        SealError::NoCopy { path, size } => (
            format!(
                "检查点副本 {} 不见了，而台账已签署到 {size} 个事件。请找回该文件；确已丢失时，见 ledger proofs",
                path.display()
            ),
            format!(
                "the copy of the checkpoints {} is gone, and the ledger was sealed up to {size} events. Bring the file back; if it is lost for good, see ledger proofs",
                path.display()
            ),
        ),
        SealError::Checkpoint { size } => (
            format!(
                "数据库中 {size} 个事件的检查点与其证明树不符：证明数据被改动。请运行 ledger check 并通知审计"
            ),
            format!(
                "the checkpoint for {size} events in the database does not fit its tree: proof data was changed. Run ledger check and call the auditors"
            ),
        ),
        SealError::Key(error) => (
            format!(
                "签名密钥不是签署上一检查点的密钥：{error}。请恢复密钥文件；更换密钥请用 ledger signing rotate"
            ),
            format!(
                "the signing key is not one that signed the last checkpoint: {error}. Bring the key's file back; to change keys use ledger signing rotate"
            ),
        ),
        SealError::Copy(error) => (
            format!("无法使用检查点副本：{error}。可用 --checkpoint-copy 另行指定"),
            format!(
                "the copy of the checkpoints cannot be used: {error}. Name another place with --checkpoint-copy"
            ),
        ),
        SealError::Tree(error) => (
            format!("无法读取证明数据：{error}。请运行 ledger check"),
            format!("the proof data cannot be read: {error}. Run ledger check"),
        ),
    }
}
