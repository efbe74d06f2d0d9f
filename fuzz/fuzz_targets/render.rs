//! A SoundFont and a MIDI file from one input: two seconds of them are finite, whatever they hold.
//!
//! The input is the SoundFont's length as 2 bytes, little-endian, the SoundFont and the MIDI file. Where one of them
//! cannot be read, something sane takes its place, so that the other is heard.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use rae_midi::{Division, Event, Format, Message, Meta, Performance, Sequence, Track, TrackEvent};
use rae_soundfont::{Generator, SoundFont};
use rae_synth::{Buses, Renderer, Settings};
use rae_testkit::{BankBuilder, sine, zone};
use rae_units::{Frames, SampleRate};

const RATE: SampleRate = SampleRate::new(8_000).unwrap();

fuzz_target!(|bytes: &[u8]| {
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else { return };
    let (bank, midi) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
    let bank = SoundFont::from_bytes(bank.to_vec(), "fuzz").unwrap_or_else(|_| sane_bank());
    let sequence = Sequence::parse(midi).map_or_else(|_| sane_sequence(), |parsed| parsed.sequence);
    let settings = Settings { rate: RATE, max_voices: 64, ..Settings::default() };
    let mut renderer = Renderer::new(Arc::new(bank), &Performance::new(&sequence), &settings);
    let mut buses = Buses::new(4_000);
    // The input's last byte says where, if anywhere, to go on after the first block.
    let place = bytes.last().map_or(0, |&byte| u64::from(byte) * 128);
    for block in 0..4 {
        if block == 1 && place > 0 {
            renderer.seek(Frames(place));
        }
        renderer.render(&mut buses);
        let all = [&buses.left, &buses.right, &buses.reverb, &buses.chorus];
        assert!(all.into_iter().flatten().all(|sample| sample.is_finite()));
    }
});

fn sane_bank() -> SoundFont {
    let moving = zone(0).set(Generator::SampleModes, 1).set(Generator::InitialFilterFc, 8_000);
    BankBuilder::new()
        .sample(&sine(441.0, 44_100, 200), Some(50..150))
        .instrument([moving.set(Generator::VibLfoToPitch, 30)])
        .preset(0, 0, [zone(0)])
        .preset(128, 0, [zone(0)])
        .build()
}

/// One long note on each key of an octave, a tenth of a second apart.
fn sane_sequence() -> Sequence {
    let note = |i: u8| {
        let message = Message::NoteOn { key: 60 + i, velocity: 100 };
        TrackEvent { tick: 100 * u64::from(i), event: Event::Channel { channel: 0, message } }
    };
    let end = TrackEvent { tick: 1_500, event: Event::Meta(Meta::EndOfTrack) };
    Sequence {
        format: Format::SingleTrack,
        division: Division::TicksPerQuarter(500),
        tracks: vec![Track { events: (0..12).map(note).chain([end]).collect() }],
    }
}
