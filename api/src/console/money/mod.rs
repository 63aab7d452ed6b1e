//! 资金与捐赠: funds with their years, the books with the events behind each sum, campaigns with their gifts, receipts,
//! publications and remittances.
//!
//! | File | Pages |
//! |---|---|
//! | `list` | every fund and campaign; opening one |
//! | `fund` | a fund: appropriations, programs, runs, years |
//! | `books` | the trial balance, and the postings behind a sum |
//! | `campaign` | a campaign: deadlines, remittances, where each yuan is |
//! | `thermometer` | how far its money went, drawn |
//! | `gifts` | gifts and receipts |
//! | `statements` | the statement of a payment platform, looked through and taken in |
//! | `acts` | what people do with a campaign |

mod acts;
mod books;
mod campaign;
mod fund;
mod gifts;
mod list;
mod statements;
mod thermometer;

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
        .merge(statements::routes())
}
