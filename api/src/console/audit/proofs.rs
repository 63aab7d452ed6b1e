//! 证明现状: what was signed of the log and by whom, whether it still holds, and evidence to take away.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Form as Sent};
use chrono::{DateTime, FixedOffset, Utc};
use domain::numbers::grouped;
use eventlog::merkle::hash::Sha256Tree;
use eventlog::merkle::store::{StoredCheckpoint, TreeStore};
use sqlx::PgPool;
use tokio::sync::Mutex;

use super::{must_see, subject, subject_fields};
use crate::access::Capability;
use crate::audit::making::{MakingError, Wanted, has_cosigned, make};
use crate::audit::selection::Selection;
use crate::check::{Outside, Verdict, check_log};
use crate::console::Console;
use crate::console::answers::{Refusal, Stop};
use crate::console::sheet::{Block, Cell, Figure, Form, Row, Sheet, Table};
use crate::console::typed::Typed;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::{Office, ProcessError};
use crate::replay::Subject;

/// How long a bundle waits for the newest events to be sealed.
const SEALED_WITHIN: Duration = Duration::from_secs(5);

/// The last check of the whole log by this server: when, and what came of it. One check runs at a time.
#[derive(Default)]
pub(super) struct LastCheck(Mutex<Option<(DateTime<Utc>, Vec<Verdict>)>>);

type Keys = Option<Extension<Arc<Outside>>>;

pub(super) async fn show(
    State(console): State<Console>,
    Extension(last): Extension<Arc<LastCheck>>,
    keys: Keys,
    visitor: Visitor,
) -> Result<Response, Stop> {
    visitor.must(Capability::Audit)?;
    page(&console.office, &visitor, &last, &outside(keys), None).await
}

/// The keys beside the database; none where the server has none.
fn outside(keys: Keys) -> Arc<Outside> {
    keys.map(|Extension(outside)| outside).unwrap_or_default()
}

async fn page(
    office: &Office,
    visitor: &Visitor,
    last: &LastCheck,
    outside: &Outside,
    refused: Option<Refusal>,
) -> Result<Response, Stop> {
    let lang = visitor.lang;
    let failed = |error| Stop::failed(error, lang);
    let tree = tree(office).await.map_err(failed)?;
    let newest = newest(&tree).await.map_err(failed)?;
    let length = tree.log().length().await.map_err(|error| failed(error.into()))?;
    let sealed = newest.as_ref().map_or(0, |newest| newest.size);
    let checked = last.0.lock().await;
    let checked_at = checked.as_ref().map(|(at, _)| beijing(*at));
    let never = || lang.pick("从未", "never").to_owned();
    let figures = vec![
        Figure::new(lang.pick("事件", "Events"), grouped(length.cast_signed())),
        Figure::new(lang.pick("已封存", "Sealed"), grouped(sealed.cast_signed())),
        Figure::new(
            lang.pick("最新检查点", "Newest checkpoint"),
            newest.as_ref().map_or_else(never, |newest| beijing(newest.signed_at)),
        ),
        Figure::new(
            lang.pick("本服务最近一次全面核验", "Last check by this server"),
            checked_at.unwrap_or_else(never),
        ),
    ];
    let verify = Form::new("/audit/proofs/verification", lang.pick("立即核验", "Check now"))
        .title(lang.pick("核验整个日志", "Check the whole log"))
        .note(lang.pick(
            "从头读完日志，重算摘要树并与每个已签署的检查点比较，同时检查账册平衡、四眼原则等全部约定。日志大时需要几分钟。",
            "The log is read from its beginning, its tree is grown anew and compared with every signed checkpoint, and every \
             promise (books, four eyes and so on) is looked at. A large log takes minutes.",
        ));
    Ok(Sheet::new(visitor, "/audit", ("证明现状", "Proofs"))
        .below("/audit", lang.pick("审计室", "Audit room"))
        .with(Block::Words(lang.pick("这是什么", "What this is").to_owned(), plain(lang, length, sealed)))
        .with(Block::Figures(figures))
        .and(newest.as_ref().map(|newest| Block::Table(signatures(lang, newest, outside))))
        .with(Block::Form(verify))
        .and(checked.as_ref().map(|(_, verdicts)| Block::Table(verdict_table(lang, verdicts))))
        .with(Block::Form(bundle_form(lang)))
        .answer(refused))
}

fn plain(lang: Lang, length: u64, sealed: u64) -> Vec<String> {
    let open = length.saturating_sub(sealed);
    let state = if open == 0 {
        lang.pick("目前每一个事件都已封存。".to_owned(), "Every event is sealed now.".to_owned())
    } else {
        lang.pick(
            format!("最新的 {open} 个事件尚未封存，通常一秒内完成。"),
            format!("The newest {open} events are not sealed yet; that takes a second."),
        )
    };
    vec![
        lang.pick(
            "每个事件写入后，系统把到此为止的全部事件算成一个摘要并签名，称为检查点。此后任何人改动、删除或插入任何一个旧事件，摘要就对不上。",
            "After each event the ledger digests everything up to it and signs the digest: a checkpoint. Whoever changes, takes \
             away or slips in an old event afterwards makes the digests differ.",
        )
        .to_owned(),
        lang.pick(
            "检查点另有副本存放在数据库之外，并送见证方共签；见证方从不为两份不同的历史签名。",
            "Checkpoints are copied outside of the database and sent to witnesses, who never sign two histories.",
        )
        .to_owned(),
        state,
    ]
}

/// The moment in Beijing.
fn beijing(at: DateTime<Utc>) -> String {
    match FixedOffset::east_opt(8 * 3600) {
        Some(beijing) => at.with_timezone(&beijing).format("%Y-%m-%d %H:%M:%S").to_string(),
        None => at.format("%Y-%m-%d %H:%M:%SZ").to_string(),
    }
}

fn signatures(lang: Lang, newest: &StoredCheckpoint, outside: &Outside) -> Table {
    let row = |(who, name, signed): (&str, String, bool)| {
        let state = if signed {
            Cell::Tag("settled", lang.pick("已签", "signed").to_owned())
        } else {
            Cell::Tag("bad", lang.pick("未签", "not signed").to_owned())
        };
        Row::of(vec![Cell::text(who), Cell::Code(name), state])
    };
    let log = outside.keys.iter().map(|key| (lang.pick("台账", "the ledger"), key));
    let witnesses = outside.witnesses.iter().map(|key| (lang.pick("见证方", "witness"), key));
    let rows: Vec<Row> = log
        .chain(witnesses)
        .map(|(who, key)| row((who, key.name().to_owned(), has_cosigned(key, newest))))
        .collect();
    let root = newest.checkpoint().map(|checkpoint| hex::encode(checkpoint.root.0)).unwrap_or_default();
    let note = format!("{} {}", lang.pick("根摘要", "root"), root);
    let empty = lang.pick("此服务没有配置公钥。", "This server knows no public keys.");
    Table::new(lang.pick("最新检查点由谁签署", "Who signed the newest checkpoint"), empty)
        .note(note)
        .head(lang.pick("谁", "Who"))
        .head(lang.pick("名称", "Name"))
        .head(lang.pick("签署", "Signature"))
        .rows(rows)
}

fn verdict_table(lang: Lang, verdicts: &[Verdict]) -> Table {
    let row = |verdict: &Verdict| {
        let invariant = verdict.invariant;
        let found: Vec<String> = verdict
            .findings
            .iter()
            .take(5)
            .map(|finding| {
                let at: Vec<String> = finding.positions.iter().take(4).map(|at| format!("#{at}")).collect();
                format!("{} {}", at.join(" "), lang.pick(&finding.zh, &finding.en))
            })
            .collect();
        let state = if verdict.findings.is_empty() {
            Cell::Tag("settled", lang.pick("成立", "holds").to_owned())
        } else {
            Cell::Tag("bad", verdict.findings.len().to_string())
        };
        Row::of(vec![Cell::text(lang.pick(invariant.zh, invariant.en)), state, Cell::text(found.join("；"))])
    };
    Table::new(lang.pick("最近一次核验的结果", "What the last check found"), "")
        .head(lang.pick("约定", "Promise"))
        .head(lang.pick("结果", "Result"))
        .head(lang.pick("发现", "Found"))
        .rows(verdicts.iter().map(row))
}

fn bundle_form(lang: Lang) -> Form {
    let [of, id] = subject_fields(lang, &Typed::default(), "bundle");
    Form::new("/audit/bundle", lang.pick("生成并下载证据包", "Make the bundle"))
        .title(lang.pick("证据包", "Evidence bundle"))
        .note(lang.pick(
            "一个可独立核验的文件：事件原文、证明、检查点、当时的政策和重放结果；个人信息仍密封。收到的人用 ledger audit verify 或通用工具核验。",
            "A file that strangers verify: the events' bytes, proofs, checkpoint, the rules of then and what replay says; \
             personal data stays sealed. Whoever gets it verifies it with `ledger audit verify` or tools of their own.",
        ))
        .field(of)
        .field(id)
}

async fn tree(office: &Office) -> Result<TreeStore<Sha256Tree>, ProcessError> {
    TreeStore::open(office.repository.log().clone()).await.map_err(|error| damaged(&error))
}

async fn newest(tree: &TreeStore<Sha256Tree>) -> Result<Option<StoredCheckpoint>, ProcessError> {
    tree.newest_checkpoint().await.map_err(|error| damaged(&error))
}

fn damaged(error: &dyn std::fmt::Display) -> ProcessError {
    ProcessError::Damaged(error.to_string())
}

/// Checks the whole log now.
pub(super) async fn verify(
    State(console): State<Console>,
    Extension(last): Extension<Arc<LastCheck>>,
    keys: Keys,
    visitor: Visitor,
) -> Result<Response, Stop> {
    visitor.must(Capability::Audit)?;
    let outside = outside(keys);
    {
        let mut last = last.0.lock().await;
        let verdicts = checked(console.office.pool.clone(), Arc::clone(&outside)).await;
        let verdicts = verdicts.map_err(|error| Stop::failed(error, visitor.lang))?;
        *last = Some((Utc::now(), verdicts));
    }
    page(&console.office, &visitor, &last, &outside, None).await
}

/// Checks the log on a thread of its own: what a check remembers does not move between threads.
async fn checked(pool: PgPool, outside: Arc<Outside>) -> Result<Vec<Verdict>, ProcessError> {
    let here = tokio::runtime::Handle::current();
    let work = move || here.block_on(check_log(&pool, &outside, |_| ()));
    let done = tokio::task::spawn_blocking(work).await.map_err(|error| damaged(&error))?;
    done.map_err(|error| damaged(&error))
}

/// Makes a bundle of a subject: an archive.
pub(super) async fn bundle(
    State(console): State<Console>,
    Extension(last): Extension<Arc<LastCheck>>,
    keys: Keys,
    visitor: Visitor,
    Sent(typed): Sent<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::Audit)?;
    let (lang, outside) = (visitor.lang, outside(keys));
    let made = match subject(lang, &typed) {
        Ok(subject) => {
            must_see(&console.office, &visitor, subject).await?;
            made(&console.office, lang, &outside, subject).await
        }
        Err(refusal) => Err(refusal),
    };
    match made {
        Ok(bytes) => {
            let name = format!("attachment; filename=\"evidence-{}.tar\"", typed.text("id"));
            Ok(([(CONTENT_TYPE, "application/x-tar".to_owned()), (CONTENT_DISPOSITION, name)], bytes)
                .into_response())
        }
        Err(refusal) => page(&console.office, &visitor, &last, &outside, Some(refusal)).await,
    }
}

async fn made(office: &Office, lang: Lang, outside: &Outside, of: Subject) -> Result<Vec<u8>, Refusal> {
    let failed = |error: ProcessError| Refusal::of(&error, lang);
    let selection = match of {
        Subject::Case(id) => Selection::Case(id),
        Subject::Person(id) => Selection::Person(id),
        Subject::Run(id) => Selection::Run(id),
        Subject::Campaign(id) => Selection::Campaign(id),
        Subject::Fund(_) => {
            let (zh, en) = (
                "资金没有单独的证据包；请用命令行生成整个台账的证据包。",
                "A fund has no bundle of its own: make one of the whole ledger at the command line.",
            );
            return Err(Refusal::typed("bundle_not_of_funds", lang, zh, en));
        }
    };
    let tree = tree(office).await.map_err(failed)?;
    let checkpoint = sealed(&tree, lang).await?;
    let folder = tempfile::tempdir().map_err(|error| failed(ProcessError::File(error.to_string())))?;
    let out = folder.path().join("evidence.tar");
    let wanted = Wanted { selection, checkpoint: &checkpoint, outside, brought: &[], open: &[] };
    make(office, &tree, &wanted, &out).await.map_err(|error| {
        failed(match error {
            MakingError::Process(error) => error,
            other => damaged(&other),
        })
    })?;
    read(&out).await.map_err(failed)
}

async fn read(out: &Path) -> Result<Vec<u8>, ProcessError> {
    tokio::fs::read(out).await.map_err(|error| ProcessError::File(error.to_string()))
}

/// The newest checkpoint, once it speaks for everything that the log holds now; the server seals by itself.
async fn sealed(tree: &TreeStore<Sha256Tree>, lang: Lang) -> Result<StoredCheckpoint, Refusal> {
    let failed = |error: ProcessError| Refusal::of(&error, lang);
    let length = tree.log().length().await.map_err(|error| failed(error.into()))?;
    let begun = Instant::now();
    loop {
        if let Some(newest) = newest(tree).await.map_err(failed)?
            && newest.size >= length
        {
            return Ok(newest);
        }
        if begun.elapsed() > SEALED_WITHIN {
            let (zh, en) = (
                "最新的事件尚未封存，请稍后再试。",
                "The newest events are not sealed yet: try again later.",
            );
            return Err(Refusal::typed("not_sealed", lang, zh, en));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
