//! What a reader of TOML says is wrong with a layout, in Chinese.

/// The common faults in Chinese, with the names as they stand in the file; of another one, that the text is no TOML, and
/// what the reader says.
pub fn toml_fault_in_chinese(message: &str) -> String {
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let other = || format!("TOML 写法有误：{message}");
    let Some((first, others)) = names.split_first() else { return other() };
    let known = if others.is_empty() { String::new() } else { format!("，可用：{}", others.join("、")) };
    match message {
        message if message.starts_with("unknown field") => format!("没有字段 {first}{known}"),
        message if message.starts_with("missing field") => format!("缺少字段 {first}"),
        message if message.starts_with("unknown variant") => format!("取值 {first} 不可用{known}"),
        message if message.starts_with("duplicate") => format!("{first} 写了两次"),
        _ => other(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::Layout;
    use super::*;

    #[rstest]
    #[case("code = \"a\"\nzhh = \"甲\"", "没有字段 zhh，可用：code、zh、")]
    #[case("code = \"a\"", "缺少字段 zh")]
    #[case("code = \"a\"\nzh = \"甲\"\nen = \"A\"\nform = \"paper\"", "取值 paper 不可用，可用：")]
    fn a_common_fault_is_said_in_chinese(#[case] text: &str, #[case] said: &str) {
        let error = toml::from_str::<Layout>(text).unwrap_err();
        let words = toml_fault_in_chinese(error.message());
        assert!(words.starts_with(said), "{words}");
    }

    #[test]
    fn another_fault_is_said_as_the_reader_says_it() {
        let error = toml::from_str::<Layout>("code = [").unwrap_err();
        assert_eq!(toml_fault_in_chinese(error.message()), format!("TOML 写法有误：{}", error.message()));
    }
}
