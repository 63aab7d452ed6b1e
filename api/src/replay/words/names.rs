//! What each type of event is called at the office. A type is an identifier for programs and auditors; people read a name.

use domain::explain::in_words;

use super::{Words, words};

/// The names in Chinese, by stream in the order of a benefit's life.
const NAMES: &[(&str, &str)] = &[
    // 家庭
    ("HouseholdRegistered", "家庭登记"),
    ("MemberJoined", "成员加入"),
    ("MemberLeft", "成员离开"),
    ("MemberStatusChanged", "成员状态变更"),
    ("IncomeDeclared", "收入申报"),
    ("IncomeVerified", "收入核实"),
    ("PropertyDeclared", "财产申报"),
    ("ResidenceChanged", "住所或户籍变动"),
    ("AccountChanged", "收款账户变更"),
    ("DisabilityCertified", "残疾证登记"),
    ("CareLevelAssessed", "老年人能力评估"),
    ("CircumstancesRecorded", "个人情况登记"),
    ("DeathRecorded", "死亡登记"),
    ("AttachmentKept", "附件保存"),
    ("AttachmentWithdrawn", "附件撤回"),
    ("ErasureRequested", "申请删除个人信息"),
    ("ErasureRejected", "退回删除申请"),
    ("ProcessingRestricted", "限制处理"),
    ("RestrictionLifted", "解除限制"),
    ("CaseWorkErased", "个案档案删除"),
    ("PersonErased", "个人信息删除"),
    // 身份占用
    ("IdentityClaimed", "身份证号登记"),
    ("IdentityReleased", "身份证号释放"),
    // 救助个案
    ("ConsultationHeld", "咨询"),
    ("ApplicationReceived", "受理申请"),
    ("MaterialsRequested", "补正通知"),
    ("MaterialsSupplied", "材料补齐"),
    ("MeansChecked", "家庭经济状况核对"),
    ("HomeVisited", "入户调查"),
    ("ReviewRecommended", "审核意见"),
    ("ReviewWithdrawn", "撤回审核意见"),
    ("NoticePosted", "公示"),
    ("ObjectionRaised", "公示异议"),
    ("ObjectionResolved", "异议处理"),
    ("EligibilityDecided", "审批决定"),
    ("EntitlementDetermined", "核定待遇"),
    ("RecertificationDue", "复核到期"),
    ("Recertified", "复核"),
    ("CaseSuspended", "停发（暂停）"),
    ("CaseResumed", "恢复发放"),
    ("PaymentHeld", "暂缓发放"),
    ("PaymentHoldLifted", "解除暂缓"),
    ("CaseClosed", "个案终止"),
    ("AppealFiled", "申诉"),
    ("AppealDecided", "复议决定"),
    // 发放批次
    ("PaymentRunOpened", "批次建立"),
    ("PaymentRunCalculated", "批次核算"),
    ("PaymentRunSubmitted", "批次提交审批"),
    ("PaymentRunEndorsed", "批次初审"),
    ("PaymentRunApproved", "批次审批"),
    ("PaymentRunRejected", "批次退回"),
    ("PaymentRunReleased", "批次发放"),
    ("PaymentRunReconciled", "批次对账"),
    // 发放明细
    ("PaymentOrdered", "支付下达"),
    ("PaymentSettled", "支付到账"),
    ("BookingNamed", "流水号补记"),
    ("PaymentReturned", "退汇"),
    ("ReturnRevoked", "退汇更正"),
    ("PaymentReissued", "退汇重发"),
    ("PaymentCancelled", "支付作废"),
    ("RecoveryOpened", "追缴立项"),
    ("RecoveryReceived", "追缴收回"),
    ("RecoveryWaived", "追缴核销"),
    ("RecoveryWithdrawn", "追缴撤回"),
    // 回盘
    ("BankFileReceived", "收到回盘文件"),
    ("BankLinesUnmatched", "回盘未匹配行"),
    ("BankFileMatched", "回盘匹配完成"),
    ("BankLineReopened", "回盘异常重新处理"),
    ("BankLineResolved", "回盘异常处理"),
    // 追回方案
    ("RecoveryPlanProposed", "追回方案提出"),
    ("RecoveryPlanApproved", "追回方案批准"),
    ("RecoveryPlanRejected", "追回方案退回"),
    ("RecoveryPlanCompleted", "追回方案完成"),
    ("RecoveryPlanEnded", "追回方案终止"),
    // 募捐活动
    ("CampaignOpened", "募捐活动开始"),
    ("DonationReceived", "收到捐赠"),
    ("InKindReceived", "收到实物捐赠"),
    ("DonationRefunded", "退还捐赠"),
    ("PublicityChanged", "变更公开意愿"),
    ("ReceiptIssued", "开具票据"),
    ("ReceiptVoided", "票据作废"),
    ("ProgressPublished", "募捐情况定期公开"),
    ("CampaignClosed", "募捐活动结束"),
    ("ResultsPublished", "募捐结果公开"),
    ("RemittanceProposed", "拟转交善款"),
    ("RemittanceRejected", "退回善款转交"),
    ("DonationRemitted", "善款转交"),
    ("DonorErasureRequested", "申请删除捐赠人信息"),
    ("DonorErasureRejected", "退回捐赠人删除申请"),
    ("DonorErased", "捐赠人信息删除"),
    // 资金
    ("FundOpened", "资金设立"),
    ("MoneyAppropriated", "拨款到账"),
    ("DonationCredited", "捐赠入账"),
    ("FundsCommitted", "资金占用"),
    ("FundsReleased", "占用解除"),
    ("FundsRecommitted", "恢复占用"),
    ("FundsSpent", "资金支出"),
    ("DonationsRemitted", "善款转交支出"),
    ("RecoveryCredited", "追缴款入账"),
    ("FundYearClosed", "年终结账"),
    ("FundYearReopened", "撤销结账"),
    ("FundYearCarriedOver", "年终结转"),
    // 披露
    ("PersonalDataDisclosed", "打开个人信息"),
    ("AccountsDisclosed", "为报盘打开账号"),
    // 政策参数公布簿
    ("PolicyParametersProposed", "政策参数拟定"),
    ("PolicyParametersPublished", "政策参数发布"),
    ("PolicyParametersRejected", "政策参数退回"),
    // 日志断点
    ("LogBreakProposed", "日志断点提议"),
    ("LogBreakAccepted", "日志断点接受"),
    // 待办
    ("TodoDismissed", "搁置待办"),
    // 用户
    ("UserOpened", "开立用户"),
    ("RoleGranted", "授予角色"),
    ("RoleWithdrawn", "收回角色"),
    ("DataScopeSet", "设定社区范围"),
    ("PasswordSet", "设置密码"),
    ("SecondFactorSet", "启用动态验证码"),
    ("SecondFactorRemoved", "停用动态验证码"),
    ("IdentityLinked", "关联统一身份"),
    ("IdentityUnlinked", "解除统一身份"),
    ("UserLocked", "停用用户"),
    ("UserUnlocked", "启用用户"),
    ("TokenIssued", "签发令牌"),
    ("TokenRevoked", "吊销令牌"),
    ("SignedIn", "登录"),
    ("SignInsRefused", "连续登录被拒"),
    // 推送订阅
    ("WebhookSubscribed", "订阅推送"),
    ("WebhookPaused", "暂停推送"),
    ("WebhookResumed", "恢复推送"),
    ("WebhookEnded", "终止推送"),
    // 统一身份认证
    ("SubjectLinked", "认证标识关联"),
    ("SubjectReleased", "认证标识解除"),
    ("ProviderSignInsRefused", "统一身份登录被拒"),
];

/// The name of a type of event: in Chinese from the table, in English its own words with blanks between them. A type that
/// this program does not know, from a newer one's log, is called by its identifier.
pub fn event_name(event_type: &str) -> Words {
    let known = NAMES.iter().find(|(name, _)| *name == event_type);
    words(known.map_or(event_type, |(_, zh)| zh), spaced(event_type))
}

/// What the fields are called that a verdict compares.
const FIELDS: &[(&str, &str)] = &[
    ("account", "收款账户"),
    ("amount", "金额"),
    ("attempt", "支付次数"),
    ("beneficiary", "受益人"),
    ("control_sum", "合计金额"),
    ("determination", "核定"),
    ("determination_facts", "核定所依据的事实"),
    ("determination_step", "核定步骤"),
    ("digest", "明细摘要"),
    ("donation_count", "捐赠笔数"),
    ("due", "应发额"),
    ("from", "起始月份"),
    ("in_kind_count", "实物捐赠件数"),
    ("in_kind_value", "实物捐赠估值"),
    ("kind", "发放种类"),
    ("line_count", "笔数"),
    ("outcome", "审批结果"),
    ("payee", "收款人"),
    ("program", "救助项目"),
    ("reasons", "理由"),
    ("receipt_number", "票据号"),
    ("remitted", "转交金额"),
    ("rule_version", "政策规则版本"),
    ("total", "合计"),
];

/// The name of a field that a verdict compares: in Chinese from the table, in English its own words.
pub fn field_name(field: &str) -> Words {
    let known = FIELDS.iter().find(|(name, _)| *name == field);
    words(known.map_or(field, |(_, zh)| zh), field.replace('_', " "))
}

/// `PaymentRunApproved` as `Payment run approved`.
fn spaced(identifier: &str) -> String {
    let mut text = in_words(identifier);
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::event_catalogue::stream_kinds;

    use super::*;

    #[test]
    fn every_event_type_has_a_chinese_name_of_its_own() {
        let types: Vec<&str> =
            stream_kinds().iter().flat_map(|kind| kind.events.iter().map(|event| event.name)).collect();
        let nameless: Vec<&&str> = types.iter().filter(|name| event_name(name).zh.is_ascii()).collect();
        assert!(nameless.is_empty(), "no Chinese name in NAMES: {nameless:?}");
        let names: BTreeSet<String> = types.iter().map(|name| event_name(name).zh).collect();
        assert_eq!(names.len(), types.len(), "two types of events have one name");
        let idle: Vec<&str> =
            NAMES.iter().map(|(name, _)| *name).filter(|name| !types.contains(name)).collect();
        assert!(idle.is_empty(), "names of no event: {idle:?}");
    }

    #[test]
    fn an_english_name_is_the_identifier_in_words() {
        assert_eq!(event_name("PaymentRunApproved"), words("批次审批", "Payment run approved"));
        assert_eq!(event_name("InvoiceSent"), words("InvoiceSent", "Invoice sent"));
    }
}
