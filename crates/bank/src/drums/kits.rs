//! Which sound lies on which key of which kit, as in General MIDI 2 and the Sound Canvas.

/// One key of a kit.
#[derive(Clone, Copy)]
pub(super) struct Stroke {
    pub(super) key: u8,
    pub(super) sound: &'static str,
    /// Higher than the sound as it was made.
    pub(super) semitones: i16,
    /// Softer than full, dB.
    pub(super) softer: f32,
    /// From −50 (left) to 50 (right), as the drummer's audience sees it.
    pub(super) pan: f32,
}

/// A kit: its own strokes, on top of those of the standard kit unless it stands alone.
pub(super) struct Kit {
    pub(super) program: u16,
    pub(super) name: &'static str,
    /// Reverb send, percent.
    pub(super) reverb: i16,
    alone: bool,
    own: &'static [Stroke],
}

impl Kit {
    pub(super) fn strokes(&self) -> Vec<Stroke> {
        let missing = |stroke: &&Stroke| !self.alone && self.own.iter().all(|own| own.key != stroke.key);
        let mut strokes: Vec<Stroke> = self.own.iter().chain(STANDARD.iter().filter(missing)).copied().collect();
        strokes.sort_by_key(|stroke| stroke.key);
        strokes
    }
}

const fn at(key: u8, sound: &'static str, semitones: i16, softer: f32, pan: f32) -> Stroke {
    Stroke { key, sound, semitones, softer, pan }
}

/// Sounds that cut each other off, by exclusive class.
const CUTS: [(i16, &[&str]); 9] = [
    (1, &["Hat Closed", "Hat Pedal", "Hat Open", "808 Hat", "808 Hat Open"]),
    (2, &["Whistle Short", "Whistle Long"]),
    (3, &["Guiro Short", "Guiro Long"]),
    (4, &["Cuica Mute", "Cuica Open"]),
    (5, &["Triangle Mute", "Triangle Open"]),
    (6, &["Surdo Mute", "Surdo Open"]),
    (7, &["Scratch Push", "Scratch Pull"]),
    (8, &["Conga Mute", "Conga Slap"]),
    (9, &["Brush Swirl"]),
];

pub(super) fn class(stroke: &Stroke) -> Option<i16> {
    CUTS.iter().find(|(_, sounds)| sounds.contains(&stroke.sound)).map(|&(class, _)| class)
}

pub(super) const KITS: [Kit; 9] = [
    Kit { program: 0, name: "Standard Kit", reverb: 12, alone: false, own: &[] },
    Kit { program: 8, name: "Room Kit", reverb: 22, alone: false, own: &ROOM },
    Kit { program: 16, name: "Power Kit", reverb: 20, alone: false, own: &POWER },
    Kit { program: 24, name: "Electronic Kit", reverb: 14, alone: false, own: &ELECTRONIC },
    Kit { program: 25, name: "TR-808 Kit", reverb: 10, alone: false, own: &TR_808 },
    Kit { program: 32, name: "Jazz Kit", reverb: 14, alone: false, own: &JAZZ },
    Kit { program: 40, name: "Brush Kit", reverb: 14, alone: false, own: &BRUSH },
    Kit { program: 48, name: "Orchestra Kit", reverb: 34, alone: false, own: &ORCHESTRA },
    Kit { program: 56, name: "SFX Kit", reverb: 14, alone: true, own: &SFX },
];

const STANDARD: [Stroke; 62] = [
    at(27, "High Q", 0, 7.0, 0.0),
    at(28, "Slap", 0, 9.0, 0.0),
    at(29, "Scratch Push", 0, 9.0, 8.0),
    at(30, "Scratch Pull", 0, 9.0, 8.0),
    at(31, "Sticks", 0, 8.0, -5.0),
    at(32, "Square Click", 0, 11.0, 0.0),
    at(33, "Metronome Click", 0, 9.0, 0.0),
    at(34, "Metronome Bell", 0, 11.0, 0.0),
    at(35, "Kick 2", 0, 0.0, 0.0),
    at(36, "Kick", 0, 0.0, 0.0),
    at(37, "Side Stick", 0, 5.0, -3.0),
    at(38, "Snare", 0, 1.0, -3.0),
    at(39, "Clap", 0, 3.0, 5.0),
    at(40, "Snare 2", 0, 1.0, -3.0),
    at(41, "Tom Low", -3, 4.0, 25.0),
    at(42, "Hat Closed", 0, 9.0, -18.0),
    at(43, "Tom Low", 0, 4.0, 18.0),
    at(44, "Hat Pedal", 0, 11.0, -18.0),
    at(45, "Tom Low", 4, 4.0, 8.0),
    at(46, "Hat Open", 0, 11.0, -18.0),
    at(47, "Tom High", -4, 4.0, -2.0),
    at(48, "Tom High", 0, 4.0, -10.0),
    at(49, "Crash", 0, 4.0, -16.0),
    at(50, "Tom High", 3, 4.0, -18.0),
    at(51, "Ride", 0, 8.0, 18.0),
    at(52, "China", 0, 7.0, 16.0),
    at(53, "Ride Bell", 0, 12.0, 25.0),
    at(54, "Tambourine", 0, 6.0, 10.0),
    at(55, "Splash", 0, 8.0, -12.0),
    at(56, "Cowbell", 0, 11.0, -20.0),
    at(57, "Crash", 2, 5.0, 18.0),
    at(58, "Vibraslap", 0, 11.0, -20.0),
    at(59, "Ride", 2, 8.0, 16.0),
    at(60, "Bongo", 0, 8.0, 20.0),
    at(61, "Bongo", -5, 8.0, 20.0),
    at(62, "Conga Mute", 0, 8.0, -18.0),
    at(63, "Conga", 2, 7.0, -18.0),
    at(64, "Conga", -3, 7.0, -18.0),
    at(65, "Timbale", 0, 8.0, 15.0),
    at(66, "Timbale", -5, 8.0, 15.0),
    at(67, "Agogo High", 0, 12.0, -22.0),
    at(68, "Agogo High", -5, 12.0, -22.0),
    at(69, "Cabasa", 0, 13.0, -25.0),
    at(70, "Maracas", 0, 15.0, -25.0),
    at(71, "Whistle Short", 0, 13.0, 22.0),
    at(72, "Whistle Long", 0, 13.0, 22.0),
    at(73, "Guiro Short", 0, 13.0, 25.0),
    at(74, "Guiro Long", 0, 13.0, 25.0),
    at(75, "Claves", 0, 11.0, 18.0),
    at(76, "Wood Block", 0, 10.0, -20.0),
    at(77, "Wood Block", -5, 10.0, -20.0),
    at(78, "Cuica Mute", 0, 12.0, -12.0),
    at(79, "Cuica Open", 0, 12.0, -12.0),
    at(80, "Triangle Mute", 0, 15.0, -28.0),
    at(81, "Triangle Open", 0, 15.0, -28.0),
    at(82, "Shaker", 0, 13.0, 24.0),
    at(83, "Jingle Bell", 0, 12.0, 20.0),
    at(84, "Belltree", 0, 12.0, -20.0),
    at(85, "Castanets", 0, 10.0, 15.0),
    at(86, "Surdo Mute", 0, 6.0, 0.0),
    at(87, "Surdo Open", 0, 5.0, 0.0),
    at(88, "Applause", 0, 9.0, 0.0),
];

const ROOM: [Stroke; 10] = [
    at(35, "Room Kick", -2, 0.0, 0.0),
    at(36, "Room Kick", 0, 0.0, 0.0),
    at(38, "Room Snare", 0, 2.0, -3.0),
    at(40, "Room Snare", 3, 2.0, -3.0),
    at(41, "Room Tom", -7, 4.0, 25.0),
    at(43, "Room Tom", -4, 4.0, 18.0),
    at(45, "Room Tom", 0, 4.0, 8.0),
    at(47, "Room Tom", 3, 4.0, -2.0),
    at(48, "Room Tom", 7, 4.0, -10.0),
    at(50, "Room Tom", 10, 4.0, -18.0),
];

const POWER: [Stroke; 10] = [
    at(35, "Power Kick", -2, 0.0, 0.0),
    at(36, "Power Kick", 0, 0.0, 0.0),
    at(38, "Gated Snare", 0, 2.0, -3.0),
    at(40, "Gated Snare", 3, 2.0, -3.0),
    at(41, "Power Tom", -7, 3.0, 28.0),
    at(43, "Power Tom", -4, 3.0, 20.0),
    at(45, "Power Tom", 0, 3.0, 8.0),
    at(47, "Power Tom", 3, 3.0, -2.0),
    at(48, "Power Tom", 7, 3.0, -12.0),
    at(50, "Power Tom", 10, 3.0, -22.0),
];

const ELECTRONIC: [Stroke; 11] = [
    at(35, "Electronic Kick", -3, 0.0, 0.0),
    at(36, "Electronic Kick", 0, 0.0, 0.0),
    at(38, "Electronic Snare", 0, 2.0, 0.0),
    at(40, "Gated Snare", 4, 2.0, 0.0),
    at(41, "Electronic Tom", -9, 4.0, 28.0),
    at(43, "Electronic Tom", -5, 4.0, 20.0),
    at(45, "Electronic Tom", 0, 4.0, 8.0),
    at(47, "Electronic Tom", 4, 4.0, -2.0),
    at(48, "Electronic Tom", 8, 4.0, -12.0),
    at(50, "Electronic Tom", 12, 4.0, -22.0),
    at(52, "Reverse Cymbal", 0, 9.0, 20.0),
];

const TR_808: [Stroke; 22] = [
    at(35, "808 Kick", -3, 0.0, 0.0),
    at(36, "808 Kick", 0, 0.0, 0.0),
    at(37, "808 Rim", 0, 7.0, -3.0),
    at(38, "808 Snare", 0, 2.0, 0.0),
    at(39, "808 Clap", 0, 5.0, 5.0),
    at(40, "Electronic Snare", 2, 2.0, 0.0),
    at(41, "808 Tom", -9, 4.0, 25.0),
    at(42, "808 Hat", 0, 10.0, -15.0),
    at(43, "808 Tom", -5, 4.0, 18.0),
    at(44, "808 Hat", 3, 12.0, -15.0),
    at(45, "808 Tom", 0, 4.0, 8.0),
    at(46, "808 Hat Open", 0, 11.0, -15.0),
    at(47, "808 Tom", 4, 4.0, -2.0),
    at(48, "808 Tom", 8, 4.0, -10.0),
    at(49, "808 Cymbal", 0, 7.0, -20.0),
    at(50, "808 Tom", 12, 4.0, -18.0),
    at(56, "808 Cowbell", 0, 10.0, -20.0),
    at(62, "808 Conga", 6, 7.0, -18.0),
    at(63, "808 Conga", 2, 7.0, -18.0),
    at(64, "808 Conga", -3, 7.0, -18.0),
    at(70, "808 Maracas", 0, 12.0, -25.0),
    at(75, "808 Claves", 0, 11.0, 18.0),
];

const JAZZ: [Stroke; 10] = [
    at(35, "Jazz Kick", -3, 1.0, 0.0),
    at(36, "Jazz Kick", 0, 1.0, 0.0),
    at(38, "Jazz Snare", 0, 3.0, -3.0),
    at(40, "Jazz Snare", 2, 3.0, -3.0),
    at(41, "Jazz Tom", -7, 5.0, 25.0),
    at(43, "Jazz Tom", -4, 5.0, 18.0),
    at(45, "Jazz Tom", 0, 5.0, 8.0),
    at(47, "Jazz Tom", 3, 5.0, -2.0),
    at(48, "Jazz Tom", 7, 5.0, -10.0),
    at(50, "Jazz Tom", 10, 5.0, -18.0),
];

const BRUSH: [Stroke; 11] = [
    at(35, "Jazz Kick", -3, 3.0, 0.0),
    at(36, "Jazz Kick", 0, 3.0, 0.0),
    at(38, "Brush Tap", 0, 5.0, -3.0),
    at(39, "Brush Slap", 0, 4.0, -3.0),
    at(40, "Brush Swirl", 0, 8.0, -3.0),
    at(41, "Brush Tom", -7, 5.0, 25.0),
    at(43, "Brush Tom", -4, 5.0, 18.0),
    at(45, "Brush Tom", 0, 5.0, 8.0),
    at(47, "Brush Tom", 3, 5.0, -2.0),
    at(48, "Brush Tom", 7, 5.0, -10.0),
    at(50, "Brush Tom", 10, 5.0, -18.0),
];

/// Timpani from F to f lie on keys 41 to 53.
const ORCHESTRA: [Stroke; 24] = [
    at(27, "Hat Closed", 0, 11.0, -18.0),
    at(28, "Hat Pedal", 0, 13.0, -18.0),
    at(29, "Hat Open", 0, 13.0, -18.0),
    at(30, "Ride", 0, 10.0, 18.0),
    at(35, "Concert Bass Drum", 3, 0.0, 0.0),
    at(36, "Concert Bass Drum", 0, 0.0, 0.0),
    at(38, "Concert Snare", 0, 3.0, -5.0),
    at(39, "Castanets", 0, 8.0, 15.0),
    at(40, "Concert Snare", -2, 3.0, -5.0),
    at(41, "Kettledrum", -7, 3.0, 12.0),
    at(42, "Kettledrum", -6, 3.0, 10.0),
    at(43, "Kettledrum", -5, 3.0, 8.0),
    at(44, "Kettledrum", -4, 3.0, 6.0),
    at(45, "Kettledrum", -3, 3.0, 4.0),
    at(46, "Kettledrum", -2, 3.0, 2.0),
    at(47, "Kettledrum", -1, 3.0, 0.0),
    at(48, "Kettledrum", 0, 3.0, -2.0),
    at(49, "Kettledrum", 1, 3.0, -4.0),
    at(50, "Kettledrum", 2, 3.0, -6.0),
    at(51, "Kettledrum", 3, 3.0, -8.0),
    at(52, "Kettledrum", 4, 3.0, -10.0),
    at(53, "Kettledrum", 5, 3.0, -12.0),
    at(57, "Concert Cymbal", -2, 5.0, 10.0),
    at(59, "Concert Cymbal", 0, 5.0, -10.0),
];

const SFX: [Stroke; 46] = [
    at(39, "High Q", 0, 7.0, 0.0),
    at(40, "Slap", 0, 8.0, 0.0),
    at(41, "Scratch Push", 0, 8.0, 8.0),
    at(42, "Scratch Pull", 0, 8.0, 8.0),
    at(43, "Sticks", 0, 8.0, -5.0),
    at(44, "Square Click", 0, 11.0, 0.0),
    at(45, "Metronome Click", 0, 9.0, 0.0),
    at(46, "Metronome Bell", 0, 11.0, 0.0),
    at(47, "Guitar Slide", 0, 8.0, 0.0),
    at(48, "Cut Noise Down", 0, 8.0, 0.0),
    at(49, "Cut Noise Up", 0, 8.0, 0.0),
    at(50, "Bass Slap", 0, 5.0, 0.0),
    at(51, "Key Tap", 0, 10.0, 0.0),
    at(52, "Laughing", 0, 7.0, 0.0),
    at(53, "Screaming", 0, 8.0, 0.0),
    at(54, "Punch", 0, 3.0, 0.0),
    at(55, "Heartbeat", 0, 3.0, 0.0),
    at(56, "Footstep", 0, 8.0, -10.0),
    at(57, "Footstep", -2, 8.0, 10.0),
    at(58, "Applause", 0, 7.0, 0.0),
    at(59, "Door Creaking", 0, 10.0, 10.0),
    at(60, "Door", 0, 5.0, 10.0),
    at(61, "Scratch", 0, 8.0, 0.0),
    at(62, "Wind Chime", 0, 11.0, -15.0),
    at(63, "Engine Start", 0, 6.0, 0.0),
    at(64, "Car Stop", 0, 9.0, 0.0),
    at(65, "Car Pass", 0, 6.0, 0.0),
    at(66, "Car Crash", 0, 4.0, 0.0),
    at(67, "Siren", 0, 10.0, 0.0),
    at(68, "Train", 0, 6.0, 0.0),
    at(69, "Jetplane", 0, 6.0, 0.0),
    at(70, "Helicopter", 0, 6.0, 0.0),
    at(71, "Starship", 0, 8.0, 0.0),
    at(72, "Gunshot", 0, 4.0, 0.0),
    at(73, "Machine Gun", 0, 5.0, 0.0),
    at(74, "Lasergun", 0, 9.0, 0.0),
    at(75, "Explosion", 0, 3.0, 0.0),
    at(76, "Dog", 0, 7.0, 0.0),
    at(77, "Horse Gallop", 0, 7.0, 0.0),
    at(78, "Bird Tweet", 0, 11.0, 15.0),
    at(79, "Rain", 0, 9.0, 0.0),
    at(80, "Thunder", 0, 3.0, 0.0),
    at(81, "Wind", 0, 8.0, 0.0),
    at(82, "Seashore", 0, 7.0, 0.0),
    at(83, "Stream", 0, 10.0, 0.0),
    at(84, "Bubble", 0, 10.0, 0.0),
];
