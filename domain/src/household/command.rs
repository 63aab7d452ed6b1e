//! What can be asked of a household.

use chrono::NaiveDate;

use crate::actor::Role;
use crate::identifiers::{BankAccount, CitizenId};
use crate::ids::{AttachmentId, HouseholdId, PersonId};
use crate::personal::{Address, BirthDate, BlindIndex, PersonName, Personal, RetentionClass, Sealed};
use crate::policy::{
    CareLevel, Circumstances, DisabilityCertificate, Hukou, Income, MemberStatus, Property, Relation,
};
use crate::retention::Holdings;

use super::{Attachment, Destination};

/// A command to one household. Values that an event keeps come sealed; what only a guard needs comes as a clear
/// [`Personal`] beside them and is forgotten after the decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HouseholdCommand {
    /// 家庭登记, with the head as its first member.
    RegisterHousehold {
        /// The household.
        household_id: HouseholdId,
        /// 社区, by the office's code; 1 to 64 characters.
        community: String,
        /// Where it lives, sealed for the head.
        address: Sealed<Address>,
        /// 户主; the relation must be `Oneself`.
        head: NewMember,
        /// The day of registration.
        registered_on: NaiveDate,
    },
    /// 成员加入, or return after leaving.
    AddMember {
        /// Who joins, and since when.
        member: NewMember,
    },
    /// 成员离开, other than by death.
    RemoveMember {
        /// Who.
        person_id: PersonId,
        /// The last day.
        left_on: NaiveDate,
    },
    /// 成员状态变动 (服刑 …).
    ChangeMemberStatus {
        /// Who.
        person_id: PersonId,
        /// What holds.
        status: MemberStatus,
        /// From which day.
        since: NaiveDate,
    },
    /// 收入申报.
    DeclareIncome {
        /// Of the whole household a month, by kind; none is no income.
        income: Vec<Income>,
        /// From which day.
        since: NaiveDate,
    },
    /// 收入核实.
    VerifyIncome {
        /// Of the whole household a month, by kind; none is no income.
        income: Vec<Income>,
        /// From which day.
        since: NaiveDate,
        /// Number of the check's report; 1 to 64 characters.
        report: String,
    },
    /// 财产申报.
    DeclareProperty {
        /// What it owns.
        property: Property,
        /// From which day.
        since: NaiveDate,
    },
    /// 住所或户籍变动.
    ChangeResidence {
        /// Who moved.
        person_id: PersonId,
        /// Where to.
        destination: Destination,
        /// The day of the move.
        moved_on: NaiveDate,
    },
    /// 收款账户变更.
    ChangeAccount {
        /// Whose benefits.
        person_id: PersonId,
        /// The account, sealed for its holder.
        account: Sealed<BankAccount>,
        /// Keyed hash of the account.
        account_index: BlindIndex,
        /// Who holds it; a member of this household.
        holder: PersonId,
        /// From which day.
        since: NaiveDate,
    },
    /// 残疾证登记.
    CertifyDisability {
        /// Whose.
        person_id: PersonId,
        /// Every entry of the certificate.
        certificate: Sealed<DisabilityCertificate>,
        /// From which day.
        since: NaiveDate,
    },
    /// 老年人能力评估登记.
    AssessCareLevel {
        /// Whose.
        person_id: PersonId,
        /// The level.
        level: Sealed<CareLevel>,
        /// From which day.
        since: NaiveDate,
    },
    /// 其他情况登记.
    RecordCircumstances {
        /// Whose.
        person_id: PersonId,
        /// The record.
        circumstances: Sealed<Circumstances>,
        /// From which day.
        since: NaiveDate,
    },
    /// 死亡登记.
    RecordDeath {
        /// Who.
        person_id: PersonId,
        /// The day of death.
        died_on: NaiveDate,
        /// The day on which the office was told.
        reported_on: NaiveDate,
        /// The birthday, opened by the caller for this check alone.
        born_on: Personal<BirthDate>,
    },
    /// 附件保存: the caller has stored the sealed bytes, or does so before the event is appended.
    KeepAttachment {
        /// Whose paper it is.
        person_id: PersonId,
        /// What is kept.
        attachment: Attachment,
    },
    /// 附件撤回.
    WithdrawAttachment {
        /// Whose paper it is.
        person_id: PersonId,
        /// Which.
        attachment_id: AttachmentId,
        /// Why; 1 to 200 characters.
        reason: String,
        /// The day.
        withdrawn_on: NaiveDate,
    },
    /// 申请删除.
    RequestErasure {
        /// Who.
        person_id: PersonId,
        /// Which keys: those of this class, and of the classes that are kept shorter.
        through: RetentionClass,
        /// Legal basis; 1 to 200 characters.
        basis: String,
        /// What the log holds of the person.
        holdings: Holdings,
        /// The day.
        requested_on: NaiveDate,
    },
    /// 退回删除申请.
    RejectErasure {
        /// Who.
        person_id: PersonId,
        /// Why; 1 to 200 characters.
        reason: String,
        /// The day.
        rejected_on: NaiveDate,
    },
    /// 限制处理, while the law keeps what cannot be erased yet.
    RestrictPerson {
        /// Who.
        person_id: PersonId,
        /// Legal basis; 1 to 200 characters.
        basis: String,
        /// What the log holds of the person.
        holdings: Holdings,
        /// The day.
        restricted_on: NaiveDate,
    },
    /// 解除限制.
    LiftRestriction {
        /// Who.
        person_id: PersonId,
        /// Why; 1 to 200 characters.
        reason: String,
        /// The day.
        lifted_on: NaiveDate,
    },
    /// 个人信息删除, as it was requested: the caller destroys the keys once the event is in the log.
    ErasePerson {
        /// Who.
        person_id: PersonId,
        /// What the log holds of the person.
        holdings: Holdings,
        /// The day.
        erased_on: NaiveDate,
    },
}

/// Someone who joins a household.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMember {
    /// Who.
    pub person_id: PersonId,
    /// Relation to the head.
    pub relation: Relation,
    /// 姓名.
    pub name: Sealed<PersonName>,
    /// 公民身份号码.
    pub id_number: Sealed<CitizenId>,
    /// 出生日期, as the event keeps it.
    pub birth_date: Sealed<BirthDate>,
    /// 出生日期, for the check of the other dates alone.
    pub born_on: Personal<BirthDate>,
    /// 户籍.
    pub hukou: Hukou,
    /// Since when the person lives with the household; `None` is always.
    pub joined_on: Option<NaiveDate>,
}

impl HouseholdCommand {
    /// The roles that may ask. Facts are recorded by 经办 and 审核, who also ask for an erasure; it cannot be undone,
    /// so deciding on it takes 审核 or 审批, and so does a restriction, which one person may take back.
    pub fn allowed_roles(&self) -> &'static [Role] {
        match self {
            HouseholdCommand::ErasePerson { .. }
            | HouseholdCommand::RejectErasure { .. }
            | HouseholdCommand::RestrictPerson { .. }
            | HouseholdCommand::LiftRestriction { .. } => &[Role::Reviewer, Role::Approver],
            _ => &[Role::Clerk, Role::Reviewer],
        }
    }
}
