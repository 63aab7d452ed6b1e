use proptest::prelude::*;
use rstest::rstest;

use super::*;

/// What another reader makes of the same bytes.
fn oracle(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(bytes).is_ok()
}

#[rstest]
#[case::bare_word("nul")]
#[case::trailing_comma("[1,]")]
#[case::leading_comma("[,1]")]
#[case::no_value("{\"a\":}")]
#[case::no_colon("{\"a\" 1}")]
#[case::key_without_quotes("{a:1}")]
#[case::single_quotes("{'a':1}")]
#[case::two_values("1 2")]
#[case::leading_zero("01")]
#[case::bare_minus("-")]
#[case::no_fraction("1.")]
#[case::no_exponent("1e")]
#[case::plus("+1")]
#[case::not_a_number("NaN")]
#[case::infinity("-Infinity")]
#[case::control_character("\"a\u{1}\"")]
#[case::control_character_after_escape("\"\\n\u{1}\"")]
#[case::bad_escape("\"\\x41\"")]
#[case::short_escape("\"\\u12\"")]
#[case::open_string("\"a")]
#[case::open_list("[[1]")]
#[case::byte_order_mark("\u{feff}{}")]
#[case::nothing("")]
#[case::comment("{}//")]
fn text_that_is_not_json_is_refused(#[case] text: &str) {
    assert_eq!(read(text.as_bytes()), Err(NotJson));
    assert!(!oracle(text.as_bytes()));
}

#[rstest]
#[case("-0", Json::Integer(0))]
#[case("1.0", Json::Number)]
#[case("1e2", Json::Number)]
#[case("9223372036854775807", Json::Integer(i64::MAX))]
#[case("9223372036854775808", Json::Number)]
#[case("\"\\ud83d\\ude00\"", Json::Text("😀".into()))]
#[case("\"\\ud83d\"", Json::BrokenText)]
#[case("\"\\u4f4e保\"", Json::Text("低保".into()))]
#[case(" [ ] ", Json::List(vec![]))]
fn values_keep_what_the_contract_needs(#[case] text: &str, #[case] value: Json) {
    assert_eq!(read(text.as_bytes()), Ok(value));
}

#[test]
fn bytes_that_are_not_utf8_are_refused() {
    assert_eq!(read(b"\"\xff\""), Err(NotJson));
}

#[test]
fn no_depth_exhausts_the_stack() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    assert!(read(deep.as_bytes()).is_ok());
    assert_eq!(read("{\"a\":".repeat(100_000).as_bytes()), Err(NotJson));
}

proptest! {
    #[test]
    fn two_readers_agree(text in "[\\[\\]{}\",:0-9eE.+\\- \\\\untrfalse]{0,12}") {
        if oracle(text.as_bytes()) {
            prop_assert!(read(text.as_bytes()).is_ok());
        } else if read(text.as_bytes()).is_ok() {
            // the other reader refuses a lone surrogate and a number out of range, which are JSON all the same
            let error = serde_json::from_str::<serde_json::Value>(&text).unwrap_err().to_string();
            let stricter = ["surrogate", "out of range", "hex escape"];
            prop_assert!(stricter.iter().any(|word| error.contains(word)), "{}", error);
        }
    }
}
