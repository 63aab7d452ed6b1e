//! 动态验证码: time-based one-time passwords (RFC 6238 over RFC 4226) as every authenticator reads them: HMAC-SHA-1, six
//! digits, thirty seconds. Pure; the secret comes in and goes nowhere.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use qrcodegen::{QrCode, QrCodeEcc};
use sha1::Sha1;

use crate::processes::ProcessError;

/// The bytes of a secret: as many as the hash has (RFC 4226, 4 R6).
pub(super) const SECRET_BYTES: usize = 20;

/// How long a code lasts, in seconds.
const PERIOD: i64 = 30;

/// How many periods a clock may be off, either way (RFC 6238, 5.2).
const DRIFT: i64 = 1;

/// Who asks for the code, as an authenticator shows it.
const ISSUER: &str = "惠民救助台账";

/// The code of a period.
pub(super) fn code(secret: &[u8], step: i64) -> String {
    let mut key = [0_u8; 64];
    // a secret is shorter than a block of SHA-1; HMAC fills it up with zeros
    for (to, from) in key.iter_mut().zip(secret) {
        *to = *from;
    }
    let mut mac = <Hmac<Sha1> as KeyInit>::new(&key.into());
    mac.update(&step.to_be_bytes());
    let hash: [u8; 20] = mac.finalize().into_bytes().into();
    let offset = usize::from(hash[19] & 0x0f);
    let word = hash.iter().skip(offset).take(4).fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// The period that a code is of, if it is one of now or of a clock that is a little off. Takes as long whatever is wrong.
pub(super) fn step_of(secret: &[u8], typed: &str, now: DateTime<Utc>) -> Option<i64> {
    let step = now.timestamp().div_euclid(PERIOD);
    let mut found = None;
    for each in step - DRIFT..=step + DRIFT {
        if same(code(secret, each).as_bytes(), typed.as_bytes()) {
            found = Some(each);
        }
    }
    found
}

fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

/// Bytes in the letters that people type (RFC 4648, 6), without filling.
pub(super) fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for five in bytes.chunks(5) {
        let word = (0..5).fold(0_u64, |word, at| word << 8 | u64::from(five.get(at).copied().unwrap_or(0)));
        let letters = (five.len() * 8).div_ceil(5);
        for at in 0..letters {
            let letter = usize::try_from(word >> (35 - 5 * at) & 31).unwrap_or_default();
            text.push(char::from(LETTERS[letter]));
        }
    }
    text
}

/// What an authenticator reads from a picture.
pub(super) fn uri(account: &str, secret: &[u8]) -> String {
    let issuer: String = ISSUER.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let secret = base32(secret);
    format!(
        "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
    )
}

/// A picture of black squares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QrPicture {
    /// Squares on a side, the quiet zone around included.
    pub side: i32,
    /// The black ones, as the path of an SVG.
    pub path: String,
}

impl QrPicture {
    /// The picture of a text.
    ///
    /// # Errors
    /// [`ProcessError::Damaged`] for a text that is too long.
    pub(super) fn of(text: &str) -> Result<QrPicture, ProcessError> {
        const QUIET: i32 = 4;
        let qr = QrCode::encode_text(text, QrCodeEcc::Medium);
        let qr = qr.map_err(|error| ProcessError::Damaged(error.to_string()))?;
        let size = qr.size();
        let squares = (0..size).flat_map(|y| (0..size).map(move |x| (x, y)));
        let black = squares.filter(|(x, y)| qr.get_module(*x, *y));
        let path = black.map(|(x, y)| format!("M{},{}h1v1h-1z", x + QUIET, y + QUIET)).collect();
        Ok(QrPicture { side: size + 2 * QUIET, path })
    }

    /// As a file.
    pub fn svg(&self) -> String {
        let QrPicture { side, path } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" width=\"{0}\" height=\"{0}\" \
             shape-rendering=\"crispEdges\"><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\"/></svg>\n",
            side * 6
        )
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// The secret of RFC 6238, appendix B.
    const SECRET: &[u8] = b"12345678901234567890";

    /// The vectors of RFC 6238, appendix B, of which six digits are taken.
    #[rstest]
    #[case(59, "287082")]
    #[case(1_111_111_109, "081804")]
    #[case(1_111_111_111, "050471")]
    #[case(1_234_567_890, "005924")]
    #[case(2_000_000_000, "279037")]
    #[case(20_000_000_000, "353130")]
    fn codes_are_those_of_the_rfc(#[case] at: i64, #[case] expected: &str) {
        assert_eq!(code(SECRET, at / PERIOD), expected);
        let now = DateTime::from_timestamp(at, 0).unwrap();
        assert_eq!(step_of(SECRET, expected, now), Some(at / PERIOD));
    }

    #[test]
    fn a_clock_may_be_half_a_minute_off_and_no_more() {
        let at = |seconds: i64| DateTime::from_timestamp(1_111_111_109 + seconds, 0).unwrap();
        for near in [-30, 0, 30] {
            assert!(step_of(SECRET, "081804", at(near)).is_some(), "{near}");
        }
        for far in [-90, -60, 61, 90] {
            assert_eq!(step_of(SECRET, "081804", at(far)), None, "{far}");
        }
        for wrong in ["", "81804", "0818040", "081805", "０８１８０４"] {
            assert_eq!(step_of(SECRET, wrong, at(0)), None, "{wrong}");
        }
    }

    /// The vectors of RFC 4648, 10, without filling.
    #[rstest]
    #[case("", "")]
    #[case("f", "MY")]
    #[case("fo", "MZXQ")]
    #[case("foo", "MZXW6")]
    #[case("foob", "MZXW6YQ")]
    #[case("fooba", "MZXW6YTB")]
    #[case("foobar", "MZXW6YTBOI")]
    fn letters_are_those_of_the_rfc(#[case] bytes: &str, #[case] expected: &str) {
        assert_eq!(base32(bytes.as_bytes()), expected);
    }

    #[test]
    fn the_picture_has_its_three_corners_and_a_quiet_zone() {
        let text = uri("wang.fang", SECRET);
        assert!(text.ends_with("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E6%83%A0%E6%B0%91%E6%95%91%E5%8A%A9%E5%8F%B0%E8%B4%A6&algorithm=SHA1&digits=6&period=30"), "{text}");
        let picture = QrPicture::of(&text).unwrap();
        let far = picture.side - 5;
        for corner in ["M4,4h1".to_owned(), format!("M{far},4h1"), format!("M4,{far}h1")] {
            assert!(picture.path.contains(&corner), "{corner}");
        }
        assert!(!picture.path.contains("M3,") && !picture.path.contains(&format!("M{},", far + 1)));
        assert!(picture.svg().starts_with("<svg xmlns"));
    }
}
