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
