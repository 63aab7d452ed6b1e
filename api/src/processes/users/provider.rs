//! 统一身份: who a user is with a provider of identities. The log holds a keyed hash of the provider's name of them and never
//! the name, which may be a name or an ID number.

use chrono::{DateTime, Utc};
use domain::actor::ActorId;
use domain::explain::Explain;
use domain::identity_provider::{IdentityProvider, IdentityProviderCommand, ProviderRefusal, is_told};
use domain::personal::BlindIndex;
use domain::user::{Account, Entry, SignInDoor, SignInProof, User, UserCommand};
use uuid::Uuid;

use super::passwords::{NOBODY, admit};
use super::{Standing, system_desk, user};
use crate::processes::{Desk, Office, ProcessError, Step};

/// The longest subject (OpenID Connect Core 1.0, 2).
const SUBJECT_LENGTH_MAX: usize = 255;

/// For how many days counts of refusals are kept.
const COUNTED_DAYS: i32 = 7;

/// From now on the provider's subject is this user. Doing it again changes nothing.
///
/// # Errors
/// [`ProcessError`]: the subject is none, or the domain refuses: `subject_taken`, `own_account` and others.
pub async fn link_identity(
    office: &Office,
    desk: &Desk,
    account: &ActorId,
    issuer: &str,
    subject: &str,
) -> Result<(), ProcessError> {
    let (issuer, subject) = (issuer.trim().to_owned(), subject.trim());
    let fits =
        !subject.is_empty() && subject.len() <= SUBJECT_LENGTH_MAX && !subject.contains(char::is_control);
    if !fits {
        return Err(ProcessError::Refused {
            code: "subject_malformed",
            field: "subject",
            zh: "请填写认证方的用户标识（sub），1 至 255 个字符。".to_owned(),
            en: "the provider's name of the user (sub) has 1 to 255 characters".to_owned(),
        });
    }
    let subject = index_of(office, &issuer, subject);
    let stream = IdentityProvider::stream_id(&issuer);
    let of_user = UserCommand::LinkIdentity { issuer: issuer.clone(), subject: subject.clone() };
    let of_provider = IdentityProviderCommand::LinkSubject { issuer, subject, account: account.clone() };
    let steps = [Step::User(account.to_string(), of_user), Step::IdentityProvider(stream, of_provider)];
    office.together(desk, Uuid::new_v4(), steps).await?;
    Ok(())
}

/// The provider's subject is this user no longer, and nothing is open that it opened. Doing it again changes nothing.
///
/// # Errors
/// [`ProcessError`] when the domain refuses.
pub async fn unlink_identity(
    office: &Office,
    desk: &Desk,
    account: &ActorId,
    reason: String,
) -> Result<(), ProcessError> {
    let known = user(office, account).await?;
    let Some(identity) = known.identity else {
        // who may not is told so before that there is nothing to do
        return super::change_user(
            office,
            desk,
            account,
            UserCommand::UnlinkIdentity { subject: None, reason },
        )
        .await;
    };
    let stream = IdentityProvider::stream_id(&identity.issuer);
    let of_user = UserCommand::UnlinkIdentity { subject: Some(identity.subject.clone()), reason };
    let of_provider =
        IdentityProviderCommand::ReleaseSubject { subject: identity.subject, account: account.clone() };
    let steps = [Step::User(account.to_string(), of_user), Step::IdentityProvider(stream, of_provider)];
    office.together(desk, Uuid::new_v4(), steps).await?;
    super::end_sessions(office, desk, account).await
}

/// Which user the provider's subject is and what that rests on, or why none that may come in; with whose account, where that
/// is known.
///
/// # Errors
/// [`ProcessError`] when a stream cannot be read.
pub async fn user_of_subject(
    office: &Office,
    issuer: &str,
    subject: &str,
) -> Result<Result<(Account, Standing), (ProviderRefusal, Option<ActorId>)>, ProcessError> {
    let subject = index_of(office, issuer, subject);
    let provider =
        office.repository.load_newest::<IdentityProvider>(IdentityProvider::stream_id(issuer)).await?;
    let Some(account) = provider.state.account_of(&subject) else {
        return Ok(Err((ProviderRefusal::SubjectUnknown, None)));
    };
    let loaded = office.repository.load_newest::<User>(account).await?;
    let user = loaded.state.account().cloned().ok_or(ProcessError::Unknown { what: "user" })?;
    let same = |known: &domain::user::LinkedIdentity| known.issuer == issuer && known.subject == subject;
    Ok(match user {
        user if !user.identity.as_ref().is_some_and(same) => Err((ProviderRefusal::SubjectUnknown, None)),
        user if user.entry != Entry::Open => Err((ProviderRefusal::UserLocked, Some(user.account))),
        user if user.roles.is_empty() => Err((ProviderRefusal::RolesMissing, Some(user.account))),
        user => {
            prepare_tries(office, &user.account).await?;
            Ok((user, Standing { version: loaded.version, password_set_at: None }))
        }
    })
}

/// Lets in whom the provider named, where nothing else is asked of them, and records it. `word` is the provider's that it
/// asked for a second factor, where the office takes it.
///
/// # Errors
/// Those of the domain: locked or unlinked meanwhile, or the second factor is missing.
pub async fn admit_by_provider(
    office: &Office,
    user: &Account,
    word: Option<SignInProof>,
    now: DateTime<Utc>,
) -> Result<Account, ProcessError> {
    admit(office, user, SignInDoor::Provider, word, now).await
}

/// Counts a refused sign-in, and records it when it is the first, the second, the fourth of its kind on this day, and so
/// on.
///
/// # Errors
/// Those of the database and the log.
pub async fn count_provider_refusal(
    office: &Office,
    issuer: &str,
    refusal: ProviderRefusal,
    account: Option<ActorId>,
    now: DateTime<Utc>,
) -> Result<(), ProcessError> {
    let desk = system_desk(now)?;
    let today = desk.context().today;
    sqlx::query(include_str!("sql/forget_provider_refusals.sql"))
        .bind(today)
        .bind(COUNTED_DAYS)
        .execute(&office.pool)
        .await?;
    let count: i32 = sqlx::query_scalar(include_str!("sql/count_provider_refusal.sql"))
        .bind(issuer)
        .bind(refusal.code())
        .bind(account.as_ref().map_or("", ActorId::as_str))
        .bind(today)
        .fetch_one(&office.pool)
        .await?;
    let count = count.unsigned_abs();
    if is_told(count) {
        let issuer = issuer.to_owned();
        let stream = IdentityProvider::stream_id(&issuer);
        let command = IdentityProviderCommand::RecordRefusals { issuer, refusal, account, count };
        office.together(&desk, Uuid::new_v4(), [Step::IdentityProvider(stream, command)]).await?;
    }
    Ok(())
}

/// Tries of codes are counted with those of passwords, also for a user who has no password: then beside a hash that no
/// password has.
async fn prepare_tries(office: &Office, account: &ActorId) -> Result<(), ProcessError> {
    let query = sqlx::query(include_str!("sql/prepare_tries.sql")).bind(account.as_str()).bind(NOBODY);
    query.execute(&office.pool).await?;
    Ok(())
}

/// The keyed hash by which a subject is found. An issuer has no line end, so that two pairs are never one text.
fn index_of(office: &Office, issuer: &str, subject: &str) -> BlindIndex {
    office.keyring.blind_index("identity provider subject", &format!("{issuer}\n{subject}"))
}
