//! A file that somebody handed in, as an answer of any door: shown or saved, and never run.

use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::household::MediaType;

use crate::processes::attachments::OpenedAttachment;

/// Nothing in it runs, loads or sends; the style is the one with which browsers show a picture of its own.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'; base-uri 'none'";

/// An attachment in clear. Pictures are shown, so that no copy stays on the computer; a PDF may hold a program of its own, and
/// is saved for a viewer. The type is the one that its bytes say, and browsers are told not to guess another.
pub fn attachment(opened: OpenedAttachment) -> Response {
    let kind = opened.attachment.media_type;
    let way = if kind == MediaType::Pdf { "attachment" } else { "inline" };
    let plain = format!("{}.{}", opened.attachment.attachment_id, kind.extension());
    let named = opened.file_name.map(|name| format!("; filename*=UTF-8''{}", encoded(&name.0)));
    let disposition = format!("{way}; filename=\"{plain}\"{}", named.unwrap_or_default());
    let headers = [
        (CONTENT_TYPE, kind.as_str().to_owned()),
        (CONTENT_DISPOSITION, disposition),
        (CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, opened.bytes).into_response()
}

/// The value of an extended parameter (RFC 8187).
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let one = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

/// The file name in a request's `Content-Disposition`, extended or plain; empty where there is none. Addresses are logged by
/// others on the way, so a name that may be a person's stands in no address.
pub fn sent_name(disposition: &str) -> String {
    let parameters = || disposition.split(';').skip(1).filter_map(|part| part.trim().split_once('='));
    let of = |name: &str| {
        parameters().find(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    };
    if let Some(extended) = of("filename*") {
        let value = extended.splitn(3, '\'').nth(2).unwrap_or_default();
        return decoded(value).unwrap_or_default();
    }
    of("filename").map(|plain| plain.trim_matches('"').to_owned()).unwrap_or_default()
}

fn decoded(value: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_from_the_header_in_both_ways_and_written_so_that_it_is_read_again() {
        assert_eq!(sent_name("attachment; filename=\"scan.pdf\""), "scan.pdf");
        let name = "残疾证 1;\"\\'.jpg";
        let both = format!("attachment; filename=\"x.jpg\"; filename*=UTF-8''{}", encoded(name));
        assert_eq!(sent_name(&both), name);
        for nameless in ["", "attachment", "attachment; filename*=UTF-8''%E6%9", "attachment; filename*=%zz"]
        {
            assert_eq!(sent_name(nameless), "", "{nameless}");
        }
    }
}
