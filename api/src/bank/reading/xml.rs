//! Walks through XML without holding it: every element that closes, with its path, its text and its currency.
//!
//! Definitions of document types and entities are refused outright, so there is nothing that could grow or be fetched.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::errors::SyntaxError;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};

use super::guard::Guard;
use crate::bank::fault::Fault;

/// The deepest nesting; pain.002 and camt.053 have less than half.
const DEPTH_MAX: usize = 40;

/// The longest text of an element, in bytes; longer ones are remarks that nobody needs, and are cut.
const TEXT_MAX: usize = 1_000;

/// What was met.
pub(super) enum Node<'w> {
    /// An element opens: its path, such as `Document/CstmrPmtStsRpt/GrpHdr`.
    Open(&'w str),
    /// An element closes: its path, its text, and the currency that it names.
    Close(&'w str, &'w str, Option<&'w str>),
}

/// Walks to the end of the document.
///
/// # Errors
/// [`Fault`]: it is damaged, cut, in another encoding, or has a definition of a document type; what `on` says.
pub(super) fn walk(
    source: impl BufRead,
    on: &mut dyn FnMut(Node<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut source = source;
    let head = source.fill_buf().map_err(|error| malformed(0, &error.to_string()))?;
    // UTF-16 and UTF-32 have marks of their own, or empty bytes between the letters
    if head.starts_with(b"\xff\xfe")
        || head.starts_with(b"\xfe\xff")
        || head.iter().take(64).any(|byte| *byte == 0)
    {
        return Err(wrong_encoding());
    }
    let mut reader = Reader::from_reader(Guard::new(source));
    reader.config_mut().expand_empty_elements = true;
    let mut place = Place::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        reader.get_mut().next_piece();
        let offset = reader.buffer_position();
        match reader.read_event_into(&mut buffer) {
            Err(quick_xml::Error::Syntax(error)) if error != SyntaxError::InvalidBangMarkup => {
                // every other one is something that was begun and not ended before the end of the file
                return Err(truncated(reader.error_position()));
            }
            Err(quick_xml::Error::Encoding(_)) => return Err(wrong_encoding()),
            Err(error) => return Err(malformed(reader.error_position(), &error.to_string())),
            Ok(Event::Decl(declaration)) => utf8_only(&declaration)?,
            Ok(Event::DocType(_)) => return Err(doctype(offset)),
            Ok(Event::GeneralRef(reference)) => place.text(&resolved(&reference, offset)?),
            Ok(Event::Text(text)) => place.text(&text.xml10_content()),
            Ok(Event::CData(text)) => place.text(&text.xml10_content()),
            Ok(Event::Start(start)) => {
                place.open(&start, offset)?;
                on(Node::Open(&place.path))?;
            }
            Ok(Event::End(_)) => {
                on(Node::Close(&place.path, place.text.trim(), place.currency.as_deref()))?;
                place.close();
            }
            Ok(Event::Eof) => break,
            // expand_empty_elements leaves none; comments and instructions say nothing
            Ok(Event::Empty(_) | Event::Comment(_) | Event::PI(_)) => {}
        }
    }
    if place.path.is_empty() && place.met { Ok(()) } else { Err(truncated(reader.buffer_position())) }
}

#[derive(Default)]
struct Place {
    path: String,
    depth: usize,
    text: String,
    currency: Option<String>,
    met: bool,
}

impl Place {
    fn open(&mut self, start: &BytesStart<'_>, offset: u64) -> Result<(), Fault> {
        if self.depth == DEPTH_MAX || (self.met && self.depth == 0) {
            return Err(malformed(offset, "elements are nested too deep, or there are two roots"));
        }
        let attribute =
            |error: quick_xml::events::attributes::AttrError| malformed(offset, &error.to_string());
        self.currency = None;
        for found in start.attributes() {
            let found = found.map_err(attribute)?;
            if found.key.local_name().as_ref() == "Ccy" {
                self.currency = Some(found.value.chars().take(3).collect());
            }
        }
        if self.depth > 0 {
            self.path.push('/');
        }
        self.path.push_str(start.local_name().as_ref());
        self.depth += 1;
        self.met = true;
        self.text.clear();
        Ok(())
    }

    fn close(&mut self) {
        let end = self.path.rfind('/').unwrap_or(0);
        self.path.truncate(end);
        self.depth = self.depth.saturating_sub(1);
        self.text.clear();
        self.currency = None;
    }

    fn text(&mut self, text: &str) {
        let room = TEXT_MAX.saturating_sub(self.text.len());
        self.text.extend(text.chars().take(room));
    }
}

/// The five entities of XML itself, and characters by number.
fn resolved(reference: &BytesRef<'_>, offset: u64) -> Result<String, Fault> {
    if let Ok(Some(char)) = reference.resolve_char_ref() {
        return Ok(char.to_string());
    }
    let text = match reference.xml10_content().as_ref() {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => return Err(doctype(offset)),
    };
    Ok(text.to_owned())
}

fn utf8_only(declaration: &BytesDecl<'_>) -> Result<(), Fault> {
    let named = declaration.encoding();
    let is_utf8 = match named {
        None => true,
        Some(Ok(name)) => name.eq_ignore_ascii_case("utf-8"),
        Some(Err(_)) => false,
    };
    if is_utf8 {
        return Ok(());
    }
    Err(wrong_encoding())
}

fn wrong_encoding() -> Fault {
    Fault::new("wrong_encoding", "XML 文件应为 UTF-8 编码", "a file in XML is in UTF-8").of("encoding")
}

fn doctype(offset: u64) -> Fault {
    Fault::new(
        "xml_entities",
        format!("约第 {offset} 字节：文件带有 DTD 或实体，银行文件不应有，已拒绝"),
        format!(
            "byte {offset}: the file defines a document type or uses entities, which no bank's file does"
        ),
    )
}

fn malformed(offset: u64, what: &str) -> Fault {
    let what = what.chars().take(200).collect::<String>();
    Fault::new(
        "xml_malformed",
        format!("约第 {offset} 字节：不是完好的 XML 文件，请向银行重新索取"),
        format!("byte {offset}: is no well-formed XML: {what}"),
    )
}

fn truncated(offset: u64) -> Fault {
    Fault::new(
        "file_truncated",
        format!("文件在第 {offset} 字节处中断，不完整，请重新下载"),
        format!("the file ends at byte {offset} before its end: download it again"),
    )
}
