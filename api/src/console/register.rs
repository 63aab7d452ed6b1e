//! 登记: people, applications and changes by form. The fields are the columns of the registers, with their codes, words and
//! bounds; what is wrong is said at its field, and what was typed stays.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::household::Household;
use domain::identifiers::CitizenId;
use domain::ids::HouseholdId;
use uuid::Uuid;

use super::Console;
use super::answers::{Refusal, Stop, shown};
use super::forms::{Field, Kind, StepForm, Typed};
use super::page::Frame;
use super::visitor::Visitor;
use crate::access::Capability;
use crate::console::address::Path;
use crate::lang::Lang;
use crate::processes::{
    Desk, Office, ProcessError, hold_consultation, receive_application, register_household, take_change,
};
use crate::registers::{Column, Format, Need, Problem, RawRow, RegisterRow, applications, changes, persons};

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage {
    frame: Frame,
    title: &'static str,
    places: Vec<(&'static str, &'static str, bool)>,
    form: StepForm,
}

/// What is registered by a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sheet {
    Household,
    Application,
    Change,
}

/// Columns of the register of applications that a form does not ask for: the steps are taken at the case's page.
const LATER_STEPS: [&str; 6] =
    ["means_checked_on", "visited_on", "reviewed_on", "notice_posted_on", "decided_on", "outcome"];

/// The field that names a form: what is sent twice with it is done once.
const FORM: &str = "form";

impl Sheet {
    const ALL: [Sheet; 3] = [Sheet::Household, Sheet::Application, Sheet::Change];

    const fn path(self) -> &'static str {
        match self {
            Sheet::Household => "/register/household",
            Sheet::Application => "/register/application",
            Sheet::Change => "/register/change",
        }
    }

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Sheet::Household => ("登记家庭", "Register a household"),
            Sheet::Application => ("受理申请", "Receive an application"),
            Sheet::Change => ("登记变更", "Record a change"),
        }
    }

    const fn does(self) -> (&'static str, &'static str) {
        match self {
            Sheet::Household => (
                "以户主登记一户；其他成员随后以“登记变更 · 成员加入”登记。",
                "Registers a household by its head; further members join by a change.",
            ),
            Sheet::Application => (
                "受理申请并建立个案；其后的步骤在个案页办理。",
                "Receives an application and opens its case; later steps are taken at the case's page.",
            ),
            Sheet::Change => (
                "登记账户、收入、成员、住所、健在、死亡等变更；多发少发由批次自动补发或列入追缴。",
                "Records accounts, income, members, moves, deaths; what that makes too little or too much follows in the next run.",
            ),
        }
    }

    fn of(name: &str) -> Option<Sheet> {
        Sheet::ALL.into_iter().find(|sheet| sheet.path().ends_with(&format!("/{name}")))
    }

    fn columns(self) -> Vec<&'static Column> {
        let columns = match self {
            Sheet::Household => persons::Row::KIND.template().columns,
            Sheet::Application => applications::Row::KIND.template().columns,
            Sheet::Change => changes::Row::KIND.template().columns,
        };
        columns.iter().filter(|column| !LATER_STEPS.contains(&column.code)).collect()
    }
}

/// Asks for what is to be registered.
pub(super) async fn ask(
    State(_): State<Console>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Response, Stop> {
    visitor.must(Capability::RegisterPeople)?;
    let sheet = Sheet::of(&name).ok_or(Stop::Missing(visitor.lang))?;
    Ok(shown(&page(&visitor, sheet)))
}

/// Registers it, and goes to its page.
pub(super) async fn enter(
    State(console): State<Console>,
    visitor: Visitor,
    Path(name): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Stop> {
    visitor.must(Capability::RegisterPeople)?;
    let sheet = Sheet::of(&name).ok_or(Stop::Missing(visitor.lang))?;
    let office = &console.office;
    let desk = desk_with(office, &visitor, &typed);
    let done = match sheet {
        Sheet::Household => household(office, (&visitor, &desk), &typed).await,
        Sheet::Application => application(office, (&visitor, &desk), &typed).await,
        Sheet::Change => change(office, (&visitor, &desk), &typed).await,
    };
    match done {
        Ok(path) => Ok(Redirect::to(&path).into_response()),
        Err(wrong) => Ok(again(&visitor, sheet, &typed, wrong)),
    }
}

/// The visitor at work, with the form that they were given.
fn desk_with(office: &Office, visitor: &Visitor, typed: &Typed) -> Desk {
    let desk = visitor.desk();
    match typed.get(FORM).and_then(|form| form.parse::<Uuid>().ok()) {
        // whatever form somebody names, it is one of their own
        Some(form) => {
            let key = office.derived("console_form", &format!("{}|{form}", desk.actor.id));
            desk.under(key)
        }
        None => desk,
    }
}

/// Why nothing was registered.
enum Wrong {
    /// Something in a field.
    Problems(Vec<Problem>),
    /// A process refused.
    Refused(Refusal),
}

impl From<Vec<Problem>> for Wrong {
    fn from(problems: Vec<Problem>) -> Wrong {
        Wrong::Problems(problems)
    }
}

fn page(visitor: &Visitor, sheet: Sheet) -> RegisterPage {
    let lang = visitor.lang;
    let fields = sheet.columns().iter().map(|column| field(lang, visitor, sheet, column)).collect();
    let name = lang.pick(sheet.names().0, sheet.names().1);
    let does = lang.pick(sheet.does().0, sheet.does().1);
    let mut form = StepForm::new(sheet.path().to_owned(), "register", name, does, fields);
    form.open = true;
    form.hidden.push((FORM, Uuid::new_v4().to_string()));
    RegisterPage {
        frame: Frame::new(visitor, "/register/household"),
        title: name,
        places: Sheet::ALL
            .map(|each| (each.path(), lang.pick(each.names().0, each.names().1), each == sheet))
            .to_vec(),
        form,
    }
}

/// A column as a field.
fn field(lang: Lang, visitor: &Visitor, sheet: Sheet, column: &Column) -> Field {
    let choices = |words: &[&'static str]| {
        let none = (String::new(), lang.pick("（不填）", "(nothing)").to_owned());
        let words = words.iter().map(|word| ((*word).to_owned(), (*word).to_owned()));
        Kind::Choice(std::iter::once(none).chain(words).collect())
    };
    let kind = match column.format {
        Format::Date => Kind::Day,
        Format::Count => Kind::Number,
        Format::Flag => choices(&["是", "否"]),
        Format::Choice(words) => choices(words),
        Format::Text(_) | Format::IdNumber | Format::Account | Format::Money | Format::List => Kind::Line,
    };
    let label = match lang {
        Lang::Zh => column.head.to_owned(),
        Lang::En => format!("{} ({})", column.code.replace('_', " "), column.head),
    };
    let example = match column.format {
        Format::List | Format::Money | Format::Text(_) if !column.example.is_empty() => {
            format!("{}{}", lang.pick("如 ", "such as "), column.example)
        }
        _ => String::new(),
    };
    let help = [column.note, example.as_str()].into_iter().filter(|part| !part.is_empty());
    let help = help.collect::<Vec<_>>().join(lang.pick("；", "; "));
    let mut field = Field::new(column.code, &label, kind).helped(&help);
    field.required = column.need == Need::Always;
    if matches!(column.code, "registered_on" | "applied_on" | "reported_on") {
        field.value = visitor.desk().today().to_string();
    }
    // a form registers a household by its head
    if sheet == Sheet::Household && column.code == "relation" {
        "户主".clone_into(&mut field.value);
    }
    field
}

/// The form with what was typed, each problem at its field.
fn again(visitor: &Visitor, sheet: Sheet, typed: &Typed, wrong: Wrong) -> Response {
    let lang = visitor.lang;
    let mut page = page(visitor, sheet);
    let refusal = match wrong {
        Wrong::Refused(refusal) => {
            page.form.keep(typed, Some(&refusal));
            refusal
        }
        Wrong::Problems(problems) => {
            page.form.keep(typed, None);
            for problem in &problems {
                let at = page.form.fields.iter_mut().find(|field| field.name == problem.field);
                if let Some(field) = at {
                    field.wrong =
                        Some(format!("{} [{}]", lang.pick(problem.zh, problem.en), problem.code.code()));
                }
            }
            let (zh, en) = (
                "有填写错误，已在各栏标出；未登记任何内容。",
                "Some fields are wrong, as marked; nothing was registered.",
            );
            Refusal::typed("fields_invalid", lang, zh, en)
        }
    };
    let status = refusal.status;
    page.frame.refused = Some(refusal);
    (status, shown(&page)).into_response()
}

/// Reads what was typed as the register reads a row.
fn row_of<R: RegisterRow>(typed: &Typed) -> Result<R, Vec<Problem>> {
    let columns = R::KIND.template().columns;
    let cell =
        |column: &Column| typed.get(column.code).map(|text| text.trim().to_owned()).unwrap_or_default();
    R::read(&RawRow::from_texts(1, columns.iter().map(cell)))
}

type AtWork<'a> = (&'a Visitor, &'a Desk);

async fn household(office: &Office, (visitor, desk): AtWork<'_>, typed: &Typed) -> Result<String, Wrong> {
    let row: persons::Row = row_of(typed)?;
    let Some(part) = &row.household else {
        let (zh, en) = ("请以户主登记；其他成员以变更加入。", "Register the head; others join by a change.");
        return Err(Wrong::Refused(Refusal::typed("no_head", visitor.lang, zh, en).at("relation")));
    };
    if !visitor.sees(&part.community) {
        return Err(not_yours(visitor, "community"));
    }
    let done = register_household(office, desk, std::slice::from_ref(&row)).await;
    let done = done.map_err(|error| refused(visitor, &error, "id_number"))?;
    Ok(format!("/households/{}", done.household_id))
}

async fn application(office: &Office, (visitor, desk): AtWork<'_>, typed: &Typed) -> Result<String, Wrong> {
    let row: applications::Row = row_of(typed)?;
    let refused = |error: ProcessError| refused(visitor, &error, "applicant");
    let home = seen_home(office, visitor, &row.applicant, "applicant").await?;
    if home != office.household_id(&row.household_number) {
        let (zh, en) = ("该人员不属于所填的户。", "The person belongs to another household.");
        return Err(Wrong::Refused(
            Refusal::typed("other_household", visitor.lang, zh, en).at("household_number"),
        ));
    }
    if row.steps.consulted_on.is_some() {
        hold_consultation(office, desk, &row).await.map_err(refused)?;
    }
    let case = receive_application(office, desk, &row).await.map_err(refused)?;
    Ok(format!("/cases/{}", case.subject.case_id))
}

async fn change(office: &Office, (visitor, desk): AtWork<'_>, typed: &Typed) -> Result<String, Wrong> {
    let row: changes::Row = row_of(typed)?;
    let home = match &row.change {
        changes::Change::MemberJoined(joining) => {
            let home = office.household_id(&joining.household_number);
            is_seen(office, visitor, home, "household_number").await?;
            home
        }
        _ => seen_home(office, visitor, &row.id_number, "id_number").await?,
    };
    let done = take_change(office, desk, &row).await;
    done.map_err(|error| refused(visitor, &error, "id_number"))?;
    Ok(format!("/households/{home}"))
}

/// The household of somebody whom the visitor sees.
async fn seen_home(
    office: &Office,
    visitor: &Visitor,
    number: &CitizenId,
    field: &'static str,
) -> Result<HouseholdId, Wrong> {
    let found = office.find(number).await;
    let (_, home) = found.map_err(|error| refused(visitor, &error, field))?;
    is_seen(office, visitor, home, field).await?;
    Ok(home)
}

async fn is_seen(
    office: &Office,
    visitor: &Visitor,
    home: HouseholdId,
    field: &'static str,
) -> Result<(), Wrong> {
    let loaded = office.repository.load_newest::<Household>(home).await.map_err(ProcessError::from);
    let loaded = loaded.map_err(|error| refused(visitor, &error, field))?;
    let seen = loaded.state.registered().is_some_and(|home| visitor.sees(&home.community));
    // whether there is one elsewhere is not said
    if seen { Ok(()) } else { Err(refused(visitor, &ProcessError::UnknownPerson, field)) }
}

fn refused(visitor: &Visitor, error: &ProcessError, field: &'static str) -> Wrong {
    let refusal = Refusal::of(error, visitor.lang);
    let at = if refusal.field.is_empty() { field } else { refusal.field };
    Wrong::Refused(refusal.at(at))
}

fn not_yours(visitor: &Visitor, field: &'static str) -> Wrong {
    let (zh, en) = ("该社区不在您的数据范围内。", "The community is not yours.");
    let refusal = Refusal::typed("role_not_allowed", visitor.lang, zh, en);
    Wrong::Refused(Refusal { status: StatusCode::FORBIDDEN, ..refusal }.at(field))
}
