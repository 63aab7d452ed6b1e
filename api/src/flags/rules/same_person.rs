//! One person prepared and approved the same thing.
//!
//! Source: 不相容岗位相互分离 (行政事业单位内部控制规范, 财会〔2012〕21号). The aggregates refuse it; this asks who signed what,
//! without them, as `ledger check` does.

use crate::flags::{Found, Look, Rule, Subject};

pub const RULE: Rule = Rule {
    code: "same_person",
    zh: "同一人经办并审批",
    en: "One person prepared and approved",
    finds: "A decision by someone who recorded a fact of the case or its household, or visited it; an approval or release \
            of a run by someone who prepared or approved it; an appeal decided by who decided the case.",
    evidence: "What the person had recorded first, and the approval.",
    source: "行政事业单位内部控制规范 (财会〔2012〕21号): incompatible duties are kept apart; facts of published audits: approved and \
             paid by one user.",
    blind: "Two accounts of one person, and a password that two people share.",
    find,
};

fn find(look: &Look<'_>, found: &mut Found) {
    for finding in look.log.own_approvals() {
        let approved = finding.positions.last().and_then(|position| look.log.approvals.get(position));
        let subject = approved.copied().unwrap_or_else(Subject::default);
        found.flag(subject, finding.positions, finding.zh, finding.en);
    }
}
