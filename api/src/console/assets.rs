//! The style sheet and the script, in the program itself.

use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};

type Asset = ([(HeaderName, &'static str); 2], &'static str);

fn asset(kind: &'static str, text: &'static str) -> Asset {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "max-age=300")], text)
}

/// The style sheet.
pub(super) async fn style() -> Asset {
    asset("text/css; charset=utf-8", include_str!("assets/console.css"))
}

/// The script.
pub(super) async fn script() -> Asset {
    asset("text/javascript; charset=utf-8", include_str!("assets/console.js"))
}
