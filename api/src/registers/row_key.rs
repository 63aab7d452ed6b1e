//! The identity of a row: importing the same row twice does nothing the second time.

use uuid::Uuid;

use super::RegisterRow;

/// Makes the idempotency keys of rows.
///
/// The key is a version 5 identifier over the row's content in its written form, so that blanks, full-width digits
/// and the order of rows do not matter. Its namespace is a secret of the ledger: a plain digest over an ID number
/// would be found by trying all numbers.
#[derive(Clone, Copy)]
pub struct RowKeys {
    namespace: Uuid,
}

impl RowKeys {
    /// Keys under the ledger's secret, 16 random bytes kept beside the master key.
    pub const fn new(secret: [u8; 16]) -> RowKeys {
        RowKeys { namespace: Uuid::from_bytes(secret) }
    }

    /// The key of a row.
    pub fn key<R: RegisterRow>(&self, row: &R) -> Uuid {
        let mut content = R::KIND.code().to_owned();
        for cell in row.write() {
            // U+001F cannot stand in a cell, so no two rows have the same content
            content.push('\u{1f}');
            content.push_str(&cell);
        }
        Uuid::new_v5(&self.namespace, content.as_bytes())
    }
}
