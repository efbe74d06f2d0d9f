//! Songs played with the SF3 banks that Debian packages install, where they are installed.

mod common;

use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use common::{dry, render, song};
use rae_dsp::fft::{Complex32, Fft};
use rae_testkit::peak;
use rust_audio_engine::soundfont::{SoundFont, Zone};
use rust_audio_engine::{AudioBuffer, Engine, RenderSettings, SampleFormat, Seconds, SoundFontChoice, read_midi};

const PLAIN: &str = "/usr/share/sounds/sf2/MuseScore_General_Full.sf2";
const PACKED: &str = "/usr/share/sounds/sf3/MuseScore_General_Full.sf3";
const LITE: &str = "/usr/share/sounds/sf3/MuseScore_General_Lite.sf3";
const SECONDS: f64 = 4.0;

/// Points of a spectrum: 93 ms.
const POINTS: usize = 4096;

fn are_there(paths: &[&str]) -> bool {
    let missing: Vec<_> = paths.iter().filter(|path| !Path::new(path).exists()).collect();
    if !missing.is_empty() {
        eprintln!("skipped: {missing:?} are not installed");
    }
    missing.is_empty()
}

/// The first seconds of the demonstration piece, as they come from the samples.
fn demo(bank: &str) -> AudioBuffer {
    let piece = read_midi(concat!(env!("CARGO_MANIFEST_DIR"), "/../../test_data/demo.mid")).unwrap();
    let settings = RenderSettings { encoding: SampleFormat::F32.into(), to: Some(Seconds(SECONDS)), ..dry() };
    let made = render(&Engine::open(SoundFontChoice::File(bank.into())).unwrap(), &piece.sequence, &settings);
    assert!(made.report.warnings.is_empty(), "{:?}", made.report.warnings);
    made.audio
}

/// Energy in third octaves from 100 Hz on, of the blocks of a channel, each through a Hann window.
fn third_octaves(signal: &[f32]) -> Vec<Vec<f64>> {
    let fft = Fft::new(POINTS);
    let mut scratch = fft.scratch();
    let window = |n: usize| 0.5 - 0.5 * (std::f32::consts::TAU * n as f32 / POINTS as f32).cos();
    let spectrum = |block: &[f32]| {
        let mut data: Vec<_> = block.iter().enumerate().map(|(n, x)| Complex32::new(x * window(n), 0.0)).collect();
        fft.forward(&mut data, &mut scratch);
        let mut bands = vec![0.0; 22];
        for (bin, value) in data[..POINTS / 2].iter().enumerate().skip(1) {
            let band = 3.0 * (bin as f64 * 44_100.0 / POINTS as f64 / 100.0).log2();
            if let Some(energy) = (band > -0.5).then(|| bands.get_mut((band + 0.5) as usize)).flatten() {
                *energy += f64::from(value.norm_sqr());
            }
        }
        bands
    };
    signal.chunks_exact(POINTS).map(spectrum).collect()
}

#[test]
fn an_sf3_bank_sounds_as_its_sf2_sibling_within_the_loss_of_the_codec() {
    if !are_there(&[PLAIN, PACKED]) {
        return;
    }
    let (plain, packed) = (demo(PLAIN), demo(PACKED));
    assert_eq!(plain.frames(), (SECONDS * 44_100.0) as usize);
    let mut differences = Vec::new();
    for channel in 0..2 {
        let (plain, packed) = (third_octaves(plain.channel(channel)), third_octaves(packed.channel(channel)));
        let loudest = plain.iter().flatten().fold(0.0, |most: f64, energy| most.max(*energy));
        let pairs = plain.iter().flatten().zip(packed.iter().flatten());
        // What lies 40 dB below the loudest band is not heard beside it, and codecs spare it.
        let heard = pairs.filter(|(plain, _)| **plain > loudest * 1e-4);
        // The bank's maker scaled its samples by 0.9.
        differences.extend(heard.map(|(plain, packed)| 10.0 * (packed / plain).log10() - 20.0 * 0.9_f64.log10()));
    }
    assert!(differences.len() > 500, "{} bands are too few to tell", differences.len());
    differences.sort_by(f64::total_cmp);
    let at = |share: f64| differences[((differences.len() - 1) as f64 * share) as usize];
    let (low, middle, high) = (at(0.01), at(0.5), at(0.99));
    eprintln!("{} bands: {low:+.3} dB, {middle:+.3} dB, {high:+.3} dB", differences.len());
    assert!(middle.abs() < 0.1 && low > -1.0 && high < 1.0, "{low:+.3} dB, {middle:+.3} dB, {high:+.3} dB");
}

/// The samples that key 60 of program 0 plays at full velocity.
fn samples_of_the_piano(font: &SoundFont) -> Vec<usize> {
    let plays = |zone: &Zone| {
        let has = |range: &Option<RangeInclusive<u8>>, value| range.as_ref().is_none_or(|range| range.contains(&value));
        has(&zone.keys, 60) && has(&zone.velocities, 127)
    };
    let targets = |zones: &[Zone]| -> Vec<usize> {
        zones.iter().filter(|zone| plays(zone)).filter_map(|zone| zone.target).collect()
    };
    let model = font.model();
    let instruments = targets(&model.presets[font.preset(0, 0).unwrap()].zones);
    instruments.into_iter().flat_map(|instrument| targets(&model.instruments[instrument].zones)).collect()
}

#[test]
fn damage_in_streams_of_a_real_bank_silences_those_samples_alone() {
    if !are_there(&[LITE]) {
        return;
    }
    let settings = RenderSettings { encoding: SampleFormat::F32.into(), ..dry() };
    let piano = song(&[(0, 60, 0.0, 1.0)], 1.0);
    let drum = song(&[(9, 38, 0.0, 1.0)], 1.0);
    let mut file = std::fs::read(LITE).unwrap();
    let open = |file: &[u8]| Engine::with_font(Arc::new(SoundFont::from_bytes(file.to_vec(), "lite.sf3").unwrap()));
    let whole = open(&file);
    assert!(peak(render(&whole, &piano, &settings).audio.channel(0)) > 0.01);
    let snare = render(&whole, &drum, &settings);
    assert!(snare.report.warnings.is_empty() && peak(snare.audio.channel(0)) > 0.01);

    let samples = 12 + file.windows(8).position(|window| window == b"sdtasmpl").unwrap();
    let headers = 8 + file.windows(4).rposition(|window| window == b"shdr").unwrap();
    let damaged = samples_of_the_piano(whole.font());
    for index in &damaged {
        let start = u32::from_le_bytes(*file[headers + 46 * index + 20..].first_chunk().unwrap()) as usize;
        let page = &mut file[samples + start..];
        assert!(page.starts_with(b"OggS"));
        page[22] ^= 1;
    }
    let engine = open(&file);
    let silent = render(&engine, &piano, &settings);
    assert_eq!(peak(silent.audio.channel(0)), 0.0);
    let warnings = &silent.report.warnings;
    assert!(warnings.len() == damaged.len() && !damaged.is_empty(), "{warnings:?}");
    assert!(warnings.iter().all(|warning| warning.contains("cannot be decoded and stays silent")), "{warnings:?}");
    assert!(render(&engine, &drum, &settings).audio == snare.audio);
}
