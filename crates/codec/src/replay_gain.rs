//! Loudness that a file says about itself, so that players can even it out.

/// ReplayGain of a track and of its album.
///
/// In FLAC and MP3 files the fields of ReplayGain 2.0 (REPLAYGAIN_TRACK_GAIN and so on, towards −18 LUFS), in Opus files
/// R128_TRACK_GAIN and R128_ALBUM_GAIN (RFC 7845, section 5.2.1, towards −23 LUFS, without peaks). WAV files have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplayGain {
    /// Of the file itself.
    pub track: Level,
    /// Of all files of the album together.
    pub album: Option<Level>,
}

/// How loud something is, in steps that files tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// Gain to −18 LUFS, in hundredths of a decibel.
    centibels: i32,
    /// The highest peak, in millionths of full scale, where it is known.
    peak: Option<u32>,
}

/// What players of ReplayGain bring recordings to, and players of R128 tags.
const REPLAY_GAIN_LUFS: f64 = -18.0;
const R128_LUFS: f64 = -23.0;
/// Nothing is so loud or so soft: the range of R128 tags.
const MOST_DB: f64 = 127.0;

impl Level {
    /// A loudness in LUFS and a peak, full scale being 1. `None` for what has no loudness, such as silence.
    pub fn new(lufs: f64, peak: f64) -> Option<Level> {
        let level = Level::of_gain(REPLAY_GAIN_LUFS - lufs)?;
        let peak = peak.is_finite().then(|| (peak * 1e6).round().clamp(0.0, 1e9) as u32);
        Some(Level { peak, ..level })
    }

    fn of_gain(db: f64) -> Option<Level> {
        let centibels = (db.abs() <= MOST_DB).then(|| (db * 100.0).round() as i32)?;
        Some(Level { centibels, peak: None })
    }

    /// The gain to −18 LUFS in dB.
    pub fn gain_db(&self) -> f64 {
        f64::from(self.centibels) / 100.0
    }

    /// The highest peak, full scale being 1, where it is known.
    pub fn peak(&self) -> Option<f64> {
        self.peak.map(|peak| f64::from(peak) / 1e6)
    }

    /// `-6.54 dB`.
    fn gain_text(&self) -> String {
        format!("{:.2} dB", self.gain_db())
    }

    /// Q7.8 towards −23 LUFS.
    fn r128_text(&self) -> String {
        let steps = (self.gain_db() + R128_LUFS - REPLAY_GAIN_LUFS) * 256.0;
        (steps.round().clamp(i16::MIN.into(), i16::MAX.into()) as i16).to_string()
    }
}

impl ReplayGain {
    /// The fields of Vorbis comments and of ID3 by user-defined texts.
    pub(crate) fn fields(&self) -> Vec<(&'static str, String)> {
        let of = |level: &Level, gain: &'static str, peak: &'static str| {
            let peak = level.peak().map(|value| (peak, format!("{value:.6}")));
            [Some((gain, level.gain_text())), peak].into_iter().flatten().collect::<Vec<_>>()
        };
        let mut fields = of(&self.track, "REPLAYGAIN_TRACK_GAIN", "REPLAYGAIN_TRACK_PEAK");
        fields.extend(self.album.iter().flat_map(|album| of(album, "REPLAYGAIN_ALBUM_GAIN", "REPLAYGAIN_ALBUM_PEAK")));
        fields
    }

    /// The fields of Opus comments.
    pub(crate) fn r128_fields(&self) -> Vec<(&'static str, String)> {
        let track = ("R128_TRACK_GAIN", self.track.r128_text());
        let album = self.album.map(|album| ("R128_ALBUM_GAIN", album.r128_text()));
        [Some(track), album].into_iter().flatten().collect()
    }
}

/// What is found of it in a file, field by field.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Found {
    track: Option<Level>,
    track_peak: Option<u32>,
    album: Option<Level>,
    album_peak: Option<u32>,
}

impl Found {
    /// Takes a field in, if it is one of these; what is no number is passed over.
    pub(crate) fn take(&mut self, name: &str, value: &str) {
        let number = || value.trim().trim_end_matches(|c: char| c.is_alphabetic()).trim().parse::<f64>().ok();
        let gain = || number().and_then(Level::of_gain);
        let peak = || number().filter(|peak| (0.0..=1000.0).contains(peak)).map(|peak| (peak * 1e6).round() as u32);
        let r128 = || {
            let steps: f64 = value.trim().parse::<i16>().ok()?.into();
            Level::of_gain(steps / 256.0 + REPLAY_GAIN_LUFS - R128_LUFS)
        };
        match name.to_ascii_uppercase().as_str() {
            "REPLAYGAIN_TRACK_GAIN" => self.track = self.track.or_else(gain),
            "REPLAYGAIN_TRACK_PEAK" => self.track_peak = self.track_peak.or_else(peak),
            "REPLAYGAIN_ALBUM_GAIN" => self.album = self.album.or_else(gain),
            "REPLAYGAIN_ALBUM_PEAK" => self.album_peak = self.album_peak.or_else(peak),
            "R128_TRACK_GAIN" => self.track = self.track.or_else(r128),
            "R128_ALBUM_GAIN" => self.album = self.album.or_else(r128),
            _ => {}
        }
    }

    /// All of it; nothing without a track's gain.
    pub(crate) fn replay_gain(self) -> Option<ReplayGain> {
        let with = |level: Option<Level>, peak: Option<u32>| level.map(|level| Level { peak, ..level });
        Some(ReplayGain { track: with(self.track, self.track_peak)?, album: with(self.album, self.album_peak) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gains_are_written_as_the_specifications_say() {
        // −14 LUFS is 4 dB above ReplayGain's reference, and 9 dB above that of R128 tags: −9·256 = −2304.
        let level = Level::new(-14.0, 0.987_654_3).unwrap();
        let replay_gain = ReplayGain { track: level, album: Level::new(-23.0, 1.0) };
        assert_eq!(
            replay_gain.fields(),
            [
                ("REPLAYGAIN_TRACK_GAIN", "-4.00 dB".to_owned()),
                ("REPLAYGAIN_TRACK_PEAK", "0.987654".to_owned()),
                ("REPLAYGAIN_ALBUM_GAIN", "5.00 dB".to_owned()),
                ("REPLAYGAIN_ALBUM_PEAK", "1.000000".to_owned()),
            ]
        );
        let expected = [("R128_TRACK_GAIN", "-2304".to_owned()), ("R128_ALBUM_GAIN", "0".to_owned())];
        assert_eq!(replay_gain.r128_fields(), expected);
        assert_eq!(Level::new(f64::NEG_INFINITY, 0.0), None);
    }

    #[test]
    fn fields_of_other_programs_are_understood() {
        let found = |fields: &[(&str, &str)]| {
            let mut found = Found::default();
            fields.iter().for_each(|(name, value)| found.take(name, value));
            found.replay_gain()
        };
        let read = found(&[("replaygain_track_gain", "+3.25 dB"), ("REPLAYGAIN_TRACK_PEAK", " 0.5 ")]).unwrap();
        assert_eq!((read.track.gain_db(), read.track.peak(), read.album), (3.25, Some(0.5), None));
        let r128 = found(&[("R128_TRACK_GAIN", "-2304")]).unwrap();
        assert_eq!((r128.track.gain_db(), r128.track.peak()), (-4.0, None));
        for broken in ["", "loud", "NaN dB", "1e9 dB", "inf"] {
            assert_eq!(found(&[("REPLAYGAIN_TRACK_GAIN", broken)]), None, "{broken}");
        }
    }
}
