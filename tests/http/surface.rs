//! What others build on stays: the document may grow, and takes nothing back that was released.
//!
//! `released.json` is the document of the newest release. `RELEASE_SURFACE=1` writes it, when a release is made.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

/// Which way a schema goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// What callers send: it may ask for no more and refuse no more than before.
    Sent,
    /// What they are answered: it may say no less than before.
    Answered,
}

/// Compares two documents.
struct Comparison<'d> {
    old: &'d Value,
    new: &'d Value,
    broken: Vec<String>,
    /// Pairs of named schemas that were compared, for those that hold themselves.
    seen: BTreeSet<(String, String, bool)>,
}

/// Everything that the new document breaks.
fn broken(old: &Value, new: &Value) -> Vec<String> {
    let mut comparison = Comparison { old, new, broken: Vec::new(), seen: BTreeSet::new() };
    for (path, methods) in old["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let place = format!("{method} {path}");
            match &new["paths"][path][method] {
                Value::Null => comparison.broken.push(format!("{place} is gone")),
                now => comparison.operation(&place, operation, now),
            }
        }
    }
    comparison.broken
}

fn texts(value: &Value) -> BTreeSet<String> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .map(|each| each.as_str().map_or(each.to_string(), str::to_owned))
        .collect()
}

impl Comparison<'_> {
    fn operation(&mut self, place: &str, old: &Value, new: &Value) {
        let name = |parameter: &Value| (parameter["in"].clone(), parameter["name"].clone());
        let of = |operation: &Value| operation["parameters"].as_array().cloned().unwrap_or_default();
        let (before, now) = (of(old), of(new));
        for parameter in &before {
            let place = format!("{place} {}", parameter["name"]);
            match now.iter().find(|other| name(other) == name(parameter)) {
                None => self.broken.push(format!("{place} is gone")),
                Some(other) => self.schema(&place, &parameter["schema"], &other["schema"], Way::Sent),
            }
        }
        for parameter in now.iter().filter(|parameter| parameter["required"] == true) {
            let required = before.iter().any(|old| name(old) == name(parameter) && old["required"] == true);
            if !required {
                self.broken.push(format!("{place} {} is required now", parameter["name"]));
            }
        }
        for (kind, sent) in old["requestBody"]["content"].as_object().into_iter().flatten() {
            match &new["requestBody"]["content"][kind] {
                Value::Null => self.broken.push(format!("{place} takes no {kind} any more")),
                now => self.schema(place, &sent["schema"], &now["schema"], Way::Sent),
            }
        }
        for (kind, answered) in old["responses"]["200"]["content"].as_object().into_iter().flatten() {
            match &new["responses"]["200"]["content"][kind] {
                Value::Null => self.broken.push(format!("{place} answers no {kind} any more")),
                now => self.schema(place, &answered["schema"], &now["schema"], Way::Answered),
            }
        }
    }

    fn schema(&mut self, place: &str, old: &Value, new: &Value, way: Way) {
        if let (Some(one), Some(other)) = (old["$ref"].as_str(), new["$ref"].as_str())
            && !self.seen.insert((one.to_owned(), other.to_owned(), way == Way::Sent))
        {
            return;
        }
        let (old, new) = (resolved(self.old, old), resolved(self.new, new));
        if let (Some(before), Some(now)) = (types(old), types(new)) {
            let narrowed = match way {
                Way::Sent => !before.is_subset(&now),
                Way::Answered => !now.is_subset(&before),
            };
            if narrowed {
                self.broken.push(format!("{place} is {now:?}, was {before:?}"));
            }
        }
        self.values(place, old, new, way);
        self.members(place, old, new, way);
        self.schema_of_items(place, old, new, way);
        self.choices(place, old, new, way);
    }

    fn schema_of_items(&mut self, place: &str, old: &Value, new: &Value, way: Way) {
        if old["items"].is_object() && new["items"].is_object() {
            let (old, new) = (old["items"].clone(), new["items"].clone());
            self.schema(&format!("{place}[]"), &old, &new, way);
        }
    }

    fn values(&mut self, place: &str, old: &Value, new: &Value, way: Way) {
        let (before, now) = (texts(&old["enum"]), texts(&new["enum"]));
        if way == Way::Sent && !now.is_empty() {
            for value in before.difference(&now) {
                self.broken.push(format!("{place} takes {value} no more"));
            }
            if before.is_empty() {
                self.broken.push(format!("{place} takes some values alone"));
            }
        }
    }

    fn members(&mut self, place: &str, old: &Value, new: &Value, way: Way) {
        for (name, member) in old["properties"].as_object().into_iter().flatten() {
            match &new["properties"][name] {
                Value::Null => self.broken.push(format!("{place} {name} is gone")),
                now => self.schema(&format!("{place} {name}"), member, now, way),
            }
        }
        let (before, now) = (texts(&old["required"]), texts(&new["required"]));
        let (lost, what) = match way {
            Way::Sent => (now.difference(&before), "is required now"),
            Way::Answered => (before.difference(&now), "may be absent now"),
        };
        let lost: Vec<String> = lost.map(|name| format!("{place} {name} {what}")).collect();
        self.broken.extend(lost);
    }

    /// Each choice that there was is one still.
    fn choices(&mut self, place: &str, old: &Value, new: &Value, way: Way) {
        for kind in ["oneOf", "anyOf"] {
            let now = new[kind].as_array().cloned().unwrap_or_default();
            for choice in old[kind].as_array().cloned().unwrap_or_default() {
                let label = label(&choice);
                match now.iter().find(|other| self::label(other) == label) {
                    Some(other) => self.schema(&format!("{place} {label}"), &choice, other, way),
                    None if way == Way::Sent => self.broken.push(format!("{place} takes {label} no more")),
                    None => {}
                }
            }
        }
    }
}

fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    let place = schema["$ref"].as_str().and_then(|place| document.pointer(place.trim_start_matches('#')));
    place.unwrap_or(schema)
}

fn types(schema: &Value) -> Option<BTreeSet<String>> {
    match &schema["type"] {
        Value::String(one) => Some(BTreeSet::from([one.clone()])),
        Value::Array(_) => Some(texts(&schema["type"])),
        _ => None,
    }
}

/// What tells a choice from its neighbours: its constant, its name, its members, its type.
fn label(choice: &Value) -> String {
    let members: Vec<&String> =
        choice["properties"].as_object().into_iter().flat_map(|all| all.keys()).collect();
    for part in [&choice["const"], &choice["$ref"], &choice["enum"]] {
        if !part.is_null() {
            return part.to_string();
        }
    }
    if members.is_empty() {
        choice["type"].to_string()
    } else {
        format!("{:?}", choice["required"].to_string())
    }
}

fn released() -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("http/released.json");
    if std::env::var_os("RELEASE_SURFACE").is_some() {
        fs::write(&path, serde_json::to_string(&api::http::document()).unwrap() + "\n").unwrap();
    }
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn nothing_that_was_released_is_taken_back() {
    let broken = broken(&released(), &api::http::document());
    assert!(broken.is_empty(), "others build on this: {broken:#?}");
}

/// A change of a document.
type Changed = fn(&mut Value);

/// The document with something changed in it.
fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut document = released();
    change(&mut document);
    document
}

fn sent<'d>(document: &'d mut Value, schema: &str) -> &'d mut Value {
    &mut document["components"]["schemas"][schema]
}

#[test]
fn what_would_break_others_is_seen() {
    let old = released();
    let changes: [(&str, Changed); 7] = [
        ("path", |document| drop(document["paths"].as_object_mut().unwrap().remove("/api/v1/cases"))),
        ("method", |document| {
            drop(document["paths"]["/api/v1/runs"].as_object_mut().unwrap().remove("post"));
        }),
        ("answered member", |document| {
            drop(sent(document, "CaseEntry")["properties"].as_object_mut().unwrap().remove("stage"));
        }),
        ("required member", |document| sent(document, "Reason")["required"] = json!(["reason", "by"])),
        ("required parameter", |document| {
            document["paths"]["/api/v1/cases"]["get"]["parameters"][0]["required"] = json!(true);
        }),
        ("type", |document| sent(document, "Done")["properties"]["position"] = json!({ "type": "string" })),
        ("value", |document| {
            let values = sent(document, "BundleAsked")["oneOf"].as_array_mut().unwrap();
            values.pop();
        }),
    ];
    for (what, change) in changes {
        let new = with(change);
        assert_ne!(new, old, "{what} was changed");
        assert!(!broken(&old, &new).is_empty(), "{what}");
    }
}

#[test]
fn what_is_added_breaks_nobody() {
    let old = released();
    let new = with(|document| {
        document["paths"]["/api/v1/new"] = json!({ "get": { "responses": {} } });
        sent(document, "CaseEntry")["properties"]["more"] = json!({ "type": "string" });
        sent(document, "Reason")["properties"]["more"] = json!({ "type": "string" });
        let parameters = document["paths"]["/api/v1/cases"]["get"]["parameters"].as_array_mut().unwrap();
        parameters.push(json!({ "name": "more", "in": "query", "schema": { "type": "string" } }));
    });
    assert_eq!(broken(&old, &new), Vec::<String>::new());
}
