//! What happens at a frame happens at that frame.

use std::sync::Arc;

use rae_midi::{Division, Event, Format, Message, Meta, Performance, Sequence, SmpteRate, Speed, Track, TrackEvent};
use rae_soundfont::Generator;
use rae_synth::Settings;
use rae_testkit::{BankBuilder, assert_close, zone};
use rae_units::SampleRate;

use crate::piece::{ATTACK, KILL, Piece, constant_bank, looped_constant, render};

/// Points of silence before the click, longer than the attack.
const LEAD: usize = 100;

/// A click of full scale after [`LEAD`] points of silence, hard left.
fn click_bank() -> BankBuilder {
    let mut points = vec![0.0; LEAD + 1];
    points[LEAD] = 1.0;
    BankBuilder::new().sample(&points, None).instrument([zone(0).set(Generator::Pan, -500)]).preset(0, 0, [zone(0)])
}

/// Frames at which something sounds.
fn clicks(signal: &[f32]) -> Vec<u64> {
    signal.iter().enumerate().filter(|(_, x)| x.abs() > 1e-3).map(|(frame, _)| frame as u64).collect()
}

#[test]
fn notes_begin_at_their_frame() {
    let onsets = [0u64, 1, 63, 64, 65, 127, 1000, 4095, 4096, 44_099, 44_100];
    let piece = onsets.iter().fold(Piece::new(), |piece, &frame| piece.on(frame, 0, 60, 127));
    let found = clicks(&piece.render(&click_bank(), 45_000).left);
    assert_eq!(found, onsets.map(|frame| frame + LEAD as u64));
}

#[test]
fn a_delayed_envelope_holds_the_sample_back() {
    // −6000 timecents are 2^−5 s.
    let bank = BankBuilder::new()
        .sample(&[vec![0.0; LEAD], vec![1.0]].concat(), None)
        .instrument([zone(0).set(Generator::Pan, -500).set(Generator::DelayVolEnv, -6000)])
        .preset(0, 0, [zone(0)]);
    let found = clicks(&Piece::new().on(10, 0, 60, 127).render(&bank, 4000).left);
    assert_eq!(found, [10 + (44_100.0f64 / 32.0).round() as u64 + LEAD as u64]);
}

#[test]
fn a_note_let_go_by_the_end_of_its_delay_is_not_heard() {
    let bank = looped_constant(0.5, zone(0).set(Generator::DelayVolEnv, -6000));
    let delay = (44_100.0f64 / 32.0).round() as u64;
    for (length, heard) in [(delay - 1, false), (delay, false), (delay + 1, true)] {
        let piece = Piece::new().on(0, 0, 60, 127).off(length, 0, 60);
        let heard_now = piece.render(&bank, 4000).left.iter().any(|&x| x != 0.0);
        assert_eq!(heard_now, heard, "let go after {length} frames of {delay}");
    }
}

/// A note at each tick given, and the tempo changes given as (tick, microseconds per quarter).
fn performance(division: Division, tempos: &[(u64, u32)], ticks: &[u64]) -> Performance {
    let tempo = |&(tick, tempo): &(u64, u32)| TrackEvent { tick, event: Event::Meta(Meta::Tempo(tempo)) };
    let note = |&tick: &u64| TrackEvent {
        tick,
        event: Event::Channel { channel: 0, message: Message::NoteOn { key: 60, velocity: 127 } },
    };
    let end = TrackEvent { tick: 1_000_000, event: Event::Meta(Meta::EndOfTrack) };
    let mut conductor: Vec<_> = tempos.iter().map(tempo).collect();
    conductor.push(end.clone());
    let mut notes: Vec<_> = ticks.iter().map(note).collect();
    notes.push(end);
    let tracks = vec![Track { events: conductor }, Track { events: notes }];
    Performance::new(&Sequence { format: Format::Simultaneous, division, tracks })
}

#[test]
fn odd_tempo_maps_are_met_to_the_frame() {
    const PER_QUARTER: u64 = 96;
    let tempos = [(0, 333_333), (96, 500_001), (131, 9_999), (500, 123_457)];
    let ticks = [1u64, 95, 96, 97, 130, 131, 200, 499, 500, 501, 600];
    let played = performance(Division::TicksPerQuarter(PER_QUARTER as u16), &tempos, &ticks);
    let font = Arc::new(click_bank().build());
    for (rate, speed) in [(44_100u32, 1.0), (48_000, 1.0), (44_100, 0.75), (96_000, 1.3)] {
        let settings = Settings {
            rate: SampleRate::new(rate).expect("a rate"),
            speed: Speed::new(speed).expect("a speed"),
            ..Settings::default()
        };
        // Microseconds · 96 · 100 of speed, an integer: frames are its exact quotient, halves rounded up.
        let expected = ticks.map(|tick| {
            let starts = tempos.iter().map(|t| t.0);
            let ends = tempos.iter().skip(1).map(|t| t.0).chain([u64::MAX]);
            let time: u128 = starts
                .zip(ends)
                .zip(&tempos)
                .map(|((from, to), t)| u128::from(tick.min(to).saturating_sub(from)) * u128::from(t.1))
                .sum();
            let per_frame = 1_000_000 * u128::from(PER_QUARTER) * (speed * 100.0) as u128;
            (2 * time * u128::from(rate) * 100 + per_frame) / (2 * per_frame)
        });
        let lead = (LEAD as f64 * f64::from(rate) / 44_100.0).round() as u64;
        let signal = render(&font, &played, &settings, 2 * rate as usize).buses.left;
        if rate == 44_100 {
            assert_eq!(clicks(&signal), expected.map(|frame| frame as u64 + lead));
        } else {
            // Another rate blurs the click; its peak is where the click is.
            for frame in expected.map(|frame| frame as usize + lead as usize) {
                let around = &signal[frame - 2..frame + 3];
                let peak = (0..5).max_by(|&a, &b| around[a].abs().total_cmp(&around[b].abs())).expect("frames");
                assert!((1..=3).contains(&peak), "rate {rate}: {peak} around {frame}");
            }
        }
    }
}

#[test]
fn smpte_ticks_are_met_to_the_frame() {
    // 30000/1001 · 4 ticks per second at 44.1 kHz: 44100 · 1001 / 120000 frames a tick.
    let ticks = [1u64, 2, 3, 5, 119, 120];
    let division = Division::Smpte { rate: SmpteRate::Fps29Drop, ticks_per_frame: 4 };
    let played = performance(division, &[(0, 1)], &ticks);
    let signal = render(&Arc::new(click_bank().build()), &played, &Settings::default(), 50_000).buses.left;
    let frames = ticks.map(|tick| (2 * tick * 44_100 * 1001 + 120_000) / 240_000);
    assert_eq!(clicks(&signal), frames.map(|frame| frame + LEAD as u64));
}

#[test]
fn gain_starts_to_glide_at_the_frame_of_a_controller() {
    let signal = Piece::new().cc(0, 0, 7, 127).on(0, 0, 60, 127).cc(1000, 0, 7, 64).render(&constant_bank(1.0), 2000);
    let (full, half) = (f64::from(signal.left[999]), (64.0f64 / 127.0).powi(2));
    assert_close(full, 1.0, 1e-4);
    assert_close(f64::from(signal.left[1000]), full, 1e-6);
    // Linear over 64 frames.
    for step in 1..=64 {
        let expected = full * (1.0 + (half - 1.0) * step as f64 / 64.0);
        assert_close(f64::from(signal.left[1000 + step]), expected, 1e-5);
    }
    assert_close(f64::from(signal.left[1999]), full * half, 1e-5);
}

#[test]
fn a_release_starts_at_its_frame() {
    // Release over 2^−2 s for 100 dB.
    let bank = looped_constant(1.0, zone(0).set(Generator::Pan, -500).set(Generator::ReleaseVolEnv, -2400));
    let signal = Piece::new().cc(0, 0, 7, 127).on(0, 0, 60, 127).off(3001, 0, 60).render(&bank, 16_000).left;
    assert_close(f64::from(signal[3001]), f64::from(signal[2999]), 1e-6);
    for frame in [3101usize, 4000, 6000, 9000] {
        let falls = 100.0 * (frame - 3001) as f64 / (44_100.0 / 4.0);
        assert_close(20.0 * f64::from(signal[frame]).log10(), -falls, 0.02);
    }
    assert!(signal[3001 + 44_100 / 4 + 1..].iter().all(|&x| x == 0.0));
}

/// Amplitude falls in a straight line over 5 ms from `frame` on.
#[track_caller]
fn assert_kill(signal: &[f32], frame: usize) {
    let before = f64::from(signal[frame - 1]);
    assert!(before > 0.1);
    let length = (0.005f64 * 44_100.0).round();
    for step in 0..KILL {
        let expected = before * (1.0 - step as f64 / length).max(0.0);
        assert_close(f64::from(signal[frame + step]), expected, 1e-5);
    }
    assert!(signal[frame + KILL..].iter().all(|&x| x == 0.0));
}

#[test]
fn a_killed_voice_fades_for_five_milliseconds() {
    let bank = constant_bank(0.5);
    let start = || Piece::new().on(17, 0, 60, 127);
    assert_kill(&start().cc(777, 0, 120, 0).render(&bank, 2000).left, 777);
    // A release of no length fades likewise.
    assert_kill(&start().off(900, 0, 60).render(&bank, 2000).left, 900);
}

#[test]
fn exclusive_classes_cut_at_the_onset_of_the_other() {
    use Generator::{ExclusiveClass, Pan, SampleModes};
    let hat = |keys, pan| zone(0).keys(keys).set(SampleModes, 1).set(ExclusiveClass, 1).set(Pan, pan);
    let bank = BankBuilder::new()
        .sample(&[0.5; 64], Some(8..56))
        .instrument([
            hat(40..=41, -500),
            hat(42..=42, 500),
            zone(0).keys(43..=43).set(SampleModes, 1).set(ExclusiveClass, 2),
        ])
        .preset(0, 0, [zone(0)]);
    let piece = Piece::new().on(0, 0, 40, 127).on(1333, 0, 42, 127);
    assert_kill(&piece.render(&bank, 3000).left, 1333);
    // Neither another class nor another channel cuts.
    let piece = Piece::new().on(0, 0, 40, 127).on(1333, 0, 43, 1).on(1333, 1, 42, 1);
    assert!(piece.render(&bank, 3000).left[2999] > 0.2);
    // The layers of one note do not cut each other.
    let twin = BankBuilder::new()
        .sample(&[0.5; 64], Some(8..56))
        .instrument([hat(0..=127, -500), hat(0..=127, 500)])
        .preset(0, 0, [zone(0)]);
    let both = Piece::new().on(0, 0, 40, 127).render(&twin, 1000);
    assert!(both.left[999] > 0.2 && both.right[999] > 0.2);
}

#[test]
fn bends_step_at_their_frame() {
    // An endless ramp: the difference between frames is the increment.
    let ramp: Vec<f64> = (0..20_000).map(|i| f64::from(i) / 20_000.0).collect();
    let bank =
        BankBuilder::new().sample(&ramp, None).instrument([zone(0).set(Generator::Pan, -500)]).preset(0, 0, [zone(0)]);
    let signal = Piece::new().cc(0, 0, 7, 127).on(0, 0, 60, 127).bend(2001, 0, -8192).render(&bank, 6000).left;
    let slope = |frame: usize| f64::from(signal[frame + 50] - signal[frame]) * 20_000.0 / 50.0;
    assert_close(slope(1900), 1.0, 0.02);
    assert_close(slope(2001), (-200.0f64 / 1200.0).exp2(), 0.02);
    assert_close(slope(ATTACK + 100), 1.0, 0.02);
}
