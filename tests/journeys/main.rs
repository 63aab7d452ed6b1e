//! Journeys through the real program.
