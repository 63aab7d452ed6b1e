//! `ledger person erase` and `approve`.

use chrono::{NaiveDate, Utc};
use domain::explain::Explain;
use domain::household::{ErasureStep, Handling, PersonalRecord};
use domain::ids::PersonId;
use domain::personal::RetentionClass;
use domain::retention::Withheld;
use serde::Serialize;
use serde_json::json;

use crate::cli::failure::{Done, Failure};
use crate::cli::screen::{Align, Screen};
use crate::cli::session::Session;
use crate::processes::erasure::{self, ErasurePlan, PersonFile};
use crate::processes::office_day;

/// What the command line asks for.
pub(super) fn plan(person_id: PersonId, through: RetentionClass, basis: String) -> ErasurePlan {
    ErasurePlan { person_id, through, basis }
}

/// What an erasure would do, as JSON.
#[derive(Debug, Serialize)]
struct Outlook {
    person_id: PersonId,
    /// How the person stands.
    record: PersonalRecord,
    /// Whether the values are restricted.
    handling: Handling,
    /// Whether a request waits for its decision, and how it was answered.
    request: ErasureStep,
    /// Whether it would be taken today.
    possible: bool,
    /// What is at work.
    at_work: Vec<Reason>,
    /// Each class that it would take.
    classes: Vec<ClassOutlook>,
}

/// Something that stands in the way.
#[derive(Debug, Serialize)]
struct Reason {
    code: &'static str,
    zh: String,
    en: String,
}

/// Until when the law keeps a class.
#[derive(Debug, Serialize)]
struct ClassOutlook {
    class: RetentionClass,
    /// The first day on which it may be erased; nothing where no law keeps it.
    erasable_from: Option<NaiveDate>,
}

/// Says what an erasure would do. Exit code 1 when it would be refused.
///
/// # Errors
/// [`Failure`]: nobody knows the person.
pub(super) async fn dry_run(session: &Session, plan: &ErasurePlan) -> Result<Done, Failure> {
    let file =
        session.with_ledger(async |app| Ok(erasure::look_up(app.office(), plan.person_id).await?)).await?;
    let outlook = Outlook::of(&file, plan.through, office_day(Utc::now()));
    outlook.show(&session.screen)?;
    session.screen.answer(&outlook)?;
    Ok(if outlook.possible { Done::Well } else { Done::Found })
}

/// Asks for the erasure.
///
/// # Errors
/// [`Failure`]: something is at work, or the law keeps the file; with the day from which it does not.
pub(super) async fn request(session: &Session, plan: &ErasurePlan) -> Result<Done, Failure> {
    let desk = session.desk()?;
    session.with_ledger(async |app| Ok(erasure::request(app.office(), &desk, plan).await?)).await?;
    let person = plan.person_id;
    session.screen.say(
        format!("已申请删除人员 {person}。下一步由他人批准：ledger person approve {person} --as approver:…"),
        format!("The erasure of {person} is requested. Next, by somebody else: ledger person approve {person} --as approver:…"),
    )?;
    session.screen.answer(&json!({ "person_id": person, "done": "requested" }))?;
    Ok(Done::Well)
}

/// Erases, as somebody else asked.
///
/// # Errors
/// [`Failure`]: there is no request, the same person asked, something is at work, or the law keeps the file.
pub(super) async fn approve(session: &Session, person: PersonId) -> Result<Done, Failure> {
    let desk = session.desk()?;
    let erased =
        session.with_ledger(async |app| Ok(erasure::erase(app.office(), &desk, person).await?)).await?;
    let (zh, en) = standing(erased.record);
    session.screen.say(
        format!("人员 {person}：{zh}。更早的备份仍含密钥，请按 docs/OPERATIONS.md 处理。"),
        format!("{person}: {en}. Older backups still hold the keys: see docs/OPERATIONS.md."),
    )?;
    session.screen.answer(&json!({ "person_id": person, "done": "erased", "record": erased.record }))?;
    Ok(Done::Well)
}

impl Outlook {
    fn of(file: &PersonFile, through: RetentionClass, today: NaiveDate) -> Outlook {
        let record = file.record();
        let class = |class: &RetentionClass| ClassOutlook {
            class: *class,
            erasable_from: file.holdings.erasable_from(*class),
        };
        let reason = |withheld: &Withheld| Reason {
            code: withheld.code(),
            zh: withheld.zh(),
            en: withheld.to_string(),
        };
        Outlook {
            person_id: file.person_id,
            record,
            handling: file.handling(),
            request: file.erasure().clone(),
            possible: file.holdings.check(through, today).is_ok(),
            at_work: file.holdings.at_work.iter().map(reason).collect(),
            classes: through.through().iter().map(class).collect(),
        }
    }

    fn show(&self, screen: &Screen) -> Result<(), Failure> {
        let (zh, en) = standing(self.record);
        screen.say(format!("人员 {}：{zh}。", self.person_id), format!("{}: {en}.", self.person_id))?;
        let heads = [
            (screen.pick("保管类别", "Class"), Align::Left),
            (screen.pick("何时起可删除", "May be erased from"), Align::Left),
        ];
        let row = |class: &ClassOutlook| {
            let name = screen.pick(class.class.zh(), class.class.en()).to_owned();
            let none = || screen.pick("无保管义务", "nothing is kept").to_owned();
            vec![name, class.erasable_from.map_or_else(none, |from| from.to_string())]
        };
        screen.table(&heads, &self.classes.iter().map(row).collect::<Vec<_>>())?;
        for reason in &self.at_work {
            screen.say(format!("尚未办结：{}", reason.zh), format!("At work: {}", reason.en))?;
        }
        let (zh, en) = match self.possible {
            true => {
                ("今天可以申请删除；此次未作任何更改。", "It may be requested today. Nothing was changed.")
            }
            false => ("今天不能删除；此次未作任何更改。", "It would be refused today. Nothing was changed."),
        };
        Ok(screen.say(zh, en)?)
    }
}

/// How a person stands, in words.
fn standing(record: PersonalRecord) -> (String, String) {
    match record {
        PersonalRecord::Kept => ("个人信息完整保存".to_owned(), "all values are kept".to_owned()),
        PersonalRecord::VouchersKept { erased_on } => (
            format!("个案档案信息已于 {erased_on} 删除，会计凭证继续保管"),
            format!("case work was erased on {erased_on}, vouchers are kept"),
        ),
        PersonalRecord::Erased { erased_on } => {
            (format!("个人信息已于 {erased_on} 删除"), format!("erased on {erased_on}"))
        }
    }
}
