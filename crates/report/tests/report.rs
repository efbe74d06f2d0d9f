//! Reports, read back.

use rae_analysis::{Assessment, Expected, ExtraNote, Part, PlayedNote, Settings, Status, Timing, assess};
use rae_midi::{Division, Event, Format, Message, Meta, Sequence, Track, TrackEvent};
use rae_picture::text_width;
use rae_report::{Heading, PerformanceReport, Sound};
use rae_units::SampleRate;

/// Quarter notes at 120 to the minute, two notes together on every fourth.
fn piece(quarters: u64) -> Expected {
    let mut events = Vec::new();
    for beat in 0..quarters {
        let key = 60 + [0, 4, 7, 5, 2, 9, 11, 12][beat as usize % 8];
        for key in [Some(key), (beat % 4 == 0).then_some(key - 24)].into_iter().flatten() {
            let on = Event::Channel { channel: 0, message: Message::NoteOn { key, velocity: 80 } };
            let off = Event::Channel { channel: 0, message: Message::NoteOff { key, velocity: 0 } };
            events.extend([(beat * 480, on), (beat * 480 + 440, off)]);
        }
    }
    events.push((quarters * 480, Event::Meta(Meta::EndOfTrack)));
    events.sort_by_key(|event| event.0);
    let events = events.into_iter().map(|(tick, event)| TrackEvent { tick, event }).collect();
    let (format, division) = (Format::SingleTrack, Division::TicksPerQuarter(480));
    Expected::new(&Sequence { format, division, tracks: vec![Track { events }] }, &Part::default())
}

fn played(onset: f64, pitch: u8) -> PlayedNote {
    PlayedNote { onset, duration: Some(0.4), pitch, velocity: Some(80), log_odds: 8.0 }
}

/// Every ninth note missed, every seventh wrong, every fifth late, every eleventh early, an extra one after every thirteenth.
fn careless(expected: &Expected) -> Vec<PlayedNote> {
    let mut heard = Vec::new();
    for (index, note) in expected.notes().iter().enumerate().filter(|(index, _)| index % 9 != 8) {
        let late = if index % 5 == 4 { 0.09 } else { 0.0 } - if index % 11 == 10 { 0.09 } else { 0.0 };
        let pitch = if index % 7 == 6 { note.pitch + 1 } else { note.pitch };
        heard.push(played(1.0 + 1.1 * note.onset + late, pitch));
        if index % 13 == 12 {
            heard.push(played(1.0 + 1.1 * note.onset + 0.25, note.pitch + 3));
        }
    }
    heard
}

struct Made {
    expected: Expected,
    assessment: Assessment,
    heading: Heading,
    sound: Option<Sound>,
}

impl Made {
    fn new(expected: Expected, heard: &[PlayedNote]) -> Made {
        let assessment = assess(&expected, heard, &Settings::default());
        Made { expected, assessment, heading: Heading { piece: "Etude".into(), ..Heading::default() }, sound: None }
    }

    fn report(&self) -> PerformanceReport<'_> {
        let Made { expected, assessment, heading, sound } = self;
        PerformanceReport { heading, expected, assessment, sound: sound.as_ref() }
    }

    fn html(&self) -> String {
        let html = self.report().html();
        assert_well_formed(&html);
        html
    }
}

fn noise(seconds: u32) -> Sound {
    let mut state = 1u32;
    let sample = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    Sound::new(&(0..16_000 * seconds).map(sample).collect::<Vec<f32>>(), SampleRate::new(16_000).unwrap())
}

/// Tags in order, attributes included.
fn tags(html: &str) -> Vec<&str> {
    html.split('<').skip(1).map(|rest| rest.split_once('>').expect("every tag ends").0).collect()
}

fn assert_well_formed(html: &str) {
    let (_, body) = html.split_once("</style>").unwrap();
    let mut open: Vec<&str> = vec!["html", "head"];
    for tag in tags(body) {
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "</{name}>");
        } else if !tag.ends_with('/') {
            open.push(tag.split([' ', '\n']).next().unwrap());
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

fn count(html: &str, what: &str) -> usize {
    html.matches(what).count()
}

/// Marks by class: correct, wrong pitch, missed, extra, early, late.
fn marks(html: &str) -> [usize; 6] {
    ["note correct", "note wrong-pitch", "note missed", "note extra", "early", "late"]
        .map(|class| count(html, &format!("<g class=\"{class}\">")))
}

fn name(key: u8) -> String {
    let names = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"];
    format!("{}{}", names[usize::from(key % 12)], i32::from(key) / 12 - 1)
}

fn counts(assessment: &Assessment) -> [usize; 6] {
    let timed = |timing| assessment.notes.iter().filter(|note| note.timing == Some(timing)).count();
    let counts = assessment.counts;
    [counts.correct, counts.wrong_pitch, counts.missed, counts.extra, timed(Timing::Early), timed(Timing::Late)]
}

#[test]
fn there_is_a_mark_for_every_note_and_every_verdict() {
    for quarters in [8, 64, 400] {
        let expected = piece(quarters);
        let heard = careless(&expected);
        let mut made = Made::new(expected, &heard);
        let wanted = counts(&made.assessment);
        assert!(quarters < 64 || wanted.iter().all(|count| *count > 0), "{wanted:?}");
        assert_eq!(marks(&made.html()), wanted);
        made.sound = Some(noise(quarters as u32));
        assert_eq!(marks(&made.html()), wanted, "with a waveform");
        // Due in one row, played in the next.
        made.assessment.notes.iter_mut().for_each(|note| {
            note.predicted_onset_s =
                note.played_onset_s.map(|played| (played - 0.3).max(0.0)).or(note.predicted_onset_s);
        });
        assert_eq!(marks(&made.html()), wanted, "across rows");
        let html = made.html();
        for note in made.assessment.notes.iter().filter(|note| note.status == Status::WrongPitch) {
            let title = format!("{}: {} played instead", name(note.pitch), name(note.played_pitch.unwrap()));
            assert!(html.contains(&format!("<title>Bar {}, {title}", note.bar)), "{title}");
        }
    }
}

#[test]
fn figures_and_words_are_those_of_the_assessment() {
    let expected = piece(32);
    let heard = careless(&expected);
    let mut made = Made::new(expected, &heard);
    made.heading = Heading {
        piece: "Etude <No. 1> & \"2\"".into(),
        player: Some("</title><script>alert(1)</script>".into()),
        recording: Some("take\u{0}1.wav".into()),
        date: Some("26 November".into()),
        details: vec!["Bars 1 to 8".into()],
    };
    made.assessment.notices.push("<b>odd</b>".into());
    let html = made.html();
    assert!(html.contains("<h1>Etude &lt;No. 1&gt; &amp; &quot;2&quot;</h1>"));
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script") && !html.contains("<b>odd"));
    assert!(html.contains("take1.wav") && html.contains("26 November") && html.contains("Bars 1 to 8"));
    let accuracy = made.assessment.pitch_accuracy.unwrap();
    assert!(html.contains(&format!("<p class=\"value\">{:.0} %</p>", 100.0 * accuracy)));
    let right = format!("{} of {} notes right", made.assessment.counts.correct, made.assessment.notes_expected);
    assert!(html.contains(&right), "{right}");
    for advice in &made.assessment.advice {
        assert!(html.contains(&format!("<li>{}</li>", advice.text)));
    }
    for bar in &made.assessment.weakest_bars {
        assert!(html.contains(&format!("<th scope=\"row\">{bar}</th>")));
    }
    assert_eq!(count(&html, "class=\"bar weak\""), made.assessment.weakest_bars.len());
    assert_eq!(html, made.html(), "the same values give the same bytes");
    assert_eq!(made.report().png().unwrap(), made.report().png().unwrap());
}

#[test]
fn nothing_is_fetched_from_elsewhere_and_pictures_have_names() {
    let expected = piece(32);
    let heard = careless(&expected);
    let html = Made::new(expected, &heard).html();
    for word in ["http", "src=", "href", "@import", "url(", "<script", "<link"] {
        assert!(!html.contains(word), "{word}");
    }
    assert!(html.starts_with("<!doctype html>\n<html lang=\"en\">") && html.contains("<title>Etude</title>"));
    let pictures: Vec<&str> = tags(&html).into_iter().filter(|tag| tag.starts_with("svg")).collect();
    assert!(pictures.len() > 6);
    for picture in pictures {
        let named = picture.contains("role=\"img\"") && picture.contains("aria-label=\"");
        assert!(named || picture.contains("aria-hidden=\"true\""), "{picture}");
    }
}

/// Left, right, top and bottom of every text of the pictures, one list for each picture.
fn text_boxes(html: &str) -> Vec<Vec<(String, [f32; 4])>> {
    let number = |tag: &str, name: &str| -> f32 {
        tag.split_once(&format!(" {name}=\"")).unwrap().1.split_once('"').unwrap().0.parse().unwrap()
    };
    let pictures = html.split("<svg role=\"img\"").skip(1).map(|picture| picture.split_once("</svg>").unwrap().0);
    let boxes = pictures.map(|picture| {
        let texts = picture.split("<text").skip(1).map(|text| text.split_once("</text>").unwrap().0);
        texts
            .map(|text| {
                let (tag, words) = text.split_once('>').unwrap();
                let (x, baseline, size) = (number(tag, "x"), number(tag, "y"), number(tag, "font-size"));
                let width = text_width(words, size);
                let left = match tag.split_once("text-anchor=\"").unwrap().1.split_once('"').unwrap().0 {
                    "start" => x,
                    "middle" => x - width / 2.0,
                    _ => x - width,
                };
                (words.to_owned(), [left, left + width, baseline - 0.73 * size, baseline])
            })
            .collect()
    });
    boxes.collect()
}

#[test]
fn texts_stay_within_the_pictures_and_apart_from_each_other() {
    for quarters in [3, 32, 300, 1500] {
        let expected = piece(quarters);
        let mut heard = careless(&expected);
        // The middle is played twice.
        let middle = 1.0 + 1.1 * 0.5 * quarters as f64 / 2.0;
        let (mut twice, after): (Vec<PlayedNote>, Vec<PlayedNote>) = heard.iter().partition(|note| note.onset < middle);
        let again: Vec<PlayedNote> = twice.iter().filter(|note| note.onset > middle - 6.0).copied().collect();
        twice.extend(again.iter().chain(&after).map(|note| PlayedNote { onset: note.onset + 7.0, ..*note }));
        heard = twice;
        let html = Made::new(expected, &heard).html();
        for texts in text_boxes(&html) {
            for (index, (text, [left, right, top, bottom])) in texts.iter().enumerate() {
                assert!(*left >= -0.5 && *right <= 760.5 && *top >= -0.5, "{text} {left} {right} {top}");
                for (other, [l, r, t, b]) in &texts[..index] {
                    let apart = right <= l || left >= r || bottom <= t || top >= b;
                    assert!(apart, "'{text}' lies on '{other}' in a piece of {quarters} quarters");
                }
            }
        }
    }
}

#[test]
fn performances_that_are_none_have_reports_too() {
    let silence = Made::new(piece(16), &[]);
    let html = silence.html();
    assert!(html.contains("Nothing is to be heard") && marks(&html) == [0; 6]);
    let nothing = Made::new(Expected::from_notes(Vec::new()), &[played(1.0, 60)]);
    assert!(nothing.html().contains("No notes are expected."));
    let other =
        Made::new(piece(64), &(0..60).map(|n| played(0.37 * f64::from(n), 90 - n as u8 % 30)).collect::<Vec<_>>());
    let html = other.html();
    assert!(html.contains("does not seem to be this piece") && !html.contains("<p class=\"value\">100"));
    assert_eq!(marks(&html)[3], other.assessment.counts.extra);
    let expected = piece(64);
    let begun = expected.notes().iter().filter(|note| note.onset < 12.0);
    let heard: Vec<PlayedNote> = begun.map(|note| played(note.onset, note.pitch)).collect();
    let stopped = Made::new(expected, &heard);
    assert_eq!(stopped.assessment.reason, None);
    let html = stopped.html();
    let outside: usize = html.split_once(" notes of bars ").unwrap().0.rsplit('>').next().unwrap().parse().unwrap();
    assert_eq!(marks(&html)[2] + outside, stopped.assessment.counts.missed);
    for made in [silence, nothing, other, stopped] {
        assert!(made.report().png().is_ok());
    }
}

fn size(png: &[u8]) -> (u32, u32) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    (info.width, info.height)
}

#[test]
fn pictures_are_bounded_whatever_was_played() {
    let expected = piece(32);
    let heard = careless(&expected);
    let mut made = Made::new(expected, &heard);
    assert_eq!(size(&made.report().png().unwrap()).0, 1616);
    made.assessment.extra_notes = (0..1_000_000)
        .map(|n| ExtraNote { onset_s: 0.0072 * f64::from(n), pitch: (n % 128) as u8, confidence: 0.9 })
        .collect();
    made.heading.piece = "a very long title ".repeat(10_000);
    made.assessment.notices = vec!["many words ".repeat(1000); 3];
    let html = made.html();
    assert!(html.len() < 12_000_000, "{}", html.len());
    assert!(html.contains("have no room in it"));
    let (width, height) = size(&made.report().png().unwrap());
    assert!(width >= 808 && height < 32_768, "{width} x {height}");
    // Numbers that are none.
    made.assessment.extra_notes = vec![
        ExtraNote { onset_s: f64::NAN, pitch: 255, confidence: 0.5 },
        ExtraNote { onset_s: f64::INFINITY, pitch: 0, confidence: 0.5 },
        ExtraNote { onset_s: -5.0, pitch: 200, confidence: 0.5 },
        ExtraNote { onset_s: 1e300, pitch: 64, confidence: 0.5 },
    ];
    for note in &mut made.assessment.notes {
        note.predicted_onset_s = note.predicted_onset_s.map(|_| f64::MAX);
        note.deviation_ms = note.deviation_ms.map(|_| f64::NAN);
    }
    made.html();
    assert!(made.report().png().is_ok());
}

/// The list of mistakes: cells of each row.
fn listed(html: &str) -> Vec<Vec<&str>> {
    let (_, list) = html.split_once("<details open>").unwrap();
    let (_, rows) = list.split_once("<tbody>").unwrap();
    let rows = rows.split_once("</tbody>").unwrap().0.split("<tr>").skip(1);
    rows.map(|row| row.split("</td>").filter_map(|cell| Some(cell.rsplit_once('>')?.1)).collect()).collect()
}

#[test]
fn what_the_recording_has_no_place_for_has_no_time() {
    let mut notes = piece(64).notes().to_vec();
    // No passage is like another.
    notes.iter_mut().zip(0u32..).for_each(|(note, index)| note.pitch = 40 + (index * index * index % 47) as u8);
    let expected = Expected::from_notes(notes);
    let heard: Vec<PlayedNote> = expected.notes().iter().map(|note| played(note.onset, note.pitch)).collect();
    // Begun late and ended early.
    let part = heard.iter().filter(|note| (8.0..24.0).contains(&note.onset));
    let part: Vec<PlayedNote> = part.map(|note| PlayedNote { onset: note.onset - 8.0, ..*note }).collect();
    let made = Made::new(expected, &part);
    let html = made.html();
    let mistakes = listed(&html);
    assert_eq!(mistakes.len(), made.assessment.counts.missed);
    // The first two that are missing are due just as it ends.
    let timeless = mistakes.iter().skip(2).all(|row| row[0] == "–");
    assert!(mistakes[..2].iter().all(|row| row[0] == "0:16") && timeless, "{mistakes:?}");
    assert!(html.contains("20 notes of bars 1 to 4 lie before the beginning of the recording and count as missed."));
    assert!(html.contains("18 notes of bars 13 to 16 lie after the end of the recording and count as missed."));
}

#[test]
fn all_mistakes_are_listed_those_of_one_bar_too() {
    let expected = piece(1200);
    let heard = careless(&expected);
    let made = Made::new(expected, &heard);
    let notes = made.assessment.notes.iter();
    let faulty = notes.filter(|note| note.status != Status::Correct || note.timing != Some(Timing::OnTime)).count();
    assert!(faulty > 400);
    assert_eq!(listed(&made.html()).len(), faulty + made.assessment.counts.extra);
    let expected = piece(4);
    let mut heard: Vec<PlayedNote> = expected.notes().iter().map(|note| played(note.onset, note.pitch)).collect();
    heard[3].pitch += 1;
    let html = Made::new(expected, &heard).html();
    assert!(html.contains("The bars that need work most") && !html.contains("Bar by bar"));
}

#[test]
fn notes_in_other_octaves_are_drawn_where_they_were_played() {
    let expected = piece(32);
    let heard: Vec<PlayedNote> = expected.notes().iter().map(|note| played(note.onset, note.pitch + 12)).collect();
    let assessment = assess(&expected, &heard, &Settings { any_octave: true, ..Settings::default() });
    let report = |expected: &Expected, assessment: &Assessment| {
        let heading = Heading::default();
        PerformanceReport { heading: &heading, expected, assessment, sound: None }.html()
    };
    let bars = |html: &str| -> Vec<String> {
        let notes = html.split("<g class=\"note correct\">").skip(1);
        notes.map(|note| note.split_once("<rect").unwrap().1.split_once("/>").unwrap().0.to_owned()).collect()
    };
    let mut octave_up = expected.notes().to_vec();
    octave_up.iter_mut().for_each(|note| note.pitch += 12);
    let octave_up = Expected::from_notes(octave_up);
    let same = assess(&octave_up, &heard, &Settings::default());
    assert_eq!(bars(&report(&expected, &assessment)), bars(&report(&octave_up, &same)));
}

#[test]
fn remarks_are_bounded_and_say_nothing_of_other_pieces() {
    let expected = piece(64);
    let heard = careless(&expected);
    let mut made = Made::new(expected, &heard);
    made.assessment.notices = (0..50).map(|n| format!("notice {n}")).collect();
    let html = made.html();
    assert_eq!(count(&html, "<li>Notice "), 10);
    assert!(html.contains("<li>… and 40 notices more.</li>"));
    made.assessment.quality.snr_db = Some(1.0);
    made.assessment.quality.alignment_confidence = 0.95;
    assert!(!made.html().contains("hardly louder"), "a steady sound is no noise");
    made.assessment.quality.alignment_confidence = 0.5;
    assert!(made.html().contains("hardly louder"));
    let restart = rae_analysis::Restart { at_s: 9.0, abandoned_from_s: 5.0, score_s: 4.0, bar: 3 };
    made.assessment.restarts = vec![restart; 11];
    assert!(made.html().contains("… and went back 1 time more."));
    made.assessment.reason = Some("another".into());
    assert!(!made.html().contains("went back"));
}

#[test]
fn added_notes_have_their_names_beside_them() {
    let expected = piece(32);
    let heard = careless(&expected);
    let made = Made::new(expected, &heard);
    let html = made.html();
    let names = html.split("<g class=\"name\">").skip(1).map(|group| group.split_once("</text>").unwrap().0);
    let names: Vec<&str> = names.map(|text| text.rsplit_once('>').unwrap().1).collect();
    assert!(!made.assessment.extra_notes.is_empty());
    for extra in &made.assessment.extra_notes {
        assert!(names.contains(&name(extra.pitch).as_str()), "{} in {names:?}", name(extra.pitch));
    }
}

#[test]
fn a_note_that_is_due_as_the_recording_begins_has_a_place_there() {
    let expected = piece(32);
    let heard: Vec<PlayedNote> = expected.notes()[2..].iter().map(|note| played(note.onset, note.pitch)).collect();
    let mut made = Made::new(expected, &heard);
    made.assessment.notes[0].predicted_onset_s = Some(-0.03);
    made.assessment.notes[1].predicted_onset_s = Some(-0.5);
    let html = made.html();
    assert!(html.contains("1 note of bar 1 lies before the beginning of the recording"));
    assert_eq!(marks(&html)[2], 1);
    assert_eq!((listed(&html)[0][0], listed(&html)[1][0]), ("0:00", "–"));
}

#[test]
fn bars_that_are_weak_by_their_timing_say_so() {
    let expected = piece(64);
    let off = |onset: f64| match (2.0 * onset) as u32 {
        20 | 22 => 0.13,
        21 | 23 => -0.13,
        _ => 0.0,
    };
    let notes = expected.notes().iter();
    let heard: Vec<PlayedNote> = notes.map(|note| played(1.0 + note.onset + off(note.onset), note.pitch)).collect();
    let made = Made::new(expected, &heard);
    assert_eq!(made.assessment.weakest_bars, [6]);
    let text = made.report().text();
    let line = text.lines().find(|line| line.contains("bar 6 ")).unwrap();
    assert!(line.ends_with("ms early or late on average"), "{line}");
}

#[test]
fn of_a_few_notes_it_is_said_that_they_are_few() {
    let expected = piece(64);
    let heard: Vec<PlayedNote> = expected.notes().iter().take(5).map(|note| played(note.onset, note.pitch)).collect();
    let mut made = Made::new(expected, &heard);
    assert!(!made.html().contains("The recording is short"), "{:?}", made.assessment.quality);
    made.assessment.quality.same_piece_probability = 0.7;
    assert!(made.html().contains("The recording is short: from 5 notes"));
    made.assessment.notes_played = 50;
    assert!(made.html().contains("It is not certain that this piece was played (70 %)"));
}
