//! Reading: the standard's own examples, and every leniency.

use crate::common::{channel, chunk, file, meta, note_on};
use rae_midi::{
    Division, Error, Event, Format, Message, Meta, Parsed, Sequence, SmpteRate, TextKind, TimeSignature, TrackEvent,
    WarningKind,
};

const END: &[u8] = &[0x00, 0xFF, 0x2F, 0x00];

/// The format 0 example of the Standard MIDI Files 1.0 text.
const SPEC_FORMAT_0: &[u8] = &[
    0x4D, 0x54, 0x68, 0x64, 0x00, 0x00, 0x00, 0x06, 0x00, 0x00, 0x00, 0x01, 0x00, 0x60, 0x4D, 0x54, 0x72, 0x6B, 0x00,
    0x00, 0x00, 0x3B, 0x00, 0xFF, 0x58, 0x04, 0x04, 0x02, 0x18, 0x08, 0x00, 0xFF, 0x51, 0x03, 0x07, 0xA1, 0x20, 0x00,
    0xC0, 0x05, 0x00, 0xC1, 0x2E, 0x00, 0xC2, 0x46, 0x00, 0x92, 0x30, 0x60, 0x00, 0x3C, 0x60, 0x60, 0x91, 0x43, 0x40,
    0x60, 0x90, 0x4C, 0x20, 0x81, 0x40, 0x82, 0x30, 0x40, 0x00, 0x3C, 0x40, 0x00, 0x81, 0x43, 0x40, 0x00, 0x80, 0x4C,
    0x40, 0x00, 0xFF, 0x2F, 0x00,
];

/// The tracks of its format 1 example.
const SPEC_FORMAT_1: [&[u8]; 4] = [
    &[
        0x00, 0xFF, 0x58, 0x04, 0x04, 0x02, 0x18, 0x08, 0x00, 0xFF, 0x51, 0x03, 0x07, 0xA1, 0x20, 0x83, 0x00, 0xFF,
        0x2F, 0x00,
    ],
    &[0x00, 0xC0, 0x05, 0x81, 0x40, 0x90, 0x4C, 0x20, 0x81, 0x40, 0x4C, 0x00, 0x00, 0xFF, 0x2F, 0x00],
    &[0x00, 0xC1, 0x2E, 0x60, 0x91, 0x43, 0x40, 0x82, 0x20, 0x43, 0x00, 0x00, 0xFF, 0x2F, 0x00],
    &[
        0x00, 0xC2, 0x46, 0x00, 0x92, 0x30, 0x60, 0x00, 0x3C, 0x60, 0x83, 0x00, 0x30, 0x00, 0x00, 0x3C, 0x00, 0x00,
        0xFF, 0x2F, 0x00,
    ],
];

/// Events of the only track and the kinds of all warnings.
fn lenient(bytes: &[u8]) -> (Vec<TrackEvent>, Vec<WarningKind>) {
    let parsed = Sequence::parse(bytes).unwrap();
    assert_eq!(parsed.warnings.is_empty(), Sequence::parse_strict(bytes).is_ok());
    assert_eq!(parsed.sequence.tracks.len(), 1);
    let events = parsed.sequence.tracks.into_iter().flat_map(|track| track.events).collect();
    (events, parsed.warnings.into_iter().map(|warning| warning.kind).collect())
}

/// The same for a track's bytes.
fn track(bytes: &[u8]) -> (Vec<TrackEvent>, Vec<WarningKind>) {
    lenient(&file(0, 96, &[bytes]))
}

fn end(tick: u64) -> TrackEvent {
    meta(tick, Meta::EndOfTrack)
}

#[test]
fn the_standards_format_0_example() {
    let sequence = Sequence::parse_strict(SPEC_FORMAT_0).unwrap();
    assert_eq!(sequence.format, Format::SingleTrack);
    assert_eq!(sequence.division, Division::TicksPerQuarter(96));
    let off = |key| Message::NoteOff { key, velocity: 64 };
    let expected = vec![
        meta(0, Meta::TimeSignature(TimeSignature::new(4, 2))),
        meta(0, Meta::Tempo(500_000)),
        channel(0, 0, Message::ProgramChange { program: 5 }),
        channel(0, 1, Message::ProgramChange { program: 46 }),
        channel(0, 2, Message::ProgramChange { program: 70 }),
        note_on(0, 2, 48, 96),
        note_on(0, 2, 60, 96),
        note_on(96, 1, 67, 64),
        note_on(192, 0, 76, 32),
        channel(384, 2, off(48)),
        channel(384, 2, off(60)),
        channel(384, 1, off(67)),
        channel(384, 0, off(76)),
        end(384),
    ];
    assert_eq!(sequence.tracks[0].events, expected);
}

#[test]
fn the_standards_format_1_example() {
    let sequence = Sequence::parse_strict(&file(1, 96, &SPEC_FORMAT_1)).unwrap();
    assert_eq!(sequence.format, Format::Simultaneous);
    assert_eq!(sequence.tracks.len(), 4);
    assert_eq!(sequence.tracks[0].events.last(), Some(&end(384)));
    let expected = [
        channel(0, 0, Message::ProgramChange { program: 5 }),
        note_on(192, 0, 76, 32),
        note_on(384, 0, 76, 0),
        end(384),
    ];
    assert_eq!(sequence.tracks[1].events, expected);
    assert_eq!(sequence.tracks[3].events.len(), 6);
}

#[test]
fn the_standards_variable_length_table() {
    let table: [(u64, &[u8]); 12] = [
        (0, &[0x00]),
        (0x40, &[0x40]),
        (0x7F, &[0x7F]),
        (0x80, &[0x81, 0x00]),
        (0x2000, &[0xC0, 0x00]),
        (0x3FFF, &[0xFF, 0x7F]),
        (0x4000, &[0x81, 0x80, 0x00]),
        (0x10_0000, &[0xC0, 0x80, 0x00]),
        (0x1F_FFFF, &[0xFF, 0xFF, 0x7F]),
        (0x20_0000, &[0x81, 0x80, 0x80, 0x00]),
        (0x800_0000, &[0xC0, 0x80, 0x80, 0x00]),
        (0xFFF_FFFF, &[0xFF, 0xFF, 0xFF, 0x7F]),
    ];
    for (tick, delta) in table {
        let bytes = file(0, 96, &[&[delta, &END[1..]].concat()]);
        let sequence = Sequence::parse_strict(&bytes).unwrap();
        assert_eq!(sequence.tracks[0].events, [end(tick)]);
        assert_eq!(sequence.to_bytes(), bytes);
    }
}

#[test]
fn every_message_and_meta_event() {
    let bytes = [
        &[0x00, 0xFF, 0x00, 0x02, 0x01, 0x02, 0x00, 0xFF, 0x03, 0x02, b'a', 0xE9, 0x00, 0xFF, 0x20, 0x01, 0x09][..],
        &[0x00, 0xFF, 0x21, 0x01, 0x01, 0x00, 0xFF, 0x54, 0x05, 0x61, 1, 2, 3, 4, 0x00, 0xFF, 0x59, 0x02, 0xFD, 0x01],
        &[0x00, 0xFF, 0x7F, 0x01, 0x41, 0x00, 0xFF, 0x60, 0x01, 0x05, 0x00, 0xA3, 60, 10, 0x00, 0xD3, 11],
        &[0x00, 0xE3, 0x00, 0x00, 0x00, 0x7F, 0x7F, 0x00, 0x00, 0x40, 0x00, 0xB3, 7, 100],
        &[0x00, 0xF0, 0x02, 0x7E, 0xF7, 0x00, 0xF7, 0x01, 0xF8],
        END,
    ]
    .concat();
    let (events, warnings) = track(&bytes);
    assert_eq!(warnings, []);
    let events: Vec<Event> = events.into_iter().map(|event| event.event).collect();
    let channel = |message| Event::Channel { channel: 3, message };
    let expected = [
        Event::Meta(Meta::SequenceNumber(0x0102)),
        Event::Meta(Meta::Text { kind: TextKind::TrackName, bytes: [b'a', 0xE9].into() }),
        Event::Meta(Meta::ChannelPrefix(9)),
        Event::Meta(Meta::Port(1)),
        Event::Meta(Meta::SmpteOffset([0x61, 1, 2, 3, 4])),
        Event::Meta(Meta::KeySignature(rae_midi::KeySignature { sharps: -3, minor: true })),
        Event::Meta(Meta::SequencerSpecific([0x41].into())),
        Event::Meta(Meta::Unknown { kind: 0x60, data: [5].into() }),
        channel(Message::PolyPressure { key: 60, pressure: 10 }),
        channel(Message::ChannelPressure { pressure: 11 }),
        channel(Message::PitchBend { value: -8192 }),
        channel(Message::PitchBend { value: 8191 }),
        channel(Message::PitchBend { value: 0 }),
        channel(Message::ControlChange { controller: 7, value: 100 }),
        Event::SysEx([0x7E, 0xF7].into()),
        Event::Escape([0xF8].into()),
        Event::Meta(Meta::EndOfTrack),
    ];
    assert_eq!(events, expected);
    assert_eq!(events[1], Event::Meta(Meta::Text { kind: TextKind::TrackName, bytes: [b'a', 0xE9].into() }));
}

#[test]
fn names_of_keys_and_words() {
    let key = |sharps, minor| rae_midi::KeySignature { sharps, minor }.to_string();
    assert_eq!(
        [key(0, false), key(0, true), key(-3, true), key(7, false)],
        ["C major", "A minor", "C minor", "C♯ major"]
    );
    assert_eq!([key(-7, false), key(7, true)], ["C♭ major", "A♯ minor"]);
    assert_eq!(TimeSignature::new(6, 3).to_string(), "6/8");
    assert_eq!(rae_midi::text_lossy("Für".as_bytes()), "Für");
    assert_eq!(rae_midi::text_lossy(b"F\xFCr"), "Für");
    assert_eq!(rae_midi::text_lossy(b"\x1B[2J"), "\u{FFFD}[2J");
}

#[test]
fn divisions() {
    let division = |value: u16| {
        let parsed = Sequence::parse(&file(0, value, &[END])).unwrap();
        (parsed.sequence.division, parsed.warnings.into_iter().next().map(|warning| warning.kind))
    };
    let smpte = |rate, ticks_per_frame| Division::Smpte { rate, ticks_per_frame };
    assert_eq!(division(0x7FFF), (Division::TicksPerQuarter(0x7FFF), None));
    assert_eq!(division(0xE728), (smpte(SmpteRate::Fps25, 40), None));
    assert_eq!(division(0xE850), (smpte(SmpteRate::Fps24, 80), None));
    assert_eq!(division(0xE304), (smpte(SmpteRate::Fps29Drop, 4), None));
    assert_eq!(division(0xE2FF), (smpte(SmpteRate::Fps30, 255), None));
    assert_eq!(division(0), (Division::TicksPerQuarter(96), Some(WarningKind::ZeroTicksPerQuarter)));
    assert_eq!(division(0xE700), (smpte(SmpteRate::Fps25, 40), Some(WarningKind::ZeroTicksPerFrame)));
    assert_eq!(division(0x8004), (smpte(SmpteRate::Fps25, 4), Some(WarningKind::UnknownSmpteRate(128))));
}

#[test]
fn running_status_survives_meta_and_sysex_with_a_warning() {
    let bytes = [&[0, 0x90, 60, 1, 0, 0xFF, 0x01, 0, 5, 61, 2, 0, 0xF0, 1, 0xF7, 0, 62, 3], END].concat();
    let (events, warnings) = track(&bytes);
    assert_eq!(warnings, [WarningKind::RunningStatusKept]);
    assert_eq!([&events[2], &events[4]], [&note_on(5, 0, 61, 2), &note_on(5, 0, 62, 3)]);
    let parsed = Sequence::parse(&file(0, 96, &[&bytes])).unwrap();
    assert_eq!(parsed.warnings[0].count, 2);
    assert_eq!(
        parsed.warnings[0].to_string(),
        "track 1, byte 31: running status goes on after a meta or system exclusive event (the first of 2)"
    );
}

#[test]
fn damaged_events() {
    let (events, warnings) = track(&[&[0, 0x90, 0xBC, 1, 0, 61, 2], END].concat());
    assert_eq!(warnings, [WarningKind::HighDataByte(0xBC)]);
    assert_eq!(events[..2], [note_on(0, 0, 60, 1), note_on(0, 0, 61, 2)]);

    let (events, warnings) = track(&[&[7, 60, 1, 0x90, 61, 2], END].concat());
    assert_eq!(warnings, [WarningKind::NoStatus { length: 2 }]);
    assert_eq!(events, [note_on(7, 0, 61, 2), end(7)]);

    let (events, warnings) = track(&[&[0, 0x90, 60, 1, 0, 0xF8, 3, 61, 2, 0, 0xF2, 1, 2, 0, 0xF6], END].concat());
    assert_eq!(warnings, [WarningKind::BareSystemMessage(0xF8)]);
    let escape = |tick, bytes: &[u8]| TrackEvent { tick, event: Event::Escape(bytes.into()) };
    let expected = [
        note_on(0, 0, 60, 1),
        escape(0, &[0xF8]),
        note_on(3, 0, 61, 2),
        escape(3, &[0xF2, 1, 2]),
        escape(3, &[0xF6]),
        end(3),
    ];
    assert_eq!(events, expected);

    let (events, warnings) = track(&[&[0x80, 0x80, 0x80, 0x80, 0x05, 0x90, 60, 1], END].concat());
    assert_eq!(warnings, [WarningKind::LongNumber]);
    assert_eq!(events[0], note_on(5, 0, 60, 1));
    let (events, _) = track(&[&[0x81, 0x80, 0x80, 0x80, 0x00, 0x90, 60, 1], END].concat());
    assert_eq!(events[0].tick, 0x0FFF_FFFF);
}

#[test]
fn damaged_meta_events() {
    let bytes = [
        &[0, 0xFF, 0x51, 3, 0, 0, 0, 0, 0xFF, 0x51, 2, 1, 2, 0, 0xFF, 0x51, 4, 0, 0, 9, 1][..],
        &[0, 0xFF, 0x59, 2, 99, 0, 0, 0xFF, 0xE0, 0],
        END,
    ]
    .concat();
    let (events, warnings) = track(&bytes);
    let expected = [
        meta(0, Meta::Unknown { kind: 0x51, data: [0, 0, 0].into() }),
        meta(0, Meta::Unknown { kind: 0x51, data: [1, 2].into() }),
        meta(0, Meta::Tempo(9)),
        meta(0, Meta::Unknown { kind: 0x59, data: [99, 0].into() }),
        meta(0, Meta::Unknown { kind: 0x60, data: [].into() }),
        end(0),
    ];
    assert_eq!(events, expected);
    let expected = [
        WarningKind::ZeroTempo,
        WarningKind::BadMeta { kind: 0x51 },
        WarningKind::LongMeta { kind: 0x51, length: 4 },
        WarningKind::HighMetaType(0xE0),
    ];
    assert_eq!(warnings, expected);
}

#[test]
fn wrong_track_lengths_lose_no_track() {
    let first = [&[0, 0x90, 60, 1, 10, 0x80, 60, 0], END].concat();
    let second = [&[3, 0x91, 70, 1], END].concat();
    let good = file(1, 96, &[&first, &second]);
    let expected = Sequence::parse_strict(&good).unwrap();
    for declared in [0, 3, 11, 13, 20, 30, 1000, u32::MAX] {
        let mut bytes = good.clone();
        bytes[18..22].copy_from_slice(&declared.to_be_bytes());
        let parsed = Sequence::parse(&bytes).unwrap();
        assert_eq!(parsed.sequence, expected, "{declared}");
        let kinds: Vec<_> = parsed.warnings.iter().map(|warning| &warning.kind).collect();
        assert_eq!(kinds, [&WarningKind::TrackLength { declared, found: 12 }]);
    }
}

#[test]
fn missing_ends() {
    let (events, warnings) = track(&[0, 0x90, 60, 1]);
    assert_eq!((events, warnings), (vec![note_on(0, 0, 60, 1), end(0)], vec![WarningKind::MissingEndOfTrack]));

    let (events, warnings) = track(&[END, &[0, 0x90, 60, 1]].concat());
    assert_eq!((events, warnings), (vec![end(0)], vec![WarningKind::AfterEndOfTrack { length: 4 }]));

    let (events, warnings) = track(&[0, 0xFF, 0x01, 9, b'a']);
    let text = meta(0, Meta::Text { kind: TextKind::Text, bytes: [b'a'].into() });
    let expected = [WarningKind::CutEvent, WarningKind::MissingEndOfTrack];
    assert_eq!((events, &warnings[..]), (vec![text, end(0)], &expected[..]));
}

#[test]
fn every_truncation_keeps_what_was_read() {
    let whole = Sequence::parse_strict(SPEC_FORMAT_0).unwrap();
    for length in 0..SPEC_FORMAT_0.len() {
        let parsed = Sequence::parse(&SPEC_FORMAT_0[..length]);
        match length {
            0..4 => assert!(matches!(parsed, Err(Error::NotMidi { .. }))),
            4..14 => assert!(matches!(parsed, Err(Error::TruncatedHeader { offset: 0, found }) if found == length)),
            14..22 => assert!(!parsed.unwrap().warnings.is_empty()),
            _ => {
                let Parsed { sequence, warnings, .. } = parsed.unwrap();
                assert!(warnings.iter().any(|warning| warning.kind == WarningKind::Truncated));
                let events = &sequence.tracks[0].events;
                // The added end of track, and what is left of a cut meta event.
                let cut = warnings.iter().any(|warning| warning.kind == WarningKind::CutEvent);
                let kept = &events[..events.len() - 1 - usize::from(cut && events.len() > 1)];
                assert!(whole.tracks[0].events.starts_with(kept), "{length}");
                assert!(kept.len() + 2 >= (length - 22) / 5, "{length}: {}", kept.len());
            }
        }
    }
}

#[test]
fn wrappers_and_strange_chunks() {
    let plain = Sequence::parse_strict(SPEC_FORMAT_0).unwrap();
    let kinds = |bytes: &[u8]| {
        let parsed = Sequence::parse(bytes).unwrap();
        assert_eq!(parsed.sequence, plain);
        parsed.warnings.into_iter().map(|warning| warning.kind).collect::<Vec<_>>()
    };
    let unknown = |id: &[u8; 4], length| WarningKind::UnknownChunk { id: *id, length };

    let mut rmid = b"RIFF\0\0\0\0RMIDdata".to_vec();
    rmid.extend((SPEC_FORMAT_0.len() as u32).to_le_bytes());
    rmid.extend(SPEC_FORMAT_0);
    assert_eq!(kinds(&rmid), []);
    rmid.extend(b"\0RIFF\x04\0\0\0WAVE");
    assert_eq!(kinds(&rmid), [unknown(b"RIFF", 4)]);

    assert_eq!(kinds(&[b"junk", SPEC_FORMAT_0].concat()), [WarningKind::LeadingBytes { length: 4 }]);
    assert_eq!(kinds(&[SPEC_FORMAT_0, &[0, 0]].concat()), [WarningKind::StrayBytes { length: 2 }]);
    let (header, rest) = SPEC_FORMAT_0.split_at(14);
    assert_eq!(kinds(&[header, &chunk(b"XFIH", b"abc"), rest].concat()), [unknown(b"XFIH", 3)]);
    assert_eq!(kinds(&[header, &[0xFF; 11], rest].concat()), [WarningKind::StrayBytes { length: 11 }]);

    let mut longer = [header, &[1, 2], rest].concat();
    longer[7] = 8;
    assert_eq!(kinds(&longer), [WarningKind::HeaderLength { declared: 8 }]);
    let mut counted = SPEC_FORMAT_0.to_vec();
    counted[11] = 9;
    assert_eq!(kinds(&counted), [WarningKind::TrackCount { declared: 9, found: 1 }]);
}

#[test]
fn unknown_formats_and_files() {
    let parsed = Sequence::parse(&file(7, 96, &[END, END])).unwrap();
    assert_eq!(parsed.sequence.format, Format::Simultaneous);
    assert_eq!(parsed.warnings[0].kind, WarningKind::UnknownFormat(7));
    let parsed = Sequence::parse(&file(0, 96, &[END, END])).unwrap();
    assert_eq!(parsed.sequence.tracks.len(), 2);
    assert_eq!(parsed.warnings[0].kind, WarningKind::NotOneTrack(2));

    assert!(matches!(Sequence::parse(b"RIFF....AVI "), Err(Error::NotMidi { length: 12 })));
    let sounds = [
        (b"RIFF....WAVE".as_slice(), "WAV"),
        (b"RF64\xff\xff\xff\xffWAVE", "WAV"),
        (b"fLaC\0\0", "FLAC"),
        (b"OggS\0", "Ogg"),
        (b"ID3\x04", "MP3"),
        (b"\xff\xfb\x90", "MP3"),
        (b"\0\0\0\x20ftypM4A ", "MP4"),
    ];
    for (bytes, name) in sounds {
        assert!(matches!(Sequence::parse(bytes), Err(Error::Audio { format }) if format == name), "{name}");
    }
    // A text in UTF-16 is no MP3 file; a song behind what seems to be sound is a song.
    assert!(matches!(Sequence::parse(b"\xff\xfeM\0T\0"), Err(Error::NotMidi { .. })));
    assert!(Sequence::parse(&[b"OggS".as_slice(), &file(0, 96, &[END])].concat()).is_ok());
    let strict = Sequence::parse_strict(&file(7, 96, &[END])).unwrap_err();
    assert_eq!(strict.to_string(), "byte 8: unknown format 7, read as format 1 (lenient reading accepts this)");
}
