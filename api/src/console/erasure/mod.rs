//! 个人信息删除: the requests and what became of them, and the page on which one person asks and another decides, of a person
//! and of a donor. Names are masked here as everywhere; of a donor none is shown.
//!
//! | File | What |
//! |---|---|
//! | `list` | every request, and what became of it |
//! | `person` | a person: what stands in the way, the request, and the steps |
//! | `donor` | a donor: the same, of the name on vouchers |
//! | `page` | what both pages are made of |
//! | `words` | what an erasure takes and what stays, in plain words |

mod donor;
mod list;
mod page;
mod person;
mod words;

use axum::Router;
use axum::routing::{get, post};

use super::Console;

/// The room.
pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/erasures", get(list::show))
        .route("/people/{person}/erasure", get(person::show))
        .route("/people/{person}/erasure/{step}", post(person::step))
        .route("/donors/{donor}/erasure", get(donor::show))
        .route("/donors/{donor}/erasure/{step}", post(donor::step))
}
