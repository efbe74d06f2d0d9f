//! Bars and beats, against places counted by hand.

use proptest::prelude::*;
use rae_midi::{
    BarMap, BarPosition, Beats, Division, Format, Meta, Sequence, SmpteRate, TempoMap, TimeSignature, Track,
};
use rae_units::Seconds;

use crate::common::meta;

fn signature(tick: u64, numerator: u8, denominator_power: u8, clocks_per_click: u8) -> rae_midi::TrackEvent {
    let thirty_seconds_per_quarter = 8;
    meta(
        tick,
        Meta::TimeSignature(TimeSignature {
            numerator,
            denominator_power,
            clocks_per_click,
            thirty_seconds_per_quarter,
        }),
    )
}

fn bars(ticks_per_quarter: u16, events: Vec<rae_midi::TrackEvent>) -> BarMap {
    let division = Division::TicksPerQuarter(ticks_per_quarter);
    BarMap::new(division, &TempoMap::new(division, &[Track { events }])).unwrap()
}

/// Bar, beat, and fraction in ticks' words.
fn place(bars: &BarMap, tick: u64) -> (u64, u32, (u64, u64)) {
    let BarPosition { bar, beat, fraction } = bars.position(tick);
    (bar, beat, fraction)
}

#[test]
fn without_signatures_the_meter_is_four_four() {
    let bars = bars(480, vec![]);
    assert_eq!(place(&bars, 0), (1, 1, (0, 1)));
    assert_eq!(place(&bars, 1919), (1, 4, (479, 480)));
    assert_eq!(place(&bars, 1920), (2, 1, (0, 1)));
    assert_eq!(place(&bars, 1920 * 99 + 960 + 120), (100, 3, (1, 4)));
    assert_eq!(bars.bar_start(1_000_000), 999_999 * 1920);
}

#[test]
fn signatures_change_the_meter_on_and_off_the_bar_line() {
    // Two bars of 3/4, one of 7/8, and 5/4 that cuts a second bar of 7/8 short after two of its beats.
    let (three, seven, five) = (0, 2 * 3 * 96, 2 * 3 * 96 + 7 * 48 + 2 * 48);
    let events = vec![signature(three, 3, 2, 24), signature(seven, 7, 3, 12), signature(five, 5, 2, 24)];
    let bars = bars(96, events);
    assert_eq!(place(&bars, seven - 1), (2, 3, (95, 96)));
    assert_eq!(place(&bars, seven + 48), (3, 2, (0, 1)));
    assert_eq!(place(&bars, seven + 7 * 48 + 60), (4, 2, (1, 4)));
    assert_eq!(place(&bars, five), (5, 1, (0, 1)));
    assert_eq!(place(&bars, five + 5 * 96), (6, 1, (0, 1)));
    let starts: Vec<u64> = (1..=6).map(|bar| bars.bar_start(bar)).collect();
    assert_eq!(starts, [0, 288, 576, 912, 1008, 1488]);
    let meters: Vec<(u64, u32)> = bars.meters().map(|(bar, meter)| (bar, meter.beats)).collect();
    assert_eq!(meters, [(1, 3), (3, 7), (5, 5)]);
}

#[test]
fn clicks_decide_between_notes_and_threes() {
    // Numerator, power of the denominator, clocks per click; beats, and a beat's quarter notes.
    let cases = [
        ((6, 3, 36), 2, 1.5),
        ((6, 3, 24), 2, 1.5),
        ((6, 3, 0), 2, 1.5),
        ((6, 3, 12), 6, 0.5),
        ((9, 3, 24), 3, 1.5),
        ((12, 4, 24), 4, 0.75),
        ((3, 3, 24), 3, 0.5),
        ((3, 3, 36), 1, 1.5),
        ((3, 2, 24), 3, 1.0),
        ((3, 2, 72), 1, 3.0),
        ((6, 2, 24), 6, 1.0),
        ((6, 2, 36), 6, 1.0),
        ((4, 2, 96), 4, 1.0),
        ((2, 1, 24), 2, 2.0),
        ((5, 3, 24), 5, 0.5),
        ((4, 0, 96), 4, 4.0),
    ];
    for ((numerator, power, clocks), beats, quarters) in cases {
        let bars = bars(480, vec![signature(0, numerator, power, clocks)]);
        let meter = bars.meter(0);
        assert_eq!((meter.beats, meter.quarters_per_beat()), (beats, quarters), "{numerator} {power} {clocks}");
        assert_eq!(place(&bars, (quarters * 480.0) as u64 * u64::from(beats)), (2, 1, (0, 1)));
    }
}

#[test]
fn beats_between_ticks_are_exact() {
    // A tick is a quarter, so that a beat of 5/16 is a quarter of one and a bar 1 1/4 ticks.
    let bars = bars(1, vec![signature(0, 5, 4, 6)]);
    assert_eq!(place(&bars, 1), (1, 5, (0, 1)));
    assert_eq!(place(&bars, 2), (2, 4, (0, 1)));
    assert_eq!(place(&bars, 5), (5, 1, (0, 1)));
    let starts: Vec<u64> = (1..=5).map(|bar| bars.bar_start(bar)).collect();
    // 0, 1.25, 2.5, 3.75, 5; halves go up.
    assert_eq!(starts, [0, 1, 3, 4, 5]);
}

#[test]
fn senseless_signatures_are_not_there() {
    let bars = bars(96, vec![signature(0, 3, 2, 24), signature(288, 0, 2, 24), signature(300, 4, 11, 24)]);
    assert_eq!(place(&bars, 576), (3, 1, (0, 1)));
    let division = Division::Smpte { rate: SmpteRate::Fps25, ticks_per_frame: 40 };
    assert_eq!(BarMap::new(division, &TempoMap::new(division, &[])), None);
}

#[test]
fn positions_beyond_the_bar_count_on() {
    let bars = bars(480, vec![signature(0, 3, 2, 24)]);
    let tick = |bar, beat, fraction| bars.tick(BarPosition { bar, beat, fraction });
    assert_eq!(tick(2, 5, (1, 3)), 1440 + 4 * 480 + 160);
    assert_eq!(tick(1, 1, (7, 2)), 1680);
    assert_eq!(tick(0, 0, (1, 0)), 480);
    assert_eq!(tick(u64::MAX, u32::MAX, (u64::MAX, 1)), u64::MAX);
}

fn song(format: Format, tracks: Vec<Vec<rae_midi::TrackEvent>>) -> Sequence {
    let tracks = tracks.into_iter().map(|events| Track { events }).collect();
    Sequence { format, division: Division::TicksPerQuarter(96), tracks }
}

#[test]
fn beats_follow_the_tempo() {
    // 3/4 at 120, the third beat at 60; then 6/8 at 100 quarters a minute, whose beats last 0.9 s. The song ends on a bar line.
    let events = vec![
        signature(0, 3, 2, 24),
        meta(192, Meta::Tempo(1_000_000)),
        signature(288, 6, 3, 36),
        meta(288, Meta::Tempo(600_000)),
        meta(864, Meta::EndOfTrack),
    ];
    let song = song(Format::Simultaneous, vec![events]);
    let beats = Beats::new(&song).unwrap();
    let performance = rae_midi::Performance::new(&song);
    let found: Vec<(f64, u64, u32)> =
        beats.from(rae_midi::Time::ZERO).map(|beat| (performance.seconds(beat.time).0, beat.bar, beat.beat)).collect();
    assert_eq!(found, [(0.0, 1, 1), (0.5, 1, 2), (1.0, 1, 3), (2.0, 2, 1), (2.9, 2, 2), (3.8, 3, 1), (4.7, 3, 2)]);
    assert_eq!(beats.bars(), 3);
    let starts: Vec<f64> = (1..=4).map(|bar| performance.seconds(beats.bar_start(bar)).0).collect();
    assert_eq!(starts, [0.0, 2.0, 3.8, 5.6]);
    let meter_at = |at| {
        let (meter, beat) = beats.meter(performance.time(Seconds(at))).unwrap();
        (meter.beats, performance.seconds(beat).0)
    };
    assert_eq!([meter_at(0.0), meter_at(1.5), meter_at(2.0), meter_at(99.0)], [(3, 0.5), (3, 1.0), (2, 0.9), (2, 0.9)]);
}

#[test]
fn patterns_begin_with_a_bar() {
    // Six quarters of 4/4 and then three of 3/4.
    let song = song(
        Format::Independent,
        vec![
            vec![meta(576, Meta::EndOfTrack)],
            vec![meta(0, Meta::EndOfTrack)],
            vec![signature(0, 3, 2, 24), meta(288, Meta::EndOfTrack)],
        ],
    );
    let beats = Beats::new(&song).unwrap();
    let found: Vec<(u64, u32)> = beats.from(rae_midi::Time::ZERO).map(|beat| (beat.bar, beat.beat)).collect();
    assert_eq!(found, [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (2, 2), (3, 1), (3, 2), (3, 3)]);
    let performance = rae_midi::Performance::new(&song);
    assert_eq!(performance.seconds(beats.bar_start(3)).0, 3.0);
    assert_eq!(performance.seconds(beats.bar_start(4)).0, 4.5);
}

#[test]
fn a_song_without_length_has_no_beats() {
    let beats = Beats::new(&song(Format::SingleTrack, vec![vec![]])).unwrap();
    assert_eq!((beats.bars(), beats.next(rae_midi::Time::ZERO)), (0, None));
    let last = Sequence {
        tracks: vec![Track { events: vec![meta(u64::MAX, Meta::EndOfTrack)] }],
        ..song(Format::SingleTrack, vec![])
    };
    assert_eq!(Beats::new(&last).unwrap().from(rae_midi::Time::ZERO).take(3).count(), 3);
}

proptest! {
    #[test]
    fn positions_and_ticks_are_inverse(
        ticks_per_quarter in 1..2000u16,
        changes in proptest::collection::vec((0..50_000u64, 0..20u8, 0..12u8, 0..100u8), 0..20),
        tick in 0..200_000u64,
    ) {
        let mut events: Vec<_> = changes.iter().map(|&(tick, n, power, clocks)| signature(tick, n, power, clocks)).collect();
        events.sort_by_key(|event| event.tick);
        let bars = bars(ticks_per_quarter, events);
        let position = bars.position(tick);
        prop_assert_eq!(bars.tick(position), tick);
        let next = bars.position(tick + 1);
        prop_assert!((next.bar, next.beat) >= (position.bar, position.beat));
        prop_assert!(position.fraction.0 < position.fraction.1);
        prop_assert!(bars.bar_start(position.bar) <= tick + 1);
        prop_assert!(bars.bar_start(position.bar + 1) >= tick);
    }
}
