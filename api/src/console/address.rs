//! Reading an address: what cannot be read of it is answered with a page like every other, which never repeats it.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::answers::{Refusal, Stop};
use super::visitor::language;

/// What the path names.
#[derive(Debug)]
pub(super) struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Stop;

    /// A name that cannot be one names nothing.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Path<T>, Stop> {
        let read = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        read.map(|path| Path(path.0)).map_err(|_| Stop::Missing(language(&parts.headers)))
    }
}

/// What stands behind the question mark.
#[derive(Debug)]
pub(super) struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Stop;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Query<T>, Stop> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri).map(|query| Query(query.0)).map_err(|_| {
            let (zh, en) = (
                "网址中的参数无法读取，请从页面上的链接重新进入。",
                "Something in the address cannot be read; come in by a link of a page.",
            );
            let refusal = Refusal::typed("parameter_invalid", language(&parts.headers), zh, en);
            Stop::Failed(Refusal { status: StatusCode::BAD_REQUEST, ..refusal })
        })
    }
}
