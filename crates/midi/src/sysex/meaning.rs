//! What the settings of a message are about.

/// The standard that an instrument follows since its last reset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum System {
    /// Roland GS, and what holds before any reset: CC 0 is the bank, CC 32 is ignored.
    #[default]
    Gs,
    /// General MIDI 1: there are no banks.
    Gm,
    /// General MIDI 2: CC 0 is 120 for drums or 121 for melodies, CC 32 is the bank.
    Gm2,
    /// Yamaha XG: CC 0 is 127 or 126 for drums, 64 for effects; otherwise CC 32 is the bank.
    Xg,
}

/// What a destination reaches with the controller at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Semitones around 64, at most 24 each way.
    Pitch,
    /// Steps of 150 cents around 64: ±9600.
    Cutoff,
    /// Of 64: 127 is nearly twice the amplitude, 0 is silence.
    Amplitude,
    /// 0 to 600 cents of vibrato.
    LfoPitch,
    /// 0 to 2400 cents of the cutoff's wave.
    LfoCutoff,
    /// 0 to 100 per cent of tremolo.
    LfoAmplitude,
}

impl Destination {
    /// In the order of General MIDI 2 and XG.
    pub const ALL: [Destination; 6] = [
        Destination::Pitch,
        Destination::Cutoff,
        Destination::Amplitude,
        Destination::LfoPitch,
        Destination::LfoCutoff,
        Destination::LfoAmplitude,
    ];
}

/// What moves destinations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Modulation (CC 1).
    Wheel,
    /// Channel pressure.
    Pressure,
    /// Key pressure, for the voices of its key.
    KeyPressure,
    /// The first of two controllers whose numbers can be chosen: CC1 of GS, AC1 of XG.
    First,
    /// The second: CC2 of GS, AC2 of XG.
    Second,
    /// The controller that a message of General MIDI 2 has named last.
    Named,
}

impl Source {
    /// All, in their order.
    pub const ALL: [Source; 6] =
        [Source::Wheel, Source::Pressure, Source::KeyPressure, Source::First, Source::Second, Source::Named];
}

/// A parameter of one key of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyParameter {
    /// Semitones around 64.
    Coarse,
    /// Cents around 64.
    Fine,
    /// The key whose pitch it has, where 60 is the sample's own: what most drums of GS say.
    PlayedKey,
    /// 127 is what the preset has; below it the square law of volume controllers.
    Level,
    /// Per cent of what the preset has, 64 being a hundred (General MIDI 2).
    Volume,
    /// Exclusive class; 0 is none.
    Group,
    /// 1 to 127 from left to right; 0 is elsewhere for every note.
    Pan,
    /// 0 to 127 from left to right (General MIDI 2).
    AbsolutePan,
    /// Share of the part's reverb send, of 127.
    Reverb,
    /// Share of the part's chorus send, of 127.
    Chorus,
    /// In place of the part's and the preset's send: what CC 91 is at this value (General MIDI 2).
    AbsoluteReverb,
    /// The same for CC 93.
    AbsoluteChorus,
    /// Cutoff, around 64.
    Cutoff,
    /// Resonance, around 64.
    Resonance,
    /// Rate of the attack, around 64.
    Attack,
    /// Rate of the decay, around 64.
    Decay,
    /// Whether the key's release counts.
    ReceiveOff,
    /// Whether the key sounds.
    ReceiveOn,
}

impl KeyParameter {
    /// Of key-based instrument controllers (General MIDI 2; CA-023).
    pub fn of_controller(number: u8) -> Option<KeyParameter> {
        Some(match number {
            0x07 => KeyParameter::Volume,
            0x0a => KeyParameter::AbsolutePan,
            0x5b => KeyParameter::AbsoluteReverb,
            0x5d => KeyParameter::AbsoluteChorus,
            0x78 => KeyParameter::Fine,
            0x79 => KeyParameter::Coarse,
            _ => return None,
        })
    }

    /// Of an NRPN whose other byte is the key: GS has 18, 1A and 1C to 1E, XG these, 19 and 14 to 17.
    pub fn of_nrpn(msb: u8) -> Option<KeyParameter> {
        Some(match msb {
            0x14 => KeyParameter::Cutoff,
            0x15 => KeyParameter::Resonance,
            0x16 => KeyParameter::Attack,
            0x17 => KeyParameter::Decay,
            0x18 => KeyParameter::Coarse,
            0x19 => KeyParameter::Fine,
            0x1a => KeyParameter::Level,
            0x1c => KeyParameter::Pan,
            0x1d => KeyParameter::Reverb,
            0x1e => KeyParameter::Chorus,
            _ => return None,
        })
    }
}

/// A new value of a parameter of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The key, 0 to 127.
    pub key: u8,
    /// What is set.
    pub parameter: KeyParameter,
    /// To what, 0 to 127.
    pub value: u8,
}

/// Something that a message says of the variation effect of XG.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariationSetting {
    /// First byte and second.
    Type(u8, u8),
    /// How much of it is wet where it is inserted, of 127.
    Balance(u8),
    /// Amplitude of what returns, of which 64 is 1.
    Return(u8),
    /// It hears what parts send; otherwise it is inserted into one.
    System(bool),
    /// The part into which it is inserted.
    Part(Option<u8>),
}

/// Something that a message says of the insertion effect of GS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsertionSetting {
    /// First byte and second; 0 and 0 let all through.
    Type(u8, u8),
    /// Whether what a part plays goes through it.
    Part(u8, bool),
}

/// What a part can be told not to hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Pitch bend.
    Bend,
    /// Channel pressure.
    Pressure,
    /// Program changes.
    Program,
    /// All controllers but bank select and parameters.
    Control,
    /// Key pressure.
    KeyPressure,
    /// Notes.
    Note,
    /// Registered parameters.
    Registered,
    /// Other parameters.
    NonRegistered,
    /// CC 1.
    Modulation,
    /// CC 7.
    Volume,
    /// CC 10.
    Pan,
    /// CC 11.
    Expression,
    /// CC 64.
    Sustain,
    /// CC 5, 37, 65 and 84.
    Portamento,
    /// CC 66.
    Sostenuto,
    /// CC 67.
    Soft,
    /// CC 0 and 32.
    Bank,
}

impl Switch {
    /// In the order of XG, which is that of GS, too.
    pub const ALL: [Switch; 17] = [
        Switch::Bend,
        Switch::Pressure,
        Switch::Program,
        Switch::Control,
        Switch::KeyPressure,
        Switch::Note,
        Switch::Registered,
        Switch::NonRegistered,
        Switch::Modulation,
        Switch::Volume,
        Switch::Pan,
        Switch::Expression,
        Switch::Sustain,
        Switch::Portamento,
        Switch::Sostenuto,
        Switch::Soft,
        Switch::Bank,
    ];
}

/// Something that a message says of the send effects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EffectSetting {
    /// Number of a reverb macro of GS.
    GsReverb(u8),
    /// Around the default of the type.
    GsReverbTime(u8),
    /// What each echo of a delay keeps, of 128.
    GsFeedback(u8),
    /// Number of a chorus macro of GS.
    GsChorus(u8),
    /// Number of a reverb type of General MIDI 2.
    Gm2Reverb(u8),
    /// In its steps of reverb time.
    Gm2ReverbTime(u8),
    /// Number of a chorus type of General MIDI 2.
    Gm2Chorus(u8),
    /// Type, first byte and second.
    XgReverb(u8, u8),
    /// In the steps of XG's table.
    XgReverbTime(u8),
    /// Silence before the reverb, besides what its kind has: steps of XG's table.
    XgPreDelay(u8),
    /// What is cut off below and above: twentieths of a decade from 20 Hz; 0 and 60 are nothing.
    XgLowCut(u8),
    /// The same from above.
    XgHighCut(u8),
    /// The same in 8 steps of GS, from the type's own on.
    GsHighCut(u8),
    /// Silence before the reverb in milliseconds, besides what its kind has.
    GsPreDelay(u8),
    /// Type, first byte.
    XgChorus(u8),
    /// Amplitude, of which 64 is 1.
    ReverbLevel(u8),
    /// Amplitude, of which 64 is 1.
    ChorusLevel(u8),
    /// Steps of 0.122 Hz.
    ChorusRate(u8),
    /// Steps of 1/3.2 ms from end to end, and one more.
    ChorusDepth(u8),
}
