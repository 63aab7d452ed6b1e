//! 公示名单: the cases on public notice on a day, from the events that posted them. Names are masked before they leave.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use domain::benefit_case::BenefitCaseEvent;
use domain::household::Member;
use domain::identifiers::masked_name;
use domain::ids::{CaseId, HouseholdId};
use domain::program::Program;
use print::{Notice, NoticeRow};
use projections::audit_trail::queries::of_type;
use projections::case_files::queries::{cases, households};
use projections::case_files::{CaseRow, HouseholdRow};
use projections::{audit_trail, case_files};

use super::people::{OpenPeople, People};
use super::{Press, Told};
use crate::processes::ProcessError;

/// The longest notice that is looked for, in days.
const NOTICE_DAYS_MAX: u64 = 92;

/// Which notices: of one case, of a program, or of every program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoticeOf {
    /// Of one case.
    pub case: Option<CaseId>,
    /// Of a program.
    pub program: Option<Program>,
}

/// A posted notice.
#[derive(Clone, Copy)]
struct Posted {
    posted_on: NaiveDate,
    until: NaiveDate,
}

/// The list of who is on notice on `day`, by program and day of posting.
///
/// # Errors
/// [`ProcessError`]: nobody is, or the ledger cannot be read.
pub(super) async fn notice(
    press: &Press<'_>,
    of: NoticeOf,
    day: NaiveDate,
    objections_to: &str,
) -> Result<Told, ProcessError> {
    let (rows, position) = on_notice(press, of, day).await?;
    if rows.is_empty() {
        return Err(ProcessError::Unknown { what: "public notice on that day" });
    }
    let rows = rows.into_iter().map(|(_, row)| row).collect();
    let (office, objections_to) = (press.name.to_owned(), objections_to.to_owned());
    Ok((Notice { office, day, objections_to, rows }.sheet(), position))
}

/// Who is on notice on `day`, by program and day of posting, with the log position that says so. Names are masked.
///
/// # Errors
/// [`ProcessError`] when the ledger cannot be read.
pub async fn on_notice(
    press: &Press<'_>,
    of: NoticeOf,
    day: NaiveDate,
) -> Result<(Vec<(CaseId, NoticeRow)>, u64), ProcessError> {
    let mut snapshot = press.snapshot(&[&audit_trail::ABOUT, &case_files::ABOUT]).await?;
    let position = snapshot.position();
    let connection = snapshot.connection();
    let since = day.checked_sub_days(Days::new(NOTICE_DAYS_MAX)).unwrap_or(day);
    let trail = of_type(&mut *connection, "NoticePosted", since, day).await?;
    let positions: Vec<u64> = trail.iter().map(|row| row.position).collect();
    let posted = posted_on(press, &positions, day).await?;
    let ids: Vec<CaseId> = posted.keys().copied().collect();
    let mut files = cases(&mut *connection, &ids).await?;
    files.retain(|file| is_asked(file, of, day));
    let homes: BTreeSet<HouseholdId> = files.iter().map(|file| file.household_id).collect();
    let homes: Vec<HouseholdId> = homes.into_iter().collect();
    let homes = households(&mut *connection, &homes).await?;
    let homes: BTreeMap<HouseholdId, HouseholdRow> =
        homes.into_iter().map(|home| (home.household_id, home)).collect();
    let people = People::find(connection, &files.iter().map(|file| file.applicant).collect()).await?;
    drop(snapshot);
    files.sort_by_key(|file| {
        (file.program, posted.get(&file.case_id).map(|posted| posted.posted_on), file.opened_position)
    });
    let open = OpenPeople::load(press, &people, files.iter().map(|file| file.applicant)).await?;
    let rows = files.iter().filter_map(|file| {
        let (home, posted) = (homes.get(&file.household_id)?, posted.get(&file.case_id)?);
        Some((file.case_id, row(file, home, *posted, day, &open)))
    });
    Ok((rows.collect(), position))
}

/// The notices of these events that stand on `day`: of each case the newest.
async fn posted_on(
    press: &Press<'_>,
    positions: &[u64],
    day: NaiveDate,
) -> Result<BTreeMap<CaseId, Posted>, ProcessError> {
    let mut standing = BTreeMap::new();
    for stored in press.office.repository.log().read_at(positions).await? {
        let event =
            stored.decode::<BenefitCaseEvent>().map_err(|error| ProcessError::Damaged(error.to_string()))?;
        let Some(BenefitCaseEvent::NoticePosted { posted_on, earliest_decision_on, .. }) = event else {
            continue;
        };
        let Ok(case) = stored.stream.id.parse::<CaseId>() else { continue };
        let until = earliest_decision_on.pred_opt().unwrap_or(earliest_decision_on);
        if (posted_on..=until).contains(&day) {
            standing.insert(case, Posted { posted_on, until });
        }
    }
    Ok(standing)
}

/// Whether a case is asked for, and was not withdrawn before the day.
fn is_asked(file: &CaseRow, of: NoticeOf, day: NaiveDate) -> bool {
    let asked = of.case.is_none_or(|case| file.case_id == case);
    asked
        && of.program.is_none_or(|program| file.program == program)
        && file.closed_on.is_none_or(|closed| closed >= day)
}

fn row(
    file: &CaseRow,
    home: &HouseholdRow,
    posted: Posted,
    day: NaiveDate,
    open: &OpenPeople<'_>,
) -> NoticeRow {
    let member = home.state.member(file.applicant);
    let name = member.map(|member| open.value(&member.name, file.applicant, |name| masked_name(&name.0)));
    let members = home.state.registered().map(|registered| &registered.members);
    let persons =
        members.map_or(0, |members| members.values().filter(|member| lives_there(member, day)).count());
    NoticeRow {
        masked_name: name.unwrap_or_default(),
        community: home.community.clone(),
        program: file.program.zh().to_owned(),
        persons: u64::try_from(persons).unwrap_or(u64::MAX),
        posted_on: posted.posted_on,
        until: posted.until,
    }
}

fn lives_there(member: &Member, day: NaiveDate) -> bool {
    let alive = member.died_on().is_none_or(|died_on| died_on >= day);
    let stays = |stay: &domain::household::Stay| {
        stay.since.is_none_or(|since| since <= day) && stay.until.is_none_or(|until| until >= day)
    };
    alive && member.stays.iter().any(stays)
}
