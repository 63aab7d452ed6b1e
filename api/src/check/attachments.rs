//! The stored bytes of every attachment are those that the log has the hash of.

use std::collections::BTreeMap;

use domain::any_event::AnyEvent;
use domain::household::HouseholdEvent;
use domain::ids::{AttachmentId, PersonId};
use sqlx::PgPool;

use super::seen::Seen;
use super::{Finding, Invariant, Verdict};
use crate::processes::attachments::is_as_kept;

/// The promise.
const INVARIANT: Invariant = Invariant {
    code: "attachments",
    zh: "每个附件的密封内容与日志中的散列值一致（已删除人员的除外）",
    en: "the sealed bytes of every attachment are those that the log has the hash of, erased people aside",
};

/// What the log says of attachments.
#[derive(Default)]
pub struct Attachments {
    kept: BTreeMap<PersonId, Vec<Kept>>,
}

struct Kept {
    id: AttachmentId,
    sealed_sha256: String,
    position: u64,
}

impl Attachments {
    /// Remembers what was kept; of whom nothing opens any more, nothing need be there.
    pub fn see(&mut self, seen: &Seen) {
        use HouseholdEvent as Event;
        match &seen.event {
            Some(AnyEvent::Household(Event::AttachmentKept { person_id, attachment, .. })) => {
                let (id, sealed_sha256) = (attachment.attachment_id, attachment.sealed_sha256.clone());
                let kept = Kept { id, sealed_sha256, position: seen.position };
                self.kept.entry(*person_id).or_default().push(kept);
            }
            Some(AnyEvent::Household(
                Event::CaseWorkErased { person_id, .. } | Event::PersonErased { person_id, .. },
            )) => {
                self.kept.remove(person_id);
            }
            _ => {}
        }
    }

    /// Compares each with what is stored, one after another.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn check(self, pool: &PgPool) -> anyhow::Result<Verdict> {
        let mut findings = Vec::new();
        for kept in self.kept.into_values().flatten() {
            let (zh, en) = match is_as_kept(pool, &kept.sealed_sha256).await? {
                Some(true) => continue,
                Some(false) => ("的密封内容与日志中的散列值不一致", "is not what was kept"),
                None => ("的密封内容不见了", "is gone"),
            };
            let id = kept.id;
            findings.push(Finding::at(
                kept.position,
                format!("附件 {id} {zh}"),
                format!("attachment {id} {en}"),
            ));
        }
        findings.sort_by_key(|finding| finding.positions.clone());
        Ok(Verdict { invariant: INVARIANT, findings })
    }
}
