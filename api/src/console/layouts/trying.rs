//! Trying a layout out: whether it can be used, and what a file in it looks like. Nothing is kept.

use domain::campaign::PaymentChannel;

use crate::bank::example::example_text;
use crate::bank::layout::Layout;
use crate::console::answers::Refusal;
use crate::console::sheet::{Block, Choice, Field, Form, Input};
use crate::console::typed::Typed;
use crate::lang::Lang;
use crate::processes::ProcessError;
use crate::registers::statements::{Layout as StatementLayout, read_statement};

/// The longest text that is tried as a layout, in bytes.
const TEXT_BYTES_MAX: usize = 256 * 1024;

/// The largest body that brings one, with room for the form.
pub(super) const BODY_BYTES_MAX: usize = 2 * TEXT_BYTES_MAX;

/// Of what a layout is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bank,
    Statement,
}

impl Kind {
    /// By what was chosen; a bank's where nothing was.
    pub fn of(code: &str) -> Kind {
        if code == "statement" { Kind::Statement } else { Kind::Bank }
    }
}

/// A layout that can be used.
pub(super) struct Tried {
    name: String,
    example: String,
}

impl Tried {
    /// Checks a layout and writes an example of it.
    ///
    /// # Errors
    /// [`Refusal`] at the text, with the place in it where there is one.
    pub fn of(lang: Lang, kind: Kind, text: &str) -> Result<Tried, Refusal> {
        if text.len() > TEXT_BYTES_MAX {
            let (zh, en) = ("格式文件超过256KB。", "The layout is larger than 256 KB.");
            return Err(Refusal::typed("layout_too_large", lang, zh, en).at("text"));
        }
        match kind {
            Kind::Bank => {
                let tried = Layout::parse(text).and_then(|layout| Ok((example_text(&layout)?, layout)));
                let fault = |fault| Refusal::of(&ProcessError::BankFile(fault), lang).at("text");
                let (example, layout) = tried.map_err(fault)?;
                Ok(Tried {
                    name: format!("{} · {}", lang.pick(&layout.zh, &layout.en), layout.code),
                    example,
                })
            }
            Kind::Statement => {
                let layout = statement_layout(lang, text)?;
                let (example, name) =
                    (layout.example(), format!("{} · {}", layout.name, channel(lang, &layout)));
                reads_itself(lang, &example, layout)?;
                Ok(Tried { name, example })
            }
        }
    }

    /// That it can be used, and its example.
    pub fn shown(self, lang: Lang) -> Block {
        let name = self.name;
        let title =
            lang.pick(format!("可以使用：{name}，示例："), format!("It can be used: {name}, an example:"));
        Block::Text(title, self.example)
    }
}

fn statement_layout(lang: Lang, text: &str) -> Result<StatementLayout, Refusal> {
    StatementLayout::read(text).map_err(|fault| {
        Refusal::typed(fault.code, lang, &fault.text(Lang::Zh), &fault.text(Lang::En)).at("text")
    })
}

/// A layout that does not take the gift of its own example takes none.
fn reads_itself(lang: Lang, example: &str, layout: StatementLayout) -> Result<(), Refusal> {
    let refused = |zh: &str, en: &str| Refusal::typed("layout_takes_nothing", lang, zh, en).at("text");
    let read = read_statement(example.as_bytes(), &[layout]);
    let read = read.map_err(|problem| refused(&problem.zh, &problem.en))?;
    if let Some(problem) = read.problems.first() {
        let column = &problem.column;
        let (zh, en) = (format!("{column}：{}", problem.zh), format!("{column}: {}", problem.en));
        return Err(refused(&zh, &en));
    }
    if read.entries.is_empty() {
        let (zh, en) = (
            "此格式不收任何捐赠：gift 中没有交易类型。",
            "The layout takes no gift: `gift` names no kind of line.",
        );
        return Err(refused(zh, en));
    }
    Ok(())
}

/// The line of a place in a text, from 1.
fn line_of(text: &[u8], place: usize) -> usize {
    1 + text.iter().take(place).filter(|byte| **byte == b'\n').count()
}

/// The example of a layout that is there.
pub(super) fn example_block(lang: Lang, example: String) -> Block {
    let title = lang.pick("示例：两笔虚构的发放", "An example: two invented payments");
    Block::Text(title.to_owned(), example)
}

/// Whose statements a layout is of.
pub(super) fn channel(lang: Lang, layout: &StatementLayout) -> &'static str {
    match layout.channel {
        PaymentChannel::Wechat => lang.pick("微信支付", "WeChat Pay"),
        PaymentChannel::Alipay => lang.pick("支付宝", "Alipay"),
    }
}

/// The text of a file; TOML is UTF-8.
///
/// # Errors
/// [`Refusal`] where it is none.
pub(super) fn text_of(lang: Lang, bytes: Vec<u8>) -> Result<String, Refusal> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = line_of(error.as_bytes(), at);
        let zh = format!("第 {line} 行不是 UTF-8 文字：格式文件应存为 UTF-8。");
        let en = format!("line {line} is not UTF-8: a layout is a file in UTF-8");
        Refusal::typed("encoding_unknown", lang, &zh, &en).at("file")
    })
}

fn kinds(lang: Lang, typed: &Typed) -> Field {
    let chosen = Kind::of(typed.text("kind"));
    let choices = vec![
        Choice::new("bank", lang.pick("银行报盘与回盘", "bank files"), chosen == Kind::Bank),
        Choice::new(
            "statement",
            lang.pick("捐赠平台账单", "a platform's statement"),
            chosen == Kind::Statement,
        ),
    ];
    Field::new("kind", lang.pick("用于", "For"), Input::Choice(choices))
}

/// Where a layout is dropped.
pub(super) fn file_form(lang: Lang, typed: &Typed) -> Form {
    let file = Field::new("file", lang.pick("格式文件", "Layout"), Input::File(".toml"));
    Form::new("/layouts/file", lang.pick("校验并试写", "Check and try"))
        .title(lang.pick("校验一种格式", "Try a layout"))
        .note(lang.pick(
            "把格式文件（TOML）拖到这里。校验后试写一份示例，错误指明所在行；不保存。通过后由管理员放入上述文件夹。",
            "Drop a layout (TOML) here. It is checked and an example is written in it; what is wrong is told with its line, and \
             nothing is kept. A good one is put into the folder above.",
        ))
        .field(kinds(lang, typed).id("file-kind"))
        .field(file.needed())
}

/// The same by its text, in which what was dropped is mended.
pub(super) fn paste_form(lang: Lang, typed: &Typed) -> Form {
    let text = Field::new("text", lang.pick("格式内容（TOML）", "Text of the layout (TOML)"), Input::Area);
    Form::new("/layouts", lang.pick("校验并试写", "Check and try"))
        .title(lang.pick("或粘贴内容", "Or paste it"))
        .field(kinds(lang, typed))
        .field(text.value(typed.text("text")).needed())
}
