//! The page of one webhook: how far it is, what was given up and why, and what an administrator does with it.

use axum::Form as Sent;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::numbers::grouped;
use domain::webhook::WebhookCommand;
use uuid::Uuid;

use super::{Known, failure_shown, moment, of_what, told_up_to, waiting_shown};
use crate::access::{Capability, may};
use crate::console::Console;
use crate::console::address::Path;
use crate::console::answers::{Refusal, Stop};
use crate::console::forms::CONFIRM;
use crate::console::sheet::{Block, Cell, Field, Figure, Form, Input, Row, Sheet, Table};
use crate::console::told::beijing;
use crate::console::typed::Typed;
use crate::console::visitor::Visitor;
use crate::lang::Lang;
use crate::processes::webhooks::{
    DeadLetter, WebhookStanding, change_webhook, dead_letters, replay_dead_letters,
};
use crate::webhooks::failure_in_words;

/// Messages given up that are shown, the earliest.
const SHOWN: usize = 200;

/// What was asked last and refused.
#[derive(Default)]
struct Asked {
    step: String,
    typed: Typed,
    refused: Option<Refusal>,
}

pub(super) async fn show(
    State(console): State<Console>,
    visitor: Visitor,
    Path(webhook): Path<Uuid>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ReadUsers)?;
    page(&console, &visitor, webhook, Asked::default()).await
}

async fn page(console: &Console, visitor: &Visitor, id: Uuid, asked: Asked) -> Result<Response, Stop> {
    let (office, lang) = (&console.office, visitor.lang);
    let failed = |error| Stop::failed(error, lang);
    let known = Known::read(office).await.map_err(failed)?;
    let found = known.webhooks.iter().find(|each| each.webhook_id == id);
    let webhook = found.ok_or(Stop::Missing(lang))?;
    let dead = dead_letters(office, id).await.map_err(failed)?;
    let told = told_up_to(office, webhook).await.map_err(failed)?;
    let (_, state) = known.state(lang, webhook);
    let figures = vec![
        Figure::new(lang.pick("状态", "State"), state).besides(failure_shown(lang, webhook)),
        Figure::new(lang.pick("已推送至", "Told up to"), moment(lang, told)),
        Figure::new(lang.pick("已送达", "Taken"), grouped(webhook.delivered.cast_signed())),
        Figure::new(lang.pick("待推送（事件）", "Waiting (events)"), waiting_shown(&known, webhook)),
        Figure::new(lang.pick("未送达", "Given up"), grouped(webhook.dead.cast_signed())),
    ];
    let title = webhook.subscription.consumer.to_string();
    let manages = may(visitor.role, Capability::ManageUsers);
    let mut sheet = Sheet::new(visitor, "/webhooks", (&title, &title))
        .below("/webhooks", lang.pick("推送订阅", "Webhooks"))
        .lead(format!("{} · {}", webhook.subscription.url, of_what(lang, &webhook.subscription.filter)))
        .with(Block::Figures(figures))
        .with(Block::Table(dead_table(lang, id, &dead, manages && webhook.state != "ended")));
    if manages {
        for form in forms(lang, webhook, &dead, &asked) {
            sheet = sheet.with(Block::Form(form));
        }
    }
    Ok(sheet.answer(asked.refused))
}

fn dead_table(lang: Lang, id: Uuid, dead: &[DeadLetter], replays: bool) -> Table {
    let row = |letter: &DeadLetter| {
        let words = failure_in_words(&letter.failure);
        let again = Form::new(format!("/webhooks/{id}/replay"), lang.pick("重新推送", "Try again"))
            .hidden("position", letter.position.to_string());
        let wanted = if letter.wanted {
            ("warn", "等待重推", "to be tried")
        } else {
            ("bad", "已放弃", "given up")
        };
        let acts = replays.then(|| Cell::Acts(if letter.wanted { Vec::new() } else { vec![again] }));
        let told = vec![
            Cell::number(grouped(letter.position.cast_signed())),
            Cell::Named(lang.pick(words.zh, words.en), letter.failure.clone()),
            Cell::number(letter.tries.to_string()),
            Cell::text(beijing(letter.failed_at).format("%Y-%m-%d %H:%M").to_string()),
            Cell::Tag(wanted.0, lang.pick(wanted.1, wanted.2).to_owned()),
        ];
        Row::of(told.into_iter().chain(acts).collect())
    };
    let empty = lang.pick(
        "没有未送达的消息：对方都已接收，或仍在重试。",
        "No message was given up: they were taken, or are being tried.",
    );
    let mut table = Table::new(lang.pick("未送达的消息", "Messages given up"), empty)
        .number(lang.pick("日志位置", "Position"))
        .head(lang.pick("原因", "Why"))
        .number(lang.pick("次数", "Tries"))
        .head(lang.pick("最近一次", "Last try"))
        .head(lang.pick("状态", "State"))
        .rows(dead.iter().take(SHOWN).map(row));
    if replays {
        table = table.head(lang.pick("办理", "Act"));
    }
    if dead.len() > SHOWN {
        let count = grouped(dead.len() as i64);
        table.note = lang.pick(
            format!("共 {count} 条，列出最早的 {SHOWN} 条。"),
            format!("{count} in all; the {SHOWN} earliest are shown."),
        );
    }
    table
}

fn forms(lang: Lang, webhook: &WebhookStanding, dead: &[DeadLetter], asked: &Asked) -> Vec<Form> {
    let path = |step: &str| format!("/webhooks/{}/{step}", webhook.webhook_id);
    let reason = |step: &str| {
        let held = if asked.step == step { asked.typed.text("reason") } else { "" };
        let mut field = Field::new("reason", lang.pick("原因", "Why"), Input::Text).value(held).needed();
        if let Some(refusal) =
            asked.refused.as_ref().filter(|refusal| refusal.field == "reason" && asked.step == step)
        {
            field.wrong.clone_from(&refusal.words);
        }
        field.id(format!("{step}-reason"))
    };
    let mut forms = Vec::new();
    if webhook.state == "ended" {
        return forms;
    }
    let idle = dead.iter().filter(|letter| !letter.wanted).count();
    if idle > 0 {
        let form = Form::new(path("replay"), lang.pick("全部重新推送", "Try all of them again"));
        forms.push(form.title(lang.pick("重新推送", "Try again")).note(lang.pick(
            format!("未送达的 {idle} 条消息各再推送一次，编号与原来相同；对方可据此识别重复。"),
            format!("Each of the {idle} messages is sent once more under the identifier it had, by which a repeat is known."),
        )));
    }
    forms.push(if webhook.state == "paused" {
        let form = Form::new(path("resume"), lang.pick("恢复", "Resume"));
        form.title(lang.pick("恢复推送", "Resume")).note(lang.pick(
            "从暂停处接着推送，暂停期间的变更补推。",
            "It goes on where it was paused, and what happened meanwhile is sent.",
        ))
    } else {
        let form = Form::new(path("pause"), lang.pick("暂停", "Pause"));
        form.title(lang.pick("暂停推送", "Pause"))
            .note(lang.pick(
                "暂不发送；变更不丢失，可随时恢复。",
                "Nothing is sent until it is resumed, and nothing is lost.",
            ))
            .field(reason("pause"))
    });
    let sure = lang.pick("已知晓：终止后不能恢复", "I know that it cannot be resumed");
    forms.push(
        Form::new(path("end"), lang.pick("终止", "End"))
            .title(lang.pick("终止推送", "End"))
            .note(lang.pick(
                "此后不再向该网址发送任何消息，未推送的变更也不再发送，密钥作废；不能恢复，需要时另行登记。",
                "Nothing is ever sent there again, what waits neither, and the secret is worth nothing. It cannot be resumed; \
                 subscribe another when one is needed.",
            ))
            .field(reason("end"))
            .field(Field::new(CONFIRM, sure, Input::Tick).needed()),
    );
    forms
}

/// Takes a step; what is refused is shown on the webhook's page with what was typed.
pub(super) async fn step(
    State(console): State<Console>,
    visitor: Visitor,
    Path((webhook, step)): Path<(Uuid, String)>,
    Sent(typed): Sent<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::ManageUsers)?;
    let lang = visitor.lang;
    let reason = typed.text("reason").to_owned();
    let done = match step.as_str() {
        "pause" => change(&console, &visitor, webhook, WebhookCommand::Pause { reason }).await,
        "resume" => change(&console, &visitor, webhook, WebhookCommand::Resume).await,
        "end" if !typed.ticked(CONFIRM) => {
            let (zh, en) = ("请先勾选确认。", "Tick the confirmation first.");
            Err(Refusal::typed("confirmation_missing", lang, zh, en).at(CONFIRM))
        }
        "end" => change(&console, &visitor, webhook, WebhookCommand::End { reason }).await,
        "replay" => replayed(&console, &visitor, webhook, &typed).await,
        _ => return Err(Stop::Missing(lang)),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/webhooks/{webhook}")).into_response()),
        Err(refusal) => {
            page(&console, &visitor, webhook, Asked { step, typed, refused: Some(refusal) }).await
        }
    }
}

async fn change(
    console: &Console,
    visitor: &Visitor,
    webhook: Uuid,
    command: WebhookCommand,
) -> Result<(), Refusal> {
    let done = change_webhook(&console.office, &visitor.desk(), webhook, command).await;
    done.map_err(|error| Refusal::of(&error, visitor.lang))
}

async fn replayed(console: &Console, visitor: &Visitor, webhook: Uuid, typed: &Typed) -> Result<(), Refusal> {
    let lang = visitor.lang;
    let position = typed.read_if(lang, "position")?;
    let done = replay_dead_letters(&console.office, &visitor.desk(), webhook, position).await;
    done.map(drop).map_err(|error| Refusal::of(&error, lang))
}
