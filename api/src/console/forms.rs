//! 表单: what a page asks for. A form says what it will do, keeps what was typed, marks what was refused, and asks for a
//! tick where what it does cannot simply be done again the other way.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::calendar::BenefitMonth;
use domain::money::Money;

use super::answers::Refusal;
use crate::lang::Lang;

/// What was typed, by the names of the fields.
pub(super) type Typed = BTreeMap<String, String>;

/// The name of the field that confirms.
pub(super) const CONFIRM: &str = "confirm";

/// The most characters of a text of several lines.
const LINES_MAX: usize = 2_000;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A line of text.
    Line,
    /// Several lines of text.
    Lines,
    /// A day.
    Day,
    /// A month, as 2026-11.
    Month,
    /// An amount in yuan.
    Amount,
    /// A whole number.
    Number,
    /// One of these: code and name.
    Choice(Vec<(String, String)>),
}

/// A field of a form.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// Names the input; unique on the page.
    pub id: String,
    /// By which it is sent; the field of the domain's refusals.
    pub name: &'static str,
    /// What people read beside it.
    pub label: String,
    /// What stands in it.
    pub value: String,
    /// Whether it must be filled.
    pub required: bool,
    /// How it is filled, where that is not plain.
    pub help: String,
    /// What is wrong with it.
    pub wrong: Option<String>,
    kind: Kind,
}

impl Field {
    /// A field that must be filled.
    pub fn new(name: &'static str, label: &str, kind: Kind) -> Field {
        Field {
            id: name.to_owned(),
            name,
            label: label.to_owned(),
            value: String::new(),
            required: true,
            help: String::new(),
            wrong: None,
            kind,
        }
    }

    /// A day that is today if nothing else is typed.
    pub fn day(name: &'static str, label: &str, today: NaiveDate) -> Field {
        Field::new(name, label, Kind::Day).holding(&today.to_string())
    }

    /// With this in it.
    pub fn holding(mut self, value: &str) -> Field {
        value.clone_into(&mut self.value);
        self
    }

    /// May stay empty.
    pub fn optional(mut self) -> Field {
        self.required = false;
        self
    }

    /// With a word on how it is filled.
    pub fn helped(mut self, help: &str) -> Field {
        help.clone_into(&mut self.help);
        self
    }

    /// The element that asks for it.
    pub fn tag(&self) -> &'static str {
        match self.kind {
            Kind::Lines => "textarea",
            Kind::Choice(_) => "select",
            _ => "input",
        }
    }

    /// The type of its input.
    pub fn input(&self) -> &'static str {
        match self.kind {
            Kind::Day => "date",
            Kind::Month => "month",
            Kind::Number => "number",
            _ => "text",
        }
    }

    /// What can be chosen.
    pub fn choices(&self) -> &[(String, String)] {
        match &self.kind {
            Kind::Choice(choices) => choices,
            _ => &[],
        }
    }
}

/// A form.
#[derive(Clone, Debug)]
pub(super) struct StepForm {
    /// Where it is sent.
    pub path: String,
    /// Names it.
    pub code: String,
    /// What people read on it.
    pub name: String,
    /// What it will do.
    pub does: String,
    /// What it asks for.
    pub fields: Vec<Field>,
    /// What is sent along: the version that is looked at, for one.
    pub hidden: Vec<(&'static str, String)>,
    /// What must be ticked before it is done.
    pub confirm: Option<String>,
    /// Why the visitor may not do it, where their role may and they may not.
    pub barred: Option<String>,
    /// Whether it is shown unfolded.
    pub open: bool,
}

impl StepForm {
    /// A form.
    pub fn new(path: String, code: &str, name: &str, does: &str, fields: Vec<Field>) -> StepForm {
        let mut form = StepForm {
            path,
            code: code.to_owned(),
            name: name.to_owned(),
            does: does.to_owned(),
            fields,
            hidden: Vec::new(),
            confirm: None,
            barred: None,
            open: false,
        };
        for field in &mut form.fields {
            field.id = format!("{code}-{}", field.name);
        }
        form
    }

    /// What was typed is in it again, and what was refused is marked.
    pub fn keep(&mut self, typed: &Typed, refused: Option<&Refusal>) {
        self.open = true;
        let at = refused.map_or("", |refusal| refusal.field);
        let mut marked = false;
        for field in &mut self.fields {
            if let Some(value) = typed.get(field.name) {
                field.value.clone_from(value);
            }
            // the domain calls the day of a step by one name, whichever step it is
            let here = at == field.name || (at == "date" && field.kind == Kind::Day);
            if here && !marked {
                field.wrong = refused.map(|refusal| refusal.words.clone());
                marked = true;
            }
        }
    }
}

/// Reads what was typed; what cannot be read is refused at its field.
pub(super) struct Sheet<'t> {
    typed: &'t Typed,
    lang: Lang,
}

impl<'t> Sheet<'t> {
    pub fn new(typed: &'t Typed, lang: Lang) -> Sheet<'t> {
        Sheet { typed, lang }
    }

    /// What stands in a field, without blanks around it.
    pub fn text(&self, name: &str) -> &'t str {
        self.typed.get(name).map_or("", |text| text.trim())
    }

    /// What stands in a field, if anything does.
    pub fn given(&self, name: &str) -> Option<&'t str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// A [`Refusal`] at the field.
    pub fn filled(&self, name: &'static str) -> Result<&'t str, Refusal> {
        let text = self.text(name);
        let fits = !text.is_empty() && !text.contains('\0') && text.chars().count() <= LINES_MAX;
        if fits {
            return Ok(text);
        }
        let (zh, en) = ("请填写 1 至 2000 字。", "1 to 2000 characters are needed.");
        Err(Refusal::typed("text_missing", self.lang, zh, en).at(name))
    }

    /// A day.
    ///
    /// # Errors
    /// A [`Refusal`] at the field.
    pub fn day(&self, name: &'static str) -> Result<NaiveDate, Refusal> {
        self.text(name).parse().map_err(|_| {
            let (zh, en) = ("日期应为 2026-11-28 这样。", "A day is like 2026-11-28.");
            Refusal::typed("date_malformed", self.lang, zh, en).at(name)
        })
    }

    /// A month.
    ///
    /// # Errors
    /// A [`Refusal`] at the field.
    pub fn month(&self, name: &'static str) -> Result<BenefitMonth, Refusal> {
        self.text(name).parse().map_err(|_| {
            let (zh, en) = ("月份应为 2026-11 这样。", "A month is like 2026-11.");
            Refusal::typed("month_malformed", self.lang, zh, en).at(name)
        })
    }

    /// An amount in yuan, with at most two places.
    ///
    /// # Errors
    /// A [`Refusal`] at the field.
    pub fn amount(&self, name: &'static str) -> Result<Money, Refusal> {
        let plain = self.text(name).replace(',', "");
        let read = plain.parse().ok().and_then(|yuan| Money::from_yuan(yuan).ok());
        read.filter(|amount| !amount.is_negative()).ok_or_else(|| {
            let (zh, en) = ("金额应为不超过两位小数的元数。", "An amount is yuan with at most two places.");
            Refusal::typed("amount_malformed", self.lang, zh, en).at(name)
        })
    }

    /// A whole number.
    ///
    /// # Errors
    /// A [`Refusal`] at the field.
    pub fn number(&self, name: &'static str) -> Result<u32, Refusal> {
        self.text(name).parse().map_err(|_| {
            let (zh, en) = ("应为整数。", "A whole number is needed.");
            Refusal::typed("number_malformed", self.lang, zh, en).at(name)
        })
    }

    /// One of the choices, by what reads it.
    ///
    /// # Errors
    /// A [`Refusal`] at the field.
    pub fn choice<T>(&self, name: &'static str, read: impl FnOnce(&str) -> Option<T>) -> Result<T, Refusal> {
        read(self.text(name)).ok_or_else(|| {
            let (zh, en) = ("请从列表中选择。", "Choose one of the list.");
            Refusal::typed("choice_unknown", self.lang, zh, en).at(name)
        })
    }

    /// Refuses what was not confirmed.
    ///
    /// # Errors
    /// A [`Refusal`] at the tick.
    pub fn confirmed(&self) -> Result<(), Refusal> {
        if self.given(CONFIRM).is_some() {
            return Ok(());
        }
        let (zh, en) = ("请先勾选确认。", "Tick the confirmation first.");
        Err(Refusal::typed("confirmation_missing", self.lang, zh, en).at(CONFIRM))
    }
}
