//! Signing in through a provider of identities: one that does what it should, one that does what it must not, and a
//! certified one before a real browser.

mod certified;
mod coming_in;
mod keys;
mod linking;
mod paying;
mod pretended;
mod visitor;
