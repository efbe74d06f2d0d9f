//! `rae spectrogram` and `rae pianoroll`.

mod common;

use std::fs;
use std::path::Path;
use std::process::Stdio;

use common::{Folder, size};

const SONG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test_data/simple.mid");

/// A folder with `song.mid` and `tone.wav`: a second of a wave, in stereo.
fn folder() -> Folder {
    let folder = Folder::new();
    let spec =
        hound::WavSpec { channels: 2, sample_rate: 8000, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(folder.path("tone.wav"), spec).unwrap();
    (0..16_000).for_each(|n| writer.write_sample(((n / 2 % 8) * 1000) as i16).unwrap());
    writer.finalize().unwrap();
    fs::copy(Path::new(SONG), folder.path("song.mid")).unwrap();
    folder
}

#[test]
fn spectrograms_are_made_beside_the_sound_or_where_one_says() {
    let folder = folder();
    folder.stdout("spectrogram tone.wav --quiet");
    let usual = fs::read(folder.path("tone.spectrogram.png")).unwrap();
    assert_eq!(size(&usual), (1000, 400));
    assert!(folder.fails(5, "spectrogram tone.wav").contains("tone.spectrogram.png exists"));
    folder.stdout(
        "spectrogram tone.wav -o a.png --quiet --width 200 --height 90 --scale 2 --split --start 0.2 --end 0:00.7",
    );
    assert_eq!(size(&fs::read(folder.path("a.png")).unwrap()), (400, 180));
    let input = fs::File::open(folder.path("tone.wav")).unwrap();
    let piped = folder.command("spectrogram - -o -").stdin(Stdio::from(input)).output().unwrap();
    assert!(piped.stdout == usual);
    let told = String::from_utf8(piped.stderr).unwrap();
    assert!(told.contains("standard output: from 0:01.0 of stereo at 8000 Hz"), "{told}");
    let other = folder.rae(
        "spectrogram tone.wav -o - -q --frequency-scale mel --low 100 --high 3000 --top -6 --range 60 --window 256 \
         --colors grey --no-axis --theme dark",
    );
    assert!(size(&other.stdout) == (1000, 400) && other.stdout != usual);
}

#[test]
fn piano_rolls_are_pixels_or_shapes() {
    let folder = folder();
    let output = folder.rae("pianoroll song.mid");
    assert_eq!(size(&fs::read(folder.path("song.pianoroll.png")).unwrap()), (1000, 400));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("song.pianoroll.png: ") && told.contains(" notes"), "{told}");
    let svg = folder.stdout("pianoroll song.mid -o - --format svg --quiet");
    let bars = |svg: &str| svg.matches(" rx=").count();
    assert!(svg.contains(">C4</text>") && bars(&svg) > 20);
    let part = folder.stdout("pianoroll song.mid -o - --format svg --quiet --bars 2-3 --no-axis");
    assert!(!part.contains("<text") && bars(&part) > 2 && bars(&part) < bars(&svg));
    let input = fs::File::open(folder.path("song.mid")).unwrap();
    let piped =
        folder.command("pianoroll - -o - --format svg --quiet --axis").stdin(Stdio::from(input)).output().unwrap();
    assert_eq!(String::from_utf8(piped.stdout).unwrap(), svg);
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let folder = folder();
    for (code, line, part) in [
        (2, "spectrogram tone.wav -o a.svg", "name it .png"),
        (2, "spectrogram tone.wav -o a.png --window 1000", "powers of two"),
        (2, "spectrogram tone.wav -o a.png --low 5000", "4000 Hz"),
        (2, "spectrogram tone.wav -o a.png --start 5", "ends at 1.000 s"),
        (3, "spectrogram none.wav", "none.wav"),
        (4, "spectrogram song.mid", "MIDI file"),
        (2, "pianoroll song.mid -o a.jpg", ".jpg"),
        (2, "pianoroll song.mid --bars 900", "the song has"),
        (2, "pianoroll song.mid --bars 2 --start 1", "--start"),
        (4, "pianoroll tone.wav", "(WAV)"),
        (5, "pianoroll song.mid -o song.mid --format png --force", "same file"),
    ] {
        let said = folder.fails(code, line);
        assert!(said.contains(part), "{line}: {said}");
    }
    assert!(!folder.path("a.png").exists());
}
