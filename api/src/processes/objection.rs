//! 公示异议: an objection to a public notice by somebody who has no account. It is recorded by the program itself, sealed, and
//! the case is not decided before a clerk looked into it.

use chrono::{DateTime, Utc};
use domain::actor::{Actor, ActorId, Role};
use domain::benefit_case::{BenefitCase, BenefitCaseCommand, Objection};
use domain::ids::CaseId;
use domain::personal::{Note, Personal, seal};
use uuid::Uuid;

use super::{Desk, Office, ProcessError, Step};

/// The account under which the program records what the public says.
const PUBLIC: &str = "public.notice";

/// The most objections to one case that nobody answered yet. Who wants to say more goes to the office.
const OPEN_MAX: usize = 20;

/// The fewest and most characters of an objection.
const WORDS: std::ops::RangeInclusive<usize> = 10..=1_000;

/// The most characters of how the objector can be reached.
const CONTACT_MAX: usize = 100;

/// What somebody objects.
#[derive(Clone)]
pub struct PublicObjection {
    /// What they say.
    pub words: String,
    /// How they can be reached; may be empty.
    pub contact: String,
}

/// Records an objection and gives its receipt number (回执号), which stands in the sealed text too.
///
/// # Errors
/// [`ProcessError`]: too short or too long, too many are open, or the case is not on notice any more.
pub async fn object_publicly(
    office: &Office,
    now: DateTime<Utc>,
    case_id: CaseId,
    objection: &PublicObjection,
) -> Result<String, ProcessError> {
    let length = objection.words.trim().chars().count();
    if !WORDS.contains(&length) || objection.contact.chars().count() > CONTACT_MAX {
        let (zh, en) = (
            "请用10至1000个字说明异议；联系方式不超过100个字。",
            "say what you object in 10 to 1000 characters, and how to reach you in at most 100",
        );
        return Err(refused("objection_malformed", "words", zh, en));
    }
    let case = office.repository.load_newest::<BenefitCase>(case_id).await?.state;
    let subject = case.subject().ok_or(ProcessError::Unknown { what: "case" })?;
    if let BenefitCase::UnderReview(review) = &*case {
        let open = review.objections.iter().filter(|each| matches!(each, Objection::Open { .. })).count();
        if open >= OPEN_MAX {
            let (zh, en) = (
                "该公示的异议较多，正在核实；请直接到街道窗口反映。",
                "there are many objections to this notice, which are being looked into; please come to the office",
            );
            return Err(refused("objections_too_many", "", zh, en));
        }
    }
    let key = Uuid::new_v4();
    let receipt = receipt_of(key);
    let contact = if objection.contact.trim().is_empty() { "未留" } else { objection.contact.trim() };
    let text = format!("公示异议，回执号 {receipt}：{}（联系方式：{contact}）", objection.words.trim());
    office.load_keys([subject.applicant]).await?;
    let note = seal(&*office.keyring, subject.applicant, &Personal::new(Note(text)))?;
    let id = ActorId::parse(PUBLIC).map_err(|error| ProcessError::Damaged(error.to_string()))?;
    let desk = Desk::new(Actor { id, role: Role::System }, now);
    let command = BenefitCaseCommand::RaiseObjection { note, raised_on: desk.today() };
    office.together(&desk, key, [Step::BenefitCase(case_id.to_string(), command)]).await?;
    Ok(receipt)
}

/// Ten characters that nobody guesses and everybody can read out.
fn receipt_of(key: Uuid) -> String {
    let digits = key.simple().to_string().to_uppercase();
    format!("GS-{}-{}", &digits[..5], &digits[5..10])
}

fn refused(code: &'static str, field: &'static str, zh: &str, en: &str) -> ProcessError {
    ProcessError::Refused { code, field, zh: zh.to_owned(), en: en.to_owned() }
}
