//! `ledger token`: tokens for programs that call the API.

use clap::Subcommand;
use domain::actor::{ActorId, Role};
use domain::user::{Scope, UserCommand as Asked, UserKind};
use serde_json::json;
use uuid::Uuid;

use super::failure::{Done, Failure};
use super::screen::Align;
use super::session::{Session, parse_role};
use crate::processes::users::{TokenWanted, change_user, issue_token, token_uses, user};
use crate::replay::role;

/// Tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// 签发令牌 · make a token and show it once
    Issue {
        /// 账号 · whose
        #[arg(value_parser = ActorId::parse)]
        account: ActorId,
        /// 角色 · in which role of the user it acts; not for a consumer
        #[arg(long, value_parser = parse_role)]
        role: Option<Role>,
        /// 权限 · scopes: register, cases, summaries, payments, money, audit, changes, users, write
        #[arg(long, value_delimiter = ',', required = true, value_parser = parse_scope)]
        scope: Vec<Scope>,
        /// 用途 · what it is for
        #[arg(long)]
        purpose: String,
        /// 有效天数 · how many days it lives
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=366))]
        days: u16,
    },
    /// 令牌一览 · list the tokens of a user with their last use
    List {
        /// 账号 · whose
        #[arg(value_parser = ActorId::parse)]
        account: ActorId,
    },
    /// 吊销令牌 · make a token worthless at once
    Revoke {
        /// 账号 · whose
        #[arg(value_parser = ActorId::parse)]
        account: ActorId,
        /// 令牌编号 · which
        token: Uuid,
        /// 原因 · why
        #[arg(long)]
        reason: String,
    },
}

/// Issues, lists or revokes tokens.
///
/// # Errors
/// [`Failure`]: who acts is not said, or the step is refused.
pub(super) async fn run(session: &Session, command: TokenCommand) -> Result<Done, Failure> {
    match command {
        TokenCommand::Issue { account, role, scope, purpose, days } => {
            let role = role.unwrap_or(Role::Consumer);
            let scopes = scope.into_iter().collect();
            issue(session, TokenWanted { account, role, scopes, purpose, days }).await
        }
        TokenCommand::List { account } => list(session, &account).await,
        TokenCommand::Revoke { account, token, reason } => {
            let desk = session.desk()?;
            let command = Asked::RevokeToken { token_id: token, reason };
            session
                .with_ledger(async |app| Ok(change_user(app.office(), &desk, &account, command).await?))
                .await?;
            session.screen.say(format!("令牌 {token} 已吊销。"), format!("Token {token} is revoked."))?;
            session.screen.answer(&json!({ "token_id": token, "done": "revoked" }))?;
            Ok(Done::Well)
        }
    }
}

async fn issue(session: &Session, wanted: TokenWanted) -> Result<Done, Failure> {
    let (desk, screen) = (session.desk()?, session.screen);
    let issued = session.with_ledger(async |app| Ok(issue_token(app.office(), &desk, wanted).await?)).await?;
    let (token, id, until) = (&issued.token, issued.token_id, issued.expires_on);
    screen.say(
        format!("{token}\n令牌 {id}，有效至 {until}。令牌只显示这一次，请妥善保存。"),
        format!("{token}\nToken {id}, valid until {until}. It is shown this once: keep it safe."),
    )?;
    screen.answer(&issued)?;
    Ok(Done::Well)
}

async fn list(session: &Session, account: &ActorId) -> Result<Done, Failure> {
    let screen = session.screen;
    let (user, uses) = session
        .with_ledger(async |app| {
            Ok((user(app.office(), account).await?, token_uses(app.office(), account).await?))
        })
        .await?;
    let heads = [
        (screen.pick("令牌", "Token"), Align::Left),
        (screen.pick("角色", "Role"), Align::Left),
        (screen.pick("权限", "Scopes"), Align::Left),
        (screen.pick("用途", "Purpose"), Align::Left),
        (screen.pick("有效至", "Until"), Align::Left),
        (screen.pick("最近使用", "Last used"), Align::Left),
    ];
    let last = |id: &Uuid| uses.iter().find(|each| each.token_id == *id).map(|each| each.last_used_on);
    let row = |(id, token): (&Uuid, &domain::user::Token)| {
        let (zh, en) = role(token.role);
        let scopes: Vec<&str> =
            token.scopes.iter().map(|scope| screen.pick(scope.zh(), scope.code())).collect();
        vec![
            id.to_string(),
            screen.pick(zh, en).to_owned(),
            scopes.join(screen.pick("、", ", ")),
            token.purpose.clone(),
            token.expires_on.to_string(),
            last(id).map(|day| day.to_string()).unwrap_or_default(),
        ]
    };
    screen.table(&heads, &user.tokens.iter().map(row).collect::<Vec<_>>())?;
    let tokens: Vec<_> = user
        .tokens
        .iter()
        .map(|(id, token)| json!({ "token_id": id, "token": token, "last_used_on": last(id) }))
        .collect();
    let consumer = user.kind == UserKind::Consumer;
    screen.answer(&json!({ "account": account, "consumer": consumer, "tokens": tokens }))?;
    Ok(Done::Well)
}

fn parse_scope(code: &str) -> Result<Scope, String> {
    Scope::from_code(code).ok_or_else(|| {
        let codes: Vec<&str> = Scope::ALL.iter().map(|scope| scope.code()).collect();
        format!("没有这项权限 · there is no such scope; the scopes are {}", codes.join(", "))
    })
}
