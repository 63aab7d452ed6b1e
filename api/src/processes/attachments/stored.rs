//! The sealed bytes of attachments, in their table.

use std::sync::Arc;

use domain::household::{ATTACHMENT_LABEL, Attachment};
use domain::ids::PersonId;
use domain::personal::{OpenError, Opener, Opening, RetentionClass, SealScope, Sealer};
use eventlog::keyring::Keyring;
use sha2::{Digest, Sha256};
use sqlx::{PgPool, Row};

use crate::processes::{Office, ProcessError};

const fn scope(person: PersonId) -> SealScope {
    SealScope { person, class: RetentionClass::CaseWork, label: ATTACHMENT_LABEL }
}

/// Seals and stores bytes; the SHA-256 of what is stored, which is its name.
///
/// # Errors
/// [`ProcessError`]: the person was erased, or the database failed.
pub(super) async fn store(office: &Office, person: PersonId, bytes: Vec<u8>) -> Result<String, ProcessError> {
    let keyring = Arc::clone(&office.keyring);
    let sealed = apart(move || keyring.seal(scope(person), &bytes)).await??;
    let digest = digest(&sealed);
    let query = sqlx::query(include_str!("sql/store_attachment.sql")).bind(&digest).bind(&sealed);
    query.execute(&office.pool).await?;
    Ok(digest)
}

/// The sealed bytes of an attachment.
///
/// # Errors
/// [`ProcessError::Damaged`] where they are gone or not those that were kept; those of the database.
pub(super) async fn read(office: &Office, attachment: &Attachment) -> Result<String, ProcessError> {
    let sealed = stored(&office.pool, &attachment.sealed_sha256).await?;
    let damaged =
        |words: &str| ProcessError::Damaged(format!("attachment {}: {words}", attachment.attachment_id));
    let sealed = sealed.ok_or_else(|| damaged("its bytes are gone"))?;
    if digest(&sealed) == attachment.sealed_sha256 {
        Ok(sealed)
    } else {
        Err(damaged("its bytes are not those that were kept"))
    }
}

/// Opens sealed bytes.
///
/// # Errors
/// [`ProcessError::Sealed`]: the person was erased, or the bytes are of another person.
pub(super) async fn open(
    keyring: Arc<Keyring>,
    person: PersonId,
    sealed: String,
) -> Result<Vec<u8>, ProcessError> {
    match apart(move || keyring.open(scope(person), &sealed)).await?? {
        Opening::Clear(bytes) => Ok(bytes),
        Opening::Erased { on } => Err(OpenError::Erased { person, on }.into()),
    }
}

/// Whether the stored bytes are those that the log has the hash of; none where they are gone.
///
/// # Errors
/// Those of the database.
pub(crate) async fn is_as_kept(pool: &PgPool, sealed_sha256: &str) -> sqlx::Result<Option<bool>> {
    Ok(stored(pool, sealed_sha256).await?.map(|sealed| digest(&sealed) == sealed_sha256))
}

async fn stored(pool: &PgPool, sealed_sha256: &str) -> sqlx::Result<Option<String>> {
    let query = sqlx::query(include_str!("sql/read_attachment.sql")).bind(sealed_sha256);
    let row = query.fetch_optional(pool).await?;
    row.map(|row| row.try_get("sealed")).transpose()
}

fn digest(sealed: &str) -> String {
    hex::encode(Sha256::digest(sealed.as_bytes()))
}

/// Megabytes are sealed and opened on a thread of their own, so that nobody else waits.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ProcessError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| ProcessError::Damaged(error.to_string()))
}
