//! An endpoint as data: from one list come the routes, the OpenAPI document, the browsable page and the table of permissions.

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodRouter, get as get_route, post as post_route};
use domain::ids::CaseId;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::Api;
use super::guard::FILE_BYTES_MAX;
use crate::access::Capability;

/// Makes the schema of a type.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What one method of one path does.
#[derive(Clone)]
pub struct Endpoint {
    /// GET or POST.
    pub method: Method,
    /// The path below `/api/v1`.
    pub path: &'static str,
    /// What the caller must be able to do.
    pub capability: Capability,
    /// What it does, in Chinese.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// The parameters of the query.
    pub query: Option<SchemaOf>,
    /// What is sent.
    pub body: BodyKind,
    /// The most bytes of a file that is sent.
    pub file_bytes_max: usize,
    /// What comes back.
    pub answer: AnswerKind,
    /// Whether the answer to a POST is kept under its key.
    pub kept: Kept,
    pub(super) route: MethodRouter<Api>,
}

/// What is sent with a request.
#[derive(Clone, Copy)]
pub enum BodyKind {
    /// Nothing.
    None,
    /// JSON.
    Json(SchemaOf),
    /// The bytes of a file.
    File,
}

/// What comes back.
#[derive(Clone, Copy)]
pub enum AnswerKind {
    /// JSON.
    Json(SchemaOf),
    /// A page of a list: JSON, CSV or one JSON object a line.
    List(SchemaOf),
    /// A file of this media type.
    File(&'static str),
    /// JSON, or such events as they come.
    Stream(SchemaOf),
}

/// Whether the answer to a POST is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// As it is.
    Whole,
    /// Without the members `token` and `secret`, which are shown once.
    WithoutToken,
    /// Not at all: it holds what nobody should keep, and the request is done again, which changes nothing.
    Not,
}

/// A GET.
pub fn get<H, T>(
    path: &'static str,
    capability: Capability,
    said: (&'static str, &'static str),
    handler: H,
) -> Endpoint
where
    H: Handler<T, Api>,
    T: 'static,
{
    Endpoint::new(Method::GET, path, capability, said, get_route(handler))
}

/// A POST.
pub fn post<H, T>(
    path: &'static str,
    capability: Capability,
    said: (&'static str, &'static str),
    handler: H,
) -> Endpoint
where
    H: Handler<T, Api>,
    T: 'static,
{
    Endpoint::new(Method::POST, path, capability, said, post_route(handler))
}

impl Endpoint {
    fn new(
        method: Method,
        path: &'static str,
        capability: Capability,
        (zh, en): (&'static str, &'static str),
        route: MethodRouter<Api>,
    ) -> Endpoint {
        let answer = AnswerKind::Json(schema::<serde_json::Value>);
        let (body, kept) = (BodyKind::None, Kept::Whole);
        let file_bytes_max = FILE_BYTES_MAX;
        Endpoint { method, path, capability, zh, en, query: None, body, file_bytes_max, answer, kept, route }
    }

    /// The case that a path names where this endpoint is about one.
    pub fn case_named(&self, path: &str) -> Option<CaseId> {
        const CASES: &str = "/cases/";
        self.path.strip_prefix(CASES)?.starts_with("{id}").then_some(())?;
        let (_, named) = path.split_once(CASES)?;
        named.split('/').next()?.parse().ok()
    }

    /// With parameters.
    #[must_use]
    pub fn query<Q: JsonSchema>(self) -> Endpoint {
        Endpoint { query: Some(schema::<Q>), ..self }
    }

    /// With a JSON body.
    #[must_use]
    pub fn takes<B: JsonSchema>(self) -> Endpoint {
        Endpoint { body: BodyKind::Json(schema::<B>), ..self }
    }

    /// With the bytes of a file.
    #[must_use]
    pub fn takes_file(self) -> Endpoint {
        Endpoint { body: BodyKind::File, ..self }
    }

    /// With the bytes of a file that has so many at most.
    #[must_use]
    pub fn takes_file_up_to(self, file_bytes_max: usize) -> Endpoint {
        Endpoint { body: BodyKind::File, file_bytes_max, ..self }
    }

    /// What comes back.
    #[must_use]
    pub fn answers<A: JsonSchema>(self) -> Endpoint {
        Endpoint { answer: AnswerKind::Json(schema::<A>), ..self }
    }

    /// A page of a list comes back.
    #[must_use]
    pub fn lists<A: JsonSchema>(self) -> Endpoint {
        Endpoint { answer: AnswerKind::List(schema::<A>), ..self }
    }

    /// A file comes back.
    #[must_use]
    pub fn gives_file(self, media_type: &'static str) -> Endpoint {
        Endpoint { answer: AnswerKind::File(media_type), ..self }
    }

    /// Events come back as they happen.
    #[must_use]
    pub fn streams<A: JsonSchema>(self) -> Endpoint {
        Endpoint { answer: AnswerKind::Stream(schema::<A>), ..self }
    }

    /// How its answer is kept.
    #[must_use]
    pub fn keeping(self, kept: Kept) -> Endpoint {
        Endpoint { kept, ..self }
    }

    /// GET or POST, as text.
    pub fn verb(&self) -> &'static str {
        if self.method == Method::POST { "POST" } else { "GET" }
    }
}

fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}
