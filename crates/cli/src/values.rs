//! Values as people write them: times, channels, tails.

use std::collections::BTreeSet;

use clap::builder::{OsStringValueParser, TypedValueParser};
use rust_audio_engine::{BankName, Decibels, MAX_CHANNEL, MAX_REVERB_TIME, Seconds, Tail};

/// A path or `builtin`, and perhaps an offset: `strings.sf2@1`.
pub(crate) fn soundfont() -> impl TypedValueParser<Value = BankName> {
    OsStringValueParser::new().try_map(|text| BankName::parse(&text))
}

/// `12.5`, `1:02.4` or `1:00:00` in seconds.
pub(crate) fn time(text: &str) -> Result<Seconds, String> {
    let problem = || format!("'{text}' is no time; write seconds (62.4), m:ss (1:02.4) or h:mm:ss");
    let parts: Vec<&str> = text.split(':').collect();
    if parts.len() > 3 {
        return Err(problem());
    }
    let mut seconds = 0.0;
    for (index, part) in parts.iter().enumerate() {
        let last = index + 1 == parts.len();
        let digits = part.bytes().all(|b| b.is_ascii_digit() || (last && b == b'.'));
        let value = if digits { part.parse::<f64>().ok() } else { None };
        let value = value.filter(|&value| index == 0 || value < 60.0).ok_or_else(problem)?;
        seconds = seconds * 60.0 + value;
    }
    Ok(Seconds(seconds))
}

/// Milliseconds of the asked-for reverb.
pub(crate) fn reverb_time(text: &str) -> Result<f64, String> {
    let most = MAX_REVERB_TIME.0 * 1000.0;
    let time = text.parse().ok().filter(|time| (1.0..=most).contains(time));
    time.ok_or_else(|| format!("choose 1 to {most} milliseconds"))
}

/// The word for so many: `note` or `notes`.
pub(crate) fn noun(count: usize, one: &str) -> String {
    if count == 1 { one.to_owned() } else { format!("{one}s") }
}

/// Seconds as `1:02.4`, with hours where there are any.
pub(crate) fn show_time(seconds: Seconds) -> String {
    let tenths = (seconds.0 * 10.0).round() as u64;
    let (minutes, tenths) = (tenths / 600, tenths % 600);
    let (whole, part) = (tenths / 10, tenths % 10);
    if minutes < 60 {
        format!("{minutes}:{whole:02}.{part}")
    } else {
        format!("{}:{:02}:{whole:02}.{part}", minutes / 60, minutes % 60)
    }
}

/// Some channels, counted from 1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Channels(pub(crate) Vec<u16>);

/// Some tracks, counted from 1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tracks(pub(crate) Vec<u16>);

/// `10`, `1,2` or `1-4,10`.
pub(crate) fn channels(text: &str) -> Result<Channels, String> {
    numbers(text, "channel", MAX_CHANNEL).map(Channels)
}

/// Channels as [`channels`] reads them.
pub(crate) fn show_channels(channels: &BTreeSet<u16>) -> String {
    let mut ranges: Vec<(u16, u16)> = Vec::new();
    for &channel in channels {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == channel => *last = channel,
            _ => ranges.push((channel, channel)),
        }
    }
    let text = |&(first, last)| if first == last { format!("{first}") } else { format!("{first}-{last}") };
    ranges.iter().map(text).collect::<Vec<_>>().join(",")
}

/// `2`, `1,2` or `1-4,6`.
pub(crate) fn tracks(text: &str) -> Result<Tracks, String> {
    numbers(text, "track", u16::MAX).map(Tracks)
}

fn numbers(text: &str, what: &str, most: u16) -> Result<Vec<u16>, String> {
    let problem = || format!("'{text}' is no {what}; write numbers from 1 to {most} such as 10 or 1-4,10");
    let number = |text: &str| text.parse::<u16>().ok().filter(|number| (1..=most).contains(number)).ok_or_else(problem);
    let mut numbers = Vec::new();
    for part in text.split(',') {
        match part.split_once('-') {
            Some((first, last)) => {
                let (first, last) = (number(first)?, number(last)?);
                if first > last {
                    return Err(problem());
                }
                numbers.extend(first..=last);
            }
            None => numbers.push(number(part)?),
        }
    }
    Ok(numbers)
}

/// What `--tail` says; the threshold of silence is another option's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum TailChoice {
    Silence,
    None,
    Seconds(f64),
}

impl TailChoice {
    pub(crate) fn with_threshold(self, threshold: f64) -> Tail {
        match self {
            TailChoice::Silence => Tail::Silence(Decibels(threshold)),
            TailChoice::None => Tail::None,
            TailChoice::Seconds(seconds) => Tail::Seconds(Seconds(seconds)),
        }
    }
}

/// `silence`, `none` or a time.
pub(crate) fn tail(text: &str) -> Result<TailChoice, String> {
    match text {
        "silence" => Ok(TailChoice::Silence),
        "none" => Ok(TailChoice::None),
        _ => match time(text) {
            Ok(Seconds(seconds)) => Ok(TailChoice::Seconds(seconds)),
            Err(_) => Err(format!("'{text}' is no tail; write silence, none or seconds")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_shown() {
        for (text, seconds) in [("0", 0.0), ("12.5", 12.5), ("90", 90.0), ("1:02.4", 62.4), ("1:00:00.5", 3600.5)] {
            assert_eq!(time(text), Ok(Seconds(seconds)), "{text}");
        }
        for text in ["", "-1", "1:60", "1:2:3:4", "x", "1:", ":1", "1e3", "nan", "1.5:00", "."] {
            assert!(time(text).is_err(), "{text}");
        }
        for (seconds, text) in [(62.44, "1:02.4"), (59.96, "1:00.0"), (3600.0, "1:00:00.0"), (0.0, "0:00.0")] {
            assert_eq!(show_time(Seconds(seconds)), text);
        }
    }

    #[test]
    fn channels_are_lists_and_ranges() {
        assert_eq!(channels("10"), Ok(Channels(vec![10])));
        assert_eq!(channels("1-3,10,17"), Ok(Channels(vec![1, 2, 3, 10, 17])));
        assert_eq!(show_channels(&BTreeSet::from([17, 1, 2, 10, 3])), "1-3,10,17");
        for text in ["", "0", "4-1", "1,", "a", "5000", "-3"] {
            assert!(channels(text).is_err(), "{text}");
        }
    }

    #[test]
    fn tails_are_words_or_times() {
        assert_eq!(tail("silence"), Ok(TailChoice::Silence));
        assert_eq!(tail("none"), Ok(TailChoice::None));
        assert_eq!(tail("2.5"), Ok(TailChoice::Seconds(2.5)));
        assert!(tail("loud").is_err());
    }
}
