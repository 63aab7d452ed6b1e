//! How a name can be typed in letters: each character by any of its readings, whole or by its first letter. All readings of
//! a character count, so that surnames that are read unlike the word (单 shàn, 仇 qiú, 解 xiè) are found without a table.

use pinyin::ToPinyinMulti;

/// The readings of one character, without tones; ü is written v.
pub(super) type Readings = Vec<String>;

/// The readings of a name, one entry a character. What has none is left out, as a dot between two parts of a name.
pub(super) fn readings(name: &str) -> Vec<Readings> {
    name.chars().filter_map(of).collect()
}

fn of(character: char) -> Option<Readings> {
    if character.is_ascii_alphabetic() {
        return Some(vec![character.to_ascii_lowercase().to_string()]);
    }
    let multi = character.to_pinyin_multi()?;
    let mut readings: Readings = multi.into_iter().map(|one| one.plain().replace('ü', "v")).collect();
    // many type lu for lü
    let plain: Vec<String> =
        readings.iter().filter(|one| one.contains('v')).map(|one| one.replace('v', "u")).collect();
    readings.extend(plain);
    readings.sort_unstable();
    readings.dedup();
    Some(readings)
}

/// Whether letters are the beginning of a name: each character whole or by its first letter, the last perhaps not whole.
pub(super) fn fits(name: &[Readings], typed: &str) -> bool {
    let Some((first, rest)) = name.split_first() else { return typed.is_empty() };
    if typed.is_empty() {
        return true;
    }
    first.iter().any(|reading| {
        let whole = typed.strip_prefix(reading.as_str());
        let letter = reading.get(..1).and_then(|letter| typed.strip_prefix(letter));
        reading.starts_with(typed) || [whole, letter].into_iter().flatten().any(|left| fits(rest, left))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(name: &str, typed: &str) -> bool {
        fits(&readings(name), typed)
    }

    #[test]
    fn a_name_is_found_by_first_letters_whole_syllables_or_both() {
        for typed in ["w", "wx", "wxy", "wangxiuying", "wangxy", "wxiuy", "wangx", "wan"] {
            assert!(finds("王秀英", typed), "{typed}");
        }
        for typed in ["x", "wy", "wxyz", "wangying", "wangxiuyingx"] {
            assert!(!finds("王秀英", typed), "{typed}");
        }
    }

    #[test]
    fn surnames_and_foreign_names_are_found_as_people_say_them() {
        assert!(finds("单雄", "sx") && finds("单雄", "shanxiong"));
        assert!(finds("吕布", "lb") && finds("吕布", "lvbu") && finds("吕布", "lubu"));
        assert!(finds("买买提·艾力", "mmtal"));
        assert!(!finds("", "a"));
    }
}
