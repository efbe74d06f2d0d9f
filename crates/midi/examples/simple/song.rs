//! Two phrases of the Ode to Joy (Ludwig van Beethoven, 1824) for two hands.

use rae_midi::{
    Division, Event, Format, KeySignature, Message, Meta, Sequence, TextKind, TimeSignature, Track, TrackEvent,
};

/// Ticks per quarter note.
const QUARTER: u64 = 480;
const EIGHTH: u64 = QUARTER / 2;
const HALF: u64 = QUARTER * 2;
const BAR: u64 = QUARTER * 4;

/// Key, length and velocity; the fourth bar of each phrase has the dotted close.
type Note = (u8, u64, u8);

/// The melody around E5.
const RIGHT: [[&[Note]; 4]; 2] = [
    [
        &[(76, QUARTER, 84), (76, QUARTER, 78), (77, QUARTER, 82), (79, QUARTER, 88)],
        &[(79, QUARTER, 88), (77, QUARTER, 82), (76, QUARTER, 80), (74, QUARTER, 74)],
        &[(72, QUARTER, 76), (72, QUARTER, 72), (74, QUARTER, 78), (76, QUARTER, 84)],
        &[(76, QUARTER + EIGHTH, 86), (74, EIGHTH, 70), (74, HALF, 76)],
    ],
    [
        &[(76, QUARTER, 88), (76, QUARTER, 82), (77, QUARTER, 88), (79, QUARTER, 94)],
        &[(79, QUARTER, 94), (77, QUARTER, 88), (76, QUARTER, 84), (74, QUARTER, 78)],
        &[(72, QUARTER, 78), (72, QUARTER, 74), (74, QUARTER, 78), (76, QUARTER, 82)],
        &[(74, QUARTER + EIGHTH, 78), (72, EIGHTH, 64), (72, HALF, 70)],
    ],
];

/// Bass and two upper notes, half a bar each: the bass on the first quarter, the others on the second.
const LEFT: [[[u8; 3]; 2]; 8] = [
    [[48, 55, 64], [48, 55, 64]],
    [[43, 55, 62], [43, 53, 59]],
    [[45, 52, 60], [43, 55, 59]],
    [[48, 55, 60], [43, 55, 59]],
    [[48, 55, 64], [48, 55, 64]],
    [[43, 55, 62], [43, 53, 59]],
    [[45, 52, 60], [41, 53, 57]],
    [[43, 53, 59], [48, 52, 55]],
];

/// A player of one hand: events in any order, sorted at the end.
struct Hand {
    channel: u8,
    events: Vec<TrackEvent>,
}

impl Hand {
    fn new(channel: u8, name: &str, pan: u8) -> Hand {
        let mut hand = Hand { channel, events: vec![text(TextKind::TrackName, name)] };
        hand.send(0, Message::ProgramChange { program: 0 });
        hand.send(0, Message::ControlChange { controller: 7, value: 100 });
        hand.send(0, Message::ControlChange { controller: 10, value: pan });
        hand
    }

    fn send(&mut self, tick: u64, message: Message) {
        self.events.push(TrackEvent { tick, event: Event::Channel { channel: self.channel, message } });
    }

    fn note(&mut self, tick: u64, length: u64, key: u8, velocity: u8) {
        self.send(tick, Message::NoteOn { key, velocity });
        // A little air before the next key.
        self.send(tick + length - length / 12, Message::NoteOff { key, velocity: 64 });
    }

    fn track(mut self) -> Track {
        self.events.sort_by_key(|event| event.tick);
        self.events.push(meta(8 * BAR, Meta::EndOfTrack));
        Track { events: self.events }
    }
}

/// The whole piece: a conductor's track and two hands.
pub(crate) fn song() -> Sequence {
    Sequence {
        format: Format::Simultaneous,
        division: Division::TicksPerQuarter(QUARTER as u16),
        tracks: vec![conductor(), right_hand(), left_hand()],
    }
}

fn conductor() -> Track {
    let events = vec![
        text(TextKind::TrackName, "Ode to Joy"),
        text(TextKind::Copyright, "Ludwig van Beethoven, 1824; public domain"),
        meta(0, Meta::TimeSignature(TimeSignature::new(4, 2))),
        meta(0, Meta::KeySignature(KeySignature { sharps: 0, minor: false })),
        meta(0, Meta::Tempo(60_000_000 / 112)),
        marker(0, "Question"),
        marker(4 * BAR, "Answer"),
        meta(7 * BAR, Meta::Tempo(60_000_000 / 96)),
        meta(7 * BAR + HALF, Meta::Tempo(60_000_000 / 80)),
        meta(8 * BAR, Meta::EndOfTrack),
    ];
    Track { events }
}

fn right_hand() -> Track {
    let mut hand = Hand::new(0, "Right hand", 70);
    for (bar, notes) in RIGHT.iter().flatten().enumerate() {
        let mut tick = bar as u64 * BAR;
        for &(key, length, velocity) in *notes {
            hand.note(tick, length, key, velocity);
            tick += length;
        }
    }
    hand.track()
}

fn left_hand() -> Track {
    let mut hand = Hand::new(1, "Left hand", 58);
    for (half, [bass, middle, top]) in LEFT.into_iter().flatten().enumerate() {
        let tick = half as u64 * HALF;
        let last = half == 15;
        hand.send(tick, Message::ControlChange { controller: 64, value: 127 });
        hand.note(tick, if last { HALF } else { QUARTER }, bass, 62);
        hand.note(tick + QUARTER, QUARTER, middle, 50);
        hand.note(tick + QUARTER, QUARTER, top, 52);
        hand.send(tick + HALF - EIGHTH / 2, Message::ControlChange { controller: 64, value: 0 });
    }
    hand.track()
}

fn meta(tick: u64, meta: Meta) -> TrackEvent {
    TrackEvent { tick, event: Event::Meta(meta) }
}

fn text(kind: TextKind, words: &str) -> TrackEvent {
    meta(0, Meta::Text { kind, bytes: words.into() })
}

fn marker(tick: u64, words: &str) -> TrackEvent {
    meta(tick, Meta::Text { kind: TextKind::Marker, bytes: words.into() })
}
