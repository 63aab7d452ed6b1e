//! Rust text with comments and literals told apart, letter by letter; enough to count braces and find words.

/// A part of a Rust text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Code,
    Comment,
    /// A string or character literal, with its quotes.
    Literal,
}

/// The text with everything but code replaced by spaces; lines stay where they are.
pub fn code_of(text: &str) -> String {
    kept(text, Kind::Code)
}

/// The literals of a text, each with the number of its first line.
pub fn literals_of(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut line = 1;
    for (kind, part) in parts(text) {
        if kind == Kind::Literal {
            found.push((line, part.to_owned()));
        }
        line += part.matches('\n').count();
    }
    found
}

/// The code before the tests that a file ends with.
pub fn without_tests(code: &str) -> &str {
    code.find("#[cfg(test)]\nmod ").map_or(code, |at| &code[..at])
}

/// The number of the line in which the byte stands, from 1.
pub fn line_at(text: &str, byte: usize) -> usize {
    text[..byte].matches('\n').count() + 1
}

fn kept(text: &str, wanted: Kind) -> String {
    let blank =
        |part: &str| part.chars().map(|each| if each == '\n' { '\n' } else { ' ' }).collect::<String>();
    parts(text)
        .into_iter()
        .map(|(kind, part)| if kind == wanted { part.to_owned() } else { blank(part) })
        .collect()
}

fn parts(text: &str) -> Vec<(Kind, &str)> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (kind, length) = next_part(rest, found.last().map_or("", |(_, part): &(Kind, &str)| *part));
        found.push((kind, &rest[..length]));
        rest = &rest[length..];
    }
    found
}

/// The kind and length of what a text begins with; code ends before anything that may begin another part.
fn next_part(text: &str, before: &str) -> (Kind, usize) {
    if text.starts_with("//") {
        return (Kind::Comment, text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return (Kind::Comment, block_comment(text));
    }
    let inside_word = before.ends_with(|last: char| last.is_alphanumeric() || last == '_');
    if let Some(length) = literal(text).filter(|_| !inside_word) {
        return (Kind::Literal, length);
    }
    let first = text.chars().next().map_or(1, char::len_utf8);
    if text.starts_with(|first: char| first.is_alphanumeric() || first == '_') {
        let word = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
        return (Kind::Code, word.unwrap_or(text.len()));
    }
    (Kind::Code, first)
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text[at..];
        let step = if rest.starts_with("/*") {
            depth += 1;
            2
        } else if rest.starts_with("*/") {
            depth -= 1;
            2
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
        at += step;
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of the literal with which the text begins, if it does.
fn literal(text: &str) -> Option<usize> {
    let prefix = ["br", "cr", "b", "c", "r", ""]
        .into_iter()
        .find(|prefix| text.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(['"', '#', '\''])))?;
    let rest = &text[prefix.len()..];
    let raw = prefix.ends_with('r');
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    let length = match &rest[hashes..] {
        body if raw && body.starts_with('"') => {
            let end = format!("\"{}", "#".repeat(hashes));
            hashes + 1 + body[1..].find(&end)? + end.len()
        }
        body if !raw && hashes == 0 && body.starts_with('"') => quoted(body, '"')?,
        body if !raw && hashes == 0 && body.starts_with('\'') => character(body)?,
        _ => return None,
    };
    Some(prefix.len() + length)
}

fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// A character, not a lifetime: `'a'` or `'\n'`, but not `'a`.
fn character(text: &str) -> Option<usize> {
    let mut letters = text.char_indices().skip(1);
    let (_, first) = letters.next()?;
    if first == '\\' {
        return quoted(text, '\'');
    }
    letters.next().filter(|(_, second)| *second == '\'').map(|(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked_and_lines_stay() {
        let text =
            "let a = \"{ // \\\" }\"; // {\n/* { /* { */ */ let b = r#\"\"{\"#; let c = '{'; fn f<'a>() {}";
        let code = code_of(text);
        assert_eq!(code.matches('{').count(), 1, "{code}");
        assert_eq!(code.matches('\n').count(), 1);
        assert!(code.contains("fn f<'a>() {}") && code.contains("let c ="));
    }

    #[test]
    fn literals_know_their_lines() {
        let found = literals_of("a\nlet b = \"one\";\n// \"not\"\nlet c = br\"two\";");
        assert_eq!(found, [(2, "\"one\"".to_owned()), (4, "br\"two\"".to_owned())]);
    }

    #[test]
    fn raw_identifiers_and_attributes_are_code() {
        assert_eq!(code_of("r#type + #[derive(A)] b"), "r#type + #[derive(A)] b");
    }
}
