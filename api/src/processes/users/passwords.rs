//! 密码: hashes of passwords, and signing in with one.
//!
//! A wrong password, an unknown account, one that waits and one that is locked are refused with the same words after the
//! same work, so that nobody learns from outside which accounts there are.

use std::collections::HashSet;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use chrono::{DateTime, Utc};
use domain::actor::ActorId;
use domain::user::{
    Account, Entry, REFUSALS_MAX, SignInDoor, SignInProof, User, UserCommand, UserError, UserKind,
};
use sqlx::Row;
use tokio::sync::Semaphore;

use super::{Standing, change_user, end_sessions, system_desk};
use crate::processes::{Desk, Office, ProcessError};

/// How long an account waits after too many refusals, in minutes.
const WAIT_MINUTES: i32 = 15;

/// The fewest and the most characters of a password (NIST SP 800-63B-4, 3.1.1.2, with the length of GB/T 22239-2019).
const LENGTHS: std::ops::RangeInclusive<usize> = 12..=128;

/// The fewest different characters of a password.
const DISTINCT_MIN: usize = 6;

/// Hashes at once: each takes 19 MiB for some hundredths of a second.
static HASHES: Semaphore = Semaphore::const_new(4);

/// A hash that no password has, for accounts that have none.
pub(super) const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$0000000000000000000000000000000000000000000";

/// Sets the password of a user: the event first, then its hash. Between the two the old one holds; afterwards nothing is
/// open that it opened.
///
/// # Errors
/// [`ProcessError`]: the password is weak, or the domain refuses.
pub async fn set_password(
    office: &Office,
    desk: &Desk,
    account: &ActorId,
    password: &str,
) -> Result<(), ProcessError> {
    is_strong(account, password)?;
    change_user(office, desk, account, UserCommand::RecordPassword).await?;
    let hash = hash(password.to_owned()).await?;
    sqlx::query(include_str!("sql/store_password.sql"))
        .bind(account.as_str())
        .bind(hash)
        .execute(&office.pool)
        .await?;
    end_sessions(office, desk, account).await
}

/// Lets somebody in by account and password alone, and records it.
///
/// # Errors
/// [`ProcessError::Refused`] with the code `sign_in_refused`, whatever the reason; `second_factor_missing` for a user who
/// has one.
pub async fn sign_in(
    office: &Office,
    account: &str,
    password: &str,
    now: DateTime<Utc>,
) -> Result<Account, ProcessError> {
    let (user, _) = check_password(office, account, password, now).await?;
    admit(office, &user, SignInDoor::Password, None, now).await
}

/// Lets in who gave the right password, where nothing else is asked of them, and records it.
///
/// # Errors
/// Those of the domain.
pub async fn admit_by_password(
    office: &Office,
    user: &Account,
    now: DateTime<Utc>,
) -> Result<Account, ProcessError> {
    admit(office, user, SignInDoor::Password, None, now).await
}

/// Who has this account and password, and what that rests on. Nothing is recorded but a refusal: the visitor may have more to
/// show.
///
/// # Errors
/// [`ProcessError::Refused`] with the code `sign_in_refused`, whatever the reason.
pub async fn check_password(
    office: &Office,
    account: &str,
    password: &str,
    now: DateTime<Utc>,
) -> Result<(Account, Standing), ProcessError> {
    let stored =
        sqlx::query(include_str!("sql/read_password.sql")).bind(account).fetch_optional(&office.pool).await?;
    let hash = stored.as_ref().map(|row| row.try_get("hash")).transpose()?;
    let password_set_at = stored.as_ref().map(|row| row.try_get("set_at")).transpose()?;
    let waits = stored.as_ref().map(|row| row.try_get("waits")).transpose()?.unwrap_or(false);
    let right = fits(password.to_owned(), hash.unwrap_or_else(|| NOBODY.to_owned())).await?;
    let Ok(account) = ActorId::parse(account) else { return Err(refused()) };
    let loaded = office.repository.load_newest::<User>(&account).await?;
    let known =
        loaded.state.account().filter(|user| user.kind == UserKind::Staff && user.entry == Entry::Open);
    match known {
        Some(user) if right && !waits && stored.is_some() => {
            Ok((user.clone(), Standing { version: loaded.version, password_set_at }))
        }
        Some(_) if !waits && stored.is_some() => {
            if let Some(tries) = take_try(office, &account).await? {
                record_refusals(office, &account, tries, now).await?;
            }
            Err(refused())
        }
        _ => Err(refused()),
    }
}

/// Records that somebody came in who showed everything that is asked of them, and forgets the refusals before.
///
/// # Errors
/// Those of the domain: locked meanwhile, or the second factor is missing.
pub(super) async fn admit(
    office: &Office,
    user: &Account,
    door: SignInDoor,
    proof: Option<SignInProof>,
    now: DateTime<Utc>,
) -> Result<Account, ProcessError> {
    if user.second_factor_set_on.is_some() && proof.is_none() {
        return Err(ProcessError::refused(&UserError::SecondFactorMissing));
    }
    let counted = forget_refusals(office, &user.account).await?;
    // a code that is right was counted as a try before it was looked at
    let typed = matches!(proof, Some(SignInProof::Code | SignInProof::RecoveryCode));
    let refused_before = counted.saturating_sub(u32::from(typed));
    let command = UserCommand::RecordSignIn { refused_before, door, proof };
    change_user(office, &system_desk(now)?, &user.account, command).await?;
    Ok(user.clone())
}

fn refused() -> ProcessError {
    ProcessError::Refused {
        code: "sign_in_refused",
        field: "",
        zh: "账号或密码不对，或账号已停用；连续多次不对须等待十五分钟。".to_owned(),
        en: "account or password is wrong, or the account is locked; after several refusals wait 15 minutes"
            .to_owned(),
    }
}

/// Counts from the beginning again. How many there were.
pub(super) async fn forget_refusals(office: &Office, account: &ActorId) -> Result<u32, ProcessError> {
    let before: Option<i32> = sqlx::query_scalar(include_str!("sql/forget_refusals.sql"))
        .bind(account.as_str())
        .fetch_optional(&office.pool)
        .await?;
    Ok(before.and_then(|before| u32::try_from(before).ok()).unwrap_or_default())
}

/// Counts one more try, unless the account waits: then there is none to take.
pub(super) async fn take_try(office: &Office, account: &ActorId) -> Result<Option<i32>, ProcessError> {
    let counted = sqlx::query_scalar(include_str!("sql/take_try.sql"))
        .bind(account.as_str())
        .bind(REFUSALS_MAX.cast_signed())
        .bind(WAIT_MINUTES)
        .fetch_optional(&office.pool)
        .await?;
    Ok(counted)
}

/// Records refusals when they are many.
pub(super) async fn record_refusals(
    office: &Office,
    account: &ActorId,
    tries: i32,
    now: DateTime<Utc>,
) -> Result<(), ProcessError> {
    if tries % REFUSALS_MAX.cast_signed() == 0 {
        let command = UserCommand::RecordRefusals { count: REFUSALS_MAX };
        change_user(office, &system_desk(now)?, account, command).await?;
    }
    Ok(())
}

fn is_strong(account: &ActorId, password: &str) -> Result<(), ProcessError> {
    let distinct = password.chars().collect::<HashSet<_>>().len();
    let speaks_of_account = password.to_lowercase().contains(account.as_str());
    let long = LENGTHS.contains(&password.chars().count());
    if long && distinct >= DISTINCT_MIN && !speaks_of_account && !password.contains(char::is_control) {
        return Ok(());
    }
    Err(ProcessError::Refused {
        code: "password_too_weak",
        field: "password",
        zh: "密码须有 12 至 128 个字符、至少 6 种不同字符，且不含账号。".to_owned(),
        en: "a password has 12 to 128 characters, at least 6 different ones, and not the account's name"
            .to_owned(),
    })
}

async fn hash(password: String) -> Result<String, ProcessError> {
    let hashed = at_work(move || {
        let hash = Argon2::default().hash_password(password.as_bytes());
        hash.map(|hash| hash.to_string()).map_err(|error| ProcessError::Damaged(error.to_string()))
    });
    hashed.await?
}

async fn fits(password: String, hash: String) -> Result<bool, ProcessError> {
    at_work(move || {
        let parsed = PasswordHash::new(&hash);
        parsed.is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
    })
    .await
}

/// Works beside the other tasks, a few at a time.
async fn at_work<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ProcessError> {
    let damaged = |error: String| ProcessError::Damaged(error);
    let _place = HASHES.acquire().await.map_err(|error| damaged(error.to_string()))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| damaged(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weak_password_is_refused() {
        let account = ActorId::parse("wang.fang").unwrap();
        assert!(is_strong(&account, "龙泽苑的春天来了四月十二日").is_ok());
        assert!(is_strong(&account, "correct horse battery").is_ok());
        for weak in ["short-Pass1", "aaaaaaaaaaaaaaa", "xx-Wang.Fang-xx9", "with\nnewline-123"] {
            assert_eq!(is_strong(&account, weak).unwrap_err().code(), "password_too_weak", "{weak}");
        }
        assert!(is_strong(&account, &"长密码真的很长哦".repeat(17)).is_err());
    }

    #[tokio::test]
    async fn a_hash_fits_its_password_alone() {
        let hashed = hash("correct horse battery".to_owned()).await.unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hashed}");
        assert!(fits("correct horse battery".to_owned(), hashed.clone()).await.unwrap());
        assert!(!fits("correct horse batterz".to_owned(), hashed).await.unwrap());
        // the stand-in costs the same work: it can be read
        assert!(PasswordHash::new(NOBODY).is_ok());
        assert!(!fits("anything".to_owned(), NOBODY.to_owned()).await.unwrap());
    }
}
