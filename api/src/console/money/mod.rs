//! 资金与捐赠: funds with their years, the books with the events behind each sum, campaigns with their gifts, receipts,
//! publications and remittances.
//!
//! | File | Pages |
//! |---|---|
//! | `list` | every fund and campaign; opening one |
//! | `fund` | a fund: appropriations, programs, runs, years |
//! | `books` | the trial balance, and the postings behind a sum |
//! | `campaign` | a campaign: how far its money went, deadlines, remittances |
//! | `gifts` | gifts and receipts |
//! | `acts` | what people do with a campaign |

mod acts;
mod books;
mod campaign;
mod fund;
mod gifts;
mod list;

use axum::Router;
use axum::routing::{get, post};

use super::{Console, told};

/// The room.
pub(super) fn routes() -> Router<Console> {
    Router::new()
        .route("/money", get(list::show))
        .route("/money/funds", post(list::open_fund))
        .route("/money/campaigns", post(list::open_campaign))
        .route("/books", get(books::trial_balance))
        .route("/books/entries", get(books::entries))
        .route("/funds/{fund}", get(fund::show))
        .route("/funds/{fund}/history", get(told::fund))
        .route("/funds/{fund}/{step}", post(fund::step))
        .route("/campaigns/{campaign}", get(campaign::show))
        .route("/campaigns/{campaign}/history", get(told::campaign))
        .route("/campaigns/{campaign}/gifts", get(gifts::show))
        .route("/campaigns/{campaign}/list.csv", get(campaign::list))
        .route("/campaigns/{campaign}/receipts/{number}", post(gifts::receipt))
        .route("/campaigns/{campaign}/{step}", post(acts::step))
}
