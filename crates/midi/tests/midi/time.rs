//! Exact time, against values computed by hand or with big rational numbers (Python's `fractions`).

use rae_midi::{Division, Format, Meta, Performance, Sequence, SmpteRate, Speed, TempoMap, TimeSignature, Track};
use rae_units::{Frames, SampleRate, Seconds};

use crate::common::meta;

fn rate(hz: u32) -> SampleRate {
    SampleRate::new(hz).unwrap()
}

fn performance(division: Division, tracks: Vec<Track>) -> (Performance, TempoMap) {
    let map = TempoMap::new(division, &tracks);
    (Performance::new(&Sequence { format: Format::Simultaneous, division, tracks }), map)
}

/// Tempo events in two tracks, each in order of tick.
fn tempo_tracks(tempos: &[(u64, u32)]) -> Vec<Track> {
    let half = |odd| {
        let of_half = tempos.iter().enumerate().filter(move |(index, _)| index % 2 == odd);
        Track { events: of_half.map(|(_, &(tick, tempo))| meta(tick, Meta::Tempo(tempo))).collect() }
    };
    vec![half(0), half(1)]
}

#[test]
fn a_wild_tempo_map_is_exact() {
    let tempos =
        [(0, 333_333), (1000, 428_571), (1001, 16_777_215), (1003, 1), (999_999, 700_001), (10u64.pow(9), 461_538)];
    let (performance, map) = performance(Division::TicksPerQuarter(480), tempo_tracks(&tempos));
    let normal = performance.clock(rate(44_100), Speed::NORMAL);
    let faster = performance.clock(rate(48_000), Speed::new(1.333333).unwrap());
    let expected = [
        (1, 31, 25),
        (999, 30_594, 24_975),
        (1000, 30_625, 25_000),
        (1001, 30_664, 25_032),
        (1002, 32_206, 26_290),
        (1003, 33_747, 27_549),
        (500_000, 33_793, 27_586),
        (999_999, 33_839, 27_624),
        (1_234_567, 15_119_515, 12_342_464),
        (1_000_000_000, 64_248_313_186, 52_447_615_713),
        (1_000_000_007, 64_248_313_483, 52_447_615_955),
        (1 << 40, 46_645_319_794_493, 38_077_821_596_592),
    ];
    for (tick, at_normal, at_faster) in expected {
        let time = map.time(tick);
        assert_eq!(normal.frame(time), Frames(at_normal), "{tick}");
        assert_eq!(faster.frame(time), Frames(at_faster), "{tick}");
        assert_eq!(map.tick(time), tick);
    }
    assert_eq!(map.tempos().len(), tempos.len());
}

#[test]
fn a_million_tempo_changes_do_not_drift() {
    // Tempos of n and 1 000 000 − n microseconds, a tick of a quarter each: a second for every two.
    let tempos: Vec<(u64, u32)> =
        (0..1_000_000).map(|tick| (tick, if tick % 2 == 0 { 333_333 } else { 666_667 })).collect();
    let (_, map) = performance(Division::TicksPerQuarter(1), tempo_tracks(&tempos));
    assert_eq!(map.seconds(map.time(1_000_000)), Seconds(500_000.0));
    assert_eq!(map.seconds(map.time(999_999)), Seconds(500_000.0 - 0.666667));
}

#[test]
fn frames_are_rounded_half_up() {
    // One tick of a second per quarter at 2 Hz with 4 ticks: half a frame each.
    let tempos = tempo_tracks(&[(0, 1_000_000)]);
    let (performance, map) = performance(Division::TicksPerQuarter(4), tempos);
    let clock = performance.clock(rate(2), Speed::NORMAL);
    let frames: Vec<u64> = (0..6).map(|tick| clock.frame(map.time(tick)).0).collect();
    assert_eq!(frames, [0, 1, 1, 2, 2, 3]);
}

#[test]
fn absolute_time_ignores_tempo() {
    let smpte = |rate, ticks_per_frame| Division::Smpte { rate, ticks_per_frame };
    let tracks = || tempo_tracks(&[(0, 1)]);
    let (performance_, map) = performance(smpte(SmpteRate::Fps25, 40), tracks());
    assert_eq!(performance_.clock(rate(44_100), Speed::NORMAL).frame(map.time(1500)), Frames(66_150));
    assert_eq!(map.tempos(), []);

    // A tick of 29.97 drop frame with 80 ticks is 1001/2 400 000 s.
    let (performance_, map) = performance(smpte(SmpteRate::Fps29Drop, 80), tracks());
    let clock = performance_.clock(rate(44_100), Speed::NORMAL);
    for (tick, frame) in [(1, 18), (2397, 44_089), (123_456_789, 2_270_787_016)] {
        assert_eq!(clock.frame(map.time(tick)), Frames(frame));
    }
    for (rate_, fps) in [(SmpteRate::Fps24, 24.0), (SmpteRate::Fps30, 30.0)] {
        let (_, map) = performance(smpte(rate_, 2), tracks());
        assert_eq!(map.seconds(map.time(3)), Seconds(1.5 / fps));
    }
}

#[test]
fn of_changes_at_one_tick_the_last_counts() {
    let tracks = vec![
        Track { events: vec![meta(96, Meta::Tempo(250_000)), meta(96, Meta::Tempo(1_000_000))] },
        Track { events: vec![meta(0, Meta::Tempo(0)), meta(96, Meta::TimeSignature(TimeSignature::new(3, 2)))] },
    ];
    let (_, map) = performance(Division::TicksPerQuarter(96), tracks);
    // Half a second at the default tempo, then a second.
    assert_eq!(map.seconds(map.time(192)), Seconds(1.5));
    assert_eq!(map.tempos().len(), 1);
    assert_eq!(map.tempos()[0].bpm(), 60.0);
    assert_eq!(map.time_signatures()[0].signature.to_string(), "3/4");
}

#[test]
fn far_times_stay_within_range() {
    let far = Track { events: vec![meta(0, Meta::Tempo(u32::MAX)), meta(u64::MAX, Meta::EndOfTrack)] };
    for (format, tracks) in [(Format::Simultaneous, 1), (Format::Independent, 40)] {
        let division = Division::TicksPerQuarter(1);
        let performance = Performance::new(&Sequence { format, division, tracks: vec![far.clone(); tracks] });
        let clock = performance.clock(rate(u32::MAX), Speed::new(1e-6).unwrap());
        assert_eq!(clock.frame(performance.end), Frames(u64::MAX));
        let clock = performance.clock(rate(1), Speed::new(1000.0).unwrap());
        assert!(clock.frame(performance.end).0 > 1 << 60);
    }
}

#[test]
fn speeds() {
    assert_eq!(Speed::new(1.0), Some(Speed::NORMAL));
    assert_eq!(Speed::new(0.1).unwrap().factor(), 0.1);
    for wrong in [0.0, -1.0, 1e-7, 1000.1, f64::NAN, f64::INFINITY] {
        assert_eq!(Speed::new(wrong), None);
    }
}

#[test]
fn seconds_become_times() {
    let (performance, map) = performance(Division::TicksPerQuarter(480), tempo_tracks(&[(0, 500_000)]));
    assert_eq!(performance.time(Seconds(2.25)), map.time(2160));
    assert_eq!(performance.seconds(performance.time(Seconds(2.25))), Seconds(2.25));
    assert_eq!(performance.time(Seconds(-1.0)), rae_midi::Time::ZERO);
    assert_eq!(performance.time(Seconds(f64::NAN)), rae_midi::Time::ZERO);
}
