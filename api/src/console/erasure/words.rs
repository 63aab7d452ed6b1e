//! What an erasure takes and what stays, in plain words.

use chrono::NaiveDate;
use domain::household::{Handling, PersonalRecord};
use domain::personal::RetentionClass;

use crate::lang::Lang;
use crate::processes::erasure::RequestAnswer;

/// What is sealed for a class.
pub(super) fn sealed(lang: Lang, class: RetentionClass) -> &'static str {
    match class {
        RetentionClass::CaseWork => lang.pick(
            "姓名、身份号码、出生日期、住址、附件、残疾证、照护等级、家庭情况、说明",
            "name, ID number, date of birth, address, attachments, certificates, level of care, circumstances, notes",
        ),
        RetentionClass::Vouchers => lang.pick(
            "各笔发放的收款账户、核定所依据的事实与步骤",
            "account of each payment, facts and steps of its determination",
        ),
    }
}

/// Which class a request takes, with those that are kept shorter.
pub(super) fn taken(lang: Lang, through: RetentionClass) -> &'static str {
    match through {
        RetentionClass::CaseWork => lang.pick("个案档案", "case work"),
        RetentionClass::Vouchers => lang.pick("个案档案和会计凭证", "case work and vouchers"),
    }
}

/// What approving does to a person, sentence by sentence.
pub(super) fn of_a_person(lang: Lang, through: RetentionClass) -> Vec<String> {
    let vouchers = match through {
        RetentionClass::CaseWork => lang.pick(
            "会计凭证的密钥保留：各笔发放的收款账户和核定依据继续密封保管，到期后另行申请。",
            "The key of vouchers stays: accounts and determinations of payments stay sealed, and are asked for again when their \
             time is over.",
        ),
        RetentionClass::Vouchers => lang.pick(
            "会计凭证的密钥同时销毁：各笔发放的收款账户和核定依据也不能再打开。",
            "The key of vouchers is destroyed too: accounts and determinations of payments open no more.",
        ),
    };
    let told = [
        lang.pick(
            "销毁此人个案档案的密钥：姓名、身份号码、出生日期、住址、附件、残疾证、照护等级、家庭情况和说明从此任何人都不能打开。",
            "Destroys the key of this person's case work: nobody can open name, ID number, date of birth, address, attachments, \
             certificates, level of care, circumstances and notes again.",
        ),
        vouchers,
        lang.pick(
            "身份号码随之释放：本人以后再来申请，作为新的人员登记，与原档案无关。",
            "The ID number is given free: who applies again is registered as a new person, apart from the old file.",
        ),
        lang.pick(
            "保留不含姓名的内容：人员编号、个案、项目、金额、月份和日期；合计、账册、证明不变。",
            "What names nobody stays: identifiers, cases, programs, amounts, months and days; totals, books and proofs are the \
             same.",
        ),
        backups(lang),
    ];
    told.map(str::to_owned).to_vec()
}

/// What approving does to a donor, sentence by sentence.
pub(super) fn of_a_donor(lang: Lang) -> Vec<String> {
    let told = [
        lang.pick(
            "销毁捐赠人名称的密钥：名称从此任何人都不能打开，票据显示“已删除”，公示名单显示“匿名”。",
            "Destroys the key of the donor's name: nobody can open it again; receipts say that it was erased, and lists say \
             anonymous.",
        ),
        lang.pick(
            "捐赠、票据号、合计、已作的公示和证明保留，不含名称。",
            "Gift, receipt number, totals, publications and proofs stay, without the name.",
        ),
        backups(lang),
    ];
    told.map(str::to_owned).to_vec()
}

fn backups(lang: Lang) -> &'static str {
    lang.pick(
        "此前的数据库备份仍含密钥，由管理员按运行手册处理。",
        "Older backups still hold the keys: the administrator deals with them by the manual.",
    )
}

/// Until when it can be taken back.
pub(super) fn withdrawal(lang: Lang) -> &'static str {
    lang.pick(
        "批准之前，审核、审批人员随时可以退回申请；一经批准，密钥当即销毁，谁也不能恢复。",
        "Until it is approved, a reviewer or approver can send it back at any time; with the approval the keys are destroyed at \
         once, and nobody can bring them back.",
    )
}

/// That a request waits for others.
pub(super) fn waits(lang: Lang) -> &'static str {
    lang.pick("申请等待审核、审批人员决定。", "The request waits for a reviewer or approver.")
}

/// That whoever looks has nothing to do here.
pub(super) fn no_step(lang: Lang) -> &'static str {
    lang.pick(
        "您这个岗位在此没有可办理的事项：由经办、审核人员申请，审核、审批人员决定。",
        "Your role has no step here: clerks and reviewers ask, reviewers and approvers decide.",
    )
}

/// How a person stands.
pub(super) fn record(lang: Lang, record: PersonalRecord) -> String {
    match record {
        PersonalRecord::Kept => lang.pick("完整保存", "all values are kept").to_owned(),
        PersonalRecord::VouchersKept { erased_on } => lang.pick(
            format!("个案档案已于 {erased_on} 删除，会计凭证继续保管"),
            format!("case work was erased on {erased_on}, vouchers are kept"),
        ),
        PersonalRecord::Erased { erased_on } => erased(lang, erased_on),
    }
}

/// That nothing can be opened any more.
pub(super) fn erased(lang: Lang, on: NaiveDate) -> String {
    lang.pick(format!("已于 {on} 删除"), format!("erased on {on}"))
}

/// Whether the values are shown to people.
pub(super) fn handling(lang: Lang, handling: &Handling) -> String {
    match handling {
        Handling::Ordinary => lang.pick("正常", "ordinary").to_owned(),
        Handling::Restricted { restricted_on } => lang.pick(
            format!("自 {restricted_on} 起限制处理：只保管，不展示、不办理"),
            format!("restricted since {restricted_on}: kept, shown to nobody"),
        ),
        Handling::Lifted { reason, lifted_on } => lang.pick(
            format!("正常（{lifted_on} 解除限制：{reason}）"),
            format!("ordinary (a restriction was lifted on {lifted_on}: {reason})"),
        ),
    }
}

/// What became of a request: the mark, its name, and by whom, when and why.
pub(super) fn answer(lang: Lang, answer: &RequestAnswer) -> (&'static str, &'static str, String) {
    match answer {
        RequestAnswer::Pending => ("warn", lang.pick("待决定", "waits"), String::new()),
        RequestAnswer::Rejected { by, on, reason } => (
            "unordered",
            lang.pick("已退回", "sent back"),
            lang.pick(format!("{by} {on}：{reason}"), format!("{by} {on}: {reason}")),
        ),
        RequestAnswer::Erased { by, on } => ("settled", lang.pick("已删除", "erased"), format!("{by} {on}")),
    }
}
