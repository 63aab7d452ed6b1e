//! Registers as offices hand them in: good ones, bad ones, and files made to do harm.
//!
//! Each test writes a file and reads it the way the program does, in a child process with limits.

mod harness;

mod encodings;
mod files;
mod harm;
mod hostile_values;
mod large;
mod rules;
mod year;
