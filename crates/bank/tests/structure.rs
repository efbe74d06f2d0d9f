//! The file against the SoundFont 2.04 specification, read with nothing but the tables of its text, and opened by
//! FluidSynth. Numbers in parentheses are sections of the specification.

use std::collections::{BTreeMap, HashSet};
use std::process::Command;
use std::sync::OnceLock;

fn file() -> &'static [u8] {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    FILE.get_or_init(rae_bank::bytes)
}

fn u16_at(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

/// The chunks in a list, in order. They must fill it (3.1).
fn chunks(mut bytes: &[u8]) -> Vec<(&str, &[u8])> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let size = u32_at(bytes, 4);
        found.push((std::str::from_utf8(&bytes[..4]).unwrap(), &bytes[8..8 + size]));
        bytes = &bytes[8 + size + size % 2..];
    }
    found
}

/// INFO, sdta and pdta (4.1).
fn lists() -> [Vec<(&'static str, &'static [u8])>; 3] {
    let riff = chunks(file());
    assert_eq!((riff.len(), riff[0].0, &riff[0].1[..4]), (1, "RIFF", &b"sfbk"[..]));
    let lists = chunks(&riff[0].1[4..]);
    let names: Vec<_> = lists.iter().map(|(id, content)| (*id, &content[..4])).collect();
    assert_eq!(names, [("LIST", &b"INFO"[..]), ("LIST", b"sdta"), ("LIST", b"pdta")]);
    [0, 1, 2].map(|i: usize| chunks(&lists[i].1[4..]))
}

/// A table of pdta as its records.
fn table(id: &str, size: usize) -> Vec<&'static [u8]> {
    let [_, _, pdta] = lists();
    let content = pdta.iter().find(|chunk| chunk.0 == id).unwrap_or_else(|| panic!("no {id}")).1;
    assert_eq!(content.len() % size, 0, "{id} is not a whole number of records");
    content.chunks(size).collect()
}

fn points() -> usize {
    let [_, sdta, _] = lists();
    assert_eq!((sdta.len(), sdta[0].0), (1, "smpl"));
    sdta[0].1.len() / 2
}

fn name(record: &[u8]) -> &str {
    let end = record[..20].iter().position(|&byte| byte == 0).unwrap_or(20);
    assert!(record[end..20].iter().all(|&byte| byte == 0), "a name goes on after its end");
    std::str::from_utf8(&record[..end]).unwrap()
}

#[test]
fn info_has_what_is_mandatory() {
    let [info, _, _] = lists();
    let get = |id| info.iter().find(|chunk| chunk.0 == id).unwrap_or_else(|| panic!("no {id}")).1;
    assert_eq!(get("ifil"), [2, 0, 1, 0]);
    assert_eq!(get("isng"), b"EMU8000\0");
    assert!(get("INAM").len() <= 256);
    for (id, text) in &info[1..] {
        let end = if id == &"ICMT" { 65_536 } else { 256 };
        assert!(text.ends_with(b"\0") && text.len() % 2 == 0 && text.len() <= end, "{id}");
    }
}

#[test]
fn tables_are_all_there_in_order() {
    let [_, _, pdta] = lists();
    let ids: Vec<_> = pdta.iter().map(|chunk| chunk.0).collect();
    assert_eq!(ids, ["phdr", "pbag", "pmod", "pgen", "inst", "ibag", "imod", "igen", "shdr"]);
}

/// Headers point to bags, bags to generators and modulators; all ascend, start at zero and end at the terminal record
/// (7.2 to 7.9).
fn check_indices(headers: (&str, usize, usize), bags: &str, modulators: &str, generators: &str) {
    let heads: Vec<usize> = table(headers.0, headers.1).iter().map(|record| u16_at(record, headers.2)).collect();
    let bags = table(bags, 4);
    assert_eq!((heads[0], heads[heads.len() - 1]), (0, bags.len() - 1), "{}", headers.0);
    assert!(heads.is_sorted());
    for (field, id, size) in [(0, generators, 4), (2, modulators, 10)] {
        let targets: Vec<usize> = bags.iter().map(|bag| u16_at(bag, field)).collect();
        let records = table(id, size);
        assert_eq!((targets[0], targets[targets.len() - 1]), (0, records.len() - 1), "{id}");
        assert!(targets.is_sorted(), "{id}");
        assert!(records[records.len() - 1].iter().all(|&byte| byte == 0), "the terminal record of {id}");
    }
}

#[test]
fn indices_ascend_to_their_terminals() {
    check_indices(("phdr", 38, 24), "pbag", "pmod", "pgen");
    check_indices(("inst", 22, 20), "ibag", "imod", "igen");
    for (id, size, terminal) in [("phdr", 38, "EOP"), ("inst", 22, "EOI"), ("shdr", 46, "EOS")] {
        assert_eq!(name(table(id, size).last().unwrap()), terminal);
    }
}

/// The generators of one level by bag: 43 first, 44 only after it, the target last, no generator twice (8.1.2).
fn check_generators(bags: &str, generators: &str, target: usize, targets: usize, forbidden: &[usize]) {
    let bags = table(bags, 4);
    let generators = table(generators, 4);
    for pair in bags.windows(2) {
        let zone: Vec<(usize, usize)> = generators[u16_at(pair[0], 0)..u16_at(pair[1], 0)]
            .iter()
            .map(|record| (u16_at(record, 0), u16_at(record, 2)))
            .collect();
        let numbers: HashSet<usize> = zone.iter().map(|generator| generator.0).collect();
        assert_eq!(numbers.len(), zone.len(), "a generator is set twice in a zone");
        for (place, &(number, amount)) in zone.iter().enumerate() {
            assert!(number <= 58 && !forbidden.contains(&number), "generator {number}");
            match number {
                43 => assert_eq!(place, 0),
                44 => assert!(place == 0 || zone[place - 1].0 == 43),
                _ if number == target => assert!(place + 1 == zone.len() && amount < targets),
                _ => {}
            }
            if number == 43 || number == 44 {
                assert!(amount & 0xff <= amount >> 8 && amount >> 8 <= 127, "range {amount:#x}");
            }
        }
    }
}

/// Ranges of 8.1.3 that a value may not leave.
fn range(number: usize) -> (i16, i16) {
    match number {
        5..=7 | 10 | 11 => (-12_000, 12_000),
        8 => (1500, 13_500),
        9 | 13 => (-960, 960),
        15 | 16 => (0, 1000),
        17 => (-500, 500),
        21 | 23 | 25 | 27 | 33 | 35 => (-12_000, 5000),
        22 | 24 => (-16_000, 4500),
        26 | 28 | 30 | 34 | 36 | 38 => (-12_000, 8000),
        29 => (0, 1000),
        31 | 32 | 39 | 40 | 56 => (-1200, 1200),
        37 | 48 => (0, 1440),
        51 => (-120, 120),
        52 => (-99, 99),
        54 => (0, 3),
        57 | 58 => (-1, 127),
        _ => (i16::MIN, i16::MAX),
    }
}

#[test]
fn generators_are_in_order_and_in_range() {
    let instruments = table("inst", 22).len() - 1;
    let samples = table("shdr", 46).len() - 1;
    // Addresses, key and velocity substitution, sample and its mode, class and root belong to instruments alone.
    check_generators("pbag", "pgen", 41, instruments, &[0, 1, 2, 3, 4, 12, 45, 46, 47, 50, 53, 54, 57, 58]);
    check_generators("ibag", "igen", 53, samples, &[41]);
    for record in table("igen", 4) {
        let (number, amount) = (u16_at(record, 0), u16_at(record, 2) as u16 as i16);
        let (low, high) = range(number);
        assert!((low..=high).contains(&amount), "generator {number} is {amount}");
    }
}

#[test]
fn modulators_are_known() {
    for id in ["pmod", "imod"] {
        let records = table(id, 10);
        for record in &records[..records.len() - 1] {
            let (source, destination, transform) = (u16_at(record, 0), u16_at(record, 2), u16_at(record, 8));
            assert!(destination <= 58, "{id}: destination {destination}");
            assert!(transform == 0 || transform == 2);
            // General controllers 0, 2, 3, 10, 13, 14, 16; MIDI controllers but those of 8.2.1.
            let index = source & 0x7f;
            let known = if source & 0x80 == 0 {
                [0, 2, 3, 10, 13, 14, 16].contains(&index)
            } else {
                !matches!(index, 0 | 6 | 32..=63 | 98..=101 | 120..=127)
            };
            assert!(known, "{id}: source {source:#x}");
        }
    }
}

#[test]
fn samples_lie_apart_with_their_loops_inside() {
    let headers = table("shdr", 46);
    let samples = &headers[..headers.len() - 1];
    let mut end_before = 0;
    for header in samples {
        let name = name(header);
        let [start, end, loop_start, loop_end, rate] = [20, 24, 28, 32, 36].map(|at| u32_at(header, at));
        assert!(start >= end_before, "{name} overlaps its predecessor");
        assert!(end >= start + 48 && end + 46 <= points(), "{name}: {start} to {end} of {}", points());
        // A loop has at least 32 points, and 8 valid ones on either side of it (7.10).
        if loop_start != loop_end {
            let inside = loop_start >= start + 8 && loop_end + 8 <= end && loop_end >= loop_start + 32;
            assert!(inside, "{name}: loop from {loop_start} to {loop_end} in {start} to {end}");
        }
        assert!((400..=50_000).contains(&rate), "{name}: {rate} Hz");
        assert!(header[40] <= 127 || header[40] == 255, "{name}: root {}", header[40]);
        end_before = end + 46;
    }
    for (index, header) in samples.iter().enumerate() {
        match u16_at(header, 44) {
            1 => assert_eq!(u16_at(header, 42), 0),
            kind @ (2 | 4) => {
                let other = samples[u16_at(header, 42)];
                assert_eq!((u16_at(other, 44), u16_at(other, 42)), (6 - kind, index), "{}", name(header));
                assert_eq!(u32_at(other, 36), u32_at(header, 36), "the rates of the pair {}", name(header));
                let length = |header: &[u8]| u32_at(header, 24) - u32_at(header, 20);
                assert_eq!(length(other), length(header), "the lengths of the pair {}", name(header));
            }
            kind => panic!("{} has the type {kind}", name(header)),
        }
    }
}

#[test]
fn names_are_unique() {
    for (id, size) in [("phdr", 38), ("inst", 22), ("shdr", 46)] {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for record in table(id, size) {
            *counts.entry(name(record)).or_default() += 1;
        }
        let twice: Vec<_> = counts.iter().filter(|entry| *entry.1 > 1).collect();
        assert!(twice.is_empty(), "{id}: {twice:?}");
    }
    let numbers: Vec<_> = table("phdr", 38).iter().map(|record| (u16_at(record, 22), u16_at(record, 20))).collect();
    let presets = &numbers[..numbers.len() - 1];
    assert!(presets.is_sorted() && presets.iter().collect::<HashSet<_>>().len() == presets.len());
}

/// Every instrument is played by a preset and every sample by an instrument: nothing lies there unused.
#[test]
fn nothing_is_orphaned() {
    let used = |id, target| -> HashSet<usize> {
        table(id, 4).iter().filter(|record| u16_at(record, 0) == target).map(|record| u16_at(record, 2)).collect()
    };
    for (headers, size, generators, target) in [("inst", 22, "pgen", 41), ("shdr", 46, "igen", 53)] {
        let used = used(generators, target);
        for (index, record) in table(headers, size).split_last().unwrap().1.iter().enumerate() {
            assert!(used.contains(&index), "{headers} {} is not used", name(record));
        }
    }
}

/// FluidSynth loads the file without complaint and plays the demonstration piece with it.
#[test]
fn fluidsynth_plays_it() {
    if Command::new("fluidsynth").arg("--version").output().is_err() {
        assert!(std::env::var_os("RAE_REQUIRE_PEERS").is_none_or(|value| value != "1"), "FluidSynth is not installed");
        eprintln!("skipped: FluidSynth is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (bank, wave) = (folder.path().join("default.sf2"), folder.path().join("out.wav"));
    std::fs::write(&bank, file()).unwrap();
    let song = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test_data/demo.mid");
    let output =
        Command::new("fluidsynth").args(["-ni", "-g", "0.5", "-F"]).args([&wave, &bank]).arg(song).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let complaint =
        said.lines().find(|line| line.contains("rror") || (line.contains("arning") && !line.contains("SDL")));
    assert_eq!(complaint, None, "{said}");
    let audio = std::fs::read(&wave).unwrap();
    let loudest = audio[44..].chunks_exact(2).map(|word| i16::from_le_bytes([word[0], word[1]]).unsigned_abs()).max();
    assert!(loudest.is_some_and(|loudest| loudest > 1000), "{loudest:?}");
}
