//! Who had a person's values opened, and why.

use domain::aggregate::Decider;
use domain::disclosure::{Disclosure, DisclosureEvent};
use domain::ids::PersonId;
use projections::audit_trail::queries::openings;

use crate::lang::Lang;
use crate::processes::attachments::DISCLOSED;
use crate::processes::{Office, ProcessError};
use crate::replay::role;

/// Looks that are shown, the newest.
const LOOKS_MAX: u32 = 20;

/// Somebody looked.
pub(super) struct Look {
    pub on: String,
    pub who: String,
    pub why: String,
    pub what: String,
}

/// The newest disclosures of a person's values, the newest first.
pub(super) async fn looked(office: &Office, lang: Lang, person: PersonId) -> Result<Vec<Look>, ProcessError> {
    let mut looks = Vec::new();
    for row in openings(&office.pool, person, LOOKS_MAX).await? {
        let acted = lang.pick(role(row.actor_role).0, role(row.actor_role).1);
        let streams = [row.stream_id.clone()];
        for stored in office.repository.log().read_streams(Disclosure::TYPE, &streams, u64::MAX).await? {
            let event = stored.decode::<DisclosureEvent>();
            let event = event.map_err(|error| ProcessError::Damaged(error.to_string()))?;
            let Some(DisclosureEvent::PersonalDataDisclosed { purpose, opened, .. }) = event else {
                continue;
            };
            let mine = opened.into_iter().filter(|fields| fields.person_id == person);
            let labels: Vec<&str> =
                mine.flat_map(|fields| fields.labels).map(|label| named(lang, &label)).collect();
            looks.push(Look {
                on: row.office_day.to_string(),
                who: format!("{}（{acted}）", row.actor_id),
                why: purpose,
                what: labels.join(lang.pick("、", ", ")),
            });
        }
    }
    Ok(looks)
}

/// What a kind of values is called.
pub(in crate::console) fn named(lang: Lang, label: &str) -> &'static str {
    let (zh, en) = match label {
        "name" => ("姓名", "name"),
        "id_number" => ("身份号码", "ID number"),
        "account" => ("账户", "account"),
        "benefit_summary" => ("待遇汇总", "benefit summary"),
        label if label.starts_with(DISCLOSED) => ("附件", "attachment"),
        "address" => ("住址", "address"),
        "birth_date" => ("出生日期", "date of birth"),
        "note" => ("说明", "note"),
        "disabilities" => ("残疾证", "disability certificate"),
        "care_level" => ("照护等级", "level of care"),
        "circumstances" => ("家庭情况", "circumstances"),
        "determination" => ("核定依据", "facts of a determination"),
        "donor_name" => ("捐赠人姓名", "donor's name"),
        _ => ("其他信息", "something else"),
    };
    lang.pick(zh, en)
}
