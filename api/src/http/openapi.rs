//! The OpenAPI 3.1 document, made from the list of endpoints. The schemas are those of the types that are read and written:
//! the same ones that make the schemas of the events.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::endpoint::{AnswerKind, BodyKind, Endpoint};
use super::list::WORKBOOK;
use super::problem::Problem;
use super::{ROOT, examples, v1};

/// Where the schemas stand in the document.
const SCHEMAS: &str = "/components/schemas";

/// The document.
pub fn document() -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = SCHEMAS.into())
        .into_generator();
    let mut paths: Map<String, Value> = Map::new();
    for endpoint in v1::endpoints() {
        let described = operation(&endpoint, &mut generator);
        let path = paths.entry(format!("{ROOT}{}", endpoint.path)).or_insert_with(|| json!({}));
        path[endpoint.verb().to_lowercase()] = described;
    }
    let _ = generator.subschema_for::<Problem>();
    let schemas = generator.take_definitions(true);
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "社会救助与待遇台账 · social services and benefits ledger",
            "version": "1",
            "description": "Amounts are integer fen. Refusals are application/problem+json with a stable code. Requests that change something carry an Idempotency-Key.",
        },
        "servers": [{ "url": "/" }],
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas,
        },
    });
    // whatever the program is built with, the document is the same text
    document.sort_all_objects();
    document
}

fn operation(endpoint: &Endpoint, generator: &mut SchemaGenerator) -> Value {
    let mut operation = json!({
        "operationId": operation_id(endpoint),
        "summary": endpoint.zh,
        "description": endpoint.en,
        "tags": [endpoint.path.split('/').nth(1).unwrap_or_default()],
        "x-capability": endpoint.capability.code(),
        "parameters": parameters(endpoint, generator),
        "responses": responses(endpoint, generator),
    });
    match endpoint.body {
        BodyKind::None => {}
        BodyKind::Json(schema) => {
            let mut content = json!({ "application/json": { "schema": schema(generator) } });
            if let Some(example) = examples::of(endpoint) {
                content["application/json"]["example"] = example;
            }
            operation["requestBody"] = json!({ "required": true, "content": content });
        }
        BodyKind::File => {
            let content =
                json!({ "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } });
            operation["requestBody"] = json!({ "required": true, "content": content });
        }
    }
    operation
}

/// `POST /cases/{id}/review` is `post_cases_id_review`.
fn operation_id(endpoint: &Endpoint) -> String {
    let path = endpoint.path.replace(['/', '-'], "_").replace(['{', '}'], "");
    format!("{}{path}", endpoint.verb().to_lowercase())
}

fn parameters(endpoint: &Endpoint, generator: &mut SchemaGenerator) -> Vec<Value> {
    let in_path = endpoint.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut parameters: Vec<Value> = in_path
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    if endpoint.verb() == "POST" {
        let schema = json!({ "type": "string", "minLength": 1, "maxLength": 200 });
        parameters
            .push(json!({ "name": "Idempotency-Key", "in": "header", "required": true, "schema": schema }));
        if endpoint.path.starts_with("/cases/{id}") || endpoint.path.starts_with("/runs/{id}") {
            let schema = json!({ "type": "string" });
            parameters
                .push(json!({ "name": "If-Match", "in": "header", "required": false, "schema": schema }));
        }
    }
    let Some(query) = endpoint.query else { return parameters };
    let schema = inlined(query, generator);
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, of) in schema["properties"].as_object().into_iter().flatten() {
        let needed = required.contains(&name.as_str());
        parameters.push(json!({ "name": name, "in": "query", "required": needed, "schema": of }));
    }
    parameters
}

/// The schema itself where the generator answers a reference to it.
fn inlined(schema: super::endpoint::SchemaOf, generator: &mut SchemaGenerator) -> Value {
    let schema = schema(generator).to_value();
    let name = schema["$ref"].as_str().and_then(|place| place.rsplit('/').next()).map(str::to_owned);
    match name {
        Some(name) => generator.definitions().get(&name).cloned().unwrap_or_default(),
        None => schema,
    }
}

fn responses(endpoint: &Endpoint, generator: &mut SchemaGenerator) -> Value {
    let content = match endpoint.answer {
        AnswerKind::Json(schema) => json!({ "application/json": { "schema": schema(generator) } }),
        AnswerKind::List(schema) => {
            let item = schema(generator);
            json!({
                "application/json": { "schema": paged(&item) },
                "text/csv": { "schema": { "type": "string" } },
                WORKBOOK: { "schema": { "type": "string", "format": "binary" } },
                "application/x-ndjson": { "schema": { "type": "string" } },
            })
        }
        AnswerKind::File(kind) => json!({ kind: { "schema": { "type": "string", "format": "binary" } } }),
        AnswerKind::Stream(schema) => json!({
            "application/json": { "schema": schema(generator) },
            "text/event-stream": { "schema": { "type": "string" } },
        }),
    };
    let mut responses = json!({ "200": { "description": endpoint.en, "content": content } });
    let mut refusals = vec![400, 401, 403, 404, 406, 409, 429, 500, 503];
    if endpoint.verb() == "POST" {
        refusals.extend([410, 412, 413, 415, 422]);
    }
    if endpoint.path.ends_with("/summary") {
        responses["304"] = json!({ "description": "nothing changed since the ETag" });
        refusals.extend([410, 422]);
    }
    if endpoint.path.ends_with("/content") {
        refusals.extend([410, 422]);
    }
    let problem =
        json!({ "application/problem+json": { "schema": { "$ref": format!("#{SCHEMAS}/Problem") } } });
    for status in refusals {
        responses[status.to_string()] = json!({ "description": "refused", "content": problem });
    }
    responses
}

fn paged(item: &Schema) -> Value {
    json!({
        "type": "object",
        "required": ["items", "position"],
        "properties": {
            "items": { "type": "array", "items": item },
            "next_cursor": { "type": ["string", "null"] },
            "position": { "type": "integer", "minimum": 0 },
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::http::list::Page;

    #[test]
    fn every_reference_of_the_document_leads_somewhere_and_every_operation_has_its_own_name() {
        let document = document();
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let place = reference.split('"').next().unwrap();
            assert!(document.pointer(place).is_some(), "{place}");
        }
        let mut names = HashSet::new();
        let paths = document["paths"].as_object().unwrap();
        for operation in paths.values().flat_map(|path| path.as_object().unwrap().values()) {
            assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "{operation}");
            assert!(operation["responses"]["401"].is_object());
        }
        assert_eq!(names.len(), v1::endpoints().len());
    }

    #[test]
    fn every_json_body_has_an_example_and_every_example_is_of_an_endpoint() {
        let with_body = |endpoint: &Endpoint| matches!(endpoint.body, BodyKind::Json(_));
        let endpoints = v1::endpoints();
        for endpoint in endpoints.iter().filter(|endpoint| with_body(endpoint)) {
            assert!(examples::of(endpoint).is_some(), "{} {}", endpoint.verb(), endpoint.path);
        }
        let bodies = endpoints.iter().filter(|endpoint| with_body(endpoint)).count();
        assert_eq!(examples::count(), bodies, "an example is of no endpoint");
    }

    #[test]
    fn a_page_has_the_members_that_the_document_says() {
        let of = schemars::schema_for!(Page<Value>).to_value();
        let members: HashSet<&String> = of["properties"].as_object().unwrap().keys().collect();
        let described = paged(&schemars::schema_for!(u8));
        assert_eq!(members, described["properties"].as_object().unwrap().keys().collect());
    }
}
