//! `docs/EVENTS.md`, written from the types: their doc comments are its text.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::event_catalogue::{StreamKind, stream_kinds};

const INTRODUCTION: &str = "# Events of the ledger

Generated from the types in `domain/`; a test fails when this page and the types differ, and
`UPDATE_DOCS=1 cargo test -p domain --test event_schemas` writes it again.

Every fact of the office is one of these events in one append-only log. Amounts are whole fen (1/100 yuan), days are
days at the office (Beijing), months are written `2023-07`. A *sealed* field holds ciphertext: it is opened with the
named key of the person it belongs to, and when that person is erased it stays closed for ever. Who acted, when it
was recorded and what caused it stand beside each event in its envelope. An event's JSON is its name over its fields,
as in `{\"FundsCommitted\": {\"run_id\": …, \"amount\": 139500, …}}`.
";

/// The whole page, in Markdown.
pub fn events_markdown() -> String {
    let streams: Vec<(StreamKind, Value)> =
        stream_kinds().into_iter().map(|kind| (kind, kind.schema().to_value())).collect();
    let mut page = String::from(INTRODUCTION);
    page.push_str("\n| Stream | 中文 | Events |\n|---|---|---|\n");
    for (kind, _) in &streams {
        let names: Vec<String> = kind.events.iter().map(|event| format!("`{}`", event.name)).collect();
        page.push_str(&format!(
            "| [{0}](#{1}) | {2} | {3} |\n",
            kind.stream_type,
            anchor(kind),
            kind.zh,
            names.join(", ")
        ));
    }
    for (kind, schema) in &streams {
        page.push_str(&stream(kind, schema));
    }
    page.push_str("\n## Types\n\nWhat the fields above are made of.\n");
    for (name, schema) in types(&streams) {
        page.push_str(&format!("\n### {name}\n\n{}", type_body(schema)));
    }
    page
}

/// The anchor that Markdown readers give the heading of a stream.
fn anchor(kind: &StreamKind) -> String {
    format!("{}-{}", kind.stream_type.to_lowercase(), kind.zh)
}

fn stream(kind: &StreamKind, schema: &Value) -> String {
    let mut text = format!("\n## {} {}\n\n{}\n", kind.stream_type, kind.zh, description(schema));
    for variant in list(schema, "oneOf") {
        for (name, body) in object(variant, "properties").into_iter().flatten() {
            let version =
                kind.events.iter().find(|event| event.name == name).map_or("", |event| event.version);
            text.push_str(&format!("\n### {name} {version}\n\n{}\n\n{}", description(variant), fields(body)));
        }
    }
    text
}

/// Every named type of every stream, once.
fn types(streams: &[(StreamKind, Value)]) -> BTreeMap<&String, &Value> {
    streams.iter().filter_map(|(_, schema)| object(schema, "$defs")).flatten().collect()
}

fn type_body(schema: &Value) -> String {
    let text = description(schema);
    if schema.get("properties").is_some() {
        return format!("{text}\n\n{}", fields(schema));
    }
    let codes: String = list(schema, "oneOf").iter().flat_map(codes).collect();
    if codes.is_empty() {
        format!("{text}\n\nWritten as: {}.\n", plain_type(schema))
    } else {
        format!("{text}\n\n| Code | Meaning |\n|---|---|\n{codes}")
    }
}

/// The rows of one alternative: one code with its meaning, or several without.
fn codes(alternative: &Value) -> Vec<String> {
    let one = alternative.get("const").into_iter();
    let codes = one.chain(list(alternative, "enum")).filter_map(Value::as_str);
    codes.map(|code| format!("| `{code}` | {} |\n", cell(&description(alternative)))).collect()
}

fn fields(schema: &Value) -> String {
    let mut table = String::from("| Field | Type | Sealed | Meaning |\n|---|---|---|---|\n");
    for (name, field) in in_order(schema) {
        let meaning = cell(&description(field));
        table.push_str(&format!("| `{name}` | {} | {} | {meaning} |\n", type_of(field), sealed(field)));
    }
    table
}

/// The fields in the order of their declaration, which the list of required fields keeps; optional ones last.
fn in_order(schema: &Value) -> Vec<(&String, &Value)> {
    let mut fields: Vec<_> = object(schema, "properties").into_iter().flatten().collect();
    let required: Vec<&str> = list(schema, "required").iter().filter_map(Value::as_str).collect();
    let rank = |name: &String| required.iter().position(|other| other == name).unwrap_or(required.len());
    fields.sort_by_key(|(name, _)| rank(name));
    fields
}

fn type_of(field: &Value) -> String {
    let alternatives = list(field, "anyOf");
    if let Some(value) = alternatives.iter().find(|value| value.get("type") != Some(&Value::from("null"))) {
        return format!("{}, or nothing", type_of(value));
    }
    if let Some(reference) = text_at(field, "$ref") {
        let name = reference.rsplit('/').next().unwrap_or(reference);
        let unit = if name == "Money" { " in fen" } else { "" };
        return format!("[{name}](#{}){unit}", name.to_lowercase());
    }
    match field.get("items") {
        Some(items) => format!("list of {}", type_of(items)),
        None => plain_type(field),
    }
}

fn plain_type(field: &Value) -> String {
    let names: Vec<&str> = match field.get("type") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        Some(name) => name.as_str().into_iter().collect(),
        None => Vec::new(),
    };
    let name = match (names.first().copied(), text_at(field, "format")) {
        (_, Some("date")) => "day",
        (_, Some("uuid")) => "UUID",
        (Some("integer"), _) => "whole number",
        (Some("boolean"), _) => "yes or no",
        _ => "text",
    };
    if names.contains(&"null") { format!("{name}, or nothing") } else { name.to_owned() }
}

fn sealed(field: &Value) -> String {
    let anywhere = list(field, "anyOf").iter().chain([field]);
    let labels = anywhere.filter_map(|value| Some((text_at(value, "x-sealed")?, text_at(value, "x-key")?)));
    labels.map(|(label, key)| format!("`{label}` with the key `{key}`")).collect()
}

/// A doc comment as plain Markdown: links to code become code.
fn description(schema: &Value) -> String {
    text_at(schema, "description").unwrap_or_default().replace("[`", "`").replace("`]", "`")
}

/// Text for the cell of a table.
fn cell(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}

fn text_at<'a>(schema: &'a Value, key: &str) -> Option<&'a str> {
    schema.get(key).and_then(Value::as_str)
}

fn list<'a>(schema: &'a Value, key: &str) -> &'a [Value] {
    schema.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn object<'a>(schema: &'a Value, key: &str) -> Option<&'a Map<String, Value>> {
    schema.get(key).and_then(Value::as_object)
}
