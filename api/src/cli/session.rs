//! What every command shares: the settings, the screen, who acts, and a ledger that is closed on every way out.

use chrono::Utc;
use domain::actor::{Actor, ActorId, Role};
use tokio::task::block_in_place;

use super::Common;
use super::failure::Failure;
use super::screen::Screen;
use crate::app::App;
use crate::processes::Desk;
use crate::processes::erasure::FinishedErasure;
use crate::registers::RegisterKind;
use crate::settings::{Given, Settings};

/// A command at work.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// Where the ledger is.
    pub settings: Settings,
    /// Where answers go.
    pub screen: Screen,
    actor: Option<Actor>,
}

impl Session {
    /// What the common options say.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] for a setting that cannot be used.
    pub fn new(common: &Common) -> Result<Session, Failure> {
        let given = Given {
            data_dir: common.data.clone(),
            database_url: common.database_url.clone(),
            pg_bin: common.pg_bin.clone(),
            checkpoint_copy: common.checkpoint_copy.clone(),
            witnesses: common.witnesses.clone(),
        };
        let settings = Settings::try_new(given, |name| std::env::var(name).ok());
        let settings = settings.map_err(|error| Failure::Unreachable(error.into()))?;
        Ok(Session { settings, screen: common.screen(), actor: common.actor.clone() })
    }

    /// The person who acts now.
    ///
    /// # Errors
    /// [`Failure::Usage`] without `--as`: every change has its author.
    pub fn desk(&self) -> Result<Desk, Failure> {
        let actor = self.actor.clone().ok_or(Failure::Usage {
            code: "actor_required",
            zh: "请用 --as 说明由谁办理，例如 --as clerk:wang.fang".to_owned(),
            en: "say who acts with --as, such as --as clerk:wang.fang".to_owned(),
        })?;
        Ok(Desk::new(actor, Utc::now()))
    }

    /// Opens the ledger, works with it and closes it, whatever came of the work.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] when it cannot be opened; else those of the work.
    pub async fn with_ledger<T>(
        &self,
        work: impl AsyncFnOnce(&App) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let app = App::open_as_kept(&self.settings).await.map_err(Failure::opening)?;
        self.tell_of_erasures(&app);
        let done = work(&app).await;
        app.close().await?;
        done
    }

    /// The same for what is done once: where the ledger has all of it already, it says so on standard error, and nobody takes
    /// a repeat for a second one.
    ///
    /// # Errors
    /// Those of [`Session::with_ledger`].
    pub async fn act<T>(&self, work: impl AsyncFnOnce(&App) -> Result<T, Failure>) -> Result<T, Failure> {
        self.act_or_hint(("", ""), work).await
    }

    /// The same, with how another one that is alike is told apart, in Chinese and English.
    ///
    /// # Errors
    /// Those of [`Session::with_ledger`].
    pub async fn act_or_hint<T>(
        &self,
        (zh, en): (&str, &str),
        work: impl AsyncFnOnce(&App) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.with_ledger(async |app| {
            let written = || app.office().repository.written();
            let before = written();
            let done = work(app).await?;
            if written() == before {
                let said = self.screen.pick(NOTHING_NEW.0, NOTHING_NEW.1);
                eprintln!("ledger: {said}{}", self.screen.pick(zh, en));
            }
            Ok(done)
        })
        .await
    }

    /// The same for commands that change nothing: a ledger whose proofs do not hold is opened too, with a warning.
    ///
    /// # Errors
    /// Those of [`Session::with_ledger`].
    pub async fn look_at_ledger<T>(
        &self,
        work: impl AsyncFnOnce(&App) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let app = App::open_to_look(&self.settings).await.map_err(Failure::opening)?;
        if let Some(refusal) = app.refusal() {
            eprintln!("ledger: {} [{}]", refusal.text(self.screen.lang), refusal.code());
        }
        self.tell_of_erasures(&app);
        let done = work(&app).await;
        app.close().await?;
        done
    }

    /// Says on standard error which erasures were finished at the start, so that an answer stays an answer.
    pub fn tell_of_erasures(&self, app: &App) {
        for FinishedErasure { person_id, class, erased_on } in app.finished_erasures() {
            let zh = format!("已补做删除：人员 {person_id} 的{}密钥（{erased_on} 已决定删除）", class.zh());
            let en = format!(
                "finished an erasure: the key of {} of {person_id}, erased on {erased_on}",
                class.en()
            );
            eprintln!("ledger: {}", self.screen.pick(zh, en));
        }
    }
}

/// What is said of a repeat.
const NOTHING_NEW: (&str, &str) =
    ("台账中已有同样的事项，本次没有新增记录。", "the ledger has the same already: nothing was added.");

/// Runs work that waits for files or another process without holding up the other tasks.
pub(super) fn waiting<T>(work: impl FnOnce() -> T) -> T {
    block_in_place(work)
}

/// Reads `ROLE:ACCOUNT`.
pub(super) fn parse_actor(text: &str) -> Result<Actor, String> {
    let (role, account) = text.split_once(':').ok_or("格式为 ROLE:ACCOUNT · must read ROLE:ACCOUNT")?;
    let role = parse_role(role)?;
    let id = ActorId::parse(account).map_err(|error| format!("账号有误 · {error}"))?;
    Ok(Actor { id, role })
}

/// Reads the code of a role that a person can have.
pub(super) fn parse_role(code: &str) -> Result<Role, String> {
    role_of(code).ok_or_else(|| {
        let roles = "clerk, reviewer, approver, finance, auditor, administrator";
        format!("没有这个角色 · there is no such role; the roles are {roles}")
    })
}

/// The roles that a person can have; `system` is the program's own.
fn role_of(code: &str) -> Option<Role> {
    Some(match code {
        "clerk" => Role::Clerk,
        "reviewer" => Role::Reviewer,
        "approver" => Role::Approver,
        "finance" => Role::Finance,
        "auditor" => Role::Auditor,
        "administrator" => Role::Administrator,
        _ => return None,
    })
}

/// Reads the name of a register.
pub(super) fn parse_kind(code: &str) -> Result<RegisterKind, String> {
    RegisterKind::from_code(code).ok_or_else(|| {
        let codes: Vec<&str> = RegisterKind::ALL.iter().map(|kind| kind.code()).collect();
        format!("没有这种登记表 · there is no such register; the registers are {}", codes.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_is_a_role_and_an_account() {
        let actor = parse_actor("clerk:li.na").unwrap();
        assert_eq!((actor.role, actor.id.as_str()), (Role::Clerk, "li.na"));
    }

    #[test]
    fn what_is_wrong_with_an_actor_is_said() {
        assert!(parse_actor("li.na").unwrap_err().contains("ROLE:ACCOUNT"));
        assert!(parse_actor("boss:li.na").unwrap_err().contains("no such role"));
        assert!(parse_actor("system:ledger").unwrap_err().contains("no such role"));
        assert!(parse_actor("clerk:李娜").unwrap_err().contains("1 to 64"));
    }
}
