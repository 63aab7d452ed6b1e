//! Functions of at most 70 lines, files of at most 500, files of tests of at most 800.

use crate::Violation;
use crate::repository::TextFile;
use crate::scan::{code_of, line_at};

const FUNCTION_LINES_MAX: usize = 70;
const FILE_LINES_MAX: usize = 500;
const TEST_FILE_LINES_MAX: usize = 800;

pub fn check(file: &TextFile) -> Vec<Violation> {
    let lines = file.text.lines().count();
    let lines_max = if file.is_test() { TEST_FILE_LINES_MAX } else { FILE_LINES_MAX };
    let too_long = (lines > lines_max)
        .then(|| Violation::new(file, lines, format!("{lines} lines; a file has at most {lines_max}")));
    let functions = functions(&file.text).into_iter().filter(|function| function.lines > FUNCTION_LINES_MAX);
    let functions = functions.map(|each| {
        let rule =
            format!("`{}` has {} lines; a function has at most {FUNCTION_LINES_MAX}", each.name, each.lines);
        Violation::new(file, each.line, rule)
    });
    too_long.into_iter().chain(functions).collect()
}

struct Function {
    name: String,
    line: usize,
    lines: usize,
}

/// Every function with a body, from the line of its `fn` to that of its last brace.
fn functions(text: &str) -> Vec<Function> {
    let code = code_of(text);
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let inside = code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_');
        let rest = &code[at + 3..];
        let name: String = rest.chars().take_while(|each| each.is_alphanumeric() || *each == '_').collect();
        let body = if inside || name.is_empty() { None } else { body_of(rest) };
        if let Some(end) = body {
            let lines = rest[..end].matches('\n').count() + 1;
            found.push(Function { name, line: line_at(&code, at), lines });
        }
    }
    found
}

/// Where the function's body ends; nothing if it has none.
fn body_of(rest: &str) -> Option<usize> {
    let (mut round, mut braces) = (0_i32, 0_i32);
    for (at, letter) in rest.char_indices() {
        match letter {
            '(' | '[' => round += 1,
            ')' | ']' => round -= 1,
            ';' if round == 0 && braces == 0 => return None,
            '{' => braces += 1,
            '}' => braces -= 1,
            _ => {}
        }
        if letter == '}' && braces == 0 && round == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planted;

    fn function_of(lines: usize) -> String {
        format!("\nfn long(of: [u8; 2]) {{\n{}}}\n", "    \"}\"; // }\n".repeat(lines - 2))
    }

    #[test]
    fn a_function_of_71_lines_is_found_and_one_of_70_is_not() {
        assert_eq!(planted(check, "domain/src/a.rs", &function_of(70)), Vec::<usize>::new());
        assert_eq!(planted(check, "domain/src/a.rs", &function_of(71)), [2]);
        assert_eq!(planted(check, "tests/journeys/a.rs", &function_of(71)), [2], "tests too");
        let method = format!("trait T {{ fn declared(&self); }}\nimpl A {{{}}}", function_of(71));
        assert_eq!(planted(check, "domain/src/a.rs", &method), [3]);
    }

    #[test]
    fn a_long_file_is_found() {
        assert_eq!(planted(check, "domain/src/a.rs", &"\n".repeat(501)), [501]);
        assert_eq!(planted(check, "domain/src/a.rs", &"\n".repeat(500)), Vec::<usize>::new());
        assert_eq!(planted(check, "domain/src/case/tests.rs", &"\n".repeat(800)), Vec::<usize>::new());
        assert_eq!(planted(check, "domain/src/case/tests.rs", &"\n".repeat(801)), [801]);
    }
}
