//! `ledger user`: who may come in by which door. Open, list, roles, communities, password, identity, lock.

use std::io::{self, BufRead, IsTerminal, Read};

use clap::Subcommand;
use domain::actor::{ActorId, Role};
use domain::user::{Account, DataScope, Entry, UserCommand as Asked, UserKind};
use serde_json::json;

use super::factor::{self, FactorCommand};
use super::failure::{Done, Failure};
use super::identity::{self, IdentityCommand};
use super::screen::{Align, Screen};
use super::session::{Session, parse_role, waiting};
use crate::processes::users::{NewUser, change_user, open_user, set_password, users};
use crate::replay::role;

/// Users.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// 开立用户 · open an account for a person, or for another system with --consumer
    Add {
        /// 账号 · the account
        #[arg(value_parser = ActorId::parse)]
        account: ActorId,
        /// 岗位或系统名称 · what it is called at the office
        #[arg(long)]
        title: String,
        /// 角色 · roles: clerk, reviewer, approver, finance, auditor or administrator
        #[arg(long, value_delimiter = ',', value_parser = parse_role, conflicts_with = "consumer")]
        role: Vec<Role>,
        /// 对接系统 · another system, which has tokens and no password
        #[arg(long)]
        consumer: bool,
        /// 社区，未填为全部 · communities whose people it sees; every one when absent
        #[arg(long, value_delimiter = ',')]
        community: Vec<String>,
    },
    /// 用户一览 · list the users
    List,
    /// 授予角色 · give a role
    Grant {
        /// 账号 · the account
        #[arg(value_parser = ActorId::parse)]
        account: ActorId,
        /// 角色 · the role
        #[arg(value_parser = parse_role)]
        role: Role,
    },
    /// 收回角色 · take a role back, with the tokens that act in it
    Revoke {
        /// 账号 · the account
        #[arg(value_parser = ActorId::parse)]
        account: ActorId,
        /// 角色 · the role
        #[arg(value_parser = parse_role)]
        role: Role,
    },
    /// 数据范围 · the communities whose people the user sees; every one when absent
    Scope {
        /// 账号 · the account
        #[arg(value_parser = ActorId::parse)]
        account: ActorId,
        /// 社区 · communities
        #[arg(long, value_delimiter = ',')]
        community: Vec<String>,
    },
    /// 设置密码 · set the password, read from standard input, which no shell keeps
    Password {
        /// 账号 · the account
        #[arg(value_parser = ActorId::parse)]
        account: ActorId,
    },
    /// 动态验证码 · the second factor: set one's own, or take it from somebody who lost it
    #[command(subcommand)]
    Factor(FactorCommand),
    /// 统一身份 · the identity with the office's provider of identities: link, unlink
    #[command(subcommand)]
    Identity(IdentityCommand),
    /// 停用 · keep the user out, tokens included
    Lock {
        /// 账号 · the account
        #[arg(value_parser = ActorId::parse)]
        account: ActorId,
        /// 原因 · why
        #[arg(long)]
        reason: String,
    },
    /// 启用 · let the user in again
    Unlock {
        /// 账号 · the account
        #[arg(value_parser = ActorId::parse)]
        account: ActorId,
    },
}

/// Manages users, or lists them.
///
/// # Errors
/// [`Failure`]: who acts is not said, or the step is refused.
pub(super) async fn run(session: &Session, command: UserCommand) -> Result<Done, Failure> {
    match command {
        UserCommand::Add { account, title, role, consumer, community } => {
            let kind = if consumer { UserKind::Consumer } else { UserKind::Staff };
            let data_scope = data_scope(community);
            add(session, NewUser { account, kind, title, data_scope, roles: role }).await
        }
        UserCommand::List => list(session).await,
        UserCommand::Grant { account, role } => {
            let said = ("已授予角色", "has the role now");
            change(session, account, said, Asked::GrantRole { role }).await
        }
        UserCommand::Revoke { account, role } => {
            let said = ("已收回角色", "does not have the role any more");
            change(session, account, said, Asked::WithdrawRole { role }).await
        }
        UserCommand::Scope { account, community } => {
            let said = ("数据范围已更新", "sees these communities from now on");
            change(session, account, said, Asked::SetDataScope { data_scope: data_scope(community) }).await
        }
        UserCommand::Password { account } => password(session, account).await,
        UserCommand::Factor(command) => factor::run(session, command).await,
        UserCommand::Identity(command) => identity::run(session, command).await,
        UserCommand::Lock { account, reason } => {
            change(session, account, ("已停用", "is locked"), Asked::LockUser { reason }).await
        }
        UserCommand::Unlock { account } => {
            change(session, account, ("已启用", "is unlocked"), Asked::UnlockUser).await
        }
    }
}

fn data_scope(communities: Vec<String>) -> DataScope {
    if communities.is_empty() { DataScope::Everywhere } else { DataScope::of(communities) }
}

async fn add(session: &Session, user: NewUser) -> Result<Done, Failure> {
    let (desk, account) = (session.desk()?, user.account.clone());
    session.with_ledger(async |app| Ok(open_user(app.office(), &desk, user).await?)).await?;
    tell(session, &account, ("已开立", "is opened"))
}

async fn change(
    session: &Session,
    account: ActorId,
    said: (&str, &str),
    command: Asked,
) -> Result<Done, Failure> {
    let desk = session.desk()?;
    session.with_ledger(async |app| Ok(change_user(app.office(), &desk, &account, command).await?)).await?;
    tell(session, &account, said)
}

async fn password(session: &Session, account: ActorId) -> Result<Done, Failure> {
    let desk = session.desk()?;
    if io::stdin().is_terminal() {
        eprintln!("{}", session.screen.pick("请输入新密码，回车结束：", "The new password, then return:"));
    }
    let password = waiting(read_line)?;
    session
        .with_ledger(async |app| Ok(set_password(app.office(), &desk, &account, &password).await?))
        .await?;
    tell(session, &account, ("密码已设置", "has a new password"))
}

/// A line of standard input, without its end.
pub(super) fn read_line() -> io::Result<String> {
    const BYTES_MAX: u64 = 2_048;
    let mut line = String::new();
    io::stdin().lock().take(BYTES_MAX).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Says what was done to a user.
pub(super) fn tell(session: &Session, account: &ActorId, (zh, en): (&str, &str)) -> Result<Done, Failure> {
    session.screen.say(format!("用户 {account} {zh}。"), format!("User {account} {en}."))?;
    session.screen.answer(&json!({ "account": account, "done": en }))?;
    Ok(Done::Well)
}

async fn list(session: &Session) -> Result<Done, Failure> {
    let screen = session.screen;
    let users = session.with_ledger(async |app| Ok(users(app.office()).await?)).await?;
    let heads = [
        (screen.pick("账号", "Account"), Align::Left),
        (screen.pick("岗位", "Title"), Align::Left),
        (screen.pick("角色", "Roles"), Align::Left),
        (screen.pick("社区", "Communities"), Align::Left),
        (screen.pick("令牌", "Tokens"), Align::Right),
        (screen.pick("状态", "State"), Align::Left),
    ];
    let rows: Vec<Vec<String>> = users.iter().map(|user| row(screen, user)).collect();
    screen.table(&heads, &rows)?;
    if users.is_empty() {
        screen.say(
            "尚无用户。开立第一名管理员：ledger user add ACCOUNT --title 系统管理 --role administrator --as administrator:setup",
            "No users yet. Open the first administrator: ledger user add ACCOUNT --title Systems --role administrator --as administrator:setup",
        )?;
    }
    screen.answer(&users)?;
    Ok(Done::Well)
}

fn row(screen: Screen, user: &Account) -> Vec<String> {
    let roles: Vec<&str> = match user.kind {
        UserKind::Consumer => vec![screen.pick("对接系统", "consumer")],
        UserKind::Staff => user.roles.iter().map(|each| pick(screen, role(*each))).collect(),
    };
    let state = match &user.entry {
        Entry::Open => screen.pick("正常", "open").to_owned(),
        Entry::Locked { reason } => screen.pick(format!("停用：{reason}"), format!("locked: {reason}")),
    };
    let communities = match &user.data_scope {
        DataScope::Everywhere => screen.pick("全部", "every").to_owned(),
        DataScope::Communities(names) => names.join(screen.pick("、", ", ")),
    };
    vec![
        user.account.to_string(),
        user.title.clone(),
        roles.join(screen.pick("、", ", ")),
        communities,
        user.tokens.len().to_string(),
        state,
    ]
}

fn pick(screen: Screen, (zh, en): (&'static str, &'static str)) -> &'static str {
    screen.pick(zh, en)
}
