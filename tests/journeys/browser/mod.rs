//! The console in a real browser: Chromium without a window, driven by WebDriver, on the real server.
//!
//! Debian's packages `chromium` and `chromium-driver` must be there, and npm for the accessibility checker, which is
//! brought once into the folder of what is built.

mod auditing;
mod axe;
mod connecting;
pub mod hall;
pub mod pages;
mod paying;
pub mod person;
