//! Why a job was not done.

use std::error::Error;

use domain::explain::Explain;
use domain::ids::PersonId;
use domain::money::MoneyError;
use domain::personal::OpenError;
use eventlog::append::AppendError;
use eventlog::bulk::BulkError;
use eventlog::keyring::KeyringError;
use eventlog::read::ReadError;
use eventlog::repository::ExecuteError;
use projections::error::ProjectionError;
use sqlx::postgres::{PgDatabaseError, PgSeverity};

use super::payment_run::ChangedCase;
use crate::bank::fault::Fault;
use crate::lang::Lang;

/// Why a job was not done. Holds no personal value.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The domain refused.
    #[error("{en}")]
    Refused {
        /// The refusal's stable code.
        code: &'static str,
        /// The field at fault; empty for the whole.
        field: &'static str,
        /// In Chinese.
        zh: String,
        /// In English.
        en: String,
    },
    /// No registered person has this ID number.
    #[error("no registered person has this ID number")]
    UnknownPerson,
    /// There is no such case, run, campaign or fund.
    #[error("there is no {}", such(what))]
    Unknown {
        /// What was looked for.
        what: &'static str,
    },
    /// A sealed value cannot be opened.
    #[error(transparent)]
    Sealed(#[from] OpenError),
    /// Results from the bank for a run that was never sent there.
    #[error("the run was not released yet: release it before taking results")]
    NotReleased,
    /// Nothing of the run was paid.
    #[error("the run was not released: it has no payments")]
    NothingOrdered,
    /// Lines of the run were ordered by another run meanwhile.
    #[error("{count} lines were ordered by another run meanwhile: send the run back and calculate it anew")]
    OrderedElsewhere {
        /// How many.
        count: usize,
    },
    /// Money that had come back arrived after all, or the bank says so, so that months of the run may be paid twice.
    #[error(
        "of the months of {count} lines, money that had come back arrived after all, or the bank says so: resolve the exceptions of \
         its files, send the run back and calculate it anew"
    )]
    PaidMeanwhile {
        /// How many.
        count: usize,
    },
    /// Another run has the approval for lines of this one, and is about to order them.
    #[error(
        "{count} lines are approved in another run that waits for its release: release that one, then calculate this one anew"
    )]
    ApprovedElsewhere {
        /// How many.
        count: u64,
    },
    /// Cases changed since the calculation, so that their lines would be others.
    #[error(
        "{} cases changed since the calculation: {}; calculate them anew with ledger run recalculate",
        changed.len(), named(changed)
    )]
    CasesChanged {
        /// Which, and what.
        changed: Vec<ChangedCase>,
    },
    /// Cases changed since the approval, so that lines would be paid less, elsewhere or not at all.
    #[error(
        "{} cases changed since the approval, and their lines must not be paid as they stand: {}; send the run back (ledger run \
         reject) and calculate these cases anew (ledger run recalculate)",
        changed.len(), named(changed)
    )]
    LinesStopped {
        /// Which, and what.
        changed: Vec<ChangedCase>,
    },
    /// The program has other rules than the calculation.
    #[error("the rules changed since the calculation: send the run back and prepare it anew")]
    RulesChanged,
    /// The staged lines are not those of the calculation.
    #[error("the staged lines are not those of the calculation: prepare the run anew")]
    LinesLost,
    /// What lines of the run withhold came back meanwhile, or their plan ended.
    #[error(
        "what {count} payments are owed came back or was given up meanwhile: send the run back and calculate it anew"
    )]
    WithheldChanged {
        /// How many repaid payments.
        count: usize,
    },
    /// The case has a plan that waits for a decision or is carried out.
    #[error("the case has an open recovery plan ({plan}): end it first")]
    PlanOpen {
        /// Which.
        plan: domain::ids::RecoveryPlanId,
    },
    /// Somebody else took the run a step further meanwhile.
    #[error("the run was changed by somebody else meanwhile: look at it again")]
    RunChanged,
    /// A release was interrupted after it had ordered lines.
    #[error("the run's release was interrupted and has ordered lines: release it again to finish it")]
    PartlyOrdered,
    /// A file cannot be written.
    #[error("the file cannot be written: {0}")]
    File(String),
    /// A file to or from a bank, or a layout, that cannot be used.
    #[error("{0}")]
    BankFile(#[from] Fault),
    /// A sum is out of range.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The log refused or failed.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// A stream cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The read tables cannot be brought up to date or read.
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    /// A key of the keyring cannot be made or loaded.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// An erasure stands in the log, and its keys are still there.
    #[error(
        "{person} is erased in the log, but the keys could not be destroyed; the next command finishes it"
    )]
    ErasureUnfinished {
        /// Who.
        person: PersonId,
        /// Why not.
        source: KeyringError,
    },
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// Anything that is a defect or a damaged ledger, never input.
    #[error("{0}")]
    Damaged(String),
}

impl ProcessError {
    /// A refusal of the domain.
    pub fn refused(refusal: &impl Explain) -> ProcessError {
        ProcessError::Refused {
            code: refusal.code(),
            field: refusal.field(),
            zh: refusal.zh(),
            en: refusal.to_string(),
        }
    }

    /// The cases of a run that are otherwise than it says, where that is why it is refused.
    pub fn changed(&self) -> &[ChangedCase] {
        match self {
            ProcessError::CasesChanged { changed } | ProcessError::LinesStopped { changed } => changed,
            _ => &[],
        }
    }

    /// Whether the ledger's database went away, or was never there. What was acknowledged is kept; the job can be done
    /// again as it was asked.
    pub fn is_connection_lost(&self) -> bool {
        match self {
            ProcessError::Append(AppendError::Unknown | AppendError::Stopped) => true,
            ProcessError::Append(AppendError::Database(error)) => is_connection_lost(error),
            // Its source would be what sqlx says of the connection, not sqlx's error.
            ProcessError::Database(error) => is_connection_lost(error),
            ProcessError::Read(error) => lost_connection(error),
            other => lost_connection(other),
        }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        if self.is_connection_lost() {
            return "ledger_unreachable";
        }
        match self {
            ProcessError::Refused { code, .. } => code,
            ProcessError::UnknownPerson => "unknown_person",
            ProcessError::Unknown { .. } => "unknown_object",
            ProcessError::NotReleased | ProcessError::NothingOrdered => "run_not_released",
            ProcessError::OrderedElsewhere { .. } => "lines_ordered_elsewhere",
            ProcessError::PaidMeanwhile { .. } => "months_paid_meanwhile",
            ProcessError::ApprovedElsewhere { .. } => "lines_approved_elsewhere",
            ProcessError::CasesChanged { .. } => "cases_changed",
            ProcessError::LinesStopped { .. } => "lines_stopped",
            ProcessError::RulesChanged => "rules_changed",
            ProcessError::LinesLost => "lines_lost",
            ProcessError::WithheldChanged { .. } => "withheld_changed",
            ProcessError::PlanOpen { .. } => "plan_open",
            ProcessError::RunChanged => "run_changed",
            ProcessError::PartlyOrdered => "run_partly_ordered",
            ProcessError::File(_) => "file_unwritable",
            ProcessError::BankFile(fault) => fault.code,
            ProcessError::Sealed(OpenError::Erased { .. }) => "person_erased",
            ProcessError::Sealed(_) => "sealed_value",
            ProcessError::Money(_) => "amount_out_of_range",
            ProcessError::Append(AppendError::CommandReused) => "command_reused",
            ProcessError::Append(_) => "append_failed",
            ProcessError::Read(_) => "stream_unreadable",
            ProcessError::Projection(_) => "projection_failed",
            ProcessError::Keyring(_) => "keyring_failed",
            ProcessError::ErasureUnfinished { .. } => "erasure_unfinished",
            ProcessError::Database(_) => "database_failed",
            ProcessError::Damaged(_) => "damaged",
        }
    }

    /// What is wrong, for people.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (lost, Lang::Zh) if lost.is_connection_lost() => {
                "台账数据库无法连接或连接中断；已确认的操作不会丢失，请检查后重新执行同一命令".to_owned()
            }
            (lost, Lang::En) if lost.is_connection_lost() => {
                "the ledger's database cannot be reached or was lost; what was acknowledged is kept, run the same command again"
                    .to_owned()
            }
            (ProcessError::Refused { zh, .. }, Lang::Zh) => zh.clone(),
            (ProcessError::BankFile(fault), lang) => fault.text(lang),
            (ProcessError::UnknownPerson, Lang::Zh) => "该身份证号尚未登记，请先登记人员".to_owned(),
            (ProcessError::Sealed(OpenError::Erased { person, on }), Lang::Zh) => {
                format!("人员 {person} 的个人信息已于 {on} 依法删除，不能再查看或登记")
            }
            (ProcessError::ErasureUnfinished { person, .. }, Lang::Zh) => {
                format!("人员 {person} 的删除决定已入账，但密钥尚未销毁；下一次执行任何命令时补做")
            }
            (ProcessError::OrderedElsewhere { count }, Lang::Zh) => {
                format!("有 {count} 行已由其他批次发放，请退回本批次后重新核算")
            }
            (ProcessError::PaidMeanwhile { count }, Lang::Zh) => {
                format!("有 {count} 行的月份，此前退汇的款项已到账或银行称已到账；请先处理回盘异常，再退回本批次重新核算")
            }
            (ProcessError::ApprovedElsewhere { count }, Lang::Zh) => {
                format!("有 {count} 行已在另一个待发放的批次中审批，请先发放该批次，再重新核算本批次")
            }
            (ProcessError::CasesChanged { changed }, Lang::Zh) => format!(
                "核算后有 {} 个个案发生变化：{}；请用 ledger run recalculate 重新核算这些个案",
                changed.len(),
                named(changed)
            ),
            (ProcessError::LinesStopped { changed }, Lang::Zh) => format!(
                "审批后有 {} 个个案发生变化，其明细不应再按原样发放：{}；请退回本批次（ledger run reject），再重新核算这些个案（ledger run recalculate）并报批",
                changed.len(),
                named(changed)
            ),
            (ProcessError::RulesChanged, Lang::Zh) => {
                "核算后政策规则已更新，请退回批次后重新建批核算".to_owned()
            }
            (ProcessError::LinesLost, Lang::Zh) => "暂存的发放行与核算不一致，请重新核算整个批次".to_owned(),
            (ProcessError::WithheldChanged { count }, Lang::Zh) => {
                format!("有 {count} 笔待追回款已退回或核销，抵扣有变，请退回本批次后重新核算")
            }
            (ProcessError::PlanOpen { plan }, Lang::Zh) => {
                format!("该个案已有未办结的追回方案 {plan}，请先终止该方案")
            }
            (ProcessError::RunChanged, Lang::Zh) => "该批次刚被他人变更，请重新查看后再办理".to_owned(),
            (ProcessError::PartlyOrdered, Lang::Zh) => {
                "该批次发放中断且已下达部分明细，请再次发放以完成".to_owned()
            }
            (ProcessError::Append(AppendError::CommandReused), Lang::Zh) => {
                "该操作已用同一幂等键登记为另一内容，未作任何更改".to_owned()
            }
            (ProcessError::NotReleased, Lang::Zh) => "该批次尚未发放，不能回盘".to_owned(),
            (ProcessError::NothingOrdered, Lang::Zh) => "该批次尚未发放，没有发放明细".to_owned(),
            (ProcessError::Unknown { what }, Lang::Zh) => format!("没有{}，请核对名称或编号", this(thing(what))),
            (ProcessError::File(why), Lang::Zh) => format!("文件无法写入：{why}"),
            _ => self.to_string(),
        }
    }
}

/// A thing with the word that points at it, where it has none.
fn such(thing: &str) -> String {
    let points = thing.contains(" this ") || thing.contains(" that ");
    if points { thing.to_owned() } else { format!("such {thing}") }
}

/// The same in Chinese.
fn this(thing: &str) -> String {
    let points = ["该", "本", "当日"].iter().any(|word| thing.starts_with(word));
    if points { thing.to_owned() } else { format!("这个{thing}") }
}

/// What can be looked for in vain, in Chinese.
fn thing(what: &'static str) -> &'static str {
    match what {
        "attachment" => "附件",
        "calculation" => "该批次的核算",
        "campaign" => "募捐活动",
        "case" => "个案",
        "case on the roll" => "在册个案",
        "donation" => "捐赠",
        "donor" => "捐赠人",
        "file from the bank" => "回盘文件",
        "forecast" => "预核",
        "fund" => "资金",
        "head of household" => "户主",
        "household" => "家庭",
        "identity provider" => "身份提供方",
        "payee" => "收款人",
        "payment" => "发放明细",
        "payment of this run" => "本批次的发放明细",
        "payment run" | "run" => "批次",
        "person" => "人员",
        "plan" => "追回方案",
        "proposal" => "参数草案",
        "public notice on that day" => "当日的公示",
        "receipt" => "票据",
        "recovery of this case" => "该个案的追缴",
        "step of a case" => "个案步骤",
        "subject" => "对象",
        "to-do entry" => "待办事项",
        "user" => "用户",
        other => other,
    }
}

/// The first changed cases with their months.
fn named(changed: &[ChangedCase]) -> String {
    const FIRST: usize = 5;
    let one = |case: &ChangedCase| {
        let months: Vec<String> = case.months.iter().map(|month| month.month.to_string()).collect();
        format!("{} ({})", case.case_id, months.join(" "))
    };
    let mut named: Vec<String> = changed.iter().take(FIRST).map(one).collect();
    if changed.len() > FIRST {
        named.push("…".to_owned());
    }
    named.join(", ")
}

/// Whether an error, or what caused it, is a lost connection.
fn lost_connection(error: &(dyn Error + 'static)) -> bool {
    let lost = error.downcast_ref().is_some_and(is_connection_lost);
    let cut = matches!(error.downcast_ref(), Some(ReadError::Cut { .. }));
    lost || cut || error.source().is_some_and(lost_connection)
}

/// A server that ends a session says so as an error graver than ERROR; one that is gone says nothing.
fn is_connection_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => error
            .try_downcast_ref::<PgDatabaseError>()
            .is_some_and(|error| matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic)),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

impl From<BulkError> for ProcessError {
    fn from(error: BulkError) -> ProcessError {
        match error {
            BulkError::Append { error, .. } => ProcessError::Append(error),
            existing @ BulkError::Existing { .. } => ProcessError::Damaged(existing.to_string()),
        }
    }
}

impl<E: Explain> From<ExecuteError<E>> for ProcessError {
    fn from(error: ExecuteError<E>) -> ProcessError {
        match error {
            ExecuteError::Refused(refusal) => ProcessError::refused(&refusal),
            ExecuteError::Append(error) => ProcessError::Append(error),
            ExecuteError::Read(error) => ProcessError::Read(error),
            other => ProcessError::Damaged(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;

    use eventlog::bulk::BulkAppended;

    use super::*;

    fn gone() -> sqlx::Error {
        sqlx::Error::Io(io::Error::from(io::ErrorKind::ConnectionReset))
    }

    #[test]
    fn a_lost_connection_is_known_in_every_wrapping() {
        let lost = [
            ProcessError::Database(gone()),
            ProcessError::Append(AppendError::Unknown),
            ProcessError::Append(AppendError::Database(Arc::new(gone()))),
            ProcessError::from(BulkError::Append {
                error: AppendError::Unknown,
                appended: BulkAppended::default(),
            }),
            ProcessError::Read(ReadError::Database(gone())),
            ProcessError::Read(ReadError::Cut { owed: 2, received: 1 }),
            ProcessError::Projection(ProjectionError::Log(ReadError::Cut { owed: 2, received: 1 })),
            ProcessError::Projection(ProjectionError::Log(ReadError::Database(gone()))),
            ProcessError::Projection(ProjectionError::Database(gone())),
            ProcessError::Keyring(KeyringError::Database(gone())),
        ];
        for error in lost {
            assert!(error.is_connection_lost(), "{error:?}");
            assert_eq!(error.code(), "ledger_unreachable");
        }
    }

    #[test]
    fn what_is_not_there_is_pointed_at_once() {
        let told = [
            ("recovery of this case", "没有该个案的追缴，请核对名称或编号"),
            ("payment of this run", "没有本批次的发放明细，请核对名称或编号"),
            ("public notice on that day", "没有当日的公示，请核对名称或编号"),
            ("subject", "没有这个对象，请核对名称或编号"),
            ("fund", "没有这个资金，请核对名称或编号"),
        ];
        for (what, zh) in told {
            assert_eq!(ProcessError::Unknown { what }.text(Lang::Zh), zh);
        }
        assert_eq!(ProcessError::Unknown { what: "fund" }.to_string(), "there is no such fund");
        let recovery = ProcessError::Unknown { what: "recovery of this case" };
        assert_eq!(recovery.text(Lang::En), "there is no recovery of this case");
    }

    #[test]
    fn a_refusal_is_not_a_lost_connection() {
        let refused = [
            ProcessError::UnknownPerson,
            ProcessError::Database(sqlx::Error::RowNotFound),
            ProcessError::File("disk full".to_owned()),
        ];
        assert!(refused.iter().all(|error| !error.is_connection_lost()));
    }
}
