//! The page of one user, and what an administrator does with it.

use std::collections::BTreeSet;

use axum::Form as Sent;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::actor::{ActorId, Role};
use domain::user::{Account, LinkedIdentity, Scope, Token, UserCommand, UserKind};
use uuid::Uuid;

use super::{ROLES, Typed, account_of, communities, communities_field, data_scope, roles, state};
use crate::access::{Capability, may};
use crate::console::Console;
use crate::console::address::Path;
use crate::console::answers::{Refusal, Stop};
use crate::console::sheet::{Block, Cell, Choice, Field, Figure, Form, Input, Row, Sheet, Table};
use crate::console::visitor::Visitor;
use crate::identity_provider::IdentityProvider;
use crate::lang::Lang;
use crate::processes::ProcessError;
use crate::processes::users::{
    IssuedToken, TokenUse, TokenWanted, change_user, issue_token, link_identity, set_password, token_uses,
    unlink_identity, user,
};
use crate::replay::role;

/// How long a token lives where nothing is said, in days.
const DAYS: u16 = 90;

pub(super) async fn show(
    State(console): State<Console>,
    visitor: Visitor,
    Path(account): Path<String>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadUsers)?;
    let account = account_of(visitor.lang, &account).map_err(|_| Stop::Missing(visitor.lang))?;
    page(&console, &visitor, &account, None, None).await
}

async fn page(
    console: &Console,
    visitor: &Visitor,
    account: &ActorId,
    issued: Option<&IssuedToken>,
    refused: Option<Refusal>,
) -> Result<Response, Stop> {
    let lang = visitor.lang;
    let failed = |error| Stop::failed(error, lang);
    let known = user(&console.office, account).await.map_err(failed)?;
    let uses = token_uses(&console.office, account).await.map_err(failed)?;
    let day = |day: Option<chrono::NaiveDate>| day.map_or_else(|| "—".to_owned(), |day| day.to_string());
    let (_, state) = state(lang, &known);
    let figures = vec![
        Figure::new(lang.pick("状态", "State"), state),
        Figure::new(lang.pick("角色", "Roles"), roles(lang, &known)),
        Figure::new(lang.pick("社区", "Communities"), communities(lang, &known.data_scope)),
        Figure::new(lang.pick("密码设于", "Password of"), day(known.password_set_on)),
        Figure::new(lang.pick("统一身份", "Identity"), identity(lang, &known)),
        Figure::new(lang.pick("最近登录", "Last sign-in"), day(known.signed_in_on)),
    ];
    let title = format!("{} · {account}", known.title);
    let mut sheet = Sheet::new(visitor, "/users", (&title, &title))
        .below("/users", lang.pick("用户管理", "Users"))
        .and(issued.map(|issued| {
            Block::Words(
                lang.pick("新令牌（只显示这一次）", "The new token (shown this once)").to_owned(),
                vec![
                    issued.token.clone(),
                    lang.pick(
                        format!("有效至 {}。请立即妥善保存；系统只保留其摘要。", issued.expires_on),
                        format!(
                            "Valid until {}. Keep it safe now; the ledger has only its hash.",
                            issued.expires_on
                        ),
                    ),
                ],
            )
        }))
        .with(Block::Figures(figures))
        .with(Block::Table(tokens(visitor, &known, &uses)));
    if may(visitor.role, Capability::ManageUsers) {
        let issuer = console.entrance.provider.as_ref().map(IdentityProvider::issuer);
        for form in forms(lang, &known).into_iter().chain(identity_form(lang, &known, issuer)) {
            sheet = sheet.with(Block::Form(form));
        }
    }
    Ok(sheet.answer(refused))
}

fn tokens(visitor: &Visitor, user: &Account, uses: &[TokenUse]) -> Table {
    let lang = visitor.lang;
    let row = |(id, token): (&Uuid, &Token)| {
        let (zh, en) = role(token.role);
        let scopes: Vec<&str> =
            token.scopes.iter().map(|scope| lang.pick(scope.zh(), scope.code())).collect();
        let last = uses.iter().find(|each| each.token_id == *id).map(|each| each.last_used_on.to_string());
        let revoke = Form::new(format!("/users/{}/revoke-token", user.account), lang.pick("吊销", "Revoke"))
            .hidden("token", id.to_string())
            .field(
                Field::new("reason", lang.pick("原因", "Reason"), Input::Text)
                    .id(format!("why-{id}"))
                    .needed(),
            );
        Row::of(vec![
            Cell::Code(id.to_string()),
            Cell::text(lang.pick(zh, en)),
            Cell::text(scopes.join(lang.pick("、", ", "))),
            Cell::text(token.purpose.clone()),
            Cell::text(token.expires_on.to_string()),
            Cell::text(last.unwrap_or_else(|| lang.pick("从未", "never").to_owned())),
            Cell::Acts(if may(visitor.role, Capability::ManageUsers) { vec![revoke] } else { Vec::new() }),
        ])
    };
    let empty =
        lang.pick("没有令牌。需要对接时在下方签发。", "No tokens. Issue one below where a program calls.");
    Table::new(lang.pick("令牌", "Tokens"), empty)
        .head(lang.pick("编号", "Identifier"))
        .head(lang.pick("角色", "Role"))
        .head(lang.pick("权限", "Scopes"))
        .head(lang.pick("用途", "Purpose"))
        .head(lang.pick("有效至", "Until"))
        .head(lang.pick("最近使用", "Last used"))
        .head(lang.pick("办理", "Act"))
        .rows(user.tokens.iter().map(row))
}

fn forms(lang: Lang, user: &Account) -> Vec<Form> {
    let path = |step: &str| format!("/users/{}/{step}", user.account);
    let named = |each: Role, code: &str| {
        let (zh, en) = role(each);
        Choice::new(code, lang.pick(zh, en), false)
    };
    let role_field = |id: &str, held: bool| {
        let of = ROLES.iter().filter(|(each, _)| user.roles.contains(each) == held);
        let choices: Vec<Choice> = of.map(|(each, code)| named(*each, code)).collect();
        Field::new("role", lang.pick("角色", "Role"), Input::Choice(choices)).id(id).needed()
    };
    let mut forms = Vec::new();
    if user.kind == UserKind::Staff {
        let ends = lang.pick(
            "该用户已打开的会话随即结束，须重新登录。",
            "The user's open sessions end, and they sign in again.",
        );
        forms.push(
            Form::new(path("grant"), lang.pick("授予角色", "Grant the role"))
                .note(ends)
                .field(role_field("grant", false)),
        );
        if !user.roles.is_empty() {
            forms.push(
                Form::new(path("revoke"), lang.pick("收回角色", "Take the role back"))
                    .note(ends)
                    .field(role_field("revoke", true)),
            );
        }
        let hint = lang.pick("12至128个字符", "12 to 128 characters");
        let secret =
            Field::new("password", lang.pick("新密码", "New password"), Input::Secret).hint(hint).needed();
        let form = Form::new(path("password"), lang.pick("设置密码", "Set the password"));
        forms.push(form.note(ends).field(secret));
    }
    let now = match &user.data_scope {
        domain::user::DataScope::Everywhere => String::new(),
        scope @ domain::user::DataScope::Communities(_) => communities(Lang::Zh, scope),
    };
    forms.push(
        Form::new(path("scope"), lang.pick("更新社区范围", "Set the communities"))
            .field(communities_field(lang).value(now)),
    );
    forms.push(if matches!(user.entry, domain::user::Entry::Open) {
        Form::new(path("lock"), lang.pick("停用", "Lock"))
            .note(lang.pick(
                "停用后不能登录，已打开的会话和令牌同时失效；可再启用。",
                "A locked user cannot come in, nor can its tokens, and open sessions end; it can be unlocked again.",
            ))
            .field(Field::new("reason", lang.pick("停用原因", "Why"), Input::Text).id("lock-reason").needed())
    } else {
        Form::new(path("unlock"), lang.pick("启用", "Unlock"))
    });
    forms.push(token_form(lang, user, path("token")));
    forms
}

/// As whom a provider of identities lets the user in.
fn identity(lang: Lang, user: &Account) -> String {
    let Some(known) = &user.identity else { return lang.pick("未关联", "not linked").to_owned() };
    let LinkedIdentity { issuer, linked_on, .. } = known;
    lang.pick(format!("{issuer}（{linked_on} 关联）"), format!("{issuer} (linked on {linked_on})"))
}

/// Links the user, where there is a provider, or takes the link away, also where there is none any more.
fn identity_form(lang: Lang, user: &Account, issuer: Option<&str>) -> Option<Form> {
    let path = |step: &str| format!("/users/{}/{step}", user.account);
    if user.identity.is_some() {
        let field =
            Field::new("reason", lang.pick("解除原因", "Why"), Input::Text).id("unlink-reason").needed();
        let form = Form::new(path("unlink"), lang.pick("解除统一身份", "Unlink the identity"))
            .note(lang.pick("该用户已打开的会话随即结束。", "The user's open sessions end."));
        return Some(form.field(field));
    }
    let issuer = issuer.filter(|_| user.kind == UserKind::Staff)?;
    let field = Field::new("subject", lang.pick("认证方标识（sub）", "Identifier there (sub)"), Input::Text);
    let hint = lang.pick("本人登录未关联时页面会显示", "shown to people whose sign-in finds no link");
    let form = Form::new(path("link"), lang.pick("关联统一身份", "Link the identity")).note(lang.pick(
        format!("关联后可经 {issuer} 登录；系统只保留标识的摘要。"),
        format!("Lets the user in through {issuer}; the ledger keeps a hash of the identifier alone."),
    ));
    Some(form.field(field.hint(hint).needed()))
}

fn token_form(lang: Lang, user: &Account, path: String) -> Form {
    let mut form = Form::new(path, lang.pick("签发令牌", "Issue a token"))
        .title(lang.pick("签发令牌", "Issue a token"))
        .note(lang.pick(
            "令牌只显示一次。未勾选“写入”的令牌只读。",
            "A token is shown once. Without “write” it only reads.",
        ));
    if user.kind == UserKind::Staff {
        let held = ROLES.iter().filter(|(each, _)| user.roles.contains(each));
        let choices = held.map(|(each, code)| {
            let (zh, en) = role(*each);
            Choice::new(*code, lang.pick(zh, en), false)
        });
        let field = Field::new("role", lang.pick("角色", "Role"), Input::Choice(choices.collect()));
        form = form.field(field.id("token-role").needed());
    }
    form = form.field(Field::new("purpose", lang.pick("用途", "Purpose"), Input::Text).needed()).field(
        Field::new("days", lang.pick("有效天数", "Days"), Input::Number).value(DAYS.to_string()).needed(),
    );
    for scope in Scope::ALL {
        form = form.field(Field::new(scope.code(), lang.pick(scope.zh(), scope.code()), Input::Tick));
    }
    form
}

/// Takes a step; what is refused is shown on the user's page.
pub(super) async fn step(
    State(console): State<Console>,
    visitor: Visitor,
    Path((account, step)): Path<(String, String)>,
    Sent(typed): Sent<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ManageUsers)?;
    let lang = visitor.lang;
    let account = account_of(lang, &account).map_err(|_| Stop::Missing(lang))?;
    let done = match step.as_str() {
        "token" => match issued(&console, &visitor, &account, &typed).await {
            Ok(issued) => return page(&console, &visitor, &account, Some(&issued), None).await,
            Err(refusal) => Err(refusal),
        },
        "password" => {
            let password = typed.get("password").map_or("", String::as_str);
            let done = set_password(&console.office, &visitor.desk(), &account, password).await;
            done.map_err(|error| Refusal::of(&error, lang))
        }
        "link" | "unlink" => {
            linked(&console, &visitor, &account, &typed).await.map_err(|error| Refusal::of(&error, lang))
        }
        other => match command(lang, other, &typed) {
            None => return Err(Stop::Missing(lang)),
            Some(Err(refusal)) => Err(refusal),
            Some(Ok(command)) => {
                let done = change_user(&console.office, &visitor.desk(), &account, command).await;
                done.map_err(|error| Refusal::of(&error, lang))
            }
        },
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/users/{account}")).into_response()),
        Err(refusal) => page(&console, &visitor, &account, None, Some(refusal)).await,
    }
}

/// Links the user with what was typed, or takes the link away with the reason that was.
async fn linked(
    console: &Console,
    visitor: &Visitor,
    account: &ActorId,
    typed: &Typed,
) -> Result<(), ProcessError> {
    let (office, desk) = (&console.office, visitor.desk());
    let value = |name: &str| typed.get(name).map(String::as_str);
    match (value("subject"), &console.entrance.provider) {
        (Some(subject), Some(provider)) => {
            link_identity(office, &desk, account, provider.issuer(), subject).await
        }
        (Some(_), None) => Err(ProcessError::Unknown { what: "identity provider" }),
        (None, _) => {
            unlink_identity(office, &desk, account, value("reason").unwrap_or_default().to_owned()).await
        }
    }
}

/// The command of a step; none where there is no such step.
fn command(lang: Lang, step: &str, typed: &Typed) -> Option<Result<UserCommand, Refusal>> {
    let value = |name: &str| typed.get(name).map_or("", |text| text.trim());
    let role = || role_of(lang, value("role"));
    let token = || {
        Uuid::parse_str(value("token"))
            .map_err(|_| Refusal::typed("token_unknown", lang, "没有这个令牌。", "There is no such token."))
    };
    let reason = || value("reason").to_owned();
    Some(match step {
        "grant" => role().map(|role| UserCommand::GrantRole { role }),
        "revoke" => role().map(|role| UserCommand::WithdrawRole { role }),
        "scope" => Ok(UserCommand::SetDataScope { data_scope: data_scope(value("communities")) }),
        "lock" => Ok(UserCommand::LockUser { reason: reason() }),
        "unlock" => Ok(UserCommand::UnlockUser),
        "revoke-token" => token().map(|token_id| UserCommand::RevokeToken { token_id, reason: reason() }),
        _ => return None,
    })
}

fn role_of(lang: Lang, code: &str) -> Result<Role, Refusal> {
    let found = ROLES.iter().find(|(_, each)| *each == code).map(|(role, _)| *role);
    found.ok_or_else(|| Refusal::typed("role_unknown", lang, "请选择角色。", "Choose a role."))
}

async fn issued(
    console: &Console,
    visitor: &Visitor,
    account: &ActorId,
    typed: &Typed,
) -> Result<IssuedToken, Refusal> {
    let lang = visitor.lang;
    let failed = |error| Refusal::of(&error, lang);
    let value = |name: &str| typed.get(name).map_or("", |text| text.trim());
    let days = value("days").parse().map_err(|_| {
        Refusal::typed("days_malformed", lang, "有效天数应为整数。", "The days are a whole number.")
    })?;
    let known = user(&console.office, account).await.map_err(failed)?;
    let role = match known.kind {
        UserKind::Consumer => Role::Consumer,
        UserKind::Staff => role_of(lang, value("role"))?,
    };
    let scopes: BTreeSet<Scope> =
        Scope::ALL.into_iter().filter(|scope| typed.contains_key(scope.code())).collect();
    let purpose = value("purpose").to_owned();
    let wanted = TokenWanted { account: account.clone(), role, scopes, purpose, days };
    issue_token(&console.office, &visitor.desk(), wanted).await.map_err(failed)
}
