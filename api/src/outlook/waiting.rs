//! What waits at the office today: steps that somebody must take, with the day by which where there is one.

use chrono::NaiveDate;
use domain::actor::ActorId;
use domain::benefit_case::{BenefitCase, Objection, Step};
use domain::campaign::{RemittanceStep, due_publications};
use domain::gazette::ProposalStage;
use domain::numbers::{grouped, receipt_serial, yuan};
use domain::payment_run::RunStage;
use domain::program::Program;
use domain::recovery_plan::PlanStage;
use projections::bank_returns::BankLineRow;
use projections::bank_returns::queries::open_lines;
use projections::case_files::queries::{DueReview, cases_in_stage, reviews_due};
use projections::case_files::{CaseRow, CaseStage};
use projections::donation_totals::queries::campaign_totals;
use projections::funds::funds;
use projections::payment_registers::PaymentRunRow;
use projections::payment_registers::queries::{returned_payments, runs};
use projections::recovery_plans::queries::plans;
use projections::runner::Until;
use serde::Serialize;

use super::found::Horizon;
use crate::processes::campaign::campaign;
use crate::processes::erasure::{self, RequestAnswer, RequestEntry, RequestSubject};
use crate::processes::webhooks::{GivenUp, given_up};
use crate::processes::{Office, ProcessError, fund_account, rate_proposals};
use crate::replay::Words;

/// Cases read at once.
const PAGE: u32 = 1_000;

/// A step that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Waiting {
    /// What kind of step.
    pub kind: WaitingKind,
    /// The day by which it is due, or from which it can be done; none where no rule sets one.
    pub due_on: Option<NaiveDate>,
    /// The case, run, payment, person or proposal, by identifier or number.
    pub of: String,
    /// What it is about.
    pub about: Words,
    /// Who may not take it whatever their role, for the part that they took before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_by: Option<ActorId>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $zh:literal, $en:literal;)+) => {
        /// A kind of step.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
        pub enum WaitingKind {
            $($(#[$doc])* #[serde(rename = $code)] $name),+
        }

        impl WaitingKind {
            /// Its stable code.
            pub const fn code(self) -> &'static str {
                match self { $(WaitingKind::$name => $code),+ }
            }

            /// Every kind, in the order in which they are shown.
            pub const ALL: &'static [WaitingKind] = &[$(WaitingKind::$name),+];

            /// In Chinese.
            pub const fn zh(self) -> &'static str {
                match self { $(WaitingKind::$name => $zh),+ }
            }

            /// In English.
            pub const fn en(self) -> &'static str {
                match self { $(WaitingKind::$name => $en),+ }
            }
        }
    };
}

kinds! {
    /// A reviewed case without a notice or a decision.
    CaseToDecide = "case_to_decide", "已审核，待公示或审批", "reviewed: to be posted or decided";
    /// A notice; from the day on the case may be decided.
    NoticeEnds = "notice_ends", "公示期满可审批", "notice ends, to be decided";
    /// An objection to a public notice that nobody answered yet.
    ObjectionToResolve = "objection_to_resolve", "公示异议待核实", "objection to a notice, to be looked into";
    /// A review of a case on the roll.
    Recertification = "recertification", "到期复核", "recertification due";
    /// A calculated run.
    RunToSubmit = "run_to_submit", "批次待提交", "payment run to submit";
    /// A submitted run.
    RunToApprove = "run_to_approve", "批次待审批", "payment run to approve";
    /// An approved run.
    RunToRelease = "run_to_release", "批次待发放", "payment run to release";
    /// A released run without all of the bank's results.
    RunToReconcile = "run_to_reconcile", "批次待银行回盘", "payment run: bank results outstanding";
    /// A payment that the bank returned.
    ReturnedPayment = "returned_payment", "退汇待处理", "returned payment";
    /// A line of a bank's file that nobody could match.
    UnmatchedLine = "unmatched_line", "回盘异常待处理", "bank line to resolve";
    /// A recovery plan that somebody proposed.
    PlanToApprove = "plan_to_approve", "追回方案待审批", "recovery plan to approve";
    /// A month that will be due another amount, by a birthday or a fact that ends.
    AmountChanges = "amount_changes", "应发将变动（年龄分档、情况到期）", "amount about to change";
    /// A certificate whose last day comes.
    CertificateExpires = "certificate_expires", "残疾人证将到期", "certificate about to expire";
    /// A closed year of a fund, which another person carries over or sends back.
    YearToCarryOver = "year_to_carry_over", "已结账年度待结转", "closed year to carry over";
    /// New rates that somebody proposed.
    RatesToApprove = "rates_to_approve", "政策参数待批准", "rates to approve";
    /// A request to erase a person.
    ErasureToDecide = "erasure_to_decide", "删除申请待决定", "erasure to decide";
    /// A request to erase a donor's name.
    DonorErasureToDecide = "donor_erasure_to_decide", "捐赠人删除申请待决定", "erasure of a donor to decide";
    /// A remittance of donations that somebody proposed.
    RemittanceToApprove = "remittance_to_approve", "善款转交待批准", "remittance to approve";
    /// What a campaign has to publish by a day.
    PublicationDue = "publication_due", "募捐情况待公开", "campaign to publish";
    /// A receipt that certifies more than was left of the gift.
    ReceiptToVoid = "receipt_to_void", "票据待作废", "receipt to void";
    /// Messages to another system that were given up.
    MessagesGivenUp = "messages_given_up", "推送未送达待处理", "messages to another system given up";
}

/// Whom a step concerns, and so who may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concern {
    /// The applicant of the case that it names.
    Case,
    /// The person that it names.
    Person,
    /// The beneficiary of the payment that it names.
    Payment,
    /// Nobody in particular.
    Everyone,
}

impl WaitingKind {
    /// Whom it concerns.
    pub const fn concerns(self) -> Concern {
        match self {
            WaitingKind::CaseToDecide
            | WaitingKind::NoticeEnds
            | WaitingKind::ObjectionToResolve
            | WaitingKind::Recertification
            | WaitingKind::PlanToApprove
            | WaitingKind::AmountChanges => Concern::Case,
            WaitingKind::CertificateExpires | WaitingKind::ErasureToDecide => Concern::Person,
            WaitingKind::ReturnedPayment => Concern::Payment,
            WaitingKind::RunToSubmit
            | WaitingKind::RunToApprove
            | WaitingKind::RunToRelease
            | WaitingKind::RunToReconcile
            | WaitingKind::UnmatchedLine
            | WaitingKind::YearToCarryOver
            | WaitingKind::RatesToApprove
            | WaitingKind::DonorErasureToDecide
            | WaitingKind::RemittanceToApprove
            | WaitingKind::PublicationDue
            | WaitingKind::ReceiptToVoid
            | WaitingKind::MessagesGivenUp => Concern::Everyone,
        }
    }

    /// Whether its day is the first on which the step can be taken, and not the last by which it should be.
    pub const fn opens_on_its_day(self) -> bool {
        matches!(self, WaitingKind::NoticeEnds)
    }
}

/// Everything that waits, in the order of the kinds and within a kind by day. Reviews and notices that come due within the
/// horizon are listed ahead.
///
/// # Errors
/// [`ProcessError`] when the log or a read table cannot be read.
pub async fn waiting(office: &Office, horizon: Horizon) -> Result<Vec<Waiting>, ProcessError> {
    let mut found = waiting_but_reviews(office, horizon).await?;
    let reviews = reviews_due(&office.pool, horizon.until()).await?;
    found.extend(reviews.iter().filter_map(|case| {
        let (case_id, program) = (case.case_id, case.program);
        Some(of_review(&DueReview { case_id, program, review_due_on: case.review_due_on? }))
    }));
    found.sort_by(|one, other| (one.kind, one.due_on, &one.of).cmp(&(other.kind, other.due_on, &other.of)));
    Ok(found)
}

/// The same without the reviews, of which a large office has many.
///
/// # Errors
/// As [`waiting`].
pub async fn waiting_but_reviews(office: &Office, horizon: Horizon) -> Result<Vec<Waiting>, ProcessError> {
    office.runner.catch_up(Until::Head).await?;
    let until = horizon.until();
    let mut found = Vec::new();
    for stage in [CaseStage::Recommended, CaseStage::OnNotice] {
        let mut from = 0;
        loop {
            let page = cases_in_stage(&office.pool, stage, from, PAGE).await?;
            found.extend(page.iter().filter_map(|case| of_case(case, until)));
            let Some(last) = page.last().filter(|_| page.len() == PAGE as usize) else { break };
            from = last.opened_position + 1;
        }
    }
    found.extend(runs(&office.pool).await?.iter().filter_map(of_run));
    for payment in returned_payments(&office.pool).await? {
        found.push(Waiting {
            kind: WaitingKind::ReturnedPayment,
            due_on: None,
            of: payment.payment_id.to_string(),
            about: Words {
                zh: format!("{} {} {} 元", payment.program.zh(), payment.month, yuan(payment.amount)),
                en: format!("{} {} {} yuan", payment.program.en(), payment.month, yuan(payment.amount)),
            },
            not_by: None,
        });
    }
    found.extend(of_money(office).await?);
    found.extend(of_years(office).await?);
    found.extend(of_campaigns(office, horizon).await?);
    found.extend(of_office(office).await?);
    found.extend(given_up(office).await?.into_iter().map(of_messages));
    found.sort_by(|one, other| (one.kind, one.due_on, &one.of).cmp(&(other.kind, other.due_on, &other.of)));
    Ok(found)
}

/// A review that is due.
pub fn of_review(due: &DueReview) -> Waiting {
    Waiting {
        kind: WaitingKind::Recertification,
        due_on: Some(due.review_due_on),
        of: due.case_id.to_string(),
        about: about(due.program),
        not_by: None,
    }
}

/// Lines of bank files that nobody matched, and recovery plans that wait for a second person.
async fn of_money(office: &Office) -> Result<Vec<Waiting>, ProcessError> {
    let mut found = Vec::new();
    found.extend(open_lines(&office.pool, None).await?.iter().map(of_line));
    for plan in plans(&office.pool).await?.into_iter().filter(|plan| plan.stage == PlanStage::Proposed) {
        let (total, by, on) = (yuan(plan.total), plan.proposed_by, plan.proposed_on);
        found.push(Waiting {
            kind: WaitingKind::PlanToApprove,
            due_on: None,
            of: plan.case_id.to_string(),
            about: Words {
                zh: format!("{} {total} 元，{by} 于 {on} 提出", plan.program.zh()),
                en: format!("{}: {total} yuan, proposed by {by} on {on}", plan.program.en()),
            },
            not_by: None,
        });
    }
    Ok(found)
}

/// A line of a bank's file that nobody matched. Not every bank says the amount.
fn of_line(line: &BankLineRow) -> Waiting {
    let row = line.row;
    let about = match line.amount.map(yuan) {
        Some(amount) => Words {
            zh: format!("回盘第 {row} 行 {amount} 元"),
            en: format!("row {row} of the bank's file, {amount} yuan"),
        },
        None => Words {
            zh: format!("回盘第 {row} 行，金额不明"),
            en: format!("row {row} of the bank's file, amount unknown"),
        },
    };
    Waiting {
        kind: WaitingKind::UnmatchedLine,
        due_on: None,
        of: line.run_id.to_string(),
        about,
        not_by: None,
    }
}

/// Closed years of funds, which wait for another person than closed them.
async fn of_years(office: &Office) -> Result<Vec<Waiting>, ProcessError> {
    let mut found = Vec::new();
    for fund in funds(&office.pool).await? {
        for (year, closed) in fund_account(office, fund.fund_id).await?.years {
            if closed.carried.is_some() {
                continue;
            }
            let (name, by, on) = (&fund.name, &closed.closed_by, closed.closed_on);
            found.push(Waiting {
                kind: WaitingKind::YearToCarryOver,
                due_on: None,
                of: fund.fund_id.to_string(),
                about: Words {
                    zh: format!("{name} {year} 年，{by} 于 {on} 结账"),
                    en: format!("{name}, {year}, closed by {by} on {on}"),
                },
                not_by: Some(closed.closed_by),
            });
        }
    }
    Ok(found)
}

/// Remittances that wait for another person than proposed them, receipts of which money was refunded since, and what is to
/// be published.
async fn of_campaigns(office: &Office, horizon: Horizon) -> Result<Vec<Waiting>, ProcessError> {
    let mut found = Vec::new();
    for total in campaign_totals(&office.pool).await? {
        let campaign_id = total.campaign.campaign_id;
        let state = campaign(office, campaign_id).await?;
        let Some(book) = state.book() else { continue };
        let (of, name) = (campaign_id.to_string(), &book.terms.name);
        let proposed = book.remittances.values().filter(|each| each.step == RemittanceStep::Proposed);
        found.extend(proposed.map(|each| {
            let (recipient, by, on) = (&each.recipient, &each.proposed_by, each.proposed_on);
            let amount = yuan(each.amount);
            Waiting {
                kind: WaitingKind::RemittanceToApprove,
                due_on: None,
                of: of.clone(),
                about: Words {
                    zh: format!("{name}：向{recipient}转交 {amount} 元，{by} 于 {on} 提出"),
                    en: format!("{name}: {amount} yuan to {recipient}, proposed by {by} on {on}"),
                },
                not_by: Some(each.proposed_by.clone()),
            }
        }));
        let due = due_publications(&state, horizon.on).into_iter();
        let due = due.filter(|due| due.published_on.is_none() && due.due_on <= horizon.until());
        found.extend(due.map(|due| Waiting {
            kind: WaitingKind::PublicationDue,
            due_on: Some(due.due_on),
            of: of.clone(),
            about: Words {
                zh: format!("{name}：{}", due.kind.zh()),
                en: format!("{name}: {}", due.kind.en()),
            },
            not_by: None,
        }));
        found.extend(book.receipts_to_void().map(|(number, refunded)| {
            let (serial, refunded) = (receipt_serial(number), yuan(refunded));
            Waiting {
                kind: WaitingKind::ReceiptToVoid,
                due_on: None,
                of: of.clone(),
                about: Words {
                    zh: format!("{name}：票据 {serial}，开票后退还 {refunded} 元"),
                    en: format!("{name}: receipt {serial}, {refunded} yuan were refunded since"),
                },
                not_by: None,
            }
        }));
    }
    Ok(found)
}

/// Rates and erasures, which wait for a second person.
async fn of_office(office: &Office) -> Result<Vec<Waiting>, ProcessError> {
    let mut found = Vec::new();
    for proposal in rate_proposals(office).await? {
        if proposal.stage == ProposalStage::Proposed {
            let (document, by, on) = (proposal.document, proposal.proposed_by, proposal.proposed_on);
            found.push(Waiting {
                kind: WaitingKind::RatesToApprove,
                due_on: None,
                of: proposal.number.to_string(),
                about: Words {
                    zh: format!("{document}，{by} 于 {on} 拟定"),
                    en: format!("{document}, proposed by {by} on {on}"),
                },
                not_by: None,
            });
        }
    }
    let requests = erasure::requests(office).await?;
    found.extend(requests.into_iter().filter(|one| one.answer == RequestAnswer::Pending).map(of_request));
    Ok(found)
}

/// Messages to another system that nobody asked to be tried again.
fn of_messages(messages: GivenUp) -> Waiting {
    let GivenUp { webhook_id, consumer, count } = messages;
    Waiting {
        kind: WaitingKind::MessagesGivenUp,
        due_on: None,
        of: webhook_id.to_string(),
        about: Words {
            zh: format!("{consumer}，{count} 条未送达"),
            en: format!("{consumer}, {count} not delivered"),
        },
        not_by: None,
    }
}

/// A request to erase somebody, which another person than asked decides.
fn of_request(request: RequestEntry) -> Waiting {
    let (class, by, on) = (request.through, request.requested_by, request.requested_on);
    let kind = match request.subject {
        RequestSubject::Person => WaitingKind::ErasureToDecide,
        RequestSubject::Donor => WaitingKind::DonorErasureToDecide,
    };
    Waiting {
        kind,
        due_on: None,
        of: request.person_id.to_string(),
        about: Words {
            zh: format!("{}，{by} 于 {on} 申请", class.zh()),
            en: format!("{}, asked for by {by} on {on}", class.en()),
        },
        not_by: Some(by),
    }
}

fn about(program: Program) -> Words {
    Words { zh: program.zh().to_owned(), en: program.en().to_owned() }
}

fn of_case(case: &CaseRow, until: NaiveDate) -> Option<Waiting> {
    let BenefitCase::UnderReview(review) = &case.state else { return None };
    let open = review.objections.iter().find_map(|objection| match objection {
        Objection::Open { raised_on } => Some(*raised_on),
        Objection::Resolved { .. } => None,
    });
    // no decision is made over an open objection
    if let Some(raised_on) = open {
        let kind = WaitingKind::ObjectionToResolve;
        let of = case.case_id.to_string();
        return Some(Waiting { kind, due_on: Some(raised_on), of, about: about(case.program), not_by: None });
    }
    let (kind, due_on) = match review.step {
        Step::Gathering => return None,
        Step::Recommended { .. } => (WaitingKind::CaseToDecide, None),
        Step::OnNotice { earliest_decision_on, .. } => {
            (WaitingKind::NoticeEnds, Some(earliest_decision_on).filter(|day| *day <= until))
        }
    };
    if kind == WaitingKind::NoticeEnds && due_on.is_none() {
        return None;
    }
    Some(Waiting { kind, due_on, of: case.case_id.to_string(), about: about(case.program), not_by: None })
}

fn of_run(run: &PaymentRunRow) -> Option<Waiting> {
    let kind = match run.stage {
        RunStage::Calculated => WaitingKind::RunToSubmit,
        RunStage::Submitted | RunStage::Endorsed => WaitingKind::RunToApprove,
        RunStage::Approved => WaitingKind::RunToRelease,
        RunStage::Released => WaitingKind::RunToReconcile,
        RunStage::Unopened | RunStage::Opened | RunStage::Rejected | RunStage::Reconciled => return None,
    };
    let (month, count, sum) = (run.month, grouped(run.line_count.cast_signed()), yuan(run.control_sum));
    Some(Waiting {
        kind,
        due_on: None,
        of: run.run_id.to_string(),
        about: Words {
            zh: format!("{month}，{count} 笔，{sum} 元"),
            en: format!("{month}, {count} lines, {sum} yuan"),
        },
        not_by: None,
    })
}
