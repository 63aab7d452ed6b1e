//! Why a benefit case refuses a command.

use chrono::NaiveDate;

use crate::actor::Role;
use crate::explain::Explain;

/// Writes each refusal once: `Variant { fields } = "code", "English", "Chinese", "field";`. The code is
/// the variant's name in snake case, and a test holds it to that.
macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident $({ $($(#[$field_doc:meta])* $field:ident: $type:ty),+ })? =
        $code:literal, $en:literal, $zh:literal, $at:literal;)+) => {
        /// A refusal; nothing was changed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
        pub enum BenefitCaseError {
            $($(#[$doc])* #[error($en)] $name $({ $($(#[$field_doc])* $field: $type),+ })?),+
        }

        impl Explain for BenefitCaseError {
            fn code(&self) -> &'static str {
                match self { $(BenefitCaseError::$name { .. } => $code),+ }
            }

            #[expect(unused_variables, reason = "only some texts name the values of their refusal")]
            fn zh(&self) -> String {
                match self { $(BenefitCaseError::$name $({ $($field),+ })? => format!($zh)),+ }
            }

            fn field(&self) -> &'static str {
                match self { $(BenefitCaseError::$name { .. } => $at),+ }
            }
        }
    };
}

refusals! {
    /// The role may not ask for this.
    RoleNotAllowed {
        /// Of the actor.
        role: Role
    } = "role_not_allowed",
        "the role {role:?} may not do this with a benefit case: clerks and reviewers prepare it, reviewers recommend, \
         approvers decide",
        "您的角色不能办理此事项：经办、审核人员办理登记，审核人员提出审核意见，审批人员作出决定。", "";
    /// Nothing was asked or applied for yet.
    CaseNotOpened = "case_not_opened",
        "the case is not opened",
        "个案尚未建立，请先登记咨询或受理申请。", "";
    /// It is opened already.
    CaseAlreadyOpened = "case_already_opened",
        "the case is already opened",
        "个案已经建立，请查询原个案后继续办理，不要重复受理。", "";
    /// The parties are not those of the consultation.
    SubjectMismatch = "subject_mismatch",
        "the case was opened for other parties or another program",
        "个案的家庭、申请人或项目与咨询时不同，请核对，或另建个案。", "subject";
    /// There is no application yet.
    ApplicationMissing = "application_missing",
        "there is no application yet",
        "尚未受理申请，请先受理申请。", "";
    /// It was decided already.
    AlreadyDecided = "already_decided",
        "the case was already decided",
        "该个案已作出决定，不能再办理决定前的事项；不服决定可登记申诉。", "";
    /// It is not on the roll.
    NotEnrolled = "not_enrolled",
        "the case is not on the roll",
        "该个案未在享受待遇，不能办理此事项，请先完成审批。", "";
    /// It has ended.
    CaseEnded = "case_ended",
        "the case has ended",
        "该个案已终止，如需继续请重新申请，不服终止可登记申诉。", "";
    /// The actor recorded something that the decision rests on.
    FourEyes = "four_eyes",
        "whoever prepared the case or its facts may not decide it",
        "您参与过该个案或其家庭信息的办理，不能由您作出决定，请由其他审批人员办理。", "";
    /// What happened cannot have happened after today.
    DateInFuture = "date_in_future",
        "the day lies in the future",
        "日期晚于今天，请核对。", "date";
    /// The day lies before the step that it follows.
    DateTooEarly = "date_too_early",
        "the day lies before the step that it follows",
        "日期早于前一步骤的日期，请核对。", "date";
    /// A day until which something is due has passed already.
    DueDatePassed = "due_date_passed",
        "the day until which it is due has passed",
        "截止日期早于今天，请重新填写。", "due_on";
    /// Temporary assistance needs the asked amount or tier.
    RequestMissing = "request_missing",
        "the application does not say what is asked for",
        "临时救助须填写救助方式：分档救助填人数（1-20）和月数（1-3），小额快救填金额（大于零）。", "request";
    /// Only temporary assistance is asked for once.
    RequestNotForeseen = "request_not_foreseen",
        "the program pays monthly and takes no single request",
        "该项目按月发放，不填写一次性救助内容，请删除后重新提交。", "request";
    /// The program is in no set that excludes another.
    ChosenSetNotForeseen = "chosen_set_not_foreseen",
        "the program has no set to choose",
        "该项目不需要选择养老或残疾补贴组合，请删除该项。", "chosen_set";
    /// The list of materials is empty or too long.
    MaterialsInvalid = "materials_invalid",
        "the list has 1 to 20 materials of 1 to 200 characters",
        "请列出1至20项需补正的材料，每项不超过200个字符。", "materials";
    /// No materials were asked for.
    NothingRequested = "nothing_requested",
        "no materials were requested",
        "没有待补正的材料，无需登记补齐。", "";
    /// Materials are still missing.
    MaterialsMissing = "materials_missing",
        "materials are still missing",
        "材料尚未补齐，请先登记材料补齐。", "";
    /// The means check's report has no number.
    ReportInvalid = "report_invalid",
        "the number of the check's report has 1 to 64 characters",
        "请填写核对报告编号，不超过64个字符。", "report";
    /// A home visit takes two.
    TwoVisitorsNeeded = "two_visitors_needed",
        "a home visit takes at least two different people",
        "入户调查须由至少两名不同的工作人员进行，请补填调查人员。", "visitors";
    /// The recommendation is given, or the notice is posted.
    StepPassed = "step_passed",
        "the review has gone beyond this step",
        "该步骤已经完成，不能再办理；公示期间如有新情况，请登记异议并认定成立后重新调查。", "";
    /// The program needs a means check.
    MeansCheckMissing = "means_check_missing",
        "the means check is missing",
        "该项目须先完成家庭经济状况核对，请先录入核对结果。", "";
    /// The program needs a home visit.
    HomeVisitMissing = "home_visit_missing",
        "the home visit is missing",
        "该项目须先完成入户调查，请先录入入户调查。", "";
    /// There is no recommendation yet.
    NotRecommended = "not_recommended",
        "there is no recommendation yet",
        "尚无审核意见，请先由审核人员提出审核意见。", "";
    /// The recommendation is against it.
    RecommendedAgainst = "recommended_against",
        "the recommendation is against approval",
        "审核意见为不同意，不能公示或批准；如意见有误，请由审核人员重新提出。", "outcome";
    /// 撤回: only one's own.
    ReviewOfAnother = "review_of_another",
        "only who gave the recommendation may withdraw it",
        "审核意见只能由提出人本人撤回；意见有误的，请由审核人员重新提出。", "";
    /// The program's proposals are not posted.
    NoticeNotForeseen = "notice_not_foreseen",
        "the program has no public notice",
        "该项目不公示（保护当事人隐私或无需公示），请直接报审批。", "";
    /// The notice is shorter than the program asks.
    NoticeTooShort = "notice_too_short",
        "the notice is shorter than the program asks",
        "公示天数少于规定（张贴当日不计），请按规定天数公示。", "notice_days";
    /// The first day of decision lies within the notice.
    NoticeEndInvalid = "notice_end_invalid",
        "the first day for a decision lies within the notice",
        "最早决定日期应在公示期满之后的第一个工作日，请核对。", "earliest_decision_on";
    /// The proposal was not posted.
    NoticeMissing = "notice_missing",
        "the proposal was not posted",
        "该项目须先公示，请先张贴公示。", "";
    /// There is no notice to object to.
    NoticeNotPosted = "notice_not_posted",
        "there is no notice to object to",
        "该个案不在公示期，不能登记异议。", "";
    /// The notice still runs.
    NoticeRunning {
        /// The first day on which it may be decided.
        until: NaiveDate
    } = "notice_running",
        "the notice runs; the first day for a decision is {until}",
        "公示尚未期满，最早可在{until}作出决定。", "decided_on";
    /// An objection is not answered.
    ObjectionOpen = "objection_open",
        "an objection is not resolved",
        "还有未处理的异议，请先调查处理异议。", "";
    /// There is no such objection.
    ObjectionUnknown = "objection_unknown",
        "there is no such objection",
        "没有该编号的异议，请核对异议编号。", "objection";
    /// It was answered otherwise.
    ObjectionAlreadyResolved = "objection_already_resolved",
        "the objection was already resolved otherwise",
        "该异议已处理且结果不同，请核对；有新情况请另行登记异议。", "objection";
    /// Only a refusal may do without the rules.
    RulesNotAsked = "rules_not_asked",
        "an approval needs the determination by the rules",
        "批准前须按政策规则核定，请先核定后再审批。", "rules";
    /// The rules say that nothing is payable.
    RulesSayIneligible = "rules_say_ineligible",
        "the rules say that the case is not eligible",
        "按现行政策规则核定不符合条件，不能批准；请核对家庭信息，或作不予批准决定。", "outcome";
    /// A refusal must be reasoned.
    ReasonsInvalid = "reasons_invalid",
        "a refusal needs 1 to 20 reasons of 1 to 64 characters",
        "不予批准须写明理由（1至20项），请补充理由。", "reasons";
    /// The version of the rule book is missing.
    RuleVersionMissing = "rule_version_missing",
        "the version of the rule book is missing",
        "缺少政策规则版本，请重新核定。", "rule_version";
    /// What is due cannot be below nothing.
    AmountNegative = "amount_negative",
        "the amount cannot be negative",
        "应发金额不能为负，请重新核定。", "amount";
    /// The next review lies beyond the program's interval.
    RecertificationTooLate = "recertification_too_late",
        "the next review must follow within the program's interval",
        "下次复核日期须晚于本次，且不超过该项目规定的复核周期，请核对。", "next_due_on";
    /// What is given once is not reviewed.
    RecertificationNotForeseen = "recertification_not_foreseen",
        "a program that pays once has no recertification",
        "一次性救助无需复核。", "";
    /// The program's rules know no suspension.
    SuspensionNotForeseen = "suspension_not_foreseen",
        "the program has no suspension",
        "该项目没有暂停发放的规定；不再符合条件的请办理终止。", "";
    /// It is suspended already.
    AlreadySuspended = "already_suspended",
        "the case is already suspended",
        "该个案已暂停发放，无需重复办理。", "";
    /// It is not suspended.
    NotSuspended = "not_suspended",
        "the case is not suspended",
        "该个案没有暂停发放，无需恢复。", "";
    /// These months are held already.
    AlreadyHeld = "already_held",
        "these months of the case are already held",
        "这些月份已经暂缓发放；如原因有变，请先由他人解除后重新登记。", "months";
    /// A hold for another reason needs to say which.
    HoldNoteMissing = "hold_note_missing",
        "a hold for another reason needs a note that says which",
        "暂缓原因为“其他”时，请填写说明。", "note";
    /// No hold of these months is open.
    NotHeld = "not_held",
        "these months of the case are not held",
        "这些月份没有暂缓发放，无需解除；请核对月份，全部暂缓与单月暂缓须分别解除。", "months";
    /// 双人复核: who held the payment wants to let it go.
    LiftedByHolder = "lifted_by_holder",
        "nobody lifts a hold of their own",
        "登记暂缓的人不得自行解除，请由其他经办或审核人员解除。", "";
    /// Only what is given once is completed.
    NotOneOff = "not_one_off",
        "only a program that pays once is completed",
        "只有一次性救助可以“已完成”终止，请选择其他终止原因。", "reason";
    /// Only a refusal or an end can be appealed.
    NothingToAppeal = "nothing_to_appeal",
        "there is no refusal or end to appeal",
        "没有可申诉的决定：只能对不予批准或终止提出申诉。", "";
    /// The term of 60 days is over.
    AppealTooLate = "appeal_too_late",
        "an appeal is filed within 60 days of the decision",
        "已超过决定之日起60日的复议期限，不能登记申诉；可告知当事人依法提起诉讼。", "filed_on";
    /// An appeal waits for its decision.
    AppealAlreadyFiled = "appeal_already_filed",
        "an appeal is already pending",
        "已登记申诉，正在处理，无需重复登记。", "";
    /// It was appealed and dismissed.
    AppealAlreadyDecided = "appeal_already_decided",
        "the appeal was already dismissed",
        "申诉已有决定，不能再次申诉；可告知当事人依法提起诉讼。", "";
    /// There is no appeal to decide.
    AppealNotFiled = "appeal_not_filed",
        "there is no pending appeal",
        "没有待决定的申诉，请先登记申诉。", "";
}
