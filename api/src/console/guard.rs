//! What every request and every answer of the console goes through: no write from another site, and headers that keep
//! the browser to this one.

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Scripts and styles from here alone, nothing written into the page, no frame around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses what another site wrote, and sets the headers.
pub(super) async fn guard(request: Request, next: Next) -> Response {
    if request.method() != Method::GET && request.method() != Method::HEAD && !is_own(request.headers()) {
        let words = "此请求不是从本系统页面发出的。This request was not made by a page of this system.";
        return with_headers((StatusCode::FORBIDDEN, words).into_response());
    }
    with_headers(next.run(request).await)
}

fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    // a file that somebody handed in comes with a stricter one
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Whether a page of this server made the request. Browsers say where a request comes from; who says nothing is no browser
/// and has no cookie that somebody else could use.
fn is_own(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if text(&SEC_FETCH_SITE).is_some_and(|site| site != "same-origin" && site != "none") {
        return false;
    }
    match (text(&ORIGIN), text(&HOST)) {
        (None, _) => true,
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(pairs: &[(HeaderName, &'static str)]) -> bool {
        is_own(&pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect())
    }

    #[test]
    fn a_write_from_another_site_is_known_by_what_the_browser_says() {
        let host = (HOST, "ledger.example:8080");
        assert!(own(std::slice::from_ref(&host)));
        assert!(own(&[host.clone(), (ORIGIN, "http://ledger.example:8080")]));
        assert!(own(&[host.clone(), (SEC_FETCH_SITE, "same-origin")]));
        assert!(!own(&[host.clone(), (ORIGIN, "http://ledger.example")]));
        assert!(!own(&[host.clone(), (ORIGIN, "null")]));
        assert!(!own(&[host.clone(), (SEC_FETCH_SITE, "cross-site")]));
        assert!(!own(&[host, (SEC_FETCH_SITE, "same-site")]));
        assert!(!own(&[(ORIGIN, "http://ledger.example:8080")]));
    }
}
