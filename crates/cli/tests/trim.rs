//! `rae soundfont trim` from outside.

mod common;

use std::fs;

use common::Folder;
use rae_testkit::{BankBuilder, SINE_OGG, constant, sine, zone};

/// The folder with a bank of two presets in `two.sf2`; the song plays the first.
fn folder() -> Folder {
    let folder = Folder::new();
    let bank = BankBuilder::new()
        .sample(&constant(0.3, 5000), None)
        .sample(&sine(441.0, 44_100, 1000), Some(0..100))
        .instrument([zone(0)])
        .instrument([zone(1)])
        .preset(0, 9, [zone(0)])
        .preset(0, 0, [zone(1)]);
    fs::write(folder.path("two.sf2"), bank.bytes()).unwrap();
    folder
}

#[test]
fn the_song_sounds_the_same_with_less() {
    let folder = folder();
    folder.stdout("soundfont trim two.sf2 song.mid -o small.sf2");
    assert!(folder.path("small.sf2").metadata().unwrap().len() < 3000);
    let (spec, whole) = folder.rendered("--soundfont two.sf2");
    assert_eq!(folder.rendered("--soundfont small.sf2"), (spec, whole));
    assert!(!folder.stdout("soundfont info small.sf2").contains("0:009"));
    folder.stdout("soundfont trim two.sf2 song.mid --preset 0:9 -o both.sf2");
    assert!(folder.stdout("soundfont info both.sf2").contains("0:009"));
}

#[test]
fn sf3_becomes_sf2() {
    let folder = folder();
    let bank = BankBuilder::one_sample(&[0.0; 3001], Some(100..2900)).sf3_bytes(&[SINE_OGG]);
    fs::write(folder.path("packed.sf3"), bank).unwrap();
    folder.stdout("soundfont trim packed.sf3 -o plain.sf2");
    assert!(folder.stdout("soundfont info plain.sf2").contains("2.01"));
    folder.stdout("soundfont export packed.sf3 exported.sf2");
    assert_eq!(fs::read(folder.path("exported.sf2")).unwrap(), fs::read(folder.path("plain.sf2")).unwrap());
    assert_eq!(folder.rendered("--soundfont plain.sf2"), folder.rendered("--soundfont packed.sf3"));
}

#[test]
fn long_names_in_latin_1_are_no_obstacle() {
    let folder = folder();
    let mut bank = fs::read(folder.path("bank.sf2")).unwrap();
    let headers = bank.windows(4).position(|window| window == b"phdr").unwrap() + 8;
    bank[headers..headers + 18].fill(0xE9);
    fs::write(folder.path("latin.sf2"), bank).unwrap();
    folder.stdout("soundfont export latin.sf2 exported.sf2");
    folder.stdout("soundfont trim latin.sf2 -o trimmed.sf2");
    assert_eq!(fs::read(folder.path("exported.sf2")).unwrap(), fs::read(folder.path("trimmed.sf2")).unwrap());
    assert!(folder.stdout("soundfont info exported.sf2").contains(&"é".repeat(10)));
}

#[test]
fn mistakes_are_named_and_nothing_is_lost() {
    let folder = folder();
    assert!(folder.fails(2, "soundfont trim two.sf2 --preset 0:5 -o small.sf2").contains("no preset 0:5"));
    assert!(folder.fails(2, "soundfont trim two.sf2 --preset 5 -o small.sf2").contains("such as 0:40"));
    folder.fails(5, "soundfont trim two.sf2 song.mid -o two.sf2 --force");
    folder.fails(5, "soundfont trim two.sf2 song.mid -o bank.sf2");
    folder.fails(3, "soundfont trim missing.sf2 song.mid -o small.sf2");
    assert!(!folder.path("small.sf2").exists());
}
