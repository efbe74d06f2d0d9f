//! What is in a file, told in a few values.

use rae_midi::{ChannelSummary, Sequence, Summary};
use rae_units::Seconds;

use crate::common::file;

const END: &[u8] = &[0x00, 0xFF, 0x2F, 0x00];

#[test]
fn a_small_file() {
    let first = [
        &[0, 0xFF, 0x02, 2, b'M', b'e', 0, 0xFF, 0x03, 3, b' ', 0xFC, 0, 0, 0xFF, 0x58, 4, 3, 2, 24, 8][..],
        &[0, 0xFF, 0x59, 2, 0xFF, 1, 96, 0xFF, 0x51, 3, 0x0F, 0x42, 0x40, 96, 0xFF, 0x06, 1, b'B'],
        END,
    ]
    .concat();
    let second = [
        &[0, 0x90, 60, 1, 0, 60, 0, 0, 0xC0, 7, 0, 0x90, 61, 1, 0, 0xC0, 3, 0, 0xFF, 0x21, 1, 1, 0, 0xB1, 7, 9][..],
        &[96, 0xFF, 0x05, 3, b'l', b'a', b' ', 0, 0xFF, 0x04, 1, b'i'],
        END,
    ]
    .concat();
    let summary = Summary::new(&Sequence::parse_strict(&file(1, 96, &[&first, &second])).unwrap());

    assert_eq!((summary.duration, summary.notes), (Seconds(1.5), 2));
    // Two quarters of a bar of three.
    assert_eq!(summary.bars, Some(1));
    assert_eq!(summary.tracks[0].name.as_deref(), Some("ü"));
    assert_eq!((summary.tracks[0].events, summary.tracks[0].notes), (7, 0));
    assert_eq!((summary.tracks[1].name.as_deref(), summary.tracks[1].instrument.as_deref()), (None, Some("i")));
    assert_eq!(summary.tracks[1].notes, 2);
    let channels = [
        ChannelSummary { channel: 0, notes: 2, programs: vec![0, 7] },
        ChannelSummary { channel: 17, notes: 0, programs: vec![] },
    ];
    assert_eq!(summary.channels, channels);
    assert_eq!(summary.ports, [0, 1]);
    assert_eq!((summary.tempos[0].seconds, summary.tempos[0].value.bpm()), (Seconds(0.5), 60.0));
    assert_eq!(summary.time_signatures[0].value.to_string(), "3/4");
    assert_eq!(summary.key_signatures[0].value.to_string(), "D minor");
    let marker = &summary.markers[0];
    assert_eq!((marker.seconds, marker.tick, &marker.value[..]), (Seconds(1.5), 192, "B"));
    assert_eq!((summary.lyrics[0].seconds, &summary.lyrics[0].value[..]), (Seconds(0.5), "la "));
    assert_eq!(summary.copyright, ["Me"]);
}

#[test]
fn patterns_are_told_in_order_of_time() {
    let marked = |name: u8| [&[96, 0xFF, 0x06, 1, name, 0, 0xFF, 0x51, 3, 0x0F, 0x42, 0x40][..], END].concat();
    let summary = Summary::new(&Sequence::parse_strict(&file(2, 96, &[&marked(b'A'), &marked(b'B')])).unwrap());
    let markers: Vec<_> = summary.markers.iter().map(|marker| (marker.seconds.0, &marker.value[..])).collect();
    assert_eq!(markers, [(0.5, "A"), (1.0, "B")]);
    assert_eq!((summary.tempos.len(), summary.bars), (2, Some(2)));
    assert_eq!((summary.tempos[1].seconds, summary.tempos[1].tick), (Seconds(1.0), 96));
}

#[test]
fn bars_are_counted_to_the_last_one_begun() {
    let bars = |ticks: u8| {
        let end = [&[ticks][..], &END[1..]].concat();
        Summary::new(&Sequence::parse_strict(&file(1, 24, &[&end])).unwrap()).bars
    };
    assert_eq!([0, 1, 96, 97].map(bars), [Some(0), Some(1), Some(1), Some(2)]);
    let film = Sequence::parse_strict(&file(1, 0xE728, &[END])).unwrap();
    assert_eq!(Summary::new(&film).bars, None);
}

#[test]
fn words_of_karaoke_files_are_text_events() {
    let text = |delta: u8, words: &str| [&[delta, 0xFF, 0x01, words.len() as u8][..], words.as_bytes()].concat();
    let first = [&text(0, "@KMIDI KARAOKE FILE")[..], &text(0, "a remark"), END].concat();
    let words =
        [("@LENGL", 0), ("@TOde", 0), ("@TSchiller", 0), ("\\Freu", 0), ("de ", 48), ("/schö", 48), ("ner", 48)];
    let second: Vec<u8> =
        words.iter().flat_map(|&(words, delta)| text(delta, words)).chain(END.iter().copied()).collect();
    let summary = Summary::new(&Sequence::parse_strict(&file(1, 96, &[&first, &second])).unwrap());
    assert_eq!(summary.titles, ["Ode", "Schiller"]);
    let lyrics: Vec<(f64, &str)> = summary.lyrics.iter().map(|word| (word.seconds.0, &word.value[..])).collect();
    assert_eq!(lyrics, [(0.0, "\n\nFreu"), (0.25, "de "), (0.5, "\nschö"), (0.75, "ner")]);

    // Text events of other files are no words to sing.
    let plain = [&text(0, "/a path")[..], END].concat();
    let summary = Summary::new(&Sequence::parse_strict(&file(1, 96, &[&plain])).unwrap());
    assert_eq!((summary.lyrics, summary.titles), (vec![], vec![]));
}
