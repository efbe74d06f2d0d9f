//! Options whose value may be left out, before the parser sees them.
//!
//! `--reverb song.mid` must not take the song for its value. The parser therefore takes these options' values only
//! after `=`, and this puts the `=` where the next word is a value: a number, or one of the option's words.

use std::ffi::OsString;

const OF_NUMBERS: [&str; 4] = ["--reverb", "--normalize", "--floor", "--db"];

const OF_WORDS: [(&str, &[&str]); 1] = [("--replaygain", &["track", "album"])];

/// Joins every such option to the value that follows it, up to a `--`.
pub(crate) fn join(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments = arguments.peekable();
    let mut result = Vec::new();
    while let Some(mut argument) = arguments.next() {
        if argument == "--" {
            result.push(argument);
            result.extend(arguments);
            break;
        }
        if let Some(value) = arguments.next_if(|next| takes(&argument, next)) {
            argument.push("=");
            argument.push(value);
        }
        result.push(argument);
    }
    result
}

fn takes(option: &OsString, next: &OsString) -> bool {
    let words = OF_WORDS.iter().filter(|(name, _)| option == *name).flat_map(|(_, words)| *words);
    OF_NUMBERS.iter().any(|name| option == *name) && is_number(next) || words.into_iter().any(|word| next == *word)
}

fn is_number(word: &OsString) -> bool {
    word.to_str().is_some_and(|word| word.parse::<f64>().is_ok_and(f64::is_finite))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(line: &str) -> String {
        let words = join(line.split(' ').map(OsString::from));
        words.iter().map(|word| word.to_str().unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn values_belong_to_the_option_and_files_do_not() {
        assert_eq!(joined("convert --replaygain album a.flac -d b"), "convert --replaygain=album a.flac -d b");
        assert_eq!(joined("convert --replaygain a.flac -d b"), "convert --replaygain a.flac -d b");
        assert_eq!(joined("render --reverb 0.5 a.mid"), "render --reverb=0.5 a.mid");
        assert_eq!(joined("render --reverb a.mid"), "render --reverb a.mid");
        assert_eq!(joined("render a.mid --normalize -1 -o b"), "render a.mid --normalize=-1 -o b");
        assert_eq!(joined("render a.mid --normalize -o b"), "render a.mid --normalize -o b");
        assert_eq!(joined("render --reverb=0.2 1"), "render --reverb=0.2 1");
        assert_eq!(joined("render -- --reverb 1"), "render -- --reverb 1");
        assert_eq!(joined("render a.mid --reverb"), "render a.mid --reverb");
    }
}
