//! The log, against a real PostgreSQL: what it stores, what it refuses, what survives.

mod append;
mod bulk;
mod cqrs;
mod guard;
mod read;
mod repository;
mod support;
mod trouble;
mod upgrade;
