//! The people of the synthetic office. Whoever prepares a thing is never among those who approve it.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, TimeZone, Utc};
use domain::actor::{Actor, ActorId, ActorIdError, Role};

use crate::processes::Desk;

/// Beijing is eight hours ahead of UTC, so nine in the morning there is one in the night here.
const OPENING_MINUTES: i64 = 60;

/// Everyone at the office.
#[derive(Clone, Debug)]
pub struct Staff {
    clerks: Vec<Actor>,
    reviewers: Vec<Actor>,
    approvers: Vec<Actor>,
    run_clerk: Actor,
    run_approver: Actor,
    finance: Actor,
}

impl Staff {
    /// The office's people.
    ///
    /// # Errors
    /// None for these names.
    pub fn new() -> Result<Staff, ActorIdError> {
        let actor = |name: &str, role| Ok(Actor { id: ActorId::parse(name)?, role });
        let team = |names: &[&str], role| -> Result<Vec<Actor>, ActorIdError> {
            names.iter().map(|name| actor(name, role)).collect()
        };
        Ok(Staff {
            clerks: team(&["li.na", "zhang.wei", "chen.jie", "yang.fan"], Role::Clerk)?,
            reviewers: team(&["wang.fang", "liu.yang"], Role::Reviewer)?,
            approvers: team(&["zhao.min", "sun.qiang"], Role::Approver)?,
            run_clerk: actor("zhou.lan", Role::Clerk)?,
            run_approver: actor("xu.gang", Role::Approver)?,
            finance: actor("wu.hua", Role::Finance)?,
        })
    }

    /// The clerk who looks after thing number `index`.
    pub fn clerk(&self, index: usize) -> Actor {
        self.clerks[index % self.clerks.len()].clone()
    }

    /// The reviewer of thing number `index`.
    pub fn reviewer(&self, index: usize) -> Actor {
        self.reviewers[index % self.reviewers.len()].clone()
    }

    /// The approver of thing number `index`.
    pub fn approver(&self, index: usize) -> Actor {
        self.approvers[index % self.approvers.len()].clone()
    }

    /// Two people who visit together.
    pub fn visitors(&self, index: usize) -> Vec<ActorId> {
        vec![self.clerk(index).id, self.clerk(index + 1).id]
    }

    /// Who prepares payment runs.
    pub fn run_clerk(&self) -> Actor {
        self.run_clerk.clone()
    }

    /// Who approves payment runs.
    pub fn run_approver(&self) -> Actor {
        self.run_approver.clone()
    }

    /// Who releases runs, takes the bank's results and keeps the funds.
    pub fn finance(&self) -> Actor {
        self.finance.clone()
    }
}

/// Someone at work on `day`, `minutes` after the office opened.
pub fn at_work(actor: Actor, day: NaiveDate, minutes: i64) -> Desk {
    let now: DateTime<Utc> =
        Utc.from_utc_datetime(&day.and_time(NaiveTime::MIN)) + Duration::minutes(OPENING_MINUTES + minutes);
    // a day that was played in part is played again
    Desk::new(actor, now).handing_in()
}
