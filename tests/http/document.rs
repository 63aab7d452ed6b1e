//! The committed document is what the routes say: a change of it is there to be reviewed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use api::http::endpoint::Endpoint;
use api::http::v1::endpoints;
use serde_json::{Value, json};

/// Compares a committed file with what the program says, or writes it when `UPDATE_DOCS` is set.
pub fn assert_committed(path: &str, expected: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, expected).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == expected, "{} differs; UPDATE_DOCS=1 writes it again", path.display());
}

/// Every endpoint, by the first word of its path.
fn table() -> String {
    let mut areas: BTreeMap<&str, Vec<Endpoint>> = BTreeMap::new();
    for endpoint in endpoints() {
        areas.entry(endpoint.path.split('/').nth(1).unwrap()).or_default().push(endpoint);
    }
    let mut table = String::new();
    for (area, endpoints) in areas {
        table.push_str(&format!("\n**{area}**\n\n| | Path | What | Needs |\n|---|---|---|---|\n"));
        for endpoint in &endpoints {
            let (verb, Endpoint { path, zh, en, capability, .. }) = (endpoint.verb(), endpoint);
            table.push_str(&format!("| {verb} | `{path}` | {zh}: {en} | `{}` |\n", capability.code()));
        }
    }
    table
}

#[test]
fn the_page_about_the_api_lists_every_endpoint() {
    const MARK: &str = "<!-- made from the code: UPDATE_DOCS=1 -->\n";
    let page = fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/API.md")).unwrap();
    let (before, _) = page.split_once(MARK).unwrap();
    assert_committed("docs/API.md", &format!("{before}{MARK}{}", table()));
}

#[test]
fn the_committed_document_is_that_of_the_routes() {
    let document = serde_json::to_string_pretty(&api::http::document()).unwrap() + "\n";
    assert_committed("docs/openapi.json", &document);
}

/// Answers whose form is rightly left open, by their place. There is none: what happened is described by what it is, and
/// what was recorded is told in words.
const LEFT_OPEN: &[&str] = &[];

/// Looks for what a schema leaves open.
struct Openings<'d> {
    document: &'d Value,
    found: BTreeSet<String>,
    seen: BTreeSet<String>,
}

impl Openings<'_> {
    fn schema(&mut self, place: &str, schema: &Value) {
        if let Some(to) = schema["$ref"].as_str() {
            let name = to.rsplit('/').next().unwrap();
            if self.seen.insert(to.to_owned()) {
                let named = &self.document["components"]["schemas"][name];
                self.schema(name, named);
            }
        } else if is_open(schema) {
            self.found.insert(place.to_owned());
        }
        for kind in ["properties", "patternProperties"] {
            for (name, member) in schema[kind].as_object().into_iter().flatten() {
                self.schema(&format!("{place}.{name}"), member);
            }
        }
        for kind in ["items", "additionalProperties"] {
            if schema.get(kind).is_some_and(|of| *of != json!(false)) {
                self.schema(&format!("{place}[]"), &schema[kind]);
            }
        }
        for kind in ["oneOf", "anyOf", "allOf", "prefixItems"] {
            for choice in schema[kind].as_array().into_iter().flatten() {
                self.schema(place, choice);
            }
        }
    }
}

/// Whether anything at all, any object or any list would do.
fn is_open(schema: &Value) -> bool {
    const SAYING: [&str; 10] = [
        "type",
        "enum",
        "const",
        "oneOf",
        "anyOf",
        "allOf",
        "properties",
        "patternProperties",
        "items",
        "not",
    ];
    const MEMBERS: [&str; 7] =
        ["properties", "patternProperties", "additionalProperties", "oneOf", "anyOf", "allOf", "$ref"];
    let says = |names: &[&str]| names.iter().any(|name| schema.get(*name).is_some());
    let of = |kind: &str| {
        schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.contains(&json!(kind)))
    };
    !says(&SAYING)
        || (of("object") && !says(&MEMBERS))
        || (of("array") && !says(&["items", "prefixItems"]))
        || schema["additionalProperties"] == json!(true)
}

/// Every place of an answer that the document leaves open.
fn left_open(document: &Value) -> BTreeSet<String> {
    let mut openings = Openings { document, found: BTreeSet::new(), seen: BTreeSet::new() };
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            for response in operation["responses"].as_object().unwrap().values() {
                for (kind, content) in response["content"].as_object().into_iter().flatten() {
                    if kind.ends_with("json") {
                        openings.schema(&format!("{method} {path}"), &content["schema"]);
                    }
                }
            }
        }
    }
    openings.found
}

#[test]
fn every_answer_says_what_it_holds() {
    let expected: BTreeSet<String> = LEFT_OPEN.iter().map(|place| (*place).to_owned()).collect();
    assert_eq!(left_open(&api::http::document()), expected);
}

#[test]
fn an_answer_that_says_nothing_is_found() {
    let answer = |schema: Value| {
        let content = json!({ "application/json": { "schema": schema } });
        let operation = json!({ "responses": { "200": { "content": content } } });
        left_open(&json!({ "paths": { "/x": { "get": operation } } })).into_iter().collect::<Vec<_>>()
    };
    let open = [json!(true), json!({}), json!({ "type": "object" }), json!({ "type": ["array", "null"] })];
    for schema in open {
        assert_eq!(answer(schema.clone()), ["get /x"], "{schema}");
        let within = json!({ "type": "object", "properties": { "member": schema } });
        assert_eq!(answer(within), ["get /x.member"], "{schema}");
    }
    let said = json!({ "type": "array", "items": { "type": "object", "properties": { "n": { "type": "integer" } } } });
    assert!(answer(said).is_empty());
}
