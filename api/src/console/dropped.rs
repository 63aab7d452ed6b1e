//! A file that somebody dropped on a page, with the fields beside it.

use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;

use super::answers::Refusal;
use super::typed::Typed;
use crate::lang::Lang;

/// The largest body that brings a file: the largest file that is taken at the command line, with room for the form.
pub(super) const BODY_BYTES_MAX: usize = 65 << 20;

/// What came.
pub(super) struct Dropped {
    pub typed: Typed,
    bytes: Vec<u8>,
}

impl Dropped {
    /// Reads the form whose file is called `file`.
    ///
    /// # Errors
    /// [`Refusal`] where it did not arrive whole.
    pub async fn read(lang: Lang, mut form: Multipart) -> Result<Dropped, Refusal> {
        let broken = |error: MultipartError| {
            tracing::debug!(%error, "an upload broke off");
            let (zh, en) = (
                "文件没有传完或超过64MB，请重新上传。",
                "The file did not arrive whole, or is larger than 64 MB.",
            );
            Refusal::typed("upload_broken", lang, zh, en)
        };
        let (mut pairs, mut bytes) = (Vec::new(), Vec::new());
        while let Some(field) = form.next_field().await.map_err(broken)? {
            match field.name().map(str::to_owned) {
                Some(name) if name == "file" => bytes = field.bytes().await.map_err(broken)?.to_vec(),
                Some(name) => pairs.push((name, field.text().await.map_err(broken)?)),
                None => {}
            }
        }
        Ok(Dropped { typed: Typed::of(pairs), bytes })
    }

    /// The file.
    ///
    /// # Errors
    /// [`Refusal`] where none was chosen, or it is empty.
    pub fn file(self, lang: Lang) -> Result<Vec<u8>, Refusal> {
        if self.bytes.is_empty() {
            let (zh, en) = ("请选择要导入的文件。", "Choose the file to import.");
            return Err(Refusal::typed("file_missing", lang, zh, en));
        }
        Ok(self.bytes)
    }
}
