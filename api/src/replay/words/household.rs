//! What can happen to a household, in words. What is sealed stays sealed, but for masked names.

use domain::household::{Destination, Household, HouseholdEvent};
use domain::money::Money;
use domain::policy::Income;

use super::{Words, code, words};
use crate::cli::screen::yuan;
use crate::registers::Named;
use crate::replay::facts::name;
use crate::replay::verdict::Shown;

/// The event in words. A member's name is the one that the household knows after it.
pub(super) fn said(household: &Household, event: &HouseholdEvent, open: &Shown<'_>) -> Words {
    if let Some(words) = of_the_whole(event) {
        return words;
    }
    let Some((person, zh, en)) = of_a_member(event) else { return words("其他", "something else") };
    let Words { zh: name_zh, en: name_en } = name(household, person, open);
    words(format!("{name_zh} {zh}"), format!("{name_en} {en}"))
}

fn of_the_whole(event: &HouseholdEvent) -> Option<Words> {
    use HouseholdEvent as Event;
    Some(match event {
        Event::HouseholdRegistered { registered_on, community, .. } => words(
            format!("{registered_on} 家庭登记（社区 {community}）"),
            format!("household registered on {registered_on} (community {community})"),
        ),
        Event::IncomeDeclared { income, since, .. } => {
            let sum = sum(income);
            words(
                format!("申报收入：自 {since} 起每月 {sum} 元"),
                format!("income declared: {sum} yuan a month from {since}"),
            )
        }
        Event::IncomeVerified { income, since, report, .. } => {
            let sum = sum(income);
            words(
                format!("核实收入：自 {since} 起每月 {sum} 元（{report}）"),
                format!("income verified: {sum} yuan a month from {since} ({report})"),
            )
        }
        Event::PropertyDeclared { since, .. } => {
            words(format!("申报财产：自 {since} 起"), format!("property declared from {since}"))
        }
        _ => return None,
    })
}

fn of_a_member(event: &HouseholdEvent) -> Option<(domain::ids::PersonId, String, String)> {
    use HouseholdEvent as Event;
    Some(match event {
        Event::MemberJoined { person_id, relation, .. } => {
            (*person_id, format!("加入（{}）", relation.word()), format!("joined ({})", code(relation)))
        }
        Event::MemberLeft { person_id, left_on, .. } => {
            (*person_id, format!("{left_on} 离开"), format!("left on {left_on}"))
        }
        Event::MemberStatusChanged { person_id, status, since, .. } => (
            *person_id,
            format!("自 {since} 起状态为{}", status.word()),
            format!("has status {} from {since}", code(status)),
        ),
        Event::ResidenceChanged { person_id, destination, moved_on, .. } => {
            let (zh, en) = moved(*destination);
            (*person_id, format!("{moved_on} {zh}"), format!("{en} on {moved_on}"))
        }
        Event::AccountChanged { person_id, since, .. } => {
            (*person_id, format!("自 {since} 起收款账户变更"), format!("has another account from {since}"))
        }
        Event::DisabilityCertified { person_id, since, .. } => (
            *person_id,
            format!("自 {since} 起残疾证登记"),
            format!("has a disability certificate from {since}"),
        ),
        Event::CareLevelAssessed { person_id, since, .. } => (
            *person_id,
            format!("自 {since} 起能力评估登记"),
            format!("has an assessed care level from {since}"),
        ),
        Event::CircumstancesRecorded { person_id, since, .. } => {
            (*person_id, format!("自 {since} 起情况登记"), format!("has recorded circumstances from {since}"))
        }
        Event::DeathRecorded { person_id, died_on, reported_on, .. } => (
            *person_id,
            format!("{died_on} 去世（{reported_on} 报告）"),
            format!("died on {died_on} (reported on {reported_on})"),
        ),
        Event::AttachmentKept { person_id, attachment, .. } => (
            *person_id,
            format!("附件保存：{}（{}）", attachment.kind.zh(), attachment.media_type.as_str()),
            format!("has an attachment: {} ({})", attachment.kind.en(), attachment.media_type.as_str()),
        ),
        Event::AttachmentWithdrawn { person_id, reason, .. } => {
            (*person_id, format!("附件撤回：{reason}"), format!("has an attachment no more: {reason}"))
        }
        _ => return of_an_erasure(event),
    })
}

fn of_an_erasure(event: &HouseholdEvent) -> Option<(domain::ids::PersonId, String, String)> {
    use HouseholdEvent as Event;
    Some(match event {
        Event::ErasureRequested { person_id, requested_on, .. } => (
            *person_id,
            format!("{requested_on} 申请删除个人信息"),
            format!("is to be erased, as was asked on {requested_on}"),
        ),
        Event::ErasureRejected { person_id, reason, .. } => {
            (*person_id, format!("删除申请退回：{reason}"), format!("is not erased: {reason}"))
        }
        Event::ProcessingRestricted { person_id, restricted_on, .. } => (
            *person_id,
            format!("自 {restricted_on} 起限制处理个人信息"),
            format!("is restricted from {restricted_on} on"),
        ),
        Event::RestrictionLifted { person_id, reason, .. } => {
            (*person_id, format!("解除限制处理：{reason}"), format!("is restricted no more: {reason}"))
        }
        Event::CaseWorkErased { person_id, erased_on, .. } => (
            *person_id,
            format!("个案档案信息已于 {erased_on} 删除"),
            format!("was erased from case work on {erased_on}"),
        ),
        Event::PersonErased { person_id, erased_on, .. } => {
            (*person_id, format!("个人信息已于 {erased_on} 删除"), format!("was erased on {erased_on}"))
        }
        _ => return None,
    })
}

fn sum(income: &[Income]) -> String {
    yuan(Money::sum(income.iter().map(|income| income.amount)).unwrap_or_default())
}

/// Where someone moved.
pub(in crate::replay) const fn moved(destination: Destination) -> (&'static str, &'static str) {
    match destination {
        Destination::WithinStreet => ("在本街道内迁居", "moved within the street"),
        Destination::WithinRegion => ("迁往本市其他街道", "moved to another street"),
        Destination::OutOfRegion => ("户籍迁出本市", "moved out of Beijing"),
    }
}
