//! The read tables: exactly once, whatever is killed; rebuilt to the same rows; stopped by what cannot be read.

mod books;
mod office;
mod once;
mod rebuilding;
mod registers;
mod reports;
mod stopping;
