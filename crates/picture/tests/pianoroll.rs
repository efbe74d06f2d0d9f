//! Where the notes of a song are drawn.

mod common;

use common::assert_looks_as_before;
use rae_midi::{Division, Event, Format, Message, Meta, Sequence, SmpteRate, TextKind, Track, TrackEvent};
use rae_picture::{
    Area, Canvas, Color, Excerpt, GridLine, Label, Mark, NoteStyle, PianoRoll, PianoRollSettings, PictureError,
    Pitches, Point, Raster, Reach, Roll, RollNote, Shape, Size, Theme,
};
use rae_units::Seconds;

/// A canvas that remembers what was drawn.
struct Recorder {
    size: Size,
    rounded: Vec<(Area, Color)>,
    plain: Vec<(Area, Color)>,
    shapes: usize,
    points: Vec<Point>,
    texts: Vec<(String, f32)>,
}

impl Recorder {
    fn new(width: u32, height: u32) -> Recorder {
        let size = Size::new(width, height, 1.0).unwrap();
        Recorder { size, rounded: Vec::new(), plain: Vec::new(), shapes: 0, points: Vec::new(), texts: Vec::new() }
    }
}

impl Canvas for Recorder {
    fn size(&self) -> Size {
        self.size
    }

    fn rectangle(&mut self, area: Area, color: Color) {
        self.plain.push((area, color));
        self.shapes += 1;
    }

    fn rounded(&mut self, area: Area, _: f32, color: Color) {
        self.rounded.push((area, color));
    }

    fn polygon(&mut self, points: &[Point], _: Color) {
        self.points.extend(points);
        self.shapes += 1;
    }

    fn polyline(&mut self, points: &[Point], _: f32, _: Color) {
        self.points.extend(points);
    }

    fn columns(&mut self, _: f32, _: f32, _: &[Reach], _: Color) {}

    fn text(&mut self, label: &Label<'_>) {
        self.texts.push((label.text.to_owned(), label.x));
    }
}

/// Channel, key, velocity, first and last tick.
type Struck = (u8, u8, u8, u64, u64);

/// At 480 ticks a quarter note and 120 of them a minute: 960 ticks a second, 1920 a bar.
fn track(name: &str, notes: &[Struck]) -> Track {
    let mut events = vec![(0, Event::Meta(Meta::Text { kind: TextKind::TrackName, bytes: name.into() }))];
    for &(channel, key, velocity, start, end) in notes {
        events.push((start, Event::Channel { channel, message: Message::NoteOn { key, velocity } }));
        events.push((end, Event::Channel { channel, message: Message::NoteOff { key, velocity: 64 } }));
    }
    events.sort_by_key(|event| event.0);
    let last = events.last().map_or(0, |event| event.0);
    events.push((last, Event::Meta(Meta::EndOfTrack)));
    Track { events: events.into_iter().map(|(tick, event)| TrackEvent { tick, event }).collect() }
}

fn song(tracks: Vec<Track>) -> Sequence {
    Sequence { format: Format::Simultaneous, division: Division::TicksPerQuarter(480), tracks }
}

fn plain(width: u32, height: u32) -> PianoRollSettings {
    PianoRollSettings { width, height, axes: false, ..PianoRollSettings::default() }
}

fn recorded(song: &Sequence, settings: PianoRollSettings) -> Recorder {
    let mut canvas = Recorder::new(settings.width, settings.height);
    PianoRoll::new(song, settings).unwrap().draw(&mut canvas);
    canvas
}

#[test]
fn notes_are_where_their_time_and_pitch_say() {
    // Two bars, four seconds, on 800 pixels; from key 58 to 74, 17 rows of 12 pixels.
    let notes = [(0, 60, 100, 0, 960), (0, 72, 100, 960, 1920), (0, 64, 100, 1920, 3840)];
    let canvas = recorded(&song(vec![track("", &notes)]), plain(800, 204));
    assert_eq!(canvas.rounded.len(), 3);
    for ((area, _), (_, key, _, start, end)) in canvas.rounded.iter().zip(notes) {
        let x = |tick: u64| tick as f32 / 960.0 * 200.0;
        let bottom = 204.0 - 12.0 * f32::from(key - 58);
        assert!((area.left - x(start)).abs() < 0.01 && (area.right - x(end)).abs() < 1.01, "{key}: {area:?}");
        assert!((area.bottom - bottom).abs() < 1.01 && (area.top - (bottom - 12.0)).abs() < 0.01, "{key}: {area:?}");
    }
}

#[test]
fn tempo_and_excerpt_move_the_notes() {
    let mut conductor = track("", &[]);
    conductor.events.insert(0, TrackEvent { tick: 0, event: Event::Meta(Meta::Tempo(1_000_000)) });
    let sequence = song(vec![conductor, track("", &[(0, 60, 100, 960, 1920), (0, 65, 100, 3000, 3600)])]);
    // A quarter lasts a second: the first note from 2 to 4 s.
    let excerpt = Excerpt { start: Seconds(1.0), end: Some(Seconds(5.0)) };
    let canvas = recorded(&sequence, PianoRollSettings { excerpt, ..plain(400, 200) });
    let areas: Vec<(f32, f32)> = canvas.rounded.iter().map(|(area, _)| (area.left, area.right)).collect();
    assert_eq!(areas, [(100.0, 299.0)]);
    for (start, end) in [(9.0, None), (-1.0, None), (2.0, Some(2.0)), (f64::NAN, None)] {
        let excerpt = Excerpt { start: Seconds(start), end: end.map(Seconds) };
        let refused = PianoRoll::new(&sequence, PianoRollSettings { excerpt, ..plain(400, 200) });
        assert!(matches!(refused, Err(PictureError::Excerpt(_))), "{start} {end:?}");
    }
}

#[test]
fn harder_notes_are_stronger_and_tracks_have_colours() {
    let (soft, hard) = ((0, 60, 10, 0, 900), (0, 60, 127, 960, 1900));
    let canvas = recorded(&song(vec![track("", &[soft, hard]), track("", &[(0, 67, 127, 0, 900)])]), plain(400, 200));
    let at = |left: f32, above: bool| {
        let found = |(area, _): &&(Area, Color)| (area.left - left).abs() < 1.0 && (area.top < 100.0) == above;
        canvas.rounded.iter().find(found).unwrap().1
    };
    let theme = Theme::light();
    assert_eq!(at(200.0, false), theme.series[0]);
    assert_eq!(at(0.0, true), theme.series[1]);
    let pale = at(0.0, false);
    assert!(pale.red > theme.series[0].red && pale.blue < 255, "{pale}");
}

#[test]
fn drums_are_diamonds_in_a_lane_of_their_own_or_left_out() {
    let sequence = song(vec![track("", &[(0, 60, 100, 0, 480), (9, 36, 100, 480, 481), (9, 42, 100, 960, 961)])]);
    let canvas = recorded(&sequence, plain(400, 200));
    assert_eq!(canvas.rounded.len(), 1);
    let tips: Vec<f32> = canvas.points.chunks(4).map(|diamond| (diamond[1].0 + diamond[3].0) / 2.0).collect();
    assert_eq!(tips, [100.0, 200.0]);
    assert!(canvas.points.iter().all(|point| point.1 > canvas.rounded[0].0.bottom));
    let without = recorded(&sequence, PianoRollSettings { drums: false, ..plain(400, 200) });
    assert!(without.points.is_empty() && without.rounded.len() == 1);
}

#[test]
fn bars_names_and_keys_are_labelled() {
    let far = (0, 60, 100, 0, 1920 * 8);
    let sequence = song(vec![track("Left hand", &[far]), track("", &[(1, 72, 100, 0, 480)])]);
    let canvas = recorded(&sequence, PianoRollSettings { width: 840, ..PianoRollSettings::default() });
    let texts: Vec<&str> = canvas.texts.iter().map(|text| text.0.as_str()).collect();
    for text in ["Left hand", "Track 2", "1", "8", "C4", "C5", "0:00", "0:16"] {
        assert!(texts.contains(&text), "{text}: {texts:?}");
    }
    assert!(!texts.contains(&"9"));
    let x = |text: &str| canvas.texts.iter().find(|found| found.0 == text).unwrap().1;
    assert!((x("8") - x("1") - 700.0).abs() < 2.0, "seven of eight bars on 800 pixels");
}

#[test]
fn any_number_of_notes_is_drawn_with_a_limited_number_of_shapes() {
    let crowd: Vec<Struck> = (0..60_000).map(|n| (0, 60, 100, 2 * n, 2 * n + 1)).collect();
    let canvas = recorded(&song(vec![track("", &crowd)]), plain(100, 50));
    assert!(canvas.shapes + canvas.rounded.len() < 500, "{} {}", canvas.shapes, canvas.rounded.len());
    // Bars that are shorter than a pixel have few lines, too.
    let long = recorded(&song(vec![track("", &[(0, 60, 100, 0, 1 << 40)])]), plain(100, 50));
    assert!(long.shapes < 200, "{}", long.shapes);
}

#[test]
fn odd_songs_are_pictures_too() {
    let empty = song(vec![]);
    let silent = song(vec![track("x", &[])]);
    let smpte = Sequence {
        division: Division::Smpte { rate: SmpteRate::Fps25, ticks_per_frame: 40 },
        ..song(vec![track("", &[(0, 60, 100, 0, 1000)])])
    };
    for sequence in [&empty, &silent, &smpte] {
        for (width, height) in [(1, 1), (40, 3), (500, 200)] {
            let settings = PianoRollSettings { width, height, ..PianoRollSettings::default() };
            let roll = PianoRoll::new(sequence, settings).unwrap();
            assert!(roll.png().starts_with(b"\x89PNG") && roll.svg().ends_with("</svg>\n"));
        }
    }
    // Patterns follow one another: a second each.
    let pattern = track("", &[(0, 60, 100, 0, 960)]);
    let patterns = Sequence { format: Format::Independent, ..song(vec![pattern.clone(), pattern]) };
    let canvas = recorded(&patterns, plain(200, 100));
    let lefts: Vec<f32> = canvas.rounded.iter().map(|(area, _)| area.left).collect();
    assert_eq!(lefts, [0.0, 100.0]);
}

fn note(key: u8, start: f64, end: f64) -> RollNote {
    RollNote { start, end, key, velocity: 100, series: 0, drum: false }
}

#[test]
fn a_roll_is_drawn_into_any_area_with_any_style() {
    let notes = [note(60, 0.0, 1.0), note(62, 1.0, 2.0), note(64, 2.0, 9.0), note(65, 3.5, 3.6)];
    let pitches = Pitches::of(&notes);
    let theme = Theme::light();
    let roll =
        Roll { notes: &notes, grid: &[GridLine { seconds: 1.0, bar: Some(2) }], pitches: &pitches, theme: &theme };
    let area = Area { left: 50.0, top: 20.0, right: 250.0, bottom: 140.0 };
    let black = Color::hex(0);
    let style = |note: &RollNote| NoteStyle {
        shape: Shape::Bar,
        fill: Color::TRANSPARENT,
        outline: Some(black),
        mark: Some((if note.key == 60 { Mark::Cross } else { Mark::Hatching }, black)),
    };
    let mut canvas = Recorder::new(300, 200);
    roll.draw(&mut canvas, area, 0.0, 4.0, &style);
    assert!(canvas.points.len() > 40);
    for (x, y) in &canvas.points {
        assert!((area.left..=area.right).contains(x) && (area.top..=area.bottom).contains(y), "{x} {y}");
    }
    let edges: Vec<f32> = canvas.rounded.iter().map(|(area, _)| area.left.round()).collect();
    assert_eq!(edges, [51.0, 101.0, 151.0, 226.0]);
}

/// Notes of the first four seconds in the colours of their series.
fn four_seconds(notes: &[RollNote]) -> Recorder {
    let (pitches, theme) = (Pitches::of(notes), Theme::light());
    let mut canvas = Recorder::new(400, 200);
    let area = canvas.size.area();
    let style = |note: &RollNote| NoteStyle::of_series(&theme, note);
    Roll { notes, grid: &[], pitches: &pitches, theme: &theme }.draw(&mut canvas, area, 0.0, 4.0, &style);
    canvas
}

#[test]
fn unisons_of_other_series_do_not_hide_each_other() {
    let of = |series: usize, start: f64, end: f64| RollNote { series, ..note(60, start, end) };
    let notes = [of(0, 0.0, 2.0), of(1, 0.0, 2.0), of(0, 2.0, 3.0), of(0, 2.5, 3.5), of(2, 3.0, 3.9), of(0, 3.6, 3.9)];
    let canvas = four_seconds(&notes);
    let bars: Vec<Area> = canvas.rounded.iter().map(|(area, _)| *area).collect();
    let whole = bars[0].height();
    let heights: Vec<f32> = bars.iter().map(|bar| bar.height() / whole).collect();
    for (height, expected) in heights.iter().zip([1.0, 0.5, 1.0, 1.0, 0.5, 0.5]) {
        assert!((height - expected).abs() < 0.1, "{heights:?}");
    }
    assert!(bars[..5].iter().all(|bar| bar.bottom == bars[0].bottom), "{bars:?}");
    assert_eq!((bars[5].top, bars[5].bottom), (bars[0].top, bars[4].top));
}

#[test]
fn golden_piano_rolls() {
    let scale: Vec<Struck> =
        (0..14).map(|n| (0, 55 + 2 * n as u8, 20 + 8 * n as u8, 480 * n, 480 * n + 400 + 40 * n)).collect();
    let bass: Vec<Struck> = (0..4).map(|n| (1, 43 + n as u8, 90, 1920 * n, 1920 * (n + 1))).collect();
    let beat: Vec<Struck> =
        (0..16).map(|n| (9, [36, 42, 38, 42][n % 4], 100, 480 * n as u64, 480 * n as u64 + 10)).collect();
    let sequence = song(vec![track("Melody", &scale), track("Bass", &bass), track("Kit", &beat)]);
    let sized = PianoRollSettings { width: 330, height: 180, ..PianoRollSettings::default() };
    for (name, settings) in [
        ("pianoroll", sized.clone()),
        ("pianoroll-dark", PianoRollSettings { width: 220, height: 110, scale: 1.5, theme: Theme::dark(), ..sized }),
    ] {
        assert_looks_as_before(name, &PianoRoll::new(&sequence, settings).unwrap().png());
    }
    let notes = [note(60, 0.0, 0.9), note(62, 1.0, 1.9), note(64, 2.0, 2.9), note(65, 3.0, 3.9)];
    let theme = Theme::light();
    let style = |note: &RollNote| {
        let (green, red) = (theme.series[2], theme.series[5]);
        let base = NoteStyle { shape: Shape::Bar, fill: green, outline: None, mark: None };
        match note.key {
            60 => base,
            62 => NoteStyle { fill: Color::TRANSPARENT, outline: Some(red), ..base },
            64 => NoteStyle { fill: theme.background, outline: Some(red), mark: Some((Mark::Hatching, red)), ..base },
            _ => NoteStyle { fill: red, mark: Some((Mark::Cross, theme.background)), ..base },
        }
    };
    let pitches = Pitches::of(&notes);
    let mut raster = Raster::new(Size::new(200, 120, 1.0).unwrap(), theme.background);
    let area = raster.size().area();
    Roll { notes: &notes, grid: &[], pitches: &pitches, theme: &theme }.draw(&mut raster, area, 0.0, 4.0, &style);
    assert_looks_as_before("pianoroll-styles", &raster.png());
}

#[test]
fn unisons_of_one_colour_and_of_short_notes_are_all_seen() {
    let of = |series: usize, start: f64, end: f64| RollNote { series, ..note(60, start, end) };
    for (second, length) in [(8, 2.0), (1, 0.01)] {
        let notes = [of(0, 0.0, length), of(second, 0.0, length)];
        let canvas = four_seconds(&notes);
        let colors = notes.map(|note| NoteStyle::of_series(&Theme::light(), &note).fill);
        let drawn = canvas.rounded.iter().chain(&canvas.plain).filter(|(_, color)| colors.contains(color));
        let bars: Vec<Area> = drawn.map(|(area, _)| *area).collect();
        assert_eq!(bars.len(), 2);
        assert!(bars[1].height() < 0.6 * bars[0].height(), "{bars:?}");
    }
}
