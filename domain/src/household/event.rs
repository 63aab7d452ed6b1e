//! What can happen to a household.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::ActorId;
use crate::identifiers::{BankAccount, CitizenId};
use crate::ids::{AttachmentId, HouseholdId, PersonId};
use crate::ledger_events;
use crate::personal::{Address, BirthDate, BlindIndex, PersonName, RetentionClass, Sealed};
use crate::policy::{
    CareLevel, Circumstances, DisabilityCertificate, Hukou, Income, MemberStatus, Property, Relation,
};

use super::Attachment;

/// Events of the stream `Household` (家庭). Personal values stand in them only as ciphertext.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum HouseholdEvent {
    /// 家庭登记: the household entered the register; its head joins with the next event.
    HouseholdRegistered {
        /// The household.
        household_id: HouseholdId,
        /// 社区, by the office's code.
        community: String,
        /// 户主.
        head: PersonId,
        /// Where it lives, sealed for the head.
        address: Sealed<Address>,
        /// The day of registration.
        registered_on: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 成员加入: registration, birth, marriage, return.
    MemberJoined {
        /// Who.
        person_id: PersonId,
        /// Relation to the head (`self` is the head).
        relation: Relation,
        /// 姓名.
        name: Sealed<PersonName>,
        /// 公民身份号码.
        id_number: Sealed<CitizenId>,
        /// 出生日期.
        birth_date: Sealed<BirthDate>,
        /// 户籍.
        hukou: Hukou,
        /// Since when the person lives with the household; `None` is always.
        joined_on: Option<NaiveDate>,
        /// Who recorded it.
        by: ActorId,
    },
    /// 成员离开, other than by death.
    MemberLeft {
        /// Who.
        person_id: PersonId,
        /// The last day.
        left_on: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// A member counts or no longer counts (服刑, 强制戒毒, 宣告失踪 …; 民发〔2021〕57号).
    MemberStatusChanged {
        /// Who.
        person_id: PersonId,
        /// What holds.
        status: MemberStatus,
        /// From which day.
        since: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 收入申报: what the household says it earns a month.
    IncomeDeclared {
        /// By kind; replaces what held before.
        income: Vec<Income>,
        /// From which day.
        since: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 收入核实: what the check of the household's economic situation found.
    IncomeVerified {
        /// By kind; replaces what held before.
        income: Vec<Income>,
        /// From which day.
        since: NaiveDate,
        /// Number of the check's report.
        report: String,
        /// Who recorded it.
        by: ActorId,
    },
    /// 财产申报.
    PropertyDeclared {
        /// What it owns.
        property: Property,
        /// From which day.
        since: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 住所或户籍变动.
    ResidenceChanged {
        /// Who moved.
        person_id: PersonId,
        /// Where to.
        destination: Destination,
        /// The day of the move.
        moved_on: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 收款账户变更: where benefits for this person go.
    AccountChanged {
        /// Whose benefits.
        person_id: PersonId,
        /// The account, sealed for its holder.
        account: Sealed<BankAccount>,
        /// Keyed hash of the account, by which a shared account is found.
        account_index: BlindIndex,
        /// Who holds the account: usually the person, else a guardian in the register.
        holder: PersonId,
        /// From which day.
        since: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 残疾证: all entries of the certificate; replaces what held before.
    DisabilityCertified {
        /// Whose.
        person_id: PersonId,
        /// The entries.
        certificate: Sealed<DisabilityCertificate>,
        /// From which day.
        since: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 老年人能力评估.
    CareLevelAssessed {
        /// Whose.
        person_id: PersonId,
        /// The level.
        level: Sealed<CareLevel>,
        /// From which day.
        since: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// Everything else a determination must know of a person; replaces what held before.
    CircumstancesRecorded {
        /// Whose.
        person_id: PersonId,
        /// The record.
        circumstances: Sealed<Circumstances>,
        /// From which day.
        since: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 死亡登记.
    DeathRecorded {
        /// Who.
        person_id: PersonId,
        /// The day of death.
        died_on: NaiveDate,
        /// The day on which the office was told.
        reported_on: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
    /// 附件保存: a scan or a photograph was kept. Its sealed bytes lie beside the log, which has their hash.
    AttachmentKept {
        /// Whose paper it is.
        person_id: PersonId,
        /// What is kept.
        attachment: Attachment,
        /// Who handed it in.
        by: ActorId,
    },
    /// 附件撤回: it no longer counts. Its bytes stay as they were.
    AttachmentWithdrawn {
        /// Whose paper it is.
        person_id: PersonId,
        /// Which.
        attachment_id: AttachmentId,
        /// Why.
        reason: String,
        /// The day.
        withdrawn_on: NaiveDate,
        /// Who withdrew it.
        by: ActorId,
    },
    /// 申请删除: somebody asks that a person be erased; another person decides.
    ErasureRequested {
        /// Who.
        person_id: PersonId,
        /// Which keys: those of this class, and of the classes that are kept shorter.
        through: RetentionClass,
        /// Legal basis (个人信息保护法 art. 47).
        basis: String,
        /// The day.
        requested_on: NaiveDate,
        /// Who asks.
        by: ActorId,
    },
    /// 退回删除申请: the person is not erased.
    ErasureRejected {
        /// Who.
        person_id: PersonId,
        /// Why not.
        reason: String,
        /// The day.
        rejected_on: NaiveDate,
        /// Who decided.
        by: ActorId,
    },
    /// 限制处理: the law still keeps the person's values, but they are shown to nobody any more (个人信息保护法 art. 47).
    ProcessingRestricted {
        /// Who.
        person_id: PersonId,
        /// Legal basis.
        basis: String,
        /// The day.
        restricted_on: NaiveDate,
        /// Who decided.
        by: ActorId,
    },
    /// 解除限制: the person's values are shown again, because the person comes back or the law asks for them.
    RestrictionLifted {
        /// Who.
        person_id: PersonId,
        /// Why.
        reason: String,
        /// The day.
        lifted_on: NaiveDate,
        /// Who decided.
        by: ActorId,
    },
    /// 个案档案删除: the person's key of case work is destroyed; vouchers are still kept.
    CaseWorkErased {
        /// Who.
        person_id: PersonId,
        /// Legal basis (个人信息保护法 art. 47).
        basis: String,
        /// The day.
        erased_on: NaiveDate,
        /// Who decided.
        by: ActorId,
    },
    /// 个人信息删除: all of the person's keys are destroyed.
    PersonErased {
        /// Who.
        person_id: PersonId,
        /// Legal basis (个人信息保护法 art. 47).
        basis: String,
        /// The day.
        erased_on: NaiveDate,
        /// Who recorded it.
        by: ActorId,
    },
}

/// Where someone moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// Another address of this street: nothing changes.
    WithinStreet,
    /// Another street of Beijing: the hukou stays in Beijing, the payer changes.
    WithinRegion,
    /// The hukou left Beijing: benefits end.
    OutOfRegion,
}

impl HouseholdEvent {
    pub(crate) fn effective_day(&self) -> Option<NaiveDate> {
        use HouseholdEvent as Event;
        match self {
            Event::HouseholdRegistered { registered_on: day, .. }
            | Event::MemberLeft { left_on: day, .. }
            | Event::MemberStatusChanged { since: day, .. }
            | Event::IncomeDeclared { since: day, .. }
            | Event::IncomeVerified { since: day, .. }
            | Event::PropertyDeclared { since: day, .. }
            | Event::ResidenceChanged { moved_on: day, .. }
            | Event::AccountChanged { since: day, .. }
            | Event::DisabilityCertified { since: day, .. }
            | Event::CareLevelAssessed { since: day, .. }
            | Event::CircumstancesRecorded { since: day, .. }
            | Event::DeathRecorded { died_on: day, .. }
            | Event::AttachmentKept { attachment: Attachment { kept_on: day, .. }, .. }
            | Event::AttachmentWithdrawn { withdrawn_on: day, .. }
            | Event::ErasureRequested { requested_on: day, .. }
            | Event::ErasureRejected { rejected_on: day, .. }
            | Event::ProcessingRestricted { restricted_on: day, .. }
            | Event::RestrictionLifted { lifted_on: day, .. }
            | Event::CaseWorkErased { erased_on: day, .. }
            | Event::PersonErased { erased_on: day, .. } => Some(*day),
            Event::MemberJoined { joined_on, .. } => *joined_on,
        }
    }
}

ledger_events!(HouseholdEvent {
    HouseholdRegistered = "1.0.0",
    MemberJoined = "1.0.0",
    MemberLeft = "1.0.0",
    MemberStatusChanged = "1.0.0",
    IncomeDeclared = "1.0.0",
    IncomeVerified = "1.0.0",
    PropertyDeclared = "1.0.0",
    ResidenceChanged = "1.0.0",
    AccountChanged = "1.0.0",
    DisabilityCertified = "1.0.0",
    CareLevelAssessed = "1.0.0",
    CircumstancesRecorded = "1.0.0",
    DeathRecorded = "1.0.0",
    AttachmentKept = "1.0.0",
    AttachmentWithdrawn = "1.0.0",
    ErasureRequested = "1.0.0",
    ErasureRejected = "1.0.0",
    ProcessingRestricted = "1.0.0",
    RestrictionLifted = "1.0.0",
    CaseWorkErased = "1.0.0",
    PersonErased = "1.0.0",
});
