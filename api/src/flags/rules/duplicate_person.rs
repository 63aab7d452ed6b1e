//! One person registered twice, also under the 15 and the 18 digits of one ID number.
//!
//! Source: GB 11643-1999 (the 15 digits of before 1999 are the 18 without century and check character); audits find
//! duplicate persons, mostly such twins and small or capital x.

use std::collections::BTreeMap;

use domain::household::HouseholdEvent;
use domain::identifiers::CitizenId;
use domain::ids::PersonId;
use domain::personal::{Opened, PersonalField};

use crate::flags::flag::{total, yuan};
use crate::flags::{Found, Look, Rule, Subject};

pub const RULE: Rule = Rule {
    code: "duplicate_person",
    zh: "同一人重复登记",
    en: "One person registered twice",
    finds: "Two persons with one ID number, read as GB 11643-1999 reads it: 15 digits and their 18, x and X; and an \
            identity that two persons hold at once.",
    evidence: "The claims of the identity and the events with which the persons joined.",
    source: "GB 11643-1999; facts of published audits: duplicate persons, 15 and 18 digits.",
    blind: "One person with two really different ID numbers, and who was erased (counted as not judged).",
    find,
};

/// Where a person shows up under an ID number.
type Holders = BTreeMap<PersonId, Vec<u64>>;

fn find(look: &Look<'_>, found: &mut Found) {
    let mut numbers: BTreeMap<String, Holders> = BTreeMap::new();
    let mut claimed: BTreeMap<PersonId, Vec<u64>> = BTreeMap::new();
    for (index, claims) in &look.log.identities {
        for claim in claims.iter().filter(|claim| !claim.released) {
            let holders = numbers.entry(index.clone()).or_default();
            holders.entry(claim.person).or_default().push(claim.position);
            claimed.entry(claim.person).or_default().push(claim.position);
        }
    }
    for recorded in look.log.households.values().flat_map(|household| &household.events) {
        let HouseholdEvent::MemberJoined { person_id, id_number, .. } = &recorded.event else { continue };
        match id_number.open(*person_id, look.opener) {
            Ok(Opened::Clear(id_number)) => {
                let index = look.indexer.index(CitizenId::LABEL, id_number.disclose().as_str());
                let holders = numbers.entry(index.as_str().to_owned()).or_default();
                holders.entry(*person_id).or_default().push(recorded.position);
            }
            Ok(Opened::Erased { .. }) | Err(_) => found.cannot_judge(),
        }
    }
    for mut holders in numbers.into_values().filter(|holders| holders.len() > 1) {
        // a twin claimed another keyed hash, which is evidence too
        for (person, positions) in &mut holders {
            positions.extend(claimed.get(person).into_iter().flatten());
        }
        flag(look, found, &holders);
    }
}

fn flag(look: &Look<'_>, found: &mut Found, holders: &Holders) {
    let newest =
        holders.iter().max_by_key(|(_, positions)| positions.iter().max()).map(|(person, _)| *person);
    let Some(newest) = newest else { return };
    let paid = holders.keys().flat_map(|person| look.log.payments_to(*person));
    let sum = yuan(total(paid.map(|payment| payment.standing_now())));
    let (count, others) = (holders.len(), holders.keys().filter(|person| **person != newest));
    let others: Vec<String> = others.map(ToString::to_string).collect();
    let others = others.join(", ");
    found.flag(
        Subject::person(newest),
        holders.values().flatten().copied(),
        format!("同一公民身份号码登记了 {count} 人（另为 {others}），共发放 {sum} 元"),
        format!("{count} persons have one ID number (also {others}); {sum} yuan were paid to them"),
    );
}
