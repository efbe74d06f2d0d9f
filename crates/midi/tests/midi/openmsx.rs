//! Real files, read by us and by an independent reader (midly).

use std::path::Path;

use midly::{MetaMessage, MidiMessage, Smf, TrackEventKind};
use rae_midi::{Event, Message, Meta, Sequence, TextKind};

const FOLDER: &str = "/usr/share/games/openttd/baseset/openmsx";

#[test]
fn openmsx_is_read_as_midly_reads_it() {
    let Ok(folder) = std::fs::read_dir(Path::new(FOLDER)) else {
        println!("skipped: {FOLDER} (Debian's openttd-openmsx) is not here");
        return;
    };
    let paths = folder.map(|entry| entry.unwrap().path());
    let paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|extension| extension == "mid")).collect();
    assert!(!paths.is_empty());
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let ours = Sequence::parse(&bytes).unwrap();
        let theirs = Smf::parse(&bytes).unwrap();
        for warning in &ours.warnings {
            println!("{}: {warning}", path.display());
        }
        assert_eq!(ours.sequence.tracks.len(), theirs.tracks.len());
        for (our_track, their_track) in ours.sequence.tracks.iter().zip(&theirs.tracks) {
            let mut tick = 0;
            let expected = their_track.iter().map(|event| {
                tick += u64::from(event.delta.as_int());
                (tick, translate(&event.kind))
            });
            let expected: Vec<_> = expected.collect();
            let found: Vec<_> = our_track.events.iter().map(|event| (event.tick, event.event.clone())).collect();
            assert_eq!(found, expected, "{}", path.display());
        }
        assert_eq!(Sequence::parse(&ours.sequence.to_bytes()).unwrap().sequence, ours.sequence);
    }
}

fn translate(kind: &TrackEventKind<'_>) -> Event {
    match kind {
        TrackEventKind::Midi { channel, message } => {
            Event::Channel { channel: channel.as_int(), message: translate_message(*message) }
        }
        TrackEventKind::SysEx(data) => Event::SysEx((*data).into()),
        TrackEventKind::Escape(data) => Event::Escape((*data).into()),
        TrackEventKind::Meta(meta) => Event::Meta(translate_meta(*meta)),
    }
}

fn translate_message(message: MidiMessage) -> Message {
    match message {
        MidiMessage::NoteOff { key, vel } => Message::NoteOff { key: key.as_int(), velocity: vel.as_int() },
        MidiMessage::NoteOn { key, vel } => Message::NoteOn { key: key.as_int(), velocity: vel.as_int() },
        MidiMessage::Aftertouch { key, vel } => Message::PolyPressure { key: key.as_int(), pressure: vel.as_int() },
        MidiMessage::Controller { controller, value } => {
            Message::ControlChange { controller: controller.as_int(), value: value.as_int() }
        }
        MidiMessage::ProgramChange { program } => Message::ProgramChange { program: program.as_int() },
        MidiMessage::ChannelAftertouch { vel } => Message::ChannelPressure { pressure: vel.as_int() },
        MidiMessage::PitchBend { bend } => Message::PitchBend { value: bend.as_int() },
    }
}

fn translate_meta(meta: MetaMessage<'_>) -> Meta {
    let text = |kind, bytes: &[u8]| Meta::Text { kind, bytes: bytes.into() };
    match meta {
        MetaMessage::TrackNumber(number) => Meta::SequenceNumber(number.unwrap_or(0)),
        MetaMessage::Text(bytes) => text(TextKind::Text, bytes),
        MetaMessage::Copyright(bytes) => text(TextKind::Copyright, bytes),
        MetaMessage::TrackName(bytes) => text(TextKind::TrackName, bytes),
        MetaMessage::InstrumentName(bytes) => text(TextKind::InstrumentName, bytes),
        MetaMessage::Lyric(bytes) => text(TextKind::Lyric, bytes),
        MetaMessage::Marker(bytes) => text(TextKind::Marker, bytes),
        MetaMessage::CuePoint(bytes) => text(TextKind::CuePoint, bytes),
        MetaMessage::ProgramName(bytes) => text(TextKind::ProgramName, bytes),
        MetaMessage::DeviceName(bytes) => text(TextKind::DeviceName, bytes),
        MetaMessage::MidiChannel(channel) => Meta::ChannelPrefix(channel.as_int()),
        MetaMessage::MidiPort(port) => Meta::Port(port.as_int()),
        MetaMessage::EndOfTrack => Meta::EndOfTrack,
        MetaMessage::Tempo(tempo) => Meta::Tempo(tempo.as_int()),
        MetaMessage::KeySignature(sharps, minor) => Meta::KeySignature(rae_midi::KeySignature { sharps, minor }),
        MetaMessage::TimeSignature(numerator, denominator_power, clocks_per_click, thirty_seconds_per_quarter) => {
            Meta::TimeSignature(rae_midi::TimeSignature {
                numerator,
                denominator_power,
                clocks_per_click,
                thirty_seconds_per_quarter,
            })
        }
        MetaMessage::SequencerSpecific(bytes) => Meta::SequencerSpecific((*bytes).into()),
        MetaMessage::Unknown(kind, bytes) => Meta::Unknown { kind, data: (*bytes).into() },
        MetaMessage::SmpteOffset(_) => panic!("none of these files has a time code offset"),
    }
}
