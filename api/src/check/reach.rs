//! How far a name is looked for: what any text may hold by chance tells of nobody there.

/// Fewest letters of a name that tells of somebody in a sentence.
const LETTERS_MIN: usize = 3;

/// Where a name is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// In every text, also within a word: 王秀英, John Smith. No hash, key or code holds letters of a script, or several words.
    Anywhere,
    /// In sentences that people write, as a whole word, and where names stand sealed: Tom, sunshine99.
    Sentences,
    /// Only where names stand sealed: A, ok, 123, 王.
    NameFields,
}

impl Reach {
    /// Where this name is looked for.
    pub fn of(name: &str) -> Reach {
        let letters = name.chars().filter(|sign| sign.is_alphabetic()).count();
        let signs = name.chars().filter(|sign| sign.is_alphanumeric()).count();
        let beyond_ascii = name.chars().any(|sign| sign.is_alphabetic() && !sign.is_ascii());
        let words = name.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
        if (beyond_ascii && signs > 1) || (words > 1 && letters >= LETTERS_MIN) {
            Reach::Anywhere
        } else if letters >= LETTERS_MIN {
            Reach::Sentences
        } else {
            Reach::NameFields
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(names: &[&str], reach: Reach) {
        for name in names {
            assert_eq!(Reach::of(name), reach, "{name}");
        }
    }

    #[test]
    fn a_name_in_letters_of_a_script_or_of_several_words_is_looked_for_everywhere() {
        all(
            &["王秀英", "王芳", "帮扶", "John Smith", "J. Smith", "Zoë", "小a", "古丽·艾山"],
            Reach::Anywhere,
        );
    }

    #[test]
    fn one_word_as_codes_and_hashes_have_them_is_looked_for_in_sentences() {
        all(&["Tom", "sunshine99", "li.na", "JohnSmith", "settled", "a-b-c"], Reach::Sentences);
    }

    #[test]
    fn what_tells_of_nobody_is_looked_for_where_names_stand_sealed() {
        all(
            &["A", "a", "b", "ok", "123", "1 2", "a b", "王", "*英", "--", "……", "❤️", ""],
            Reach::NameFields,
        );
    }
}
