//! Names of keys.

/// As they are most often spelt where no key signature says otherwise.
const NAMES: [&str; 12] = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"];

/// The name of a key with its octave; 60 is C4.
pub(crate) fn name(key: u8) -> String {
    format!("{}{}", NAMES[usize::from(key % 12)], i32::from(key / 12) - 1)
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn middle_c_is_c4() {
        assert_eq!([0, 60, 66, 69, 70, 127].map(name), ["C-1", "C4", "F#4", "A4", "Bb4", "G9"]);
    }
}
