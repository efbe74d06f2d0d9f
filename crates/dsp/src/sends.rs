//! What the two send effects are to be: values that those who ask (songs) share with those who do it (effects).

use rae_units::Seconds;

/// The character of the send reverb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReverbKind {
    /// None.
    Off,
    /// Close walls: it begins at once and stays even.
    Room,
    /// Far walls: a short silence, then a swell; dark as it decays.
    Hall,
    /// Bright and dense from the start.
    Plate,
    /// Echoes in the middle.
    Delay,
    /// Echoes to the left and the right by turns.
    PanningDelay,
}

/// The send reverb.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReverbSend {
    /// What it is like.
    pub kind: ReverbKind,
    /// The time in which it decays by 60 dB at 1 kHz; of a delay, the time between echoes.
    pub time: Seconds,
    /// What each echo of a delay keeps of the amplitude of the one before, below 1.
    pub feedback: f64,
    /// Silence before it, besides what its kind has.
    pub pre_delay: Seconds,
    /// Hertz below which it falls by 6 dB an octave.
    pub low_cut: Option<f64>,
    /// Hertz above which it falls by 6 dB an octave.
    pub high_cut: Option<f64>,
    /// Amplitude.
    pub level: f32,
}

/// The send chorus.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChorusSend {
    /// Mean frequency of the swaying delays, hertz.
    pub rate: f64,
    /// Mean sway to each side.
    pub sway: Seconds,
    /// Amplitude.
    pub level: f32,
}

/// Both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sends {
    /// What channels send to by CC 91.
    pub reverb: ReverbSend,
    /// What channels send to by CC 93.
    pub chorus: ChorusSend,
}

impl Sends {
    /// What sounds unless a song asks for something else.
    pub const DEFAULT: Sends = Sends {
        reverb: ReverbSend {
            kind: ReverbKind::Hall,
            time: Seconds(1.25),
            feedback: 0.0,
            pre_delay: Seconds(0.0),
            low_cut: None,
            high_cut: None,
            level: 1.0,
        },
        chorus: ChorusSend { rate: 0.35, sway: Seconds(0.0021), level: 1.0 },
    };
}

impl Default for Sends {
    fn default() -> Sends {
        Sends::DEFAULT
    }
}
