//! 导入: a checked register becomes commands, row by row. The same row again changes nothing.
//!
//! Rows of one turn (a household, a person, a campaign) are applied one after the other in the order of the file;
//! turns run side by side. What the domain refuses is that row's own trouble; what the database cannot do ends the
//! import, and importing the file again goes on where it stopped.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::actor::ActorId;
use domain::household::Household;
use domain::identifiers::CitizenId;
use domain::program::Program;
use eventlog::append::Appended;
use futures::stream::{self, StreamExt, TryStreamExt};
use indicatif::ProgressBar;
use serde::Serialize;
use uuid::Uuid;

use super::{
    Desk, Office, ProcessError, assess_care, cases_of, check_means, hold_consultation, households,
    receive_application, receive_donation, register_household, take_change, visit_home,
};
use crate::registers::changes::Change;
use crate::registers::{
    Checked, DryRunContext, GoodRow, KnownPerson, RawRow, RegisterRow, applications, care_assessments,
    changes, donations, persons,
};

/// Turns at work at once: they meet in the appender, which writes them together.
const TURNS_AT_ONCE: usize = 64;

/// What a home visit of an imported application says; the form with what was seen stays in the office's files.
const VISIT_NOTE: &str = "随申请登记表导入，详见入户调查表";

/// A household number that no register can hold: someone's household that the file does not name.
const OTHER_HOUSEHOLD: &str = "\u{1f}";

/// Who imports, and what only this person can say.
#[derive(Clone, Debug)]
pub struct Importer {
    /// The clerk.
    pub desk: Desk,
    /// Who visited the homes of an application register.
    pub visitors: Vec<ActorId>,
}

impl Importer {
    /// The same clerk on the day of a step, at noon in Beijing.
    fn on(&self, day: NaiveDate) -> Desk {
        let noon = day.and_hms_opt(4, 0, 0).map_or(self.desk.now, |noon| noon.and_utc());
        Desk::new(self.desk.actor.clone(), noon).handing_in()
    }

    /// The same clerk: the same rows come again with the next file, and change nothing then.
    fn handing_in(&self) -> Importer {
        Importer { desk: self.desk.clone().handing_in(), visitors: self.visitors.clone() }
    }
}

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Imported {
    /// Rows that changed something.
    pub new: usize,
    /// Rows that had been imported before.
    pub repeated: usize,
    /// Rows that the domain refused, by row.
    pub refused: Vec<RefusedRow>,
}

/// A row that was well-formed, and refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RefusedRow {
    /// The row as the clerk sees it.
    pub row: u32,
    /// The stable code.
    pub code: &'static str,
    /// Why, in Chinese.
    pub zh: String,
    /// Why, in English.
    pub en: String,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It changed something.
    New,
    /// It had been imported before, or stands already.
    Repeated,
}

impl Taken {
    /// From what was appended for it.
    pub(in crate::processes) fn of(appended: Option<&Appended>) -> Taken {
        if appended.is_some_and(|appended| !appended.repeated) { Taken::New } else { Taken::Repeated }
    }
}

/// Whom a row speaks of: the ledger is asked about them before the rows are checked.
pub struct Mentions<'r> {
    /// Persons.
    pub persons: Vec<&'r CitizenId>,
    /// The household number that stands beside them.
    pub household_number: Option<&'r str>,
}

/// A register that can be imported.
pub trait Importable: Checked + Clone + Send + Sync + 'static {
    /// Whom the row speaks of.
    fn mentions(&self) -> Mentions<'_>;

    /// The community that the row puts people into, where it says one.
    fn community(&self) -> Option<&str> {
        None
    }

    /// Rows of the same turn are applied one after the other.
    fn turn(&self) -> String;

    /// Applies the rows of one turn that belong together, such as a household.
    fn apply(
        office: &Office,
        importer: &Importer,
        rows: &[GoodRow<Self>],
    ) -> impl Future<Output = Result<Taken, ProcessError>> + Send;

    /// Cuts a turn into what is applied together: each row by itself, unless a register says otherwise.
    fn together(rows: Vec<GoodRow<Self>>) -> Vec<Vec<GoodRow<Self>>> {
        rows.into_iter().map(|row| vec![row]).collect()
    }
}

/// What the ledger knows of the people that a register speaks of.
///
/// # Errors
/// [`ProcessError`] when the ledger cannot be asked.
pub async fn known<R: Importable>(
    office: &Office,
    rows: &[RawRow],
    today: NaiveDate,
) -> Result<DryRunContext, ProcessError> {
    let mut asked: BTreeMap<(String, Option<String>), CitizenId> = BTreeMap::new();
    for row in rows.iter().filter_map(|raw| R::read(raw).ok()) {
        let mentions = row.mentions();
        let number = mentions.household_number.map(str::to_owned);
        for person in mentions.persons {
            asked.insert((person.as_str().to_owned(), number.clone()), person.clone());
        }
    }
    let answers = stream::iter(asked).map(|((_, number), person)| person_known(office, person, number));
    let answers: Vec<_> = answers.buffer_unordered(TURNS_AT_ONCE).try_collect().await?;
    let mut context = DryRunContext::new(today);
    for (person, known, household) in answers {
        if let Some(number) = household {
            context.know_household(number);
        }
        // the household that the person is in wins over one that another row claims
        let told = |known: &KnownPerson| known.household_number != OTHER_HOUSEHOLD;
        if let Some(known) = known.filter(|known| told(known) || context.person(&person).is_none()) {
            context.know(person, known);
        }
    }
    Ok(context)
}

type Answer = (CitizenId, Option<KnownPerson>, Option<String>);

async fn person_known(
    office: &Office,
    person: CitizenId,
    number: Option<String>,
) -> Result<Answer, ProcessError> {
    let mut household = None;
    if let Some(number) = &number {
        let id = office.household_id(number).to_string();
        let loaded = office.repository.load::<Household>(&id).await?;
        household = loaded.state.registered().map(|_| number.clone());
    }
    let found = match office.find(&person).await {
        Ok((_, household_id)) => household_id,
        Err(ProcessError::UnknownPerson) => return Ok((person, None, household)),
        Err(error) => return Err(error),
    };
    let same = number.filter(|number| office.household_id(number) == found);
    let household_number = same.unwrap_or_else(|| OTHER_HOUSEHOLD.to_owned());
    let known = KnownPerson { household_number, birth_date: person.birth_date() };
    Ok((person, Some(known), household))
}

/// Applies checked rows. Rows that were imported before change nothing.
///
/// # Errors
/// [`ProcessError`] for what is no row's fault, such as a database that is gone.
pub async fn import<R: Importable>(
    office: &Office,
    importer: &Importer,
    rows: Vec<GoodRow<R>>,
    progress: &ProgressBar,
) -> Result<Imported, ProcessError> {
    let mut turns: BTreeMap<String, Vec<GoodRow<R>>> = BTreeMap::new();
    for row in rows {
        turns.entry(row.row.turn()).or_default().push(row);
    }
    let importer = &importer.handing_in();
    let work = |turn: Vec<GoodRow<R>>| take_turn(office, importer, turn, progress);
    let mut done = stream::iter(turns.into_values()).map(work).buffer_unordered(TURNS_AT_ONCE);
    let mut imported = Imported::default();
    while let Some(turn) = done.try_next().await? {
        imported.new += turn.new;
        imported.repeated += turn.repeated;
        imported.refused.extend(turn.refused);
    }
    imported.refused.sort_by_key(|refused| refused.row);
    Ok(imported)
}

async fn take_turn<R: Importable>(
    office: &Office,
    importer: &Importer,
    turn: Vec<GoodRow<R>>,
    progress: &ProgressBar,
) -> Result<Imported, ProcessError> {
    let mut imported = Imported::default();
    for rows in R::together(turn) {
        match R::apply(office, importer, &rows).await {
            Ok(Taken::New) => imported.new += rows.len(),
            Ok(Taken::Repeated) => imported.repeated += rows.len(),
            Err(error) if is_the_rows_own(&error) => {
                imported.refused.extend(rows.iter().map(|row| refused(row.number, &error)));
            }
            Err(error) => return Err(error),
        }
        progress.inc(rows.len() as u64);
    }
    Ok(imported)
}

const fn is_the_rows_own(error: &ProcessError) -> bool {
    matches!(error, ProcessError::Refused { .. } | ProcessError::UnknownPerson | ProcessError::Unknown { .. })
}

fn refused(row: u32, error: &ProcessError) -> RefusedRow {
    use crate::lang::Lang;
    RefusedRow { row, code: error.code(), zh: error.text(Lang::Zh), en: error.text(Lang::En) }
}

/// Whether a job was done under this key before.
async fn was_done(office: &Office, key: Uuid) -> Result<bool, ProcessError> {
    Ok(office.repository.log().lookup_command(key).await?.is_some())
}

/// The key under which a job takes a row; each job derives the same.
fn key_of<R: RegisterRow>(office: &Office, label: &str, rows: &[GoodRow<R>]) -> Uuid {
    let content: Vec<String> = rows.iter().flat_map(|good| good.row.write()).collect();
    office.derived(label, &content.join("\u{1f}"))
}

impl Importable for persons::Row {
    fn mentions(&self) -> Mentions<'_> {
        Mentions { persons: vec![&self.id_number], household_number: Some(&self.household_number) }
    }

    fn community(&self) -> Option<&str> {
        self.household.as_ref().map(|household| household.community.as_str())
    }

    fn turn(&self) -> String {
        self.household_number.clone()
    }

    async fn apply(
        office: &Office,
        importer: &Importer,
        rows: &[GoodRow<Self>],
    ) -> Result<Taken, ProcessError> {
        if was_done(office, key_of(office, "register_household", rows)).await? {
            return Ok(Taken::Repeated);
        }
        let rows: Vec<persons::Row> = rows.iter().map(|good| good.row.clone()).collect();
        register_household(office, &importer.desk, &rows).await?;
        Ok(Taken::New)
    }

    fn together(rows: Vec<GoodRow<Self>>) -> Vec<Vec<GoodRow<Self>>> {
        let number_of = |row: &persons::Row| {
            rows.iter().find(|good| good.row.id_number == row.id_number).map_or(0, |good| good.number)
        };
        let plain: Vec<persons::Row> = rows.iter().map(|good| good.row.clone()).collect();
        let numbered = |row: persons::Row| GoodRow { number: number_of(&row), row };
        households(&plain).into_iter().map(|rows| rows.into_iter().map(numbered).collect()).collect()
    }
}

impl Importable for applications::Row {
    fn mentions(&self) -> Mentions<'_> {
        Mentions { persons: vec![&self.applicant], household_number: Some(&self.household_number) }
    }

    fn turn(&self) -> String {
        format!("{}|{}", self.applicant.as_str(), self.program.code())
    }

    /// The clerk's own steps. Review, notice and decision are other people's.
    async fn apply(
        office: &Office,
        importer: &Importer,
        rows: &[GoodRow<Self>],
    ) -> Result<Taken, ProcessError> {
        let mut taken = Taken::Repeated;
        for GoodRow { row, .. } in rows {
            let (person, _) = office.find(&row.applicant).await?;
            let steps = &row.steps;
            let cases = cases_of(office, person, row.program).await?;
            let mut asked = cases.iter().filter_map(|(_, case)| case.application());
            if !asked.any(|asked| asked.applied_on == steps.applied_on) {
                taken = Taken::New;
            }
            if let Some(day) = steps.consulted_on {
                hold_consultation(office, &importer.on(day), row).await?;
            }
            let case = receive_application(office, &importer.on(steps.applied_on), row).await?;
            if let Some(day) = steps.means_checked_on {
                check_means(office, &importer.on(day), case).await?;
            }
            if let Some(day) = steps.visited_on {
                let visitors = importer.visitors.clone();
                visit_home(office, &importer.on(day), case, visitors, VISIT_NOTE).await?;
            }
        }
        Ok(taken)
    }
}

impl Importable for care_assessments::Row {
    fn mentions(&self) -> Mentions<'_> {
        Mentions { persons: vec![&self.id_number], household_number: None }
    }

    fn turn(&self) -> String {
        self.id_number.as_str().to_owned()
    }

    async fn apply(
        office: &Office,
        importer: &Importer,
        rows: &[GoodRow<Self>],
    ) -> Result<Taken, ProcessError> {
        if was_done(office, key_of(office, "care_assessment", rows)).await? {
            return Ok(Taken::Repeated);
        }
        let mut taken = Taken::Repeated;
        for good in rows {
            if assess_care(office, &importer.desk, &good.row).await? == Taken::New {
                taken = Taken::New;
            }
        }
        Ok(taken)
    }
}

impl Importable for changes::Row {
    fn mentions(&self) -> Mentions<'_> {
        let mut persons = vec![&self.id_number];
        let mut household_number = None;
        match &self.change {
            Change::AccountChanged(account) => persons.extend(&account.holder),
            Change::MemberJoined(joining) => household_number = Some(joining.household_number.as_str()),
            _ => {}
        }
        Mentions { persons, household_number }
    }

    /// One turn for all: a change may rest on any row above it, such as an account held by someone who joined.
    fn turn(&self) -> String {
        String::new()
    }

    async fn apply(
        office: &Office,
        importer: &Importer,
        rows: &[GoodRow<Self>],
    ) -> Result<Taken, ProcessError> {
        let mut taken = Taken::Repeated;
        for good in rows {
            let done = change_was_done(office, good).await?;
            if !done && take_change(office, &importer.desk, &good.row).await? == Taken::New {
                taken = Taken::New;
            }
        }
        Ok(taken)
    }
}

/// Whether a change is recorded in the person's cases.
const fn is_of_cases(change: &Change) -> bool {
    matches!(change, Change::Suspended | Change::ConfirmedAlive)
}

/// A suspension and its end are recorded in each of the person's cases, all other changes once.
async fn change_was_done(office: &Office, good: &GoodRow<changes::Row>) -> Result<bool, ProcessError> {
    if !is_of_cases(&good.row.change) {
        return was_done(office, key_of(office, "change", std::slice::from_ref(good))).await;
    }
    let (person, _) = office.find(&good.row.id_number).await?;
    let content = good.row.write().join("\u{1f}");
    for program in Program::ALL {
        for (case_id, _) in cases_of(office, person, *program).await? {
            let key = office.derived("case_change", &format!("{case_id}|{content}"));
            if was_done(office, key).await? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

impl Importable for donations::Row {
    fn mentions(&self) -> Mentions<'_> {
        Mentions { persons: Vec::new(), household_number: None }
    }

    fn turn(&self) -> String {
        self.campaign.clone()
    }

    async fn apply(
        office: &Office,
        importer: &Importer,
        rows: &[GoodRow<Self>],
    ) -> Result<Taken, ProcessError> {
        if was_done(office, key_of(office, "donation", rows)).await? {
            return Ok(Taken::Repeated);
        }
        for good in rows {
            receive_donation(office, &importer.desk, &good.row).await?;
        }
        Ok(Taken::New)
    }
}
