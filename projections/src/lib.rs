//! Everything that can be thrown away and rebuilt from the log.
