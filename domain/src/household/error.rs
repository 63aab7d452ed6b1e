//! Why a household refuses a command.

use crate::actor::Role;
use crate::explain::Explain;
use crate::ids::PersonId;
use crate::retention::Withheld;

/// A refusal; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HouseholdError {
    /// The role may not ask for this.
    #[error(
        "the role {role:?} may not do this with a household: clerks and reviewers record facts, reviewers and approvers \
         decide on erasures and restrictions"
    )]
    RoleNotAllowed {
        /// Of the actor.
        role: Role,
    },
    /// There is no such household yet.
    #[error("the household is not registered")]
    HouseholdNotRegistered,
    /// It is registered already, otherwise than asked.
    #[error("the household is already registered with other particulars")]
    HouseholdAlreadyRegistered,
    /// The community's code is empty or too long.
    #[error("the community's code has 1 to 64 characters")]
    CommunityInvalid,
    /// A household has exactly one head.
    #[error("the head, and nobody else, has the relation self")]
    HeadRelationInvalid,
    /// The person never belonged to the household.
    #[error("{person} is no member of this household")]
    NotAMember {
        /// Who.
        person: PersonId,
    },
    /// The person belongs to the household already.
    #[error("{person} is already a member of this household")]
    AlreadyAMember {
        /// Who.
        person: PersonId,
    },
    /// The person left the household.
    #[error("{person} has left this household")]
    MemberHasLeft {
        /// Who.
        person: PersonId,
    },
    /// The person is dead.
    #[error("{person} is recorded as deceased")]
    MemberDeceased {
        /// Who.
        person: PersonId,
    },
    /// The person's data were erased.
    #[error("the personal data of {person} were erased")]
    PersonErased {
        /// Who.
        person: PersonId,
    },
    /// Empty or too large.
    #[error("an attachment has 1 byte to 10 MiB")]
    AttachmentSize,
    /// The hash is not 64 hexadecimal digits.
    #[error("the hash of the attachment is malformed")]
    AttachmentHashInvalid,
    /// The person has no such attachment.
    #[error("the person has no such attachment")]
    AttachmentUnknown,
    /// The same bytes are kept as something else, or this id was withdrawn.
    #[error(
        "the same attachment is kept as another kind, or was withdrawn: withdraw it first, then hand it in again"
    )]
    AttachmentDiffers,
    /// The person has as many as may be.
    #[error("a person has at most 50 attachments: withdraw what is no longer needed")]
    AttachmentsFull,
    /// What was withdrawn is kept for audits alone.
    #[error("the attachment was withdrawn: only an audit opens it")]
    AttachmentWithdrawn,
    /// The name of the file is too long, or holds what no name does.
    #[error("the name of a file has at most 200 characters, none of them a control character")]
    FileNameInvalid,
    /// The bytes are of no kind that is kept.
    #[error("an attachment is a JPEG or PNG picture or a PDF, by what it holds and not by its name")]
    MediaTypeUnknown,
    /// It cannot be withdrawn before it was kept.
    #[error("the day lies before the one on which the attachment was kept")]
    WithdrawnBeforeKept,
    /// The contract of a determination holds 20 members.
    #[error("a household has at most 20 members")]
    HouseholdFull,
    /// The head cannot leave while others stay.
    #[error("the head cannot leave while other members stay")]
    HeadMustStay,
    /// The holder of an account is no present member.
    #[error("the holder of the account is no member of this household")]
    HolderNotAMember,
    /// The blind index is not 64 hexadecimal digits.
    #[error("the account's index is malformed")]
    AccountIndexInvalid,
    /// Something cannot have happened before the person was born.
    #[error("the day lies before the birth")]
    BeforeBirth,
    /// A stay cannot end before it began, nor begin before the last one ended.
    #[error("the day lies before the member joined, or within an earlier stay")]
    BeforeJoining,
    /// Something cannot be recorded for a day after the death.
    #[error("the day lies after the death")]
    AfterDeath,
    /// A death cannot be reported before it happened.
    #[error("the report lies before the death")]
    ReportedBeforeDeath,
    /// What happened cannot have happened after today.
    #[error("the day lies in the future")]
    DateInFuture,
    /// A fact can be announced at most a year ahead.
    #[error("the day lies more than a year ahead")]
    DateTooFarAhead,
    /// Nothing is recorded for days before 1900.
    #[error("the day lies before 1900")]
    DateTooEarly,
    /// An amount is below nothing, or there are more than 20 of them.
    #[error("income has at most 20 entries, none of them negative")]
    IncomeInvalid,
    /// The means check's report has no number.
    #[error("the number of the check's report has 1 to 64 characters")]
    ReportInvalid,
    /// A declaration does not replace what a means check found for the same day.
    #[error("the income of that day was verified; a declaration does not replace it")]
    IncomeAlreadyVerified,
    /// Cash assets are below nothing.
    #[error("cash assets cannot be negative")]
    PropertyInvalid,
    /// The reason is empty or too long.
    #[error("the reason has 1 to 200 characters")]
    ReasonInvalid,
    /// The person's values are only kept.
    #[error("the processing of {person}'s data is restricted: lift the restriction first")]
    PersonRestricted {
        /// Who.
        person: PersonId,
    },
    /// There is no restriction.
    #[error("the processing of {person}'s data is not restricted")]
    NotRestricted {
        /// Who.
        person: PersonId,
    },
    /// Nobody asked for the erasure.
    #[error("nobody has asked to erase {person}")]
    ErasureNotRequested {
        /// Who.
        person: PersonId,
    },
    /// Another request waits for its decision.
    #[error("a request to erase {person} waits for its decision: decide on it or send it back first")]
    ErasureRequested {
        /// Who.
        person: PersonId,
    },
    /// 双人复核: who asks for an erasure does not decide on it.
    #[error("whoever asked for an erasure may not decide on it")]
    FourEyes,
    /// The keys may not be destroyed yet.
    #[error(transparent)]
    Withheld(#[from] Withheld),
    /// The legal basis is empty or too long.
    #[error("the legal basis has 1 to 200 characters")]
    BasisInvalid,
}

impl Explain for HouseholdError {
    fn code(&self) -> &'static str {
        use HouseholdError as Error;
        match self {
            Error::RoleNotAllowed { .. } => "role_not_allowed",
            Error::HouseholdNotRegistered => "household_not_registered",
            Error::HouseholdAlreadyRegistered => "household_already_registered",
            Error::CommunityInvalid => "community_invalid",
            Error::HeadRelationInvalid => "head_relation_invalid",
            Error::NotAMember { .. } => "not_a_member",
            Error::AlreadyAMember { .. } => "already_a_member",
            Error::MemberHasLeft { .. } => "member_has_left",
            Error::MemberDeceased { .. } => "member_deceased",
            Error::PersonErased { .. } => "person_erased",
            Error::AttachmentSize => "attachment_size",
            Error::AttachmentHashInvalid => "attachment_hash_invalid",
            Error::AttachmentUnknown => "attachment_unknown",
            Error::AttachmentDiffers => "attachment_differs",
            Error::AttachmentsFull => "attachments_full",
            Error::AttachmentWithdrawn => "attachment_withdrawn",
            Error::FileNameInvalid => "file_name_invalid",
            Error::MediaTypeUnknown => "media_type_unknown",
            Error::WithdrawnBeforeKept => "withdrawn_before_kept",
            Error::HouseholdFull => "household_full",
            Error::HeadMustStay => "head_must_stay",
            Error::HolderNotAMember => "holder_not_a_member",
            Error::AccountIndexInvalid => "account_index_invalid",
            Error::BeforeBirth => "before_birth",
            Error::BeforeJoining => "before_joining",
            Error::AfterDeath => "after_death",
            Error::ReportedBeforeDeath => "reported_before_death",
            Error::DateInFuture => "date_in_future",
            Error::DateTooFarAhead => "date_too_far_ahead",
            Error::DateTooEarly => "date_too_early",
            Error::IncomeInvalid => "income_invalid",
            Error::ReportInvalid => "report_invalid",
            Error::IncomeAlreadyVerified => "income_already_verified",
            Error::PropertyInvalid => "property_invalid",
            Error::BasisInvalid => "basis_invalid",
            Error::ReasonInvalid => "reason_invalid",
            Error::PersonRestricted { .. } => "person_restricted",
            Error::NotRestricted { .. } => "not_restricted",
            Error::ErasureNotRequested { .. } => "erasure_not_requested",
            Error::ErasureRequested { .. } => "erasure_requested",
            Error::FourEyes => "four_eyes",
            Error::Withheld(withheld) => withheld.code(),
        }
    }

    fn zh(&self) -> String {
        use HouseholdError as Error;
        match self {
            Error::RoleNotAllowed { .. } => {
                "您的角色不能办理此事项：家庭登记由经办或审核人员办理，删除和限制个人信息由审核或审批人员决定。"
            }
            Error::HouseholdNotRegistered => "该家庭尚未登记，请先办理家庭登记。",
            Error::HouseholdAlreadyRegistered => "该家庭已登记且内容不同，请查询原登记后办理变更。",
            Error::CommunityInvalid => "社区代码不能为空，且不超过64个字符，请重新填写。",
            Error::HeadRelationInvalid => "户主与户主的关系应为“本人”，其他成员不能填“本人”，请更正。",
            Error::NotAMember { .. } => "此人不是该家庭成员，请核对人员，或先办理成员加入。",
            Error::AlreadyAMember { .. } => "此人已是该家庭成员，无需重复加入；信息不同请办理变更。",
            Error::MemberHasLeft { .. } => "此人已离开该家庭，请到其现在的家庭办理。",
            Error::MemberDeceased { .. } => "此人已登记死亡，不能再办理此项；如登记有误，请报审核人员核实。",
            Error::PersonErased { .. } => "此人的个人信息已依法删除，不能再登记新的内容。",
            Error::AttachmentSize => "附件不能为空，且不超过10MB，请重新选择文件。",
            Error::AttachmentHashInvalid => "附件的散列值格式不正确，请重新上传。",
            Error::AttachmentUnknown => "此人没有这个附件，请核对。",
            Error::AttachmentDiffers => "同一文件已按其他类别保存，请先撤回原附件再重新上传。",
            Error::AttachmentsFull => "每人最多50个附件，请先撤回不再需要的附件。",
            Error::AttachmentWithdrawn => "该附件已撤回，只有审计人员可以打开。",
            Error::FileNameInvalid => "文件名不超过200个字符，且不含控制字符，请改名后重新上传。",
            Error::MediaTypeUnknown => {
                "附件应为JPEG、PNG图片或PDF文件（按内容识别，与文件名无关），请重新选择。"
            }
            Error::WithdrawnBeforeKept => "撤回日期早于附件保存日期，请核对。",
            Error::HouseholdFull => "家庭成员最多20人，请核对是否应分户登记。",
            Error::HeadMustStay => "还有其他成员，户主不能离开，请先为其余成员另立户。",
            Error::HolderNotAMember => "账户持有人不是该家庭现有成员，请使用本人或同户监护人的账户。",
            Error::AccountIndexInvalid => "账户索引格式不正确，请重新录入账号。",
            Error::BeforeBirth => "日期早于出生日期，请核对。",
            Error::BeforeJoining => "日期早于加入日期，或与以前的同住时间重叠，请核对。",
            Error::AfterDeath => "日期晚于死亡日期，请核对。",
            Error::ReportedBeforeDeath => "报告日期早于死亡日期，请核对。",
            Error::DateInFuture => "日期晚于今天，请核对。",
            Error::DateTooFarAhead => "生效日期超过今天一年以上，请核对年份。",
            Error::DateTooEarly => "日期早于1900年，请核对年份。",
            Error::IncomeInvalid => "收入金额不能为负，且不超过20项，请核对。",
            Error::ReportInvalid => "请填写核对报告编号，不超过64个字符。",
            Error::IncomeAlreadyVerified => "该日起的收入已经核实，申报不能替代，请重新核对后录入核实结果。",
            Error::PropertyInvalid => "现金存款不能为负，请核对。",
            Error::BasisInvalid => "请填写法律依据，不超过200个字符。",
            Error::ReasonInvalid => "请填写原因，不超过200个字符。",
            Error::PersonRestricted { .. } => "此人的个人信息已限制处理，请先解除限制。",
            Error::NotRestricted { .. } => "此人的个人信息没有限制处理，无需解除。",
            Error::ErasureNotRequested { .. } => "此人没有待决定的删除申请，请先由经办或审核人员提出申请。",
            Error::ErasureRequested { .. } => "此人已有待决定的删除申请，请先决定或退回该申请。",
            Error::FourEyes => "提出删除申请的人不得决定该申请，请由其他审核或审批人员决定。",
            Error::Withheld(withheld) => return withheld.zh(),
        }
        .to_owned()
    }

    fn field(&self) -> &'static str {
        use HouseholdError as Error;
        match self {
            Error::CommunityInvalid => "community",
            Error::HeadRelationInvalid => "relation",
            Error::NotAMember { .. }
            | Error::AlreadyAMember { .. }
            | Error::MemberHasLeft { .. }
            | Error::MemberDeceased { .. }
            | Error::PersonErased { .. }
            | Error::PersonRestricted { .. }
            | Error::NotRestricted { .. }
            | Error::ErasureNotRequested { .. }
            | Error::ErasureRequested { .. }
            | Error::HeadMustStay => "person_id",
            Error::HolderNotAMember => "holder",
            Error::AccountIndexInvalid => "account_index",
            Error::ReportedBeforeDeath => "reported_on",
            Error::BeforeBirth
            | Error::BeforeJoining
            | Error::AfterDeath
            | Error::DateInFuture
            | Error::DateTooFarAhead
            | Error::DateTooEarly => "date",
            Error::IncomeInvalid | Error::IncomeAlreadyVerified => "income",
            Error::ReportInvalid => "report",
            Error::PropertyInvalid => "property.cash_assets",
            Error::AttachmentSize
            | Error::AttachmentHashInvalid
            | Error::FileNameInvalid
            | Error::MediaTypeUnknown => "file",
            Error::AttachmentUnknown => "attachment_id",
            Error::AttachmentDiffers => "kind",
            Error::WithdrawnBeforeKept => "withdrawn_on",
            Error::BasisInvalid => "basis",
            Error::ReasonInvalid => "reason",
            Error::Withheld(withheld) => withheld.field(),
            Error::RoleNotAllowed { .. }
            | Error::HouseholdNotRegistered
            | Error::HouseholdAlreadyRegistered
            | Error::HouseholdFull
            | Error::AttachmentsFull
            | Error::AttachmentWithdrawn
            | Error::FourEyes => "",
        }
    }
}
