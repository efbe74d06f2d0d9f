//! The verbs of `rae midi` that make new files.

mod common;

use std::fs;
use std::path::Path;

use common::Folder;
use rust_audio_engine::midi::{Division, Event, Format, Message, Meta, Sequence, TextKind, TrackEvent};

fn song(folder: &Folder, name: &str) -> Sequence {
    Sequence::read(&folder.path(name)).unwrap().sequence
}

/// (tick, key, velocity) of the note-ons.
fn onsets(folder: &Folder, name: &str) -> Vec<(u64, u8, u8)> {
    let tracks = song(folder, name).tracks;
    let onset = |event: &TrackEvent| match event.event {
        Event::Channel { message: Message::NoteOn { key, velocity: velocity @ 1.. }, .. } => {
            Some((event.tick, key, velocity))
        }
        _ => None,
    };
    tracks.iter().flat_map(|track| &track.events).filter_map(onset).collect()
}

#[test]
fn without_edits_the_events_are_the_same() {
    let folder = Folder::new();
    folder.stdout("midi edit song.mid -o copy.mid");
    assert_eq!(song(&folder, "copy.mid"), song(&folder, "song.mid"));

    let Ok(songs) = fs::read_dir("/usr/share/games/openttd/baseset/openmsx") else {
        println!("skipped: Debian's openttd-openmsx is not here");
        return;
    };
    for path in songs.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|x| x == "mid")) {
        fs::copy(&path, folder.path("openmsx.mid")).unwrap();
        folder.stdout("midi edit openmsx.mid -o copy.mid --force");
        assert_eq!(song(&folder, "copy.mid"), song(&folder, "openmsx.mid"), "{}", path.display());
    }
}

#[test]
fn every_edit_has_its_option() {
    // The song: keys 60 and 67 with velocity 100 at ticks 0 and 500, 500 ticks to a quarter note, 120 per minute.
    let folder = Folder::new();
    let edited = |options: &str| {
        folder.stdout(&format!("midi edit song.mid -o out.mid --force {options}"));
        onsets(&folder, "out.mid")
    };
    assert_eq!(edited("--transpose -2"), [(0, 58, 100), (500, 65, 100)]);
    assert_eq!(edited("--transpose 61 --out-of-range drop"), [(0, 121, 100)]);
    assert_eq!(edited("--transpose 5 --channels 2"), [(0, 60, 100), (500, 67, 100)]);
    assert_eq!(edited("--transpose 5 --tracks 1"), [(0, 65, 100), (500, 72, 100)]);
    assert_eq!(edited("--quantise 1/2 --strength 0.5"), [(0, 60, 100), (750, 67, 100)]);
    assert_eq!(edited("--quantize 1/4t --swing 0.6 --ends stay"), [(0, 60, 100), (400, 67, 100)]);
    assert_eq!(edited("--velocity 64"), [(0, 60, 64), (500, 67, 64)]);
    assert_eq!(edited("--velocity-gamma 2 --velocity-offset -10"), [(0, 60, 69), (500, 67, 69)]);
    assert_eq!(edited("--velocity-scale 2 --velocity-max 120"), [(0, 60, 120), (500, 67, 120)]);
    assert_eq!(edited("--resolution 1000"), [(0, 60, 100), (1000, 67, 100)]);
    assert_eq!(edited("--keep-channels 2"), []);
    let humanised = edited("--humanise 20 --humanise-velocity 10 --seed 7");
    assert_ne!(humanised, [(0, 60, 100), (500, 67, 100)]);
    assert!(humanised.iter().zip([0, 500]).all(|(onset, tick)| onset.0.abs_diff(tick) <= 20));
    assert_eq!(edited("--humanise 20 --humanise-velocity 10 --seed 7"), humanised);

    let tempo = |options: &str| {
        edited(options);
        let events = song(&folder, "out.mid").tracks.remove(0).events;
        events
            .iter()
            .find_map(|event| if let Event::Meta(Meta::Tempo(tempo)) = event.event { Some(tempo) } else { None })
    };
    assert_eq!(tempo("--tempo 2"), Some(250_000));
    assert_eq!(tempo("--bpm 60"), Some(1_000_000));
    edited("--format 1 --map-channel 1:3 --map-program 0:19");
    let changed = song(&folder, "out.mid");
    assert_eq!((changed.format, changed.tracks.len()), (Format::Simultaneous, 2));
    let program = Event::Channel { channel: 2, message: Message::ProgramChange { program: 19 } };
    assert_eq!(changed.tracks[1].events[0], TrackEvent { tick: 0, event: program });
}

#[test]
fn sections_are_kept_or_cut() {
    let folder = Folder::new();
    let trimmed = |options: &str| {
        folder.stdout(&format!("midi trim song.mid -o out.mid --force {options}"));
        onsets(&folder, "out.mid")
    };
    assert_eq!(trimmed("--from 0.3"), [(0, 60, 100), (200, 67, 100)]);
    assert_eq!(trimmed("--from 0.3 --held drop"), [(200, 67, 100)]);
    assert_eq!(trimmed("--to 0:00.5"), [(0, 60, 100)]);
    assert_eq!(trimmed("--ticks 450-"), [(50, 67, 100)]);
    assert_eq!(trimmed("--ticks 450-550 --cut"), [(0, 60, 100), (450, 67, 100)]);
    assert_eq!(trimmed("--bars 1"), [(0, 60, 100), (500, 67, 100)]);
    for (options, words) in [
        ("", "no section"),
        ("--bars 0-1", "first bar is 1"),
        ("--bars 9", "--bars begins at bar 9; the song has 1"),
        ("--bars 3-2", "--bars 3-2 ends before it begins"),
        ("--from 5", "--from is 0:05.0; the song lasts 0:01.0"),
        ("--from 0.5 --to 0.2", "--to is not behind --from"),
        ("--ticks 1000-", "the song ends at tick 1000"),
        ("--ticks 5-5", "ends at or before its start"),
        ("--ticks x", "no span"),
    ] {
        let message = folder.fails(2, &format!("midi trim song.mid -o no.mid {options}"));
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn songs_are_split_and_joined_again() {
    let folder = Folder::new();
    folder.stdout("midi split song.mid --at 0.5 --out-dir parts");
    assert_eq!(onsets(&folder, "parts/song-part-1.mid"), [(0, 60, 100)]);
    assert_eq!(onsets(&folder, "parts/song-part-2.mid"), [(0, 67, 100)]);
    folder.stdout("midi concat parts/song-part-1.mid parts/song-part-2.mid --seam keep -o whole.mid");
    assert_eq!(onsets(&folder, "whole.mid"), onsets(&folder, "song.mid"));
    folder.stdout("midi concat song.mid song.mid -o twice.mid");
    assert_eq!(onsets(&folder, "twice.mid").iter().map(|onset| onset.0).collect::<Vec<_>>(), [0, 500, 1000, 1500]);

    folder.stdout("midi split song.mid --channels -d parts");
    folder.stdout("midi split song.mid --tracks -d parts");
    folder.stdout("midi merge parts/song-channel-1.mid parts/song-track-1.mid --own-ports -o both.mid");
    let both = song(&folder, "both.mid");
    let channels: Vec<u16> = both.tracks.iter().flat_map(|track| track.notes()).map(|note| note.channel).collect();
    assert_eq!(channels, [0, 0, 16, 16]);
    folder.stdout("midi edit song.mid -o slow.mid --tempo 0.5 --resolution 960");
    let output = folder.rae("midi merge song.mid slow.mid -o merged.mid");
    assert!(common::stderr(&output).contains("slow.mid has another tempo than song.mid"));
    assert_eq!(song(&folder, "merged.mid").division, Division::TicksPerQuarter(24_000));

    let mut marked = song(&folder, "song.mid");
    let marker = Event::Meta(Meta::Text { kind: TextKind::Marker, bytes: b"B".into() });
    marked.tracks[0].events.insert(3, TrackEvent { tick: 450, event: marker });
    marked.write(&folder.path("marked.mid")).unwrap();
    folder.stdout("midi split marked.mid --markers -d parts");
    assert_eq!(onsets(&folder, "parts/marked-part-2.mid"), [(50, 67, 100)]);
    folder.stdout("midi split marked.mid --bars 1 -d bars");
    assert_eq!(fs::read_dir(folder.path("bars")).unwrap().count(), 1);
}

#[test]
fn what_matches_nothing_is_said() {
    let folder = Folder::new();
    let warned = |line: &str| common::stderr(&folder.rae(line));
    for (options, words) in [
        ("--transpose 2 --channels 5", "--channels: the song has nothing on channel 5"),
        ("--remove-channels 2,3", "--remove-channels: the song has nothing on channels 2, 3"),
        ("--map-program 5:6", "--map-program 5:6: no note"),
        ("--map-channel 9:1", "--map-channel 9:1: the song has nothing on channel 9"),
    ] {
        let message = warned(&format!("midi edit song.mid -o out.mid --force {options}"));
        assert!(message.contains(words), "{options}: {message}");
        assert_eq!(onsets(&folder, "out.mid"), onsets(&folder, "song.mid"));
    }
    assert!(warned("midi split song.mid --markers -d parts").contains("--markers"));
    assert!(warned("midi split song.mid --at 99 -d parts --force").contains("--at"));
}

#[test]
fn a_song_goes_to_standard_output() {
    let folder = Folder::new();
    let output = folder.rae("midi edit song.mid -o -");
    assert_eq!(Sequence::parse_strict(&output.stdout).unwrap(), song(&folder, "song.mid"));
    assert!(!folder.path("-").exists());
}

#[test]
fn mistakes_are_named_and_nothing_is_lost() {
    let folder = Folder::new();
    let before = fs::read(folder.path("song.mid")).unwrap();
    for (code, line, words) in [
        (5, "midi edit song.mid -o song.mid --force", "same file as the input"),
        (5, "midi edit song.mid -o bank.sf2", "--force"),
        (5, "midi concat bank.sf2 song.mid -o song.mid --force", "same file as the input"),
        (3, "midi edit missing.mid -o out.mid", "missing.mid"),
        (4, "midi edit bank.sf2 -o out.mid", "bank.sf2"),
        (2, "midi edit song.mid -o out.mid --transpose 61 --out-of-range refuse", "track 1, tick 500: key 67"),
        (2, "midi edit song.mid -o out.mid --quantise 3", "1/16"),
        (2, "midi edit song.mid -o out.mid --quantise 1/4 --strength 2", "strength is 2"),
        (2, "midi edit song.mid -o out.mid --tempo 0", "--tempo is 0"),
        (2, "midi edit song.mid -o out.mid --bpm 0", "--bpm is 0; choose 3.6"),
        (2, "midi edit song.mid -o out.mid --map-channel 0:1", "1 to 16"),
        (2, "midi edit song.mid -o out.mid --map-program 0:128", "0 to 127"),
        (2, "midi edit song.mid -o out.mid --bpm nan", "--bpm is NaN; choose 3.6"),
        (2, "midi edit song.mid -o out.mid --velocity 0", "--velocity"),
        (2, "midi edit song.mid -o out.mid --velocity 9 --velocity-min 20", "--velocity-min"),
        (2, "midi edit song.mid -o out.mid --tracks 9", "--tracks names track 9; the song has 1"),
        (2, "midi edit song.mid -o out.mid --keep-tracks 1,9", "--keep-tracks names track 9"),
        (
            2,
            "midi edit song.mid -o out.mid --map-program 0:1 --map-program 0:2",
            "--map-program says twice what becomes of 0",
        ),
        (
            2,
            "midi edit song.mid -o out.mid --map-channel 1:2 --map-channel 1:3",
            "--map-channel says twice what becomes of 1",
        ),
        (2, "midi split song.mid -d parts", "--tracks"),
        (2, "midi split song.mid -d parts --bars 0", "0 bars"),
    ] {
        let message = folder.fails(code, line);
        assert!(message.contains(words), "{line}: {message}");
    }
    assert!(!folder.path("out.mid").exists() && !folder.path("parts").exists());
    folder.stdout("midi split song.mid -d parts --tracks");
    assert!(folder.fails(5, "midi split song.mid -d parts --tracks").contains("--force"));
    folder.stdout("midi split song.mid -d parts --tracks --force");
    assert_eq!(fs::read(folder.path("song.mid")).unwrap(), before);
    assert!(Path::new(&folder.path("parts/song-track-1.mid")).exists());
}
