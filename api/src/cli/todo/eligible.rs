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
    show(&screen, horizon, &items, walked)?;
    screen.answer(
        &json!({ "on": horizon.on, "within_days": horizon.within_days, "walked": walked, "items": items }),
    )?;
    Ok(Done::Well)
}

fn show(screen: &Screen, horizon: Horizon, items: &[TodoItem], walked: Walked) -> Result<(), Failure> {
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
    let Walked { found, dismissed, unjudged } = walked;
    screen.say(
        format!("共 {found} 项；已搁置 {dismissed} 项；{unjudged} 项因缺少事实无法判断。仅供核实，不会自动发放或停发。"),
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
