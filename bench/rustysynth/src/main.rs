//! Renders a MIDI file with rustysynth to stereo 32-bit float WAV at 44.1 kHz, to be measured beside `rae render`.

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write, stdout};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustysynth::{MidiFile, MidiFileSequencer, SoundFont, Synthesizer, SynthesizerSettings};

const USAGE: &str = "rustysynth-render SF2 MID OUT.wav [--effects] [--max-voices N] [--times]
OUT.wav may be - for standard output; --times reports opening and synthesis on standard error, as JSON";
const RATE: u32 = 44_100;
const BLOCK: usize = 4096;
const FRAME_BYTES: u32 = 8;

struct Options {
    bank: PathBuf,
    song: PathBuf,
    output: PathBuf,
    effects: bool,
    max_voices: usize,
    times: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help") {
        println!("{USAGE}");
        return Ok(());
    }
    let options = parse(arguments).ok_or(USAGE)?;
    let start = Instant::now();
    let bank = Arc::new(SoundFont::new(&mut BufReader::new(File::open(&options.bank)?))?);
    let open = start.elapsed();
    let synthesis = render(&bank, &options)?;
    if options.times {
        let [open, synthesis] = [open, synthesis].map(|time| time.as_secs_f64());
        eprintln!("{{\"open_seconds\": {open}, \"synthesis_seconds\": {synthesis}}}");
    }
    Ok(())
}

fn parse(arguments: Vec<String>) -> Option<Options> {
    let mut files = Vec::new();
    // The most that rustysynth allows.
    let (mut effects, mut max_voices, mut times) = (false, 256, false);
    let mut rest = arguments.into_iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--effects" => effects = true,
            "--max-voices" => max_voices = rest.next()?.parse().ok()?,
            "--times" => times = true,
            _ => files.push(PathBuf::from(argument)),
        }
    }
    let [bank, song, output] = files.try_into().ok()?;
    Some(Options { bank, song, output, effects, max_voices, times })
}

/// Renders the length of the song; the time is that of synthesis, without encoding and writing.
fn render(bank: &Arc<SoundFont>, options: &Options) -> Result<Duration, Box<dyn Error>> {
    let song = Arc::new(MidiFile::new(&mut BufReader::new(File::open(&options.song)?))?);
    let frames = (song.get_length() * f64::from(RATE)).ceil() as usize;
    let mut settings = SynthesizerSettings::new(RATE as i32);
    settings.maximum_polyphony = options.max_voices;
    settings.enable_reverb_and_chorus = options.effects;
    let mut sequencer = MidiFileSequencer::new(Synthesizer::new(bank, &settings)?);
    sequencer.play(&song, false);

    let sink: Box<dyn Write> =
        if options.output.as_os_str() == "-" { Box::new(stdout()) } else { Box::new(File::create(&options.output)?) };
    let mut wav = BufWriter::with_capacity(1 << 18, sink);
    wav.write_all(&header(u32::try_from(frames)?))?;
    let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
    let mut bytes = Vec::with_capacity(BLOCK * FRAME_BYTES as usize);
    let mut synthesis = Duration::ZERO;
    for position in (0..frames).step_by(BLOCK) {
        let count = BLOCK.min(frames - position);
        let start = Instant::now();
        sequencer.render(&mut left[..count], &mut right[..count]);
        synthesis += start.elapsed();
        bytes.clear();
        bytes.extend(left[..count].iter().zip(&right).flat_map(|(l, r)| [l.to_le_bytes(), r.to_le_bytes()]).flatten());
        wav.write_all(&bytes)?;
    }
    wav.flush()?;
    Ok(synthesis)
}

fn header(frames: u32) -> Vec<u8> {
    const FLOAT: u16 = 3;
    let data = frames * FRAME_BYTES;
    let mut header = Vec::new();
    header.extend(b"RIFF");
    header.extend((36 + data).to_le_bytes());
    header.extend(b"WAVEfmt ");
    header.extend(16u32.to_le_bytes());
    header.extend([FLOAT, 2].map(u16::to_le_bytes).concat());
    header.extend([RATE, RATE * FRAME_BYTES].map(u32::to_le_bytes).concat());
    header.extend([FRAME_BYTES as u16, 32].map(u16::to_le_bytes).concat());
    header.extend(b"data");
    header.extend(data.to_le_bytes());
    header
}
