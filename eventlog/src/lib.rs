//! The append-only memory of the ledger.
