//! Banks that Debian packages install, where they are installed: compared with an independent reading of the file.

use std::path::Path;
use std::time::Instant;

use rae_soundfont::{SampleKind, SoundFont, Storage};

/// Content of a hydra chunk, found by its name alone.
fn hydra<'a>(bytes: &'a [u8], id: &[u8; 4]) -> &'a [u8] {
    let tail = bytes.len().saturating_sub(4 << 20);
    let pdta = tail + bytes[tail..].windows(8).position(|window| window == b"pdtaphdr").unwrap();
    let at = pdta + bytes[pdta..].windows(4).position(|window| window == id).unwrap();
    let size = u32::from_le_bytes(bytes[at + 4..at + 8].try_into().unwrap()) as usize;
    &bytes[at + 8..at + 8 + size]
}

fn check(name: &str) {
    let path = Path::new("/usr/share/sounds/sf2").join(name);
    if !path.exists() {
        eprintln!("skipped: {name} is not installed");
        return;
    }
    let open = || SoundFont::open(&path, Storage::Mapped).unwrap();
    let bank = open();
    let start = Instant::now();
    open();
    eprintln!("{name}: opened in {:?}", start.elapsed());

    assert!(bank.warnings().is_empty(), "{:?}", bank.warnings());
    let (bytes, model) = (std::fs::read(&path).unwrap(), bank.model());
    let records = |id, size| hydra(&bytes, id).chunks_exact(size).rev().skip(1).rev();
    assert_eq!(bank.file_len(), bytes.len() as u64);
    assert!(bank.preset(0, 0).is_some() && bank.preset(128, 0).is_some());
    assert!(
        model.presets.iter().map(|preset| preset.program).eq(records(b"phdr", 38).map(|record| u16::from(record[20])))
    );
    assert_eq!(model.instruments.len(), records(b"inst", 22).len());
    assert_eq!(model.samples.len(), records(b"shdr", 46).len());
    for (sample, record) in model.samples.iter().zip(records(b"shdr", 46)) {
        assert_eq!(
            (&sample.start.to_le_bytes()[..], &sample.rate.to_le_bytes()[..]),
            (&record[20..24], &record[36..40])
        );
        assert_eq!((sample.root_key, sample.correction), (record[40], record[41].cast_signed()));
        let kind = [(1, SampleKind::Mono), (2, SampleKind::Right), (4, SampleKind::Left), (8, SampleKind::Linked)];
        assert!(kind.contains(&(record[44], sample.kind)));
    }
    // Every zone names its target once, as its last generator.
    let targets = |id, number| hydra(&bytes, id).chunks_exact(4).filter(|record| record[..2] == [number, 0]).count();
    assert_eq!(model.presets.iter().map(|preset| preset.zones.len()).sum::<usize>(), targets(b"pgen", 41));
    let zones = || model.instruments.iter().flat_map(|instrument| &instrument.zones);
    assert_eq!(zones().count(), targets(b"igen", 53));
    let globals = model.instruments.iter().filter_map(|instrument| instrument.global.as_ref());
    let modulators: usize = zones().chain(globals).map(|zone| zone.modulators.len()).sum();
    assert_eq!(modulators, records(b"imod", 10).len());
}

#[test]
fn timgm6mb() {
    check("TimGM6mb.sf2");
}

#[test]
fn fluid_r3() {
    check("FluidR3_GM.sf2");
}

#[test]
fn musescore_general_full() {
    check("MuseScore_General_Full.sf2");
}

#[test]
fn musescore_general_sf3_is_its_sf2_sibling_within_the_loss_of_the_codec() {
    let open = |path: &str| SoundFont::open(Path::new(path), Storage::Mapped).ok();
    let pair = (
        open("/usr/share/sounds/sf2/MuseScore_General_Full.sf2"),
        open("/usr/share/sounds/sf3/MuseScore_General_Full.sf3"),
    );
    let (Some(plain), Some(packed)) = pair else {
        eprintln!("skipped: MuseScore_General_Full is not installed as SF2 and SF3");
        return;
    };
    assert!(packed.warnings().is_empty(), "{:?}", packed.warnings());
    assert_eq!(
        (&plain.model().presets, &plain.model().instruments),
        (&packed.model().presets, &packed.model().instruments)
    );
    assert_eq!(packed.decoded_bytes(), 0);
    let samples = plain.model().samples.iter().zip(&packed.model().samples).enumerate();
    for (index, (a, b)) in samples.step_by(97) {
        assert_eq!((&a.name, a.end - a.start, a.rate, a.root_key), (&b.name, b.end, b.rate, b.root_key));
        assert_eq!((a.loop_start - a.start, a.loop_end - a.start), (b.loop_start, b.loop_end), "{}", a.name);
        let value = |word: &[u8; 2]| f64::from(i16::from_le_bytes(*word));
        let words = &plain.pcm(index).words[a.start as usize..a.end as usize];
        let pairs = || words.iter().map(value).zip(packed.pcm(index).words.iter().map(value));
        let (xx, xy): (f64, f64) = pairs().fold((0.0, 0.0), |(xx, xy), (x, y)| (xx + x * x, xy + x * y));
        let gain = xy / xx;
        let noise: f64 = pairs().map(|(x, y)| (y - gain * x).powi(2)).sum();
        let ratio = 10.0 * (gain * gain * xx / noise).log10();
        // Its maker scaled everything by 0.9 before it was compressed; what the codec loses comes on top.
        let level = 20.0 * (gain / 0.9).log10();
        assert!((-0.2..0.05).contains(&level) && ratio > 20.0, "{index} {}: {level:+.3} dB, {ratio:.1} dB", a.name);
    }
    assert!(packed.decoding_warnings().is_empty());
}

#[test]
fn musescore_general_lite_sf3() {
    let Ok(bank) = SoundFont::open(Path::new("/usr/share/sounds/sf3/MuseScore_General_Lite.sf3"), Storage::Mapped)
    else {
        eprintln!("skipped: MuseScore_General_Lite.sf3 is not installed");
        return;
    };
    assert!(bank.warnings().is_empty(), "{:?}", bank.warnings());
    (0..bank.model().samples.len()).step_by(50).for_each(|sample| _ = bank.pcm(sample));
    assert!(bank.decoding_warnings().is_empty(), "{:?}", bank.decoding_warnings());
}
