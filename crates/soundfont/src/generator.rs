//! Generators: the named synthesis parameters of a zone (SoundFont 2.04, 8.1.2).

/// How many generator numbers the standard defines, gaps included.
pub const GENERATOR_COUNT: usize = 61;

macro_rules! generators {
    ($($name:ident = $number:literal,)*) => {
        /// A generator by its name in the standard (8.1.2); the number is the one in the file.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "the names are the standard's own")]
        pub enum Generator { $($name = $number,)* }

        impl Generator {
            /// All generators, ascending.
            pub const ALL: &[Generator] = &[$(Generator::$name,)*];

            /// The generator with this number; `None` for the unused and reserved ones.
            pub const fn from_number(number: u16) -> Option<Generator> {
                match number {
                    $($number => Some(Generator::$name),)*
                    _ => None,
                }
            }
        }
    };
}

generators! {
    StartAddrsOffset = 0,
    EndAddrsOffset = 1,
    StartLoopAddrsOffset = 2,
    EndLoopAddrsOffset = 3,
    StartAddrsCoarseOffset = 4,
    ModLfoToPitch = 5,
    VibLfoToPitch = 6,
    ModEnvToPitch = 7,
    InitialFilterFc = 8,
    InitialFilterQ = 9,
    ModLfoToFilterFc = 10,
    ModEnvToFilterFc = 11,
    EndAddrsCoarseOffset = 12,
    ModLfoToVolume = 13,
    ChorusEffectsSend = 15,
    ReverbEffectsSend = 16,
    Pan = 17,
    DelayModLfo = 21,
    FreqModLfo = 22,
    DelayVibLfo = 23,
    FreqVibLfo = 24,
    DelayModEnv = 25,
    AttackModEnv = 26,
    HoldModEnv = 27,
    DecayModEnv = 28,
    SustainModEnv = 29,
    ReleaseModEnv = 30,
    KeynumToModEnvHold = 31,
    KeynumToModEnvDecay = 32,
    DelayVolEnv = 33,
    AttackVolEnv = 34,
    HoldVolEnv = 35,
    DecayVolEnv = 36,
    SustainVolEnv = 37,
    ReleaseVolEnv = 38,
    KeynumToVolEnvHold = 39,
    KeynumToVolEnvDecay = 40,
    Instrument = 41,
    KeyRange = 43,
    VelRange = 44,
    StartLoopAddrsCoarseOffset = 45,
    Keynum = 46,
    Velocity = 47,
    InitialAttenuation = 48,
    EndLoopAddrsCoarseOffset = 50,
    CoarseTune = 51,
    FineTune = 52,
    SampleId = 53,
    SampleModes = 54,
    ScaleTuning = 56,
    ExclusiveClass = 57,
    OverridingRootKey = 58,
}

impl Generator {
    /// Whether it only has a meaning in instrument zones (marked + in 8.1.3).
    pub const fn is_instrument_only(self) -> bool {
        use Generator::*;
        matches!(self, Keynum | Velocity | SampleModes | ExclusiveClass | OverridingRootKey | SampleId)
            || self.is_address_offset()
    }

    /// Whether it moves the start, the end or the loop of the sample.
    pub const fn is_address_offset(self) -> bool {
        use Generator::*;
        matches!(
            self,
            StartAddrsOffset
                | EndAddrsOffset
                | StartLoopAddrsOffset
                | EndLoopAddrsOffset
                | StartAddrsCoarseOffset
                | EndAddrsCoarseOffset
                | StartLoopAddrsCoarseOffset
                | EndLoopAddrsCoarseOffset
        )
    }

    /// Whether a modulator may drive it: the generators not marked as non-real-time (@ in 8.1.3) and no index. 8.1.1
    /// would exclude the address offsets too, but banks move the start of a sample by velocity, and players follow.
    pub const fn is_modulation_destination(self) -> bool {
        use Generator::*;
        !matches!(
            self,
            Instrument
                | SampleId
                | KeyRange
                | VelRange
                | Keynum
                | Velocity
                | SampleModes
                | ScaleTuning
                | ExclusiveClass
                | OverridingRootKey
        )
    }

    /// The value a zone has when nothing sets it (8.1.3).
    pub const fn default_value(self) -> i16 {
        use Generator::*;
        match self {
            InitialFilterFc => 13_500,
            DelayModLfo | DelayVibLfo | DelayModEnv | AttackModEnv | HoldModEnv | DecayModEnv | ReleaseModEnv
            | DelayVolEnv | AttackVolEnv | HoldVolEnv | DecayVolEnv | ReleaseVolEnv => -12_000,
            Keynum | Velocity | OverridingRootKey => -1,
            ScaleTuning => 100,
            _ => 0,
        }
    }
}

/// The generators that a zone sets, ascending by number, each at most once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Generators(Vec<(Generator, i16)>);

impl Generators {
    /// No generator set.
    pub const fn new() -> Generators {
        Generators(Vec::new())
    }

    /// No generator set yet, with room for `count`.
    pub(crate) fn with_capacity(count: usize) -> Generators {
        Generators(Vec::with_capacity(count.min(Generator::ALL.len())))
    }

    /// The value set for `generator`, if any. Unsigned amounts are kept in their bit pattern.
    pub fn get(&self, generator: Generator) -> Option<i16> {
        self.0.binary_search_by_key(&generator, |&(g, _)| g).ok().map(|i| self.0[i].1)
    }

    /// Sets `generator`, replacing an earlier value.
    pub fn set(&mut self, generator: Generator, value: i16) {
        match self.0.binary_search_by_key(&generator, |&(g, _)| g) {
            Ok(i) => self.0[i].1 = value,
            Err(i) => self.0.insert(i, (generator, value)),
        }
    }

    /// Sets `generator` and hands the list back, for building zones in one expression.
    #[must_use]
    pub fn with(mut self, generator: Generator, value: i16) -> Generators {
        self.set(generator, value);
        self
    }

    /// Every generator set, ascending by number.
    pub fn iter(&self) -> impl Iterator<Item = (Generator, i16)> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<(Generator, i16)> for Generators {
    fn from_iter<I: IntoIterator<Item = (Generator, i16)>>(pairs: I) -> Generators {
        let mut generators = Generators::new();
        for (generator, value) in pairs {
            generators.set(generator, value);
        }
        generators
    }
}
