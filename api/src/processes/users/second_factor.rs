//! 动态验证码登录: setting a second factor, and proving to have it. The secret is kept sealed under a key that is not in the
//! database, bound to its account; recovery codes are kept as hashes. A code is good once.

use chrono::{DateTime, Utc};
use domain::actor::ActorId;
use domain::user::{Account, Entry, SignInDoor, SignInProof, UserCommand, UserError, UserKind};
use sha2::{Digest, Sha256};
use sqlx::Row;
use zeroize::Zeroizing;

use super::passwords::{admit, forget_refusals, record_refusals, take_try};
use super::totp::{self, QrPicture, SECRET_BYTES};
use super::{change_user, user};
use crate::processes::{Desk, Office, ProcessError};

/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;

/// The bytes of a recovery code: sixteen letters.
const RECOVERY_BYTES: usize = 10;

/// A secret that its user has not proved to have. Not to be written anywhere but to whoever asked.
pub struct NewFactor {
    /// The secret, to be typed into an authenticator.
    pub secret: String,
    /// The same with everything else that an authenticator reads.
    pub uri: String,
    /// The same as a picture.
    pub picture: QrPicture,
}

/// Makes a secret, which is worth nothing until its user proves to have it.
///
/// # Errors
/// [`ProcessError`]: the account is unknown, or of another system; those of the database.
pub async fn begin_second_factor(office: &Office, account: &ActorId) -> Result<NewFactor, ProcessError> {
    if user(office, account).await?.kind == UserKind::Consumer {
        return Err(ProcessError::refused(&UserError::NoPassword));
    }
    let mut secret = Zeroizing::new([0_u8; SECRET_BYTES]);
    getrandom::fill(&mut *secret).map_err(|error| ProcessError::Damaged(error.to_string()))?;
    let sealed = office.keyring.seal_secret(&label(account), &*secret)?;
    sqlx::query(include_str!("sql/begin_second_factor.sql"))
        .bind(account.as_str())
        .bind(sealed)
        .execute(&office.pool)
        .await?;
    new_factor(account, &*secret)
}

/// The secret that is being set; none where nothing was begun.
///
/// # Errors
/// Those of the database and the keyring.
pub async fn begun_second_factor(
    office: &Office,
    account: &ActorId,
) -> Result<Option<NewFactor>, ProcessError> {
    let Some((secret, _)) = secret_of(office, account, false).await? else { return Ok(None) };
    new_factor(account, &secret).map(Some)
}

/// From now on the second factor is asked for: its user shows a code of it. Gives new recovery codes; those of before are
/// worth nothing.
///
/// # Errors
/// [`ProcessError::Refused`] with `code_refused`, or that nothing was begun; those of the domain.
pub async fn confirm_second_factor(
    office: &Office,
    desk: &Desk,
    typed: &str,
    now: DateTime<Utc>,
) -> Result<Vec<String>, ProcessError> {
    let account = &desk.actor.id;
    let Some((secret, _)) = secret_of(office, account, false).await? else { return Err(not_begun()) };
    let step = totp::step_of(&secret, &plain(typed), now).ok_or_else(refused)?;
    if user(office, account).await?.entry != Entry::Open {
        return Err(refused());
    }
    // the event comes last: what the log asks for can then be shown, also when this is interrupted
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        codes.push(recovery_code()?);
    }
    let hashes: Vec<Vec<u8>> = codes.iter().map(|code| hash(account, code)).collect();
    let mut transaction = office.pool.begin().await?;
    sqlx::query(include_str!("sql/forget_second_factor.sql"))
        .bind(account.as_str())
        .execute(&mut *transaction)
        .await?;
    sqlx::query(include_str!("sql/confirm_second_factor.sql"))
        .bind(account.as_str())
        .bind(step)
        .execute(&mut *transaction)
        .await?;
    sqlx::query(include_str!("sql/insert_recovery_codes.sql"))
        .bind(account.as_str())
        .bind(hashes)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    change_user(office, desk, account, UserCommand::RecordSecondFactor).await?;
    Ok(codes)
}

/// Takes the second factor from somebody who lost it; the event first.
///
/// # Errors
/// [`ProcessError`] when the domain refuses.
pub async fn remove_second_factor(
    office: &Office,
    desk: &Desk,
    account: &ActorId,
    reason: String,
) -> Result<(), ProcessError> {
    change_user(office, desk, account, UserCommand::RemoveSecondFactor { reason }).await?;
    let query = sqlx::query(include_str!("sql/forget_all_factors.sql")).bind(account.as_str());
    query.execute(&office.pool).await?;
    Ok(())
}

/// Lets somebody in whom a door let through before, by a code or a recovery code, and records it.
///
/// # Errors
/// [`ProcessError::Refused`] with the code `code_refused`, whatever the reason.
pub async fn sign_in_with_code(
    office: &Office,
    account: &ActorId,
    door: SignInDoor,
    typed: &str,
    now: DateTime<Utc>,
) -> Result<Account, ProcessError> {
    let proof = prove_counted(office, account, typed, now).await?;
    admit(office, &user(office, account).await?, door, Some(proof), now).await
}

/// Lets somebody in whom a door let through before and who sets their first second factor, and records both.
///
/// # Errors
/// Those of [`confirm_second_factor`].
pub async fn sign_in_with_first(
    office: &Office,
    desk: &Desk,
    door: SignInDoor,
    typed: &str,
    now: DateTime<Utc>,
) -> Result<(Account, Vec<String>), ProcessError> {
    let account = &desk.actor.id;
    let Some(tries) = take_try(office, account).await? else { return Err(refused()) };
    let codes = match confirm_second_factor(office, desk, typed, now).await {
        Ok(codes) => codes,
        Err(error) => {
            record_refusals(office, account, tries, now).await?;
            return Err(error);
        }
    };
    let proof = Some(SignInProof::Code);
    Ok((admit(office, &user(office, account).await?, door, proof, now).await?, codes))
}

/// Asks somebody who is in already for a code, before something that an open desk must not be enough for.
///
/// # Errors
/// [`ProcessError::Refused`] with the code `code_refused`, whatever the reason.
pub async fn show_code(
    office: &Office,
    account: &ActorId,
    typed: &str,
    now: DateTime<Utc>,
) -> Result<(), ProcessError> {
    prove_counted(office, account, typed, now).await?;
    forget_refusals(office, account).await?;
    Ok(())
}

/// Counts every try before it is looked at, so that tries at once are no more than tries one after another.
async fn prove_counted(
    office: &Office,
    account: &ActorId,
    typed: &str,
    now: DateTime<Utc>,
) -> Result<SignInProof, ProcessError> {
    let Some(tries) = take_try(office, account).await? else { return Err(refused()) };
    if let Some(proof) = prove(office, account, typed, now).await? {
        return Ok(proof);
    }
    record_refusals(office, account, tries, now).await?;
    Err(refused())
}

/// Whether the code, or recovery code, is one of the user's second factor; it is used up by that.
async fn prove(
    office: &Office,
    account: &ActorId,
    typed: &str,
    now: DateTime<Utc>,
) -> Result<Option<SignInProof>, ProcessError> {
    let typed = plain(typed);
    if typed.len() > 6 {
        let query = sqlx::query(include_str!("sql/use_recovery_code.sql")).bind(account.as_str());
        let used = query.bind(hash(account, &typed)).execute(&office.pool).await?;
        return Ok((used.rows_affected() == 1).then_some(SignInProof::RecoveryCode));
    }
    let Some((secret, _)) = secret_of(office, account, true).await? else { return Ok(None) };
    let Some(step) = totp::step_of(&secret, &typed, now) else { return Ok(None) };
    let query = sqlx::query(include_str!("sql/use_code.sql")).bind(account.as_str()).bind(step);
    let used = query.execute(&office.pool).await?;
    Ok((used.rows_affected() == 1).then_some(SignInProof::Code))
}

async fn secret_of(
    office: &Office,
    account: &ActorId,
    confirmed: bool,
) -> Result<Option<(Zeroizing<Vec<u8>>, i64)>, ProcessError> {
    let query = sqlx::query(include_str!("sql/read_second_factor.sql")).bind(account.as_str());
    let Some(row) = query.bind(confirmed).fetch_optional(&office.pool).await? else { return Ok(None) };
    let sealed: Vec<u8> = row.try_get("sealed")?;
    let secret = office.keyring.open_secret(&label(account), &sealed);
    let secret = secret.ok_or_else(|| ProcessError::Damaged("a second factor does not open".to_owned()))?;
    Ok(Some((secret, row.try_get("last_step")?)))
}

fn new_factor(account: &ActorId, secret: &[u8]) -> Result<NewFactor, ProcessError> {
    let uri = totp::uri(account.as_str(), secret);
    Ok(NewFactor { secret: totp::base32(secret), picture: QrPicture::of(&uri)?, uri })
}

/// Binds a secret to its account.
fn label(account: &ActorId) -> String {
    format!("second factor|{account}")
}

/// As it is compared: without what people put between the letters.
fn plain(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

fn recovery_code() -> Result<String, ProcessError> {
    let mut bytes = Zeroizing::new([0_u8; RECOVERY_BYTES]);
    getrandom::fill(&mut *bytes).map_err(|error| ProcessError::Damaged(error.to_string()))?;
    let letters = totp::base32(&*bytes);
    let fours: Vec<&str> = (0..letters.len()).step_by(4).filter_map(|at| letters.get(at..at + 4)).collect();
    Ok(fours.join("-"))
}

fn hash(account: &ActorId, code: &str) -> Vec<u8> {
    Sha256::digest(format!("{account}|{}", plain(code))).to_vec()
}

fn refused() -> ProcessError {
    ProcessError::Refused {
        code: "code_refused",
        field: "code",
        zh: "验证码不对或已用过；连续多次不对须等待十五分钟。请核对手机时间，或使用恢复码。".to_owned(),
        en: "the code is wrong or was used; after several refusals wait 15 minutes. Check the phone's clock, or use a \
             recovery code"
            .to_owned(),
    }
}

fn not_begun() -> ProcessError {
    ProcessError::Refused {
        code: "second_factor_not_begun",
        field: "",
        zh: "还没有开始设置动态验证码，请先取得密钥。".to_owned(),
        en: "no second factor is being set; get a secret first".to_owned(),
    }
}
