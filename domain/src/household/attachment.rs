//! 附件: a scan or a photograph that is kept of a person's papers. Its sealed bytes lie beside the log, which has their hash.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::{ActorId, Role};
use crate::ids::AttachmentId;
use crate::personal::{FileName, Sealed};

use super::HouseholdError;

/// The most bytes of an attachment: some pages scanned in color.
pub const ATTACHMENT_BYTES_MAX: u64 = 10 << 20;

/// The most attachments that one person has at a time; what was withdrawn does not count.
pub const ATTACHMENTS_MAX: usize = 50;

/// The most characters of a file's name.
pub const FILE_NAME_MAX: usize = 200;

/// The label that binds the sealed bytes of an attachment to their place; never changed.
pub const ATTACHMENT_LABEL: &str = "attachment";

/// A scan or a photograph, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Which.
    pub attachment_id: AttachmentId,
    /// What it shows.
    pub kind: AttachmentKind,
    /// What its bytes are, by what they say themselves and not by a name.
    pub media_type: MediaType,
    /// How many bytes it has in clear, at most [`ATTACHMENT_BYTES_MAX`].
    pub byte_count: u64,
    /// The name under which it was handed in, sealed for the person; none where it had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<Sealed<FileName>>,
    /// SHA-256 of the sealed bytes as they are kept, 64 hexadecimal digits. They are authenticated, so this binds the clear
    /// bytes too; a hash of these would tell whoever can guess a scan that it is there, and outlive an erasure.
    pub sealed_sha256: String,
    /// The day.
    pub kept_on: NaiveDate,
}

/// What an attachment shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    /// 身份证件: identity card, household register, residence permit.
    IdentityDocument,
    /// 证书: of a disability, of a single parent, of studies.
    Certificate,
    /// 收入证明.
    IncomeProof,
    /// 医疗材料: diagnoses, bills.
    Medical,
    /// 照片: of a home visit, of the person.
    Photograph,
    /// 其他材料.
    Other,
}

impl AttachmentKind {
    /// Every kind, in the order in which they are offered.
    pub const ALL: [AttachmentKind; 6] = [
        AttachmentKind::IdentityDocument,
        AttachmentKind::Certificate,
        AttachmentKind::IncomeProof,
        AttachmentKind::Medical,
        AttachmentKind::Photograph,
        AttachmentKind::Other,
    ];

    /// The stable code, as in events.
    pub const fn code(self) -> &'static str {
        match self {
            AttachmentKind::IdentityDocument => "identity_document",
            AttachmentKind::Certificate => "certificate",
            AttachmentKind::IncomeProof => "income_proof",
            AttachmentKind::Medical => "medical",
            AttachmentKind::Photograph => "photograph",
            AttachmentKind::Other => "other",
        }
    }

    /// The kind of a code.
    pub fn from_code(code: &str) -> Option<AttachmentKind> {
        AttachmentKind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What it is called in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            AttachmentKind::IdentityDocument => "身份证件",
            AttachmentKind::Certificate => "证书",
            AttachmentKind::IncomeProof => "收入证明",
            AttachmentKind::Medical => "医疗材料",
            AttachmentKind::Photograph => "照片",
            AttachmentKind::Other => "其他材料",
        }
    }

    /// What it is called in English.
    pub const fn en(self) -> &'static str {
        match self {
            AttachmentKind::IdentityDocument => "identity document",
            AttachmentKind::Certificate => "certificate",
            AttachmentKind::IncomeProof => "income proof",
            AttachmentKind::Medical => "medical",
            AttachmentKind::Photograph => "photograph",
            AttachmentKind::Other => "other",
        }
    }
}

/// What the bytes of an attachment are. Only what every browser shows and what holds no program of its own is kept; a PDF may
/// hold one, so it is never shown within a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum MediaType {
    /// A photograph.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// A picture.
    #[serde(rename = "image/png")]
    Png,
    /// A document.
    #[serde(rename = "application/pdf")]
    Pdf,
}

impl MediaType {
    /// What bytes are, by how they begin: JPEG starts an image and its first segment, PNG has its header right behind the
    /// signature, a PDF names its version. Anything else is not kept, whatever it is called.
    pub fn of(bytes: &[u8]) -> Option<MediaType> {
        let holds = |at: usize, what: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(what));
        let segment = bytes.get(3).is_some_and(|marker| (0xC0..=0xFE).contains(marker));
        let version = bytes.get(5).is_some_and(|digit| matches!(digit, b'1' | b'2'));
        if holds(0, b"\xff\xd8\xff") && segment {
            Some(MediaType::Jpeg)
        } else if holds(0, b"\x89PNG\r\n\x1a\n") && holds(12, b"IHDR") {
            Some(MediaType::Png)
        } else if holds(0, b"%PDF-") && version && holds(6, b".") {
            Some(MediaType::Pdf)
        } else {
            None
        }
    }

    /// The same, or why it is not kept.
    ///
    /// # Errors
    /// [`HouseholdError::AttachmentSize`] without bytes or with too many, [`HouseholdError::MediaTypeUnknown`].
    pub fn check(bytes: &[u8]) -> Result<MediaType, HouseholdError> {
        let fits = u64::try_from(bytes.len()).is_ok_and(|count| (1..=ATTACHMENT_BYTES_MAX).contains(&count));
        if !fits {
            return Err(HouseholdError::AttachmentSize);
        }
        MediaType::of(bytes).ok_or(HouseholdError::MediaTypeUnknown)
    }

    /// As headers and events write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            MediaType::Jpeg => "image/jpeg",
            MediaType::Png => "image/png",
            MediaType::Pdf => "application/pdf",
        }
    }

    /// How a file of it ends, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            MediaType::Jpeg => "jpg",
            MediaType::Png => "png",
            MediaType::Pdf => "pdf",
        }
    }
}

/// An attachment and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldAttachment {
    /// As it was kept.
    pub attachment: Attachment,
    /// Who kept it.
    pub by: ActorId,
    /// Whether it still counts.
    pub standing: AttachmentStanding,
}

/// Whether an attachment still counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentStanding {
    /// It does.
    Kept,
    /// It was kept by mistake or is replaced by another. Its bytes stay, because decisions may have rested on it.
    Withdrawn {
        /// Why.
        reason: String,
        /// The day.
        withdrawn_on: NaiveDate,
        /// Who says so.
        by: ActorId,
    },
}

impl HeldAttachment {
    /// Whether it still counts.
    pub fn is_kept(&self) -> bool {
        self.standing == AttachmentStanding::Kept
    }

    /// Whether somebody in this role may open it: what was withdrawn may be of somebody else or wrong, so it is opened by an
    /// audit alone, which asks what a decision rested on.
    ///
    /// # Errors
    /// [`HouseholdError::AttachmentWithdrawn`].
    pub fn check_open(&self, role: Role) -> Result<(), HouseholdError> {
        if self.is_kept() || role == Role::Auditor {
            Ok(())
        } else {
            Err(HouseholdError::AttachmentWithdrawn)
        }
    }
}

/// The name of a file without the folders before it, as some browsers and systems send them; none where it has none. It is
/// shown to people and never used as a path.
///
/// # Errors
/// [`HouseholdError::FileNameInvalid`].
pub fn plain_file_name(given: &str) -> Result<Option<FileName>, HouseholdError> {
    let name = given.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    if name.chars().any(char::is_control) || name.chars().count() > FILE_NAME_MAX {
        return Err(HouseholdError::FileNameInvalid);
    }
    let named = !name.is_empty() && name != "." && name != "..";
    Ok(named.then(|| FileName(name.to_owned())))
}
