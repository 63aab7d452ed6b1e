//! 推送订阅: which systems are told of changes and how far they are, subscribing one, and the page of each. An administrator
//! works here; an auditor looks on.

mod one;

use axum::Form as Sent;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use chrono::{DateTime, Utc};
use domain::actor::ActorId;
use domain::event_catalogue::stream_kinds;
use domain::numbers::grouped;
use domain::program::Program;
use domain::user::{Account, Entry, UserKind};
use domain::webhook::WebhookFilter;

use super::Console;
use super::answers::{Refusal, Stop};
use super::sheet::{Block, Cell, Choice, Field, Form, Input, Row, Sheet, Table};
use super::told::{beijing, stream_name};
use super::typed::Typed;
use super::visitor::Visitor;
use crate::access::{Capability, may};
use crate::lang::Lang;
use crate::processes::users::users;
use crate::processes::webhooks::{
    NewWebhook, SubscribedWebhook, WebhookStanding, subscribe_webhook, webhooks,
};
use crate::processes::{Office, ProcessError};
use crate::webhooks::failure_in_words;

/// The room.
pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/webhooks", get(list).post(subscribe))
        .route("/webhooks/{webhook}", get(one::show))
        .route("/webhooks/{webhook}/{step}", post(one::step))
}

/// Every webhook with what is known around it.
struct Known {
    webhooks: Vec<WebhookStanding>,
    users: Vec<Account>,
    /// Where the log ends.
    end: u64,
}

impl Known {
    async fn read(office: &Office) -> Result<Known, ProcessError> {
        let (webhooks, users) = (webhooks(office).await?, users(office).await?);
        Ok(Known { webhooks, users, end: office.repository.log().length().await? })
    }

    fn consumers(&self) -> impl Iterator<Item = &Account> {
        let open = |user: &&Account| user.kind == UserKind::Consumer && user.entry == Entry::Open;
        self.users.iter().filter(open)
    }

    /// Events that the webhook was not told of or passed over yet; none where it is over.
    fn waiting(&self, webhook: &WebhookStanding) -> Option<u64> {
        (webhook.state != "ended").then(|| self.end.saturating_sub(webhook.next_position))
    }

    /// The mark and the words of its state.
    fn state(&self, lang: Lang, webhook: &WebhookStanding) -> (&'static str, &'static str) {
        let open = self.consumers().any(|user| user.account == webhook.subscription.consumer);
        match webhook.state {
            "active" if !open => ("bad", lang.pick("账号停用，不推送", "account locked: nothing is sent")),
            "active" if webhook.failure.is_some() => ("warn", lang.pick("重试中", "trying again")),
            "active" => ("settled", lang.pick("正常", "active")),
            "paused" => ("warn", lang.pick("暂停", "paused")),
            _ => ("unordered", lang.pick("已终止", "ended")),
        }
    }
}

async fn list(State(console): State<Console>, visitor: Visitor) -> Result<Response, Stop> {
    visitor.must(Capability::ReadUsers)?;
    page(&console, &visitor, &Typed::default(), None, None).await
}

async fn page(
    console: &Console,
    visitor: &Visitor,
    typed: &Typed,
    made: Option<&SubscribedWebhook>,
    refused: Option<Refusal>,
) -> Result<Response, Stop> {
    let lang = visitor.lang;
    let failed = |error| Stop::failed(error, lang);
    let known = Known::read(&console.office).await.map_err(failed)?;
    let mut rows = Vec::new();
    for webhook in &known.webhooks {
        let told = told_up_to(&console.office, webhook).await.map_err(failed)?;
        rows.push(row(lang, &known, webhook, told));
    }
    let manages = may(visitor.role, Capability::ManageUsers);
    Ok(Sheet::new(visitor, "/webhooks", ("推送订阅", "Webhooks"))
        .lead(lang.pick(
            "有变更时主动告知对接系统：发生了何类事件、涉及哪个编号，不含记录内容。对方不应答时按间隔重试，多次不成转为未送达。",
            "Other systems are told of changes as they happen: of which kind and to which identifier, never what was recorded. \
             A message that is not taken is tried again, and after the last try stands under those given up.",
        ))
        .and(made.map(|made| secret_shown(lang, made)))
        .with(Block::Table(table(lang).rows(rows)))
        .and(manages.then(|| subscribe_block(lang, &known, typed)))
        .answer(refused))
}

fn secret_shown(lang: Lang, made: &SubscribedWebhook) -> Block {
    let words = lang.pick(
        "请立即交给对方系统，用于核对签名；系统不再显示。遗失时终止此订阅，另行订阅。",
        "Give it to the other system now, which verifies signatures by it; nobody can show it again. When it is lost, end this \
         webhook and subscribe another.",
    );
    let title = lang.pick("签名密钥（只显示这一次）", "The secret (shown this once)");
    Block::Words(title.to_owned(), vec![made.secret.clone(), words.to_owned()])
}

/// When what it was told of last was recorded; nothing where it took no message yet.
async fn told_up_to(
    office: &Office,
    webhook: &WebhookStanding,
) -> Result<Option<DateTime<Utc>>, ProcessError> {
    let Some(position) = webhook.next_position.checked_sub(1).filter(|_| webhook.delivered > 0) else {
        return Ok(None);
    };
    let found = office.repository.log().read_at(&[position]).await?;
    Ok(found.first().map(|event| event.recorded_at))
}

fn table(lang: Lang) -> Table {
    let empty = lang.pick(
        "还没有推送订阅：先在用户管理开立对接系统账号，再在下方登记。",
        "No webhook yet: open an account for the other system under Users, then subscribe it below.",
    );
    Table::new(lang.pick("推送订阅", "Webhooks"), empty)
        .head(lang.pick("对接系统", "System"))
        .head(lang.pick("状态", "State"))
        .head(lang.pick("网址", "URL"))
        .head(lang.pick("推送内容", "Of what"))
        .head(lang.pick("已推送至", "Told up to"))
        .number(lang.pick("已送达", "Taken"))
        .number(lang.pick("待推送", "Waiting"))
        .number(lang.pick("未送达", "Given up"))
        .head(lang.pick("最近失败", "Last failure"))
}

fn row(lang: Lang, known: &Known, webhook: &WebhookStanding, told: Option<DateTime<Utc>>) -> Row {
    let (mark, state) = known.state(lang, webhook);
    Row::of(vec![
        Cell::link(format!("/webhooks/{}", webhook.webhook_id), webhook.subscription.consumer.to_string()),
        Cell::Tag(mark, state.to_owned()),
        Cell::text(webhook.subscription.url.clone()),
        Cell::text(of_what(lang, &webhook.subscription.filter)),
        Cell::text(moment(lang, told)),
        Cell::number(grouped(webhook.delivered.cast_signed())),
        Cell::number(waiting_shown(known, webhook)),
        Cell::number(grouped(webhook.dead.cast_signed())),
        Cell::text(failure_shown(lang, webhook)),
    ])
}

fn waiting_shown(known: &Known, webhook: &WebhookStanding) -> String {
    known.waiting(webhook).map_or_else(|| "—".to_owned(), |count| grouped(count.cast_signed()))
}

fn moment(lang: Lang, at: Option<DateTime<Utc>>) -> String {
    let shown = at.map(|at| beijing(at).format("%Y-%m-%d %H:%M").to_string());
    shown.unwrap_or_else(|| lang.pick("尚未推送", "nothing yet").to_owned())
}

/// Why the next message is refused, how often, and when it is tried again.
fn failure_shown(lang: Lang, webhook: &WebhookStanding) -> String {
    let Some(failure) = webhook.failure.as_deref() else { return String::new() };
    let words = failure_in_words(failure);
    let at = webhook.retry_at.map(|at| beijing(at).format("%H:%M:%S").to_string()).unwrap_or_default();
    let tries = webhook.tries;
    lang.pick(
        format!("{}（第 {tries} 次，{at} 再试）", words.zh),
        format!("{} (try {tries}, again at {at})", words.en),
    )
}

fn of_what(lang: Lang, filter: &WebhookFilter) -> String {
    let program = filter.program.map(|program| lang.pick(program.zh(), program.en()).to_owned());
    let stream = filter.stream.as_deref().map(|stream| stream_name(lang, stream));
    let parts: Vec<String> = program.into_iter().chain(stream).collect();
    if parts.is_empty() { lang.pick("全部变更", "every change").to_owned() } else { parts.join(" · ") }
}

/// The form; without an account of another system, the way to one.
fn subscribe_block(lang: Lang, known: &Known, typed: &Typed) -> Block {
    let title = lang.pick("登记推送订阅", "Subscribe a system");
    let chosen = |code: &str, name: &'static str| typed.text(name) == code;
    let consumers: Vec<Choice> = known
        .consumers()
        .map(|user| {
            let code = user.account.to_string();
            let held = chosen(&code, "consumer");
            Choice::new(code.clone(), format!("{} · {code}", user.title), held)
        })
        .collect();
    if consumers.is_empty() {
        let way =
            lang.pick("先开立对接系统账号（用户管理）", "First open an account for the other system (Users)");
        return Block::Links(title.to_owned(), vec![("/users".to_owned(), way.to_owned())]);
    }
    let programs = Program::ALL.iter().map(|program| {
        let name = lang.pick(program.zh(), program.en());
        Choice::new(program.code(), name, chosen(program.code(), "program"))
    });
    let every = Choice::new("", lang.pick("全部项目", "every program"), false);
    let kinds = stream_kinds().into_iter().map(|kind| {
        let name = lang.pick(kind.zh, kind.stream_type);
        Choice::new(kind.stream_type, name, chosen(kind.stream_type, "stream"))
    });
    let all = Choice::new("", lang.pick("全部对象", "every kind"), false);
    let url_hint = lang.pick(
        "https:// 开头，不含账号和参数；内部网络的主机须在启动服务时列入允许名单",
        "https://, without account and parameters; a host inside must be allowed by name when the service starts",
    );
    Block::Form(
        Form::new("/webhooks", lang.pick("登记", "Subscribe"))
            .title(title)
            .note(lang.pick(
                "自登记起的变更推送给该系统，以其账号的社区范围为限。登记后显示一次签名密钥。",
                "The system is told of what happens from then on, within the communities of its account. The secret for \
                 signatures is shown once.",
            ))
            .field(Field::new("consumer", lang.pick("对接系统", "System"), Input::Choice(consumers)).needed())
            .field(
                Field::new("url", lang.pick("网址", "URL"), Input::Text)
                    .value(typed.text("url"))
                    .hint(url_hint)
                    .needed(),
            )
            .field(Field::new(
                "program",
                lang.pick("个案项目", "Cases of the program"),
                Input::Choice(std::iter::once(every).chain(programs).collect()),
            ))
            .field(Field::new(
                "stream",
                lang.pick("对象种类", "Kind"),
                Input::Choice(std::iter::once(all).chain(kinds).collect()),
            )),
    )
}

async fn subscribe(
    State(console): State<Console>,
    visitor: Visitor,
    Sent(typed): Sent<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ManageUsers)?;
    match subscribed(&console, &visitor, &typed).await {
        Ok(made) => page(&console, &visitor, &Typed::default(), Some(&made), None).await,
        Err(refusal) => page(&console, &visitor, &typed, None, Some(refusal)).await,
    }
}

async fn subscribed(
    console: &Console,
    visitor: &Visitor,
    typed: &Typed,
) -> Result<SubscribedWebhook, Refusal> {
    let lang = visitor.lang;
    let consumer = ActorId::parse(typed.text("consumer")).map_err(|_| {
        let (zh, en) = ("请选择对接系统。", "Choose the system.");
        Refusal::typed("account_malformed", lang, zh, en).at("consumer")
    })?;
    let program = typed.read_if(lang, "program").map_err(|refusal| refusal.at("program"))?;
    let stream = Some(typed.text("stream").to_owned()).filter(|stream| !stream.is_empty());
    let (url, filter) = (typed.text("url").to_owned(), WebhookFilter { program, stream });
    let made =
        subscribe_webhook(&console.office, &visitor.desk(), NewWebhook { consumer, url, filter }).await;
    made.map_err(|error| Refusal::of(&error, lang))
}
