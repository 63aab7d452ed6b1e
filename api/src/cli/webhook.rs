//! `ledger webhook`: which systems are told of changes, and what became of the messages.

use clap::Subcommand;
use domain::actor::ActorId;
use domain::program::Program;
use domain::webhook::{WebhookCommand as Asked, WebhookFilter};
use serde_json::json;
use uuid::Uuid;

use super::doors::WebhookHostArgs;
use super::failure::{Done, Failure};
use super::screen::Align;
use super::session::Session;
use crate::app::App;
use crate::processes::Office;
use crate::processes::webhooks::{
    NewWebhook, WebhookStanding, change_webhook, dead_letters, replay_dead_letters, subscribe_webhook,
    webhooks,
};
use crate::webhooks::AllowedHosts;

/// Webhooks.
#[derive(Debug, Subcommand)]
pub enum WebhookCommand {
    /// 订阅推送 · tell another system of changes from now on; shows the secret once
    Add {
        /// 对接系统账号 · the account of the system
        #[arg(value_parser = ActorId::parse)]
        consumer: ActorId,
        /// 网址 · where
        #[arg(long)]
        url: String,
        /// 项目 · of cases of one program
        #[arg(long)]
        program: Option<Program>,
        /// 事件流类型 · of streams of one type, such as BenefitCase
        #[arg(long)]
        stream: Option<String>,
        /// 可推送的内部主机 · which hosts inside may be told at
        #[command(flatten)]
        hosts: WebhookHostArgs,
    },
    /// 推送一览 · list the webhooks and how far they went
    List,
    /// 暂停 · send nothing until it is resumed; nothing is lost
    Pause {
        /// 编号 · which
        webhook: Uuid,
        /// 原因 · why
        #[arg(long)]
        reason: String,
    },
    /// 恢复 · go on where it was paused
    Resume {
        /// 编号 · which
        webhook: Uuid,
    },
    /// 终止 · send nothing ever again
    End {
        /// 编号 · which
        webhook: Uuid,
        /// 原因 · why
        #[arg(long)]
        reason: String,
    },
    /// 未送达 · list the messages that were given up
    Dead {
        /// 编号 · which
        webhook: Uuid,
    },
    /// 重新推送 · try messages that were given up once more
    Replay {
        /// 编号 · which
        webhook: Uuid,
        /// 日志位置，未填为全部 · the position of one; every one when absent
        #[arg(long)]
        position: Option<u64>,
    },
}

/// Manages webhooks, or lists them.
///
/// # Errors
/// [`Failure`]: who acts is not said, or the step is refused.
pub(super) async fn run(session: &Session, command: WebhookCommand) -> Result<Done, Failure> {
    match command {
        WebhookCommand::Add { consumer, url, program, stream, hosts } => {
            let filter = WebhookFilter { program, stream };
            add(session, NewWebhook { consumer, url, filter }, hosts.into()).await
        }
        WebhookCommand::List => list(session).await,
        WebhookCommand::Pause { webhook, reason } => {
            change(session, webhook, ("已暂停", "is paused"), Asked::Pause { reason }).await
        }
        WebhookCommand::Resume { webhook } => {
            change(session, webhook, ("已恢复", "is resumed"), Asked::Resume).await
        }
        WebhookCommand::End { webhook, reason } => {
            change(session, webhook, ("已终止", "is over"), Asked::End { reason }).await
        }
        WebhookCommand::Dead { webhook } => dead(session, webhook).await,
        WebhookCommand::Replay { webhook, position } => replay(session, webhook, position).await,
    }
}

async fn add(session: &Session, wanted: NewWebhook, webhook_hosts: AllowedHosts) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let subscribe = async |app: &App| {
        let office = Office { webhook_hosts, ..app.office().clone() };
        Ok(subscribe_webhook(&office, &desk, wanted).await?)
    };
    let made = session.with_ledger(subscribe).await?;
    let (id, secret) = (made.webhook_id, &made.secret);
    session.screen.say(
        format!("{secret}\n推送 {id} 已订阅，自此刻起的变更由 ledger serve 发送。密钥只显示这一次，请交给对方系统用于验签。"),
        format!("{secret}\nWebhook {id} is subscribed: ledger serve sends what happens from now on. The secret is shown this once; give it to the other system, which verifies signatures by it."),
    )?;
    session.screen.answer(&made)?;
    Ok(Done::Well)
}

async fn change(
    session: &Session,
    webhook: Uuid,
    (zh, en): (&str, &str),
    command: Asked,
) -> Result<Done, Failure> {
    let desk = session.desk()?;
    session.with_ledger(async |app| Ok(change_webhook(app.office(), &desk, webhook, command).await?)).await?;
    session.screen.say(format!("推送 {webhook} {zh}。"), format!("Webhook {webhook} {en}."))?;
    session.screen.answer(&json!({ "webhook_id": webhook, "done": en }))?;
    Ok(Done::Well)
}

async fn list(session: &Session) -> Result<Done, Failure> {
    let screen = session.screen;
    let found = session.with_ledger(async |app| Ok(webhooks(app.office()).await?)).await?;
    let heads = [
        (screen.pick("编号", "Webhook"), Align::Left),
        (screen.pick("系统", "System"), Align::Left),
        (screen.pick("网址", "URL"), Align::Left),
        (screen.pick("状态", "State"), Align::Left),
        (screen.pick("已送达", "Taken"), Align::Right),
        (screen.pick("未送达", "Given up"), Align::Right),
        (screen.pick("下一位置", "Next"), Align::Right),
        (screen.pick("最近失败", "Last failure"), Align::Left),
    ];
    let row = |each: &WebhookStanding| {
        let state = match each.state {
            "active" => screen.pick("正常", "active"),
            "paused" => screen.pick("暂停", "paused"),
            _ => screen.pick("终止", "ended"),
        };
        vec![
            each.webhook_id.to_string(),
            each.subscription.consumer.to_string(),
            each.subscription.url.clone(),
            state.to_owned(),
            each.delivered.to_string(),
            each.dead.to_string(),
            each.next_position.to_string(),
            each.failure.clone().unwrap_or_default(),
        ]
    };
    screen.table(&heads, &found.iter().map(row).collect::<Vec<_>>())?;
    screen.answer(&found)?;
    Ok(Done::Well)
}

async fn dead(session: &Session, webhook: Uuid) -> Result<Done, Failure> {
    let screen = session.screen;
    let found = session.with_ledger(async |app| Ok(dead_letters(app.office(), webhook).await?)).await?;
    let heads = [
        (screen.pick("日志位置", "Position"), Align::Right),
        (screen.pick("次数", "Tries"), Align::Right),
        (screen.pick("原因", "Failure"), Align::Left),
        (screen.pick("重新推送", "To be tried"), Align::Left),
    ];
    let row = |each: &crate::processes::webhooks::DeadLetter| {
        let wanted = if each.wanted { screen.pick("待推送", "yes") } else { "" };
        vec![each.position.to_string(), each.tries.to_string(), each.failure.clone(), wanted.to_owned()]
    };
    screen.table(&heads, &found.iter().map(row).collect::<Vec<_>>())?;
    screen.answer(&found)?;
    Ok(Done::Well)
}

async fn replay(session: &Session, webhook: Uuid, position: Option<u64>) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let wanted = session
        .with_ledger(async |app| Ok(replay_dead_letters(app.office(), &desk, webhook, position).await?))
        .await?;
    session.screen.say(
        format!("{wanted} 条消息将由 ledger serve 重新推送。"),
        format!("{wanted} messages will be tried once more by ledger serve."),
    )?;
    session.screen.answer(&json!({ "webhook_id": webhook, "wanted": wanted }))?;
    Ok(Done::Well)
}
