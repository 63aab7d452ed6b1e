//! 用户管理: who may come in, in which roles, of which communities, with which tokens. An administrator works here and
//! sees no case; an auditor looks on.

mod one;

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form as Sent, Router};
use domain::actor::{ActorId, Role};
use domain::user::{Account, DataScope, Entry, UserKind};

use super::Console;
use super::answers::{Refusal, Stop};
use super::sheet::{Block, Cell, Choice, Field, Form, Input, Row, Sheet, Table};
use super::visitor::Visitor;
use crate::access::{Capability, may};
use crate::lang::Lang;
use crate::processes::users::{NewUser, open_user, users};
use crate::replay::role;

/// What was typed, by field.
type Typed = BTreeMap<String, String>;

/// The roles of people at the office.
const ROLES: [(Role, &str); 6] = [
    (Role::Clerk, "clerk"),
    (Role::Reviewer, "reviewer"),
    (Role::Approver, "approver"),
    (Role::Finance, "finance"),
    (Role::Auditor, "auditor"),
    (Role::Administrator, "administrator"),
];

/// The room.
pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/users", get(list).post(open))
        .route("/users/{account}", get(one::show))
        .route("/users/{account}/{step}", post(one::step))
}

async fn list(State(console): State<Console>, visitor: Visitor) -> Result<Response, Stop> {
    visitor.must(Capability::ReadUsers)?;
    page(&console, &visitor, &Typed::new(), None).await
}

async fn page(
    console: &Console,
    visitor: &Visitor,
    typed: &Typed,
    refused: Option<Refusal>,
) -> Result<Response, Stop> {
    let lang = visitor.lang;
    let known = users(&console.office).await.map_err(|error| Stop::failed(error, lang))?;
    let empty = lang.pick("尚无用户：请在下方开立。", "No users yet: open the first one below.");
    let table = Table::new(lang.pick("用户", "Users"), empty)
        .head(lang.pick("账号", "Account"))
        .head(lang.pick("岗位名称", "Title"))
        .head(lang.pick("角色", "Roles"))
        .head(lang.pick("社区", "Communities"))
        .number(lang.pick("令牌", "Tokens"))
        .head(lang.pick("最近登录", "Last sign-in"))
        .head(lang.pick("状态", "State"))
        .rows(known.iter().map(|user| row(lang, user)));
    let manages = may(visitor.role, Capability::ManageUsers);
    Ok(Sheet::new(visitor, "/users", ("用户管理", "Users"))
        .lead(lang.pick(
            "管理员与审计员不得兼任其他角色；管理员看不到个案。",
            "An administrator and an auditor have no other role; an administrator sees no case.",
        ))
        .with(Block::Table(table))
        .and(manages.then(|| Block::Form(open_form(lang, typed))))
        .answer(refused))
}

fn row(lang: Lang, user: &Account) -> Row {
    let account = user.account.to_string();
    let (mark, state) = state(lang, user);
    Row::of(vec![
        Cell::link(format!("/users/{account}"), account),
        Cell::text(user.title.clone()),
        Cell::text(roles(lang, user)),
        Cell::text(communities(lang, &user.data_scope)),
        Cell::number(user.tokens.len().to_string()),
        Cell::text(user.signed_in_on.map(|day| day.to_string()).unwrap_or_default()),
        Cell::Tag(mark, state),
    ])
}

fn state(lang: Lang, user: &Account) -> (&'static str, String) {
    match &user.entry {
        Entry::Open => ("settled", lang.pick("正常", "open").to_owned()),
        Entry::Locked { reason } => {
            ("bad", lang.pick(format!("停用：{reason}"), format!("locked: {reason}")))
        }
    }
}

fn roles(lang: Lang, user: &Account) -> String {
    let named = |each: &Role| {
        let (zh, en) = role(*each);
        lang.pick(zh, en)
    };
    match user.kind {
        UserKind::Consumer => lang.pick("对接系统", "consumer").to_owned(),
        UserKind::Staff => user.roles.iter().map(named).collect::<Vec<_>>().join(lang.pick("、", ", ")),
    }
}

fn communities(lang: Lang, scope: &DataScope) -> String {
    match scope {
        DataScope::Everywhere => lang.pick("全部", "every").to_owned(),
        DataScope::Communities(names) => names.join(lang.pick("、", ", ")),
    }
}

/// Communities as they were typed: with commas between them; none is every community.
fn data_scope(text: &str) -> DataScope {
    let names = text.split([',', '，', '、', ';', '；']).map(str::trim).filter(|name| !name.is_empty());
    let names: Vec<String> = names.map(str::to_owned).collect();
    if names.is_empty() { DataScope::Everywhere } else { DataScope::of(names) }
}

fn open_form(lang: Lang, typed: &Typed) -> Form {
    let value = |name: &str| typed.get(name).cloned().unwrap_or_default();
    let consumer = typed.get("kind").is_some_and(|kind| kind == "consumer");
    let kinds = vec![
        Choice::new("staff", lang.pick("工作人员", "a person at the office"), !consumer),
        Choice::new("consumer", lang.pick("对接系统（只读）", "another system, which reads"), consumer),
    ];
    let account = Field::new("account", lang.pick("账号", "Account"), Input::Text).value(value("account"));
    let mut form = Form::new("/users", lang.pick("开立", "Open"))
        .title(lang.pick("开立用户", "Open a user"))
        .field(account.needed().hint(lang.pick("小写字母、数字、点，如 wang.fang", "such as wang.fang")))
        .field(
            Field::new("title", lang.pick("岗位名称", "Title"), Input::Text).value(value("title")).needed(),
        )
        .field(Field::new("kind", lang.pick("类别", "Kind"), Input::Choice(kinds)))
        .field(communities_field(lang).value(value("communities")));
    for (each, code) in ROLES {
        let (zh, en) = role(each);
        form = form.field(Field::new(code, lang.pick(zh, en), Input::Tick).value(value(code)));
    }
    form
}

fn communities_field(lang: Lang) -> Field {
    let hint =
        lang.pick("以顿号或逗号分隔；留空为全部社区", "with commas between them; empty is every community");
    Field::new("communities", lang.pick("社区", "Communities"), Input::Text).hint(hint)
}

async fn open(
    State(console): State<Console>,
    visitor: Visitor,
    Sent(typed): Sent<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ManageUsers)?;
    match opened(&console, &visitor, &typed).await {
        Ok(account) => Ok(Redirect::to(&format!("/users/{account}")).into_response()),
        Err(refusal) => page(&console, &visitor, &typed, Some(refusal)).await,
    }
}

async fn opened(console: &Console, visitor: &Visitor, typed: &Typed) -> Result<ActorId, Refusal> {
    let lang = visitor.lang;
    let value = |name: &str| typed.get(name).map_or("", |text| text.trim());
    let account = account_of(lang, value("account"))?;
    let kind = if value("kind") == "consumer" { UserKind::Consumer } else { UserKind::Staff };
    let chosen = ROLES.iter().filter(|(_, code)| typed.contains_key(*code)).map(|(role, _)| *role);
    let roles: BTreeSet<Role> = if kind == UserKind::Staff { chosen.collect() } else { BTreeSet::new() };
    let user = NewUser {
        account: account.clone(),
        kind,
        title: value("title").to_owned(),
        data_scope: data_scope(value("communities")),
        roles: roles.into_iter().collect(),
    };
    let done = open_user(&console.office, &visitor.desk(), user).await;
    done.map(|()| account).map_err(|error| Refusal::of(&error, lang))
}

fn account_of(lang: Lang, text: &str) -> Result<ActorId, Refusal> {
    ActorId::parse(text).map_err(|_| {
        let (zh, en) = (
            "账号应为1至64个小写字母、数字、点、短横或下划线。",
            "An account has 1 to 64 of a-z, 0-9, dot, dash and underscore.",
        );
        Refusal::typed("account_malformed", lang, zh, en)
    })
}
