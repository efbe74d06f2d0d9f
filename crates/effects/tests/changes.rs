//! Send effects that change while sound goes on.

use rae_dsp::AudioBuffer;
use rae_dsp::hash::noise;
use rae_effects::{
    BusBlock, BusSettings, Chorus, ChorusSend, LiveBus, PreparedBus, PreparedLiveBus, ReverbKind, ReverbSend,
    ReverbSettings, Sends, send_response,
};
use rae_units::{Frames, SampleRate, Seconds};

const RATE: SampleRate = SampleRate::new(8000).unwrap();

/// 20 ms.
const FADE: usize = 160;

const SETTINGS: BusSettings = BusSettings {
    reverb: ReverbSettings { wet: None, time: Seconds(0.1), hall: true },
    chorus: true,
    sends: sends(ReverbKind::Hall, 0.2, 0.35),
};

const fn sends(kind: ReverbKind, seconds: f64, chorus_rate: f64) -> Sends {
    Sends {
        reverb: ReverbSend { kind, time: Seconds(seconds), ..Sends::DEFAULT.reverb },
        chorus: ChorusSend { rate: chorus_rate, ..Sends::DEFAULT.chorus },
    }
}

type Buses = [Vec<f32>; 4];

fn buses(frames: usize) -> Buses {
    [1, 2, 3, 4].map(|seed| (0..frames as u64).map(|n| 0.5 * noise(seed, n) as f32).collect())
}

fn block(buses: &Buses, frames: std::ops::Range<usize>) -> BusBlock<'_> {
    let [left, right, reverb, chorus] = buses.each_ref().map(|bus| &bus[frames.clone()]);
    BusBlock { left, right, reverb, chorus }
}

/// The buses through effects that change at these frames, in blocks of at most so many frames.
fn offline(buses: &Buses, changes: &[(usize, Sends)], most: usize) -> AudioBuffer {
    let mut effects = PreparedBus::new(&SETTINGS, RATE).unwrap().start();
    let frames = buses[0].len();
    let mut out = AudioBuffer::new(2, frames);
    let (left, right) = out.stereo_mut();
    let (mut at, mut pulled) = (0, 0);
    let mut changes = changes.iter().peekable();
    while at < frames {
        if let Some((_, sends)) = changes.next_if(|(frame, _)| *frame == at) {
            effects.change(sends);
        }
        let end = frames.min(at + most).min(changes.peek().map_or(frames, |(frame, _)| *frame));
        effects.push(&block(buses, at..end));
        pulled += effects.pull(&mut left[pulled..], &mut right[pulled..]);
        at = end;
    }
    effects.finish(Frames(0));
    pulled += effects.pull(&mut left[pulled..], &mut right[pulled..]);
    assert_eq!((pulled, effects.available()), (frames, 0));
    out
}

fn live(buses: &Buses, changes: &[(usize, Sends)], blocks: usize) -> AudioBuffer {
    let mut prepared = PreparedLiveBus::new(&SETTINGS, RATE).unwrap();
    let mut bus = prepared.start();
    let mut out = AudioBuffer::new(2, buses[0].len());
    let (left, right) = out.stereo_mut();
    let mut changes = changes.iter().peekable();
    let mut at = 0;
    while at < left.len() {
        // As many blocks as there are before the next change.
        let next = changes.peek().map_or(left.len(), |(frame, _)| frame / LiveBus::BLOCK * LiveBus::BLOCK);
        if next <= at
            && let Some((frame, sends)) = changes.next()
        {
            let change = prepared.change(sends).expect("a difference");
            assert!(bus.change(change, Frames(*frame as u64)).is_none());
        }
        let next = changes.peek().map_or(left.len(), |(frame, _)| frame / LiveBus::BLOCK * LiveBus::BLOCK);
        let end = next.min(at + blocks * LiveBus::BLOCK).max(at + LiveBus::BLOCK);
        bus.process(&block(buses, at..end), &mut left[at..end], &mut right[at..end]);
        while bus.take_over().is_some() {}
        at = end;
    }
    out
}

/// What a share of a send is at a frame: it rises within 20 ms from one frame on and falls from another on.
fn share(frame: usize, from: Option<usize>, until: Option<usize>) -> f64 {
    let ramp = |start: usize| (frame as f64 - start as f64).clamp(0.0, FADE as f64) / FADE as f64;
    from.map_or(1.0, ramp) * (1.0 - until.map_or(0.0, ramp))
}

fn shared(bus: &[f32], from: Option<usize>, until: Option<usize>) -> Vec<f32> {
    bus.iter().enumerate().map(|(frame, &x)| (f64::from(x) * share(frame, from, until)) as f32).collect()
}

/// The sum of a response's echoes, one by one.
fn convolved(send: &[f32], response: &[f32], out: &mut [f64]) {
    for (delay, &tap) in response.iter().enumerate().filter(|(_, tap)| **tap != 0.0) {
        for (out, &x) in out.iter_mut().skip(delay).zip(send) {
            *out += f64::from(tap) * f64::from(x);
        }
    }
}

#[test]
fn the_new_fades_in_while_the_old_fades_out_and_rings_on() {
    let buses = buses(4032);
    let (first, second) = (1000, 2500);
    let kinds = [SETTINGS.sends, sends(ReverbKind::Plate, 0.1, 2.0), sends(ReverbKind::Off, 0.1, 2.0)];
    let turns = [(None, Some(first)), (Some(first), Some(second))];
    for side in 0..2 {
        let mut expected: Vec<f64> = buses[side].iter().map(|&x| f64::from(x)).collect();
        for (sends, (from, until)) in kinds.iter().zip(turns) {
            let response = send_response(&sends.reverb, RATE);
            convolved(&shared(&buses[2], from, until), response.channel(side), &mut expected);
        }
        // The second change leaves the chorus as it is.
        for (sends, from, until) in [(&kinds[0], None, Some(first)), (&kinds[1], Some(first), None)] {
            let mut wet = [vec![0.0; 4032], vec![0.0; 4032]];
            let [left, right] = &mut wet;
            Chorus::of(&sends.chorus, RATE).process(&shared(&buses[3], from, until), left, right);
            expected.iter_mut().zip(&wet[side]).for_each(|(out, &wet)| *out += f64::from(wet));
        }
        let changes = [(first, kinds[1]), (second, kinds[2])];
        let (offline, live) = (offline(&buses, &changes, 512), live(&buses, &changes, 1));
        for (name, out) in [("offline", &offline), ("live", &live)] {
            let apart = expected.iter().zip(out.channel(side)).map(|(a, &b)| (a - f64::from(b)).abs());
            let apart = apart.fold(0.0, f64::max);
            assert!(apart < 1e-5, "{name}, side {side}: {apart:e}");
        }
    }
}

#[test]
fn blocks_do_not_matter() {
    let buses = buses(64 * 150);
    let changes: Vec<_> = (0..12)
        .map(|i| (500 + 700 * i, sends([ReverbKind::Room, ReverbKind::Hall][i % 2], 0.4, 1.0 + (i / 3) as f64)))
        .collect();
    let whole = offline(&buses, &changes, 1 << 20);
    for most in [1, 63, 1000] {
        assert!(offline(&buses, &changes, most) == whole, "offline, blocks of {most}");
    }
    let single = live(&buses, &changes, 1);
    assert!(live(&buses, &changes, 7) == single);
    let apart = whole.planar().iter().zip(single.planar()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(20.0 * apart.log10() < -105.0, "{apart:e}");
}

#[test]
fn changes_do_not_click() {
    // A steady low tone: whatever jumps is higher than anything in it.
    let tone: Vec<f32> = (0..16_000).map(|n| (n as f32 * std::f32::consts::TAU * 50.0 / 8000.0).sin()).collect();
    let buses = [vec![0.0; 16_000], vec![0.0; 16_000], tone.clone(), tone];
    let changes: Vec<_> =
        (1..=24).map(|i| (8000 + 200 * i, sends([ReverbKind::Room, ReverbKind::Plate][i % 2], 2.0, 0.35))).collect();
    let out = offline(&buses, &changes, 512);
    let jump = |frames: std::ops::Range<usize>| {
        let channel = &out.channel(0)[frames];
        channel.windows(3).map(|x| (x[0] - 2.0 * x[1] + x[2]).abs()).fold(0.0, f32::max)
    };
    // The onset of the tone itself is far from smooth; later it is as steady as the noise of the responses lets it be.
    let (steady, changing) = (jump(6000..8000), jump(8000..14_000));
    assert!(changing < 4.0 * steady, "{changing} beside {steady}");
    assert!(changing < 0.1 * out.channel(0)[8000..14_000].iter().fold(0.0f32, |most, x| most.max(x.abs())));
}

#[test]
fn what_stays_the_same_changes_nothing() {
    let buses = buses(4096);
    assert!(offline(&buses, &[(1000, SETTINGS.sends)], 512) == offline(&buses, &[], 512));
    assert!(PreparedLiveBus::new(&SETTINGS, RATE).unwrap().change(&SETTINGS.sends).is_none());
    let mut dry = PreparedLiveBus::new(&BusSettings::DRY, RATE).unwrap();
    assert!(dry.change(&sends(ReverbKind::Plate, 1.0, 1.0)).is_none());
}
