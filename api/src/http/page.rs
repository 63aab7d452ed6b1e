//! The page to browse the API with: made from the same list as the routes, without a script and without another network.

use std::fmt::Write;

use super::endpoint::{BodyKind, Endpoint};
use super::{ROOT, examples, v1};

/// The page, in both languages.
pub fn page() -> String {
    let mut rows = String::new();
    for endpoint in v1::endpoints() {
        let Endpoint { zh, en, capability, .. } = &endpoint;
        let _ = writeln!(
            rows,
            "<tr><td><code>{}</code></td><td><code>{ROOT}{}</code></td><td>{zh}<br>{en}</td><td><code>{}</code></td><td><pre>{}</pre></td></tr>",
            endpoint.verb(),
            endpoint.path,
            capability.code(),
            example(&endpoint),
        );
    }
    format!(
        "<!doctype html>\n<html lang=\"zh\"><head><meta charset=\"utf-8\"><title>台账接口 · ledger API</title></head><body>\n\
         <h1>台账接口 · ledger API</h1>\n\
         <p>OpenAPI 3.1: <a href=\"{ROOT}/openapi.json\">{ROOT}/openapi.json</a>。金额为整数分；拒绝为 application/problem+json；写入须带 Idempotency-Key。\n\
         Amounts are integer fen; refusals are application/problem+json; what changes something carries an Idempotency-Key.</p>\n\
         <table border=\"1\"><thead><tr><th>方法</th><th>地址</th><th>用途</th><th>权限</th><th>示例</th></tr></thead><tbody>\n{rows}</tbody></table>\n</body></html>\n"
    )
}

/// A command that works with a token in `$TOKEN`.
fn example(endpoint: &Endpoint) -> String {
    let head =
        format!("curl -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:8080{ROOT}{}", endpoint.path);
    match (endpoint.verb(), endpoint.body) {
        ("GET", _) => head,
        (_, BodyKind::None) => format!("{head} -X POST -H \"Idempotency-Key: $(uuidgen)\""),
        (_, BodyKind::Json(_)) => {
            let body = examples::of(endpoint).unwrap_or_default().to_string().replace('\'', "'\\''");
            let body = body.replace('&', "&amp;").replace('<', "&lt;");
            format!(
                "{head} -H \"Idempotency-Key: $(uuidgen)\" -H \"Content-Type: application/json\" -d '{body}'"
            )
        }
        (_, BodyKind::File) => format!("{head} -H \"Idempotency-Key: $(uuidgen)\" --data-binary @file"),
    }
}
