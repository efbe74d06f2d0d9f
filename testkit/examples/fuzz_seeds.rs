//! Writes the small files that fuzzing starts from: `cargo run -p rae-testkit --example fuzz_seeds`.

use std::fs;
use std::io;
use std::path::Path;

use rae_soundfont::{Controller, Curve, Destination, Generator, Modulator, SampleKind, Source, Transform};
use rae_testkit::{BankBuilder, global, noise, sine, zone};

fn main() -> io::Result<()> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds");
    for (kind, files) in [("soundfont", soundfonts()), ("midi", midi_files())] {
        let directory = seeds.join(kind);
        fs::create_dir_all(&directory)?;
        for (name, bytes) in files {
            fs::write(directory.join(name), bytes)?;
        }
    }
    Ok(())
}

type Files = Vec<(&'static str, Vec<u8>)>;

fn soundfonts() -> Files {
    let smallest = BankBuilder::one_sample(&sine(441.0, 44_100, 100), Some(0..100));
    let stereo = BankBuilder::new_24_bit()
        .sample(&noise(1, 80), Some(8..72))
        .adjust(|left| (left.kind, left.link) = (SampleKind::Left, 1))
        .sample(&noise(2, 80), Some(8..72))
        .adjust(|right| (right.kind, right.link) = (SampleKind::Right, 0))
        .instrument([
            global().set(Generator::ReleaseVolEnv, -1200),
            zone(0).set(Generator::Pan, -500),
            zone(1).set(Generator::Pan, 500),
        ])
        .preset(0, 0, [zone(0)])
        .preset(128, 0, [global().set(Generator::FineTune, 7), zone(0).keys(35..=81).velocities(1..=64)]);
    let from = |source, destination, amount| Modulator {
        source,
        destination,
        amount,
        amount_source: Source::linear(Controller::Midi(1)),
        transform: Transform::Absolute,
    };
    let key = Source { controller: Controller::Key, descending: true, bipolar: true, curve: Curve::Switch };
    let cutoff = Destination::Generator(Generator::InitialFilterFc);
    let modulated = BankBuilder::new()
        .sample(&noise(3, 60), None)
        .instrument([zone(0).modulate(from(key, Destination::Modulator(1), 500)).modulate(from(
            Source::linear(Controller::Link),
            cutoff,
            -2400,
        ))])
        .preset(0, 0, [zone(0).modulate(from(Source::linear(Controller::PitchWheel), cutoff, 100))]);
    vec![
        ("smallest.sf2", smallest.bytes()),
        ("stereo_24_bit.sf2", stereo.bytes()),
        ("modulated.sf2", modulated.bytes()),
    ]
}

fn midi_files() -> Files {
    let tempo = b"\x00\xff\x51\x03\x07\xa1\x20\x00\xff\x58\x04\x03\x02\x18\x08\x00\xff\x2f\x00";
    let names = b"\x00\xff\x03\x05Piano\x00\xff\x21\x01\x01\x00\xff\x05\x02la\x10\xff\x06\x01A\x00\xff\x2f\x00";
    let notes = b"\x00\xc0\x28\x00\xb0\x07\x64\x00\x90\x3c\x40\x60\x3c\x00\x00\x3e\x40\x81\x00\x3e\x00\x00\xff\x2f\x00";
    let rest =
        b"\x00\xf0\x05\x7e\x7f\x09\x01\xf7\x00\xe0\x00\x40\x00\xd0\x10\x00\xa0\x3c\x20\x00\xf7\x01\xf8\x00\xff\x2f\x00";
    vec![
        ("one_track.mid", midi(0, 96, &[notes])),
        ("tempo_and_names.mid", midi(1, 480, &[tempo, names, notes])),
        ("smpte_and_sysex.mid", midi(0, 0xe728, &[rest])),
        ("two_songs.mid", midi(2, 24, &[notes, rest])),
    ]
}

fn midi(format: u16, division: u16, tracks: &[&[u8]]) -> Vec<u8> {
    let header = [format, tracks.len() as u16, division].map(u16::to_be_bytes).concat();
    let track = |content: &&[u8]| chunk(b"MTrk", content);
    [chunk(b"MThd", &header), tracks.iter().flat_map(track).collect()].concat()
}

fn chunk(id: &[u8], content: &[u8]) -> Vec<u8> {
    [id, &(content.len() as u32).to_be_bytes(), content].concat()
}
