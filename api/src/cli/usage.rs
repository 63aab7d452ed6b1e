//! What is wrong with a command line, in Chinese before the words of its reader, which are English.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::lang::Lang;

/// The language that is asked for, whatever else is wrong with the command line.
pub fn language() -> Lang {
    let arguments: Vec<String> = std::env::args().collect();
    let separate = arguments.windows(2).any(|pair| pair == ["--lang", "en"]);
    let asked = separate || arguments.iter().any(|argument| argument == "--lang=en");
    let set = std::env::var("LEDGER_LANG").is_ok_and(|lang| lang == "en");
    if asked || set { Lang::En } else { Lang::Zh }
}

/// The fault in one line, with the argument and the value at fault as far as they are known.
pub fn in_chinese(error: &clap::Error) -> String {
    let of = |kind| error.get(kind).map(shown).unwrap_or_default();
    let (argument, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
    let what = match error.kind() {
        ErrorKind::MissingRequiredArgument => format!("缺少必填的参数 {argument}"),
        ErrorKind::UnknownArgument => format!("没有参数 {argument}"),
        ErrorKind::InvalidSubcommand => format!("没有命令 {}", of(ContextKind::InvalidSubcommand)),
        ErrorKind::InvalidValue if value.is_empty() => format!("参数 {argument} 缺少取值"),
        ErrorKind::InvalidValue => {
            format!("参数 {argument} 的取值“{value}”不可用，可用：{}", of(ContextKind::ValidValue))
        }
        ErrorKind::ValueValidation => format!("参数 {argument} 的取值“{value}”有误"),
        ErrorKind::ArgumentConflict => {
            format!("参数 {argument} 不能与 {} 同时使用", of(ContextKind::PriorArg))
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "请写明要办理的命令".to_owned()
        }
        _ => "写法不对".to_owned(),
    };
    format!("命令用法有误：{what}")
}

fn shown(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(several) => several.join("、"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use rstest::rstest;

    use super::*;
    use crate::cli::Cli;

    #[rstest]
    #[case(&["run", "show"], "缺少必填的参数 <RUN>")]
    #[case(&["run", "list", "--colour"], "没有参数 --colour")]
    #[case(&["pay"], "没有命令 pay")]
    #[case(&["run", "show", "one"], "参数 <RUN> 的取值“one”有误")]
    #[case(&["fund", "open", "甲", "--source", "gold"], "参数 --source <SOURCE> 的取值“gold”不可用，可用：budget、donations")]
    fn a_wrong_command_line_is_said_in_chinese(#[case] arguments: &[&str], #[case] said: &str) {
        let error = Cli::try_parse_from([&["ledger"], arguments].concat()).unwrap_err();
        assert_eq!(in_chinese(&error), format!("命令用法有误：{said}"));
    }
}
