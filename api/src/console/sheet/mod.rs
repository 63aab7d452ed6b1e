//! A sheet (版面): a page made of blocks, so that tables, forms, figures and charts look and read the same in every
//! room. A field always has its label, a table its heads, an empty list a sentence that says what to do, a chart its
//! table.

mod blocks;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

pub(super) use blocks::{Block, Cell, Choice, Field, Figure, Form, Input, Row, Table, length_of};

use super::answers::{Refusal, shown};
use super::page::Frame;
use super::visitor::Visitor;

/// A page of blocks.
#[derive(Template)]
#[template(path = "sheet.html")]
pub(super) struct Sheet {
    pub frame: Frame,
    pub title: String,
    /// Where it stands: path and name of what is above it.
    pub above: Vec<(String, String)>,
    /// What the page is for.
    pub lead: String,
    /// What was done just now.
    pub done: String,
    pub blocks: Vec<Block>,
}

impl Sheet {
    /// An empty page at a place of the menu.
    pub fn new(visitor: &Visitor, here: &str, title: (&str, &str)) -> Sheet {
        Sheet {
            frame: Frame::new(visitor, here),
            title: visitor.lang.pick(title.0, title.1).to_owned(),
            above: Vec::new(),
            lead: String::new(),
            done: String::new(),
            blocks: Vec::new(),
        }
    }

    /// The same with what the page is for.
    #[must_use]
    pub fn lead(self, text: impl Into<String>) -> Sheet {
        Sheet { lead: text.into(), ..self }
    }

    /// The same below another page.
    #[must_use]
    pub fn below(mut self, path: impl Into<String>, name: impl Into<String>) -> Sheet {
        self.above.push((path.into(), name.into()));
        self
    }

    /// The same with a further block.
    #[must_use]
    pub fn with(mut self, block: Block) -> Sheet {
        self.blocks.push(block);
        self
    }

    /// The same with a further block where there is one.
    #[must_use]
    pub fn and(self, block: Option<Block>) -> Sheet {
        match block {
            Some(block) => self.with(block),
            None => self,
        }
    }

    /// The answer, with what a process refused.
    pub fn answer(mut self, refused: Option<Refusal>) -> Response {
        let status = refused.as_ref().map_or(StatusCode::OK, |refusal| refusal.status);
        if let Some(refusal) = &refused {
            self.mark(refusal);
        }
        self.frame.refused = refused;
        (status, shown(&self)).into_response()
    }
}

impl Sheet {
    /// Marks the field that was refused, where one form alone has it: of several it is not known which was sent.
    fn mark(&mut self, refusal: &Refusal) {
        let fields = self.blocks.iter_mut().filter_map(|block| match block {
            Block::Form(form) => Some(&mut form.fields),
            _ => None,
        });
        let mut named: Vec<&mut Field> =
            fields.flatten().filter(|field| !field.name.is_empty() && field.name == refusal.field).collect();
        if let [field] = named.as_mut_slice() {
            refusal.words.clone_into(&mut field.wrong);
        }
    }
}

/// Whether a link leads to a file, which is kept and not shown.
fn is_file(path: &str) -> bool {
    [".csv", ".xlsx", ".tar"].iter().any(|end| path.ends_with(end))
}
