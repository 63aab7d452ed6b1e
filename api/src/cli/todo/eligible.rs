//! `ledger todo eligible`: the lists of 政策找人, computed anew each time.

use domain::program::Program;
use domain::todo::TodoKind;
use serde_json::json;

use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen, yuan};
use crate::cli::session::Session;
use crate::outlook::found::{Horizon, TodoItem, Walked, find};

/// Which entries are shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Only {
    pub kind: Option<TodoKind>,
    pub program: Option<Program>,
}

impl Only {
    fn takes(self, item: &TodoItem) -> bool {
        self.kind.is_none_or(|kind| kind == item.kind)
            && self.program.is_none_or(|program| program == item.program)
    }

    /// How many there are of what alone was asked for; nothing where everything was.
    fn told(self, shown: usize) -> Option<(String, String)> {
        let (kind, program) = (self.kind.into_iter(), self.program.into_iter());
        let zh: Vec<&str> = kind.clone().map(TodoKind::zh).chain(program.clone().map(Program::zh)).collect();
        let en: Vec<&str> = kind.map(TodoKind::en).chain(program.map(Program::en)).collect();
        let (zh, en) = (zh.join("，"), en.join(", "));
        match shown {
            _ if zh.is_empty() => None,
            0 => Some((format!("没有此类事项（{zh}）。"), format!("There is nothing of this kind ({en})."))),
            some => Some((format!("此类（{zh}）{some} 项。"), format!("{some} of this kind ({en})."))),
        }
    }
}

/// Shows the list.
///
/// # Errors
/// [`Failure`] when the ledger cannot be read.
pub(super) async fn run(session: &Session, horizon: Horizon, only: Only) -> Result<Done, Failure> {
    let screen = session.screen;
    let (items, walked) = session
        .look_at_ledger(async |app| {
            let mut items = Vec::new();
            let walked = find(app.office(), horizon, |item| {
                if only.takes(&item) {
                    items.push(item);
                }
                Ok(())
            })
            .await?;
            Ok((items, walked))
        })
        .await?;
    show(&screen, horizon, (only, &items), walked)?;
    screen.answer(
        &json!({ "on": horizon.on, "within_days": horizon.within_days, "walked": walked, "items": items }),
    )?;
    Ok(Done::Well)
}

fn show(
    screen: &Screen,
    horizon: Horizon,
    (only, items): (Only, &[TodoItem]),
    walked: Walked,
) -> Result<(), Failure> {
    let heads = [
        (screen.pick("项目", "Program"), Align::Left),
        (screen.pick("人员", "Person"), Align::Left),
        (screen.pick("姓名", "Name"), Align::Left),
        (screen.pick("月份", "Month"), Align::Left),
        (screen.pick("元/月", "Yuan"), Align::Right),
        (screen.pick("依据的事实", "Facts"), Align::Left),
    ];
    let on = horizon.on;
    screen.say(format!("截至 {on}："), format!("As of {on}:"))?;
    for kind in TodoKind::ALL {
        let of_kind: Vec<&TodoItem> = items.iter().filter(|item| item.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let count = of_kind.len();
        screen.say(format!("{}（{count}）", kind.zh()), format!("{} ({count})", kind.en()))?;
        let rows: Vec<Vec<String>> = of_kind.iter().map(|item| row(screen, item)).collect();
        screen.table(&heads, &rows)?;
    }
    let part = only.told(items.len());
    let all = if part.is_some() { "全部" } else { "" };
    if let Some((zh, en)) = part {
        screen.say(zh, en)?;
    }
    let Walked { found, dismissed, unjudged } = walked;
    screen.say(
        format!("{all}共 {found} 项；已搁置 {dismissed} 项；{unjudged} 项因缺少事实无法判断。仅供核实，不会自动发放或停发。"),
        format!(
            "{found} in all; {dismissed} set aside; {unjudged} could not be judged. To be looked into: nothing is paid or \
             ended by it."
        ),
    )?;
    Ok(())
}

fn row(screen: &Screen, item: &TodoItem) -> Vec<String> {
    let separator = screen.pick("；", "; ");
    let mut facts: Vec<String> =
        item.facts.iter().map(|fact| screen.pick(fact.zh.clone(), fact.en.clone())).collect();
    if item.amount.is_none() {
        facts.insert(0, screen.pick(item.reason.zh.clone(), item.reason.en.clone()));
    }
    vec![
        screen.pick(item.program.zh(), item.program.en()).to_owned(),
        item.person_id.to_string(),
        item.name.clone().unwrap_or_default(),
        item.month.to_string(),
        item.amount.map(yuan).unwrap_or_default(),
        facts.join(separator),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_alone_was_asked_for_it_is_said_that_there_is_none() {
        let only = Only { kind: Some(TodoKind::SeemsEnded), program: None };
        let (zh, en) = only.told(0).unwrap();
        assert_eq!(zh, "没有此类事项（疑似不再符合）。");
        assert_eq!(en, "There is nothing of this kind (seems no longer eligible).");
        assert_eq!(only.told(2).unwrap().0, "此类（疑似不再符合）2 项。");
        assert_eq!(Only { kind: None, program: None }.told(0), None);
    }
}
