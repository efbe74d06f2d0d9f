//! Any valid sequence is written and read back as it is.

use proptest::collection::vec;
use proptest::prelude::*;
use rae_midi::{
    Data, Division, Error, Event, Format, KeySignature, Message, Meta, Sequence, SmpteRate, TextKind, TimeSignature,
    Track, TrackEvent,
};

use crate::common::{meta, note_on};

fn bytes() -> impl Strategy<Value = Data> {
    prop_oneof![8 => vec(any::<u8>(), 0..20), 1 => vec(any::<u8>(), 120..400)].prop_map(Data::from)
}

fn message() -> impl Strategy<Value = Message> {
    let byte = || 0..=127u8;
    prop_oneof![
        (byte(), byte()).prop_map(|(key, velocity)| Message::NoteOff { key, velocity }),
        (byte(), byte()).prop_map(|(key, velocity)| Message::NoteOn { key, velocity }),
        (byte(), byte()).prop_map(|(key, pressure)| Message::PolyPressure { key, pressure }),
        (byte(), byte()).prop_map(|(controller, value)| Message::ControlChange { controller, value }),
        byte().prop_map(|program| Message::ProgramChange { program }),
        byte().prop_map(|pressure| Message::ChannelPressure { pressure }),
        (-8192..=8191i16).prop_map(|value| Message::PitchBend { value }),
    ]
}

fn any_meta() -> impl Strategy<Value = Meta> {
    prop_oneof![
        any::<u16>().prop_map(Meta::SequenceNumber),
        (proptest::sample::select(&TextKind::ALL[..]), bytes()).prop_map(|(kind, bytes)| Meta::Text { kind, bytes }),
        any::<u8>().prop_map(Meta::ChannelPrefix),
        any::<u8>().prop_map(Meta::Port),
        (1..=0xFF_FFFFu32).prop_map(Meta::Tempo),
        any::<[u8; 5]>().prop_map(Meta::SmpteOffset),
        any::<[u8; 4]>().prop_map(|[numerator, denominator_power, clocks_per_click, thirty_seconds_per_quarter]| {
            Meta::TimeSignature(TimeSignature {
                numerator,
                denominator_power,
                clocks_per_click,
                thirty_seconds_per_quarter,
            })
        }),
        (-7..=7i8, any::<bool>()).prop_map(|(sharps, minor)| Meta::KeySignature(KeySignature { sharps, minor })),
        bytes().prop_map(Meta::SequencerSpecific),
        (prop_oneof![0x0A..=0x1F_u8, 0x60..=0x7E_u8], bytes()).prop_map(|(kind, data)| Meta::Unknown { kind, data }),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => (0..=15u8, message()).prop_map(|(channel, message)| Event::Channel { channel, message }),
        2 => any_meta().prop_map(Event::Meta),
        1 => bytes().prop_map(Event::SysEx),
        1 => bytes().prop_map(Event::Escape),
    ]
}

fn delta() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0..200u64, 1 => 0..=0x0FFF_FFFFu64, 1 => Just(0x0FFF_FFFF)]
}

fn track() -> impl Strategy<Value = Track> {
    (vec((delta(), event()), 0..40), delta()).prop_map(|(content, rest)| {
        let mut tick = 0;
        let mut events = Vec::new();
        for (delta, event) in content.into_iter().chain([(rest, Event::Meta(Meta::EndOfTrack))]) {
            tick += delta;
            events.push(TrackEvent { tick, event });
        }
        Track { events }
    })
}

/// Any valid sequence.
pub(crate) fn sequence() -> impl Strategy<Value = Sequence> {
    let rates = [SmpteRate::Fps24, SmpteRate::Fps25, SmpteRate::Fps29Drop, SmpteRate::Fps30];
    let division = prop_oneof![
        (1..=0x7FFFu16).prop_map(Division::TicksPerQuarter),
        (proptest::sample::select(rates.to_vec()), 1..=255u8)
            .prop_map(|(rate, ticks_per_frame)| Division::Smpte { rate, ticks_per_frame }),
    ];
    let tracks = prop_oneof![
        vec(track(), 1).prop_map(|tracks| (Format::SingleTrack, tracks)),
        vec(track(), 0..6).prop_map(|tracks| (Format::Simultaneous, tracks)),
        vec(track(), 0..6).prop_map(|tracks| (Format::Independent, tracks)),
    ];
    (division, tracks).prop_map(|(division, (format, tracks))| Sequence { format, division, tracks })
}

proptest! {
    #[test]
    fn valid_sequences_survive(sequence in sequence()) {
        prop_assert_eq!(Sequence::parse_strict(&sequence.to_bytes()).unwrap(), sequence);
    }
}

#[test]
fn wide_gaps_are_bridged() {
    let far = 3 * 0x0FFF_FFFF + 5;
    let events = vec![note_on(0, 0, 60, 1), note_on(far, 0, 60, 0), meta(far, Meta::EndOfTrack)];
    let read = write_and_read(events);
    let ticks: Vec<u64> = read.iter().map(|event| event.tick).collect();
    assert_eq!(ticks, [0, 0x0FFF_FFFF, 2 * 0x0FFF_FFFF, 3 * 0x0FFF_FFFF, far, far]);
    assert_eq!(read[2].event, Event::Meta(Meta::Text { kind: TextKind::Text, bytes: [].into() }));
    assert_eq!(read[4], note_on(far, 0, 60, 0));
    assert_eq!(write_and_read(vec![meta(u64::MAX, Meta::EndOfTrack)]).len(), 257);
}

#[test]
fn invalid_values_are_made_valid() {
    let events = vec![
        meta(5, Meta::EndOfTrack),
        note_on(9, 0x1F, 200, 1),
        TrackEvent { tick: 3, event: Event::Channel { channel: 0, message: Message::PitchBend { value: 9000 } } },
        meta(3, Meta::Tempo(0)),
    ];
    let bend = Event::Channel { channel: 0, message: Message::PitchBend { value: 8191 } };
    let expected = [
        note_on(9, 15, 127, 1),
        TrackEvent { tick: 9, event: bend },
        meta(9, Meta::Tempo(1)),
        meta(9, Meta::EndOfTrack),
    ];
    assert_eq!(write_and_read(events), expected);
}

fn write_and_read(events: Vec<TrackEvent>) -> Vec<TrackEvent> {
    let division = Division::TicksPerQuarter(480);
    let sequence = Sequence { format: Format::SingleTrack, division, tracks: vec![Track { events }] };
    Sequence::parse_strict(&sequence.to_bytes()).unwrap().tracks.remove(0).events
}

#[test]
fn files_are_replaced_whole_and_errors_name_them() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("song.mid");
    let tracks = vec![Track { events: vec![meta(0, Meta::EndOfTrack)] }];
    let sequence = Sequence { format: Format::SingleTrack, division: Division::TicksPerQuarter(480), tracks };
    for _ in 0..2 {
        sequence.write(&path).unwrap();
        assert_eq!(Sequence::read(&path).unwrap().sequence, sequence);
    }
    assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 1);

    let missing = directory.path().join("missing.mid");
    match Sequence::read(&missing).unwrap_err() {
        Error::Read { path, source } => {
            assert_eq!((path, source.kind()), (missing, std::io::ErrorKind::NotFound));
        }
        other => panic!("{other}"),
    }
    assert!(matches!(sequence.write(&directory.path().join("no/where.mid")), Err(Error::Write { .. })));
    std::fs::create_dir(directory.path().join("folder.mid")).unwrap();
    assert!(matches!(sequence.write(&directory.path().join("folder.mid")), Err(Error::Write { .. })));
    assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 2);

    std::fs::write(&path, "words").unwrap();
    let message = Sequence::read(&path).unwrap_err().to_string();
    assert!(message.contains("song.mid: not a Standard MIDI File"), "{message}");
}
