//! 附件: scans and photographs of people's papers, sealed before they are stored and opened for a reason alone.
//!
//! | What | Event |
//! |---|---|
//! | [`keep_attachment`] | `AttachmentKept`, after the sealed bytes were stored |
//! | [`withdraw_attachment`] | `AttachmentWithdrawn`; the bytes stay |
//! | [`open_attachment`] | `PersonalDataDisclosed`, before the bytes are read |
//!
//! The bytes are stored first, so that the log never names what is not there. They are named by their hash: what an
//! interrupted request leaves is in nobody's way, and nothing is ever overwritten.

mod stored;

use std::sync::Arc;

use domain::aggregate::Decider;
use domain::disclosure::OpenedFields;
use domain::household::{
    Attachment, AttachmentKind, HeldAttachment, Household, HouseholdCommand, HouseholdError, MediaType,
    plain_file_name,
};
use domain::ids::{AttachmentId, HouseholdId, PersonId};
use domain::personal::{FileName, Opened, Personal, seal};
use projections::case_files::{MemberRow, Presence};
use sha2::{Digest, Sha256};

use super::{Desk, Office, ProcessError, Step, erasure, record_disclosure};

pub(crate) use stored::is_as_kept;

/// What a disclosure calls an attachment; its id follows.
pub const DISCLOSED: &str = "attachment:";

/// A person and the households that they ever belonged to, as far as whoever asks sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Belonging {
    /// Who.
    pub person: PersonId,
    /// Where the person lives now, or lived last: what is handed in is kept there.
    pub home: HouseholdId,
    /// The others.
    pub earlier: Vec<HouseholdId>,
}

impl Belonging {
    /// From what the read tables show of the person; none where they show nobody.
    pub fn among(person: PersonId, homes: &[MemberRow]) -> Option<Belonging> {
        let mine = || homes.iter().filter(|row| row.person_id == person);
        let home = mine().find(|row| row.presence == Presence::Present).or(mine().next())?.household_id;
        let earlier = mine().map(|row| row.household_id).filter(|other| *other != home).collect();
        Some(Belonging { person, home, earlier })
    }

    /// From the log alone.
    ///
    /// # Errors
    /// [`ProcessError::Unknown`] for someone who was never a member of a household.
    pub async fn of(office: &Office, person: PersonId) -> Result<Belonging, ProcessError> {
        let file = erasure::look_up(office, person).await?;
        let homes = &file.memberships;
        let home = homes.iter().find(|home| home.member.is_present()).or(homes.first());
        let home = home.ok_or(ProcessError::Unknown { what: "person" })?.household_id;
        let earlier = homes.iter().map(|other| other.household_id).filter(|other| *other != home).collect();
        Ok(Belonging { person, home, earlier })
    }
}

/// What somebody hands in.
#[derive(Clone)]
pub struct NewAttachment {
    /// What it shows.
    pub kind: AttachmentKind,
    /// The name of the file; empty where it has none.
    pub file_name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// An attachment in clear.
pub struct OpenedAttachment {
    /// What the log says of it.
    pub attachment: Attachment,
    /// The name under which it was handed in.
    pub file_name: Option<FileName>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Everything that was kept of a person's papers, withdrawn or not, the oldest first.
///
/// # Errors
/// [`ProcessError`]: the handling of the person is restricted, or the log cannot be read.
pub async fn attachments_of(office: &Office, of: &Belonging) -> Result<Vec<HeldAttachment>, ProcessError> {
    let held = held(office, of).await?;
    Ok(held.into_iter().map(|(_, held)| held).collect())
}

async fn held(office: &Office, of: &Belonging) -> Result<Vec<(HouseholdId, HeldAttachment)>, ProcessError> {
    let mut found = Vec::new();
    for household in of.earlier.iter().chain([&of.home]) {
        let state = office.repository.load_newest::<Household>(*household).await?.state;
        let member = state.member(of.person).ok_or(ProcessError::UnknownPerson)?;
        if member.is_restricted() {
            return Err(ProcessError::refused(&HouseholdError::PersonRestricted { person: of.person }));
        }
        found.extend(member.attachments.iter().map(|held| (*household, held.clone())));
    }
    found.sort_by_key(|(_, held)| held.attachment.kept_on);
    Ok(found)
}

/// Keeps an attachment. The same bytes of the same person are the same attachment, until it is withdrawn.
///
/// # Errors
/// [`ProcessError`]: the bytes are too many or of no kind that is kept, the name cannot be one, or the domain refuses.
pub async fn keep_attachment(
    office: &Office,
    desk: &Desk,
    of: &Belonging,
    new: NewAttachment,
) -> Result<AttachmentId, ProcessError> {
    let NewAttachment { kind, file_name, bytes } = new;
    let refused = |error: HouseholdError| ProcessError::refused(&error);
    let media_type = MediaType::check(&bytes).map_err(refused)?;
    let file_name = plain_file_name(&file_name).map_err(refused)?;
    let held = held(office, of).await?;
    let (attachment_id, kept) = named(office, of.person, &bytes, &held);
    let byte_count = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    office.load_keys([of.person]).await?;
    let sealer = &*office.keyring;
    let mut attachment = Attachment {
        attachment_id,
        kind,
        media_type,
        byte_count,
        file_name: None,
        sealed_sha256: hex::encode([0; 32]),
        kept_on: desk.today(),
    };
    let home = kept.unwrap_or(of.home);
    let command = |attachment| HouseholdCommand::KeepAttachment { person_id: of.person, attachment };
    // the domain is asked before anything is sealed or stored for it
    let state = office.repository.load_newest::<Household>(home).await?.state;
    if state.decide(command(attachment.clone()), &desk.context()).map_err(refused)?.is_empty() {
        return Ok(attachment_id);
    }
    attachment.file_name = match file_name {
        Some(name) => Some(seal(sealer, of.person, &Personal::new(name))?),
        None => None,
    };
    attachment.sealed_sha256 = stored::store(office, of.person, bytes).await?;
    let parts = format!("{attachment_id}|{}", attachment.sealed_sha256);
    let key = office.derived("keep_attachment", &parts);
    office.together(desk, key, [Step::Household(home.to_string(), command(attachment))]).await?;
    Ok(attachment_id)
}

/// The id that follows from person and bytes, and the household where it is kept already. It is keyed, so that nobody can
/// try out a scan against it; what was withdrawn and is handed in again has another.
fn named(
    office: &Office,
    person: PersonId,
    bytes: &[u8],
    held: &[(HouseholdId, HeldAttachment)],
) -> (AttachmentId, Option<HouseholdId>) {
    let digest = hex::encode(Sha256::digest(bytes));
    let mut time = 0_usize;
    loop {
        let id = AttachmentId::new(office.derived("attachment", &format!("{person}|{digest}|{time}")));
        match held.iter().find(|(_, held)| held.attachment.attachment_id == id) {
            Some((_, held)) if !held.is_kept() => time += 1,
            found => return (id, found.map(|(household, _)| *household)),
        }
    }
}

/// Withdraws an attachment: it no longer counts, and its bytes stay. Withdrawing it again changes nothing.
///
/// # Errors
/// [`ProcessError`]: there is no such attachment of the person, or the domain refuses.
pub async fn withdraw_attachment(
    office: &Office,
    desk: &Desk,
    of: &Belonging,
    (attachment_id, reason): (AttachmentId, &str),
) -> Result<(), ProcessError> {
    let (household, _) = one(office, of, attachment_id).await?;
    let command = HouseholdCommand::WithdrawAttachment {
        person_id: of.person,
        attachment_id,
        reason: reason.to_owned(),
        withdrawn_on: desk.today(),
    };
    let parts = format!("{attachment_id}|{}|{}|{reason}", desk.actor.id, desk.today());
    let key = office.derived("withdraw_attachment", &parts);
    office.together(desk, key, [Step::Household(household.to_string(), command)]).await?;
    Ok(())
}

async fn one(
    office: &Office,
    of: &Belonging,
    id: AttachmentId,
) -> Result<(HouseholdId, HeldAttachment), ProcessError> {
    let held = held(office, of).await?;
    let found = held.into_iter().find(|(_, held)| held.attachment.attachment_id == id);
    found.ok_or(ProcessError::Unknown { what: "attachment" })
}

/// Opens an attachment for somebody who says why, once that is recorded.
///
/// # Errors
/// [`ProcessError`]: there is no such attachment of the person, it was withdrawn and the caller is no auditor, the person was
/// erased, the disclosure is refused, or the bytes are not those that were kept.
pub async fn open_attachment(
    office: &Office,
    desk: &Desk,
    of: &Belonging,
    (id, purpose): (AttachmentId, &str),
) -> Result<OpenedAttachment, ProcessError> {
    let (household, held) = one(office, of, id).await?;
    let state = office.repository.load_newest::<Household>(household).await?.state;
    if state.member(of.person).is_some_and(|member| member.erased_on().is_some()) {
        return Err(ProcessError::refused(&HouseholdError::PersonErased { person: of.person }));
    }
    held.check_open(desk.actor.role).map_err(|error| ProcessError::refused(&error))?;
    // another program may have destroyed the key
    office.keyring.load(&[of.person]).await?;
    let attachment = held.attachment;
    let sealed = stored::read(office, &attachment).await?;
    let labels = vec![format!("{DISCLOSED}{id}")];
    let opened = vec![OpenedFields { person_id: of.person, labels }];
    record_disclosure(office, desk, desk.actor.id.as_str(), purpose, opened).await?;
    let file_name = match &attachment.file_name {
        Some(name) => match name.open(of.person, &*office.keyring)? {
            Opened::Clear(name) => Some(name.into_disclosed()),
            Opened::Erased { .. } => None,
        },
        None => None,
    };
    let bytes = stored::open(Arc::clone(&office.keyring), of.person, sealed).await?;
    Ok(OpenedAttachment { attachment, file_name, bytes })
}
