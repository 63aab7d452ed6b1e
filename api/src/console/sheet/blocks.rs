//! The blocks of a sheet.

/// A part of a page.
pub(in crate::console) enum Block {
    Figures(Vec<Figure>),
    Table(Table),
    Form(Form),
    /// Text under a head, a paragraph each.
    Words(String, Vec<String>),
    /// Text of a file under a head, as it stands.
    Text(String, String),
    /// Links under a head: path and name.
    Links(String, Vec<(String, String)>),
    /// A drawing under a head; the table that says the same follows it. Its text is made by this program alone.
    Chart {
        title: String,
        svg: String,
        table: Table,
    },
}

/// A sum with what it is.
pub(in crate::console) struct Figure {
    pub name: String,
    pub value: String,
    pub besides: String,
}

impl Figure {
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Figure {
        Figure { name: name.into(), value: value.into(), besides: String::new() }
    }

    #[must_use]
    pub fn besides(self, text: impl Into<String>) -> Figure {
        Figure { besides: text.into(), ..self }
    }
}

/// A table.
#[derive(Default)]
pub(in crate::console) struct Table {
    pub title: String,
    /// A sentence above it.
    pub note: String,
    /// The heads; whether numbers stand below.
    pub heads: Vec<(String, bool)>,
    pub rows: Vec<Row>,
    /// What is said where there is no row: why, and what to do.
    pub empty: String,
    /// The page before, where this is, and the page after.
    pub pages: Option<(Option<String>, String, Option<String>)>,
}

/// A row of a table.
#[derive(Default)]
pub(in crate::console) struct Row {
    /// The class of the row.
    pub mark: &'static str,
    pub cells: Vec<Cell>,
}

/// A cell.
pub(in crate::console) enum Cell {
    Text(String),
    Number(String),
    Code(String),
    /// A name for people, and the identifier for auditors.
    Named(String, String),
    Link(String, String),
    Tag(&'static str, String),
    /// What stands in a file, and what is wrong with it.
    Fault(String, String),
    /// Something that can be done with the row.
    Acts(Vec<Form>),
}

impl Table {
    pub fn new(title: impl Into<String>, empty: impl Into<String>) -> Table {
        Table { title: title.into(), empty: empty.into(), ..Table::default() }
    }

    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Table {
        Table { note: note.into(), ..self }
    }

    /// The same with a further column of texts.
    #[must_use]
    pub fn head(mut self, name: impl Into<String>) -> Table {
        self.heads.push((name.into(), false));
        self
    }

    /// The same with a further column of numbers.
    #[must_use]
    pub fn number(mut self, name: impl Into<String>) -> Table {
        self.heads.push((name.into(), true));
        self
    }

    /// Whether a column holds nothing but what can be done: on paper it has no use.
    pub fn is_for_acts(&self, place: &usize) -> bool {
        self.rows.iter().all(|row| matches!(row.cells.get(*place), Some(Cell::Acts(_))))
    }

    #[must_use]
    pub fn rows(mut self, rows: impl IntoIterator<Item = Row>) -> Table {
        self.rows.extend(rows);
        self
    }
}

impl Row {
    pub fn of(cells: Vec<Cell>) -> Row {
        Row { mark: "", cells }
    }

    pub fn marked(mark: &'static str, cells: Vec<Cell>) -> Row {
        Row { mark, cells }
    }
}

/// The most characters of a text that stays in one line, also on paper: a day, a month, an account.
const BRIEF_MAX: usize = 12;

/// The fewest of one that is broken into lines on every screen.
const LONG_MIN: usize = 40;

/// The class of a cell by the length of its text.
pub(in crate::console) fn length_of(text: &str) -> &'static str {
    match text.chars().count() {
        ..=BRIEF_MAX => "brief",
        LONG_MIN.. => "long",
        _ => "",
    }
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }

    pub fn number(text: impl Into<String>) -> Cell {
        Cell::Number(text.into())
    }

    pub fn link(path: impl Into<String>, text: impl Into<String>) -> Cell {
        Cell::Link(path.into(), text.into())
    }
}

/// A form.
#[derive(Default)]
pub(in crate::console) struct Form {
    pub title: String,
    /// What it will do.
    pub note: String,
    pub path: String,
    /// Whether it asks and changes nothing.
    pub asks: bool,
    /// Whether a file goes with it.
    pub files: bool,
    pub fields: Vec<Field>,
    pub button: String,
}

/// A field of a form.
pub(in crate::console) struct Field {
    /// The identifier on the page.
    pub id: String,
    pub name: &'static str,
    pub label: String,
    /// What helps to fill it in.
    pub hint: String,
    pub input: Input,
    pub value: String,
    pub needed: bool,
    /// What is wrong with it.
    pub wrong: String,
}

/// How a field is filled in.
pub(in crate::console) enum Input {
    Text,
    Date,
    Number,
    Area,
    Secret,
    Hidden,
    /// A file; which kinds are offered first.
    File(&'static str),
    /// A box to tick.
    Tick,
    Choice(Vec<Choice>),
}

/// A choice: its code, its name, whether it is chosen.
pub(in crate::console) struct Choice {
    pub code: String,
    pub name: String,
    pub chosen: bool,
}

impl Form {
    pub fn new(path: impl Into<String>, button: impl Into<String>) -> Form {
        Form { path: path.into(), button: button.into(), ..Form::default() }
    }

    /// A form that asks: what was asked stands in the address, and can be kept as a link.
    pub fn asking(path: impl Into<String>, button: impl Into<String>) -> Form {
        Form { asks: true, ..Form::new(path, button) }
    }

    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Form {
        Form { title: title.into(), ..self }
    }

    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Form {
        Form { note: note.into(), ..self }
    }

    #[must_use]
    pub fn field(mut self, field: Field) -> Form {
        self.files |= matches!(field.input, Input::File(_));
        self.fields.push(field);
        self
    }

    /// The same with something that goes with it unseen.
    #[must_use]
    pub fn hidden(self, name: &'static str, value: impl Into<String>) -> Form {
        self.field(Field::new(name, "", Input::Hidden).value(value))
    }
}

impl Field {
    pub fn new(name: &'static str, label: impl Into<String>, input: Input) -> Field {
        Field {
            id: name.to_owned(),
            name,
            label: label.into(),
            hint: String::new(),
            input,
            value: String::new(),
            needed: false,
            wrong: String::new(),
        }
    }

    #[must_use]
    pub fn needed(self) -> Field {
        Field { needed: true, ..self }
    }

    #[must_use]
    pub fn value(self, value: impl Into<String>) -> Field {
        Field { value: value.into(), ..self }
    }

    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Field {
        Field { hint: hint.into(), ..self }
    }

    /// The same under another identifier, where a page has the form several times.
    #[must_use]
    pub fn id(self, id: impl Into<String>) -> Field {
        Field { id: id.into(), ..self }
    }
}

impl Field {
    /// What its element says to who cannot see that it is marked. Its text is made by this program alone: an identifier is
    /// none that somebody typed.
    pub fn marks(&self) -> String {
        if self.wrong.is_empty() {
            return String::new();
        }
        format!(" aria-invalid=\"true\" aria-describedby=\"{}-wrong\"", self.id)
    }
}

impl Choice {
    pub fn new(code: impl Into<String>, name: impl Into<String>, chosen: bool) -> Choice {
        Choice { code: code.into(), name: name.into(), chosen }
    }
}
