//! Running chains whose parameters change: made ready elsewhere, taken over where nothing may wait.

use std::sync::mpsc;
use std::thread;

use rae_dsp::hash::noise;
use rae_effects::chain::{Chain, Change, Prepared, Profile, Setup, Updates};
use rae_units::SampleRate;

/// One of every effect, and the same with other parameters.
const ALL: &str = include_str!("data/all.toml");
const OTHERS: [(&str, &str); 16] = [
    ("gain_db = -1.5", "gain_db = -3"),
    ("position = -0.2", "position = 0.3"),
    ("width = 1.3", "width = 0.7"),
    ("frequency_hz = 2500\ngain_db = -3.5", "frequency_hz = 2600\ngain_db = 2"),
    ("gain_db = 2 }]", "gain_db = -1 }]"),
    ("hold_ms = 15", "hold_ms = 30"),
    ("threshold_db = -24\nratio = 3", "threshold_db = -30\nratio = 2.5"),
    ("frequency_hz = 6500", "frequency_hz = 5000"),
    ("crossovers_hz = [150, 2500]", "crossovers_hz = [180, 2600]"),
    ("time_s = 0.2, size_m = 6", "time_s = 0.25, size_m = 7"),
    ("time_s = 0.4\n", "time_s = 0.6\n"),
    ("rate_hz = 0.8", "rate_hz = 1.3"),
    ("feedback = -0.4", "feedback = 0.2"),
    ("drive_db = 9", "drive_db = 4"),
    ("gain_db = -9", "gain_db = -6"),
    ("ceiling_db = -1.5", "ceiling_db = -2"),
];

fn all() -> Chain {
    Chain::from_toml(ALL).unwrap()
}

fn others() -> Chain {
    let text = OTHERS.iter().fold(ALL.to_owned(), |text, (this, that)| {
        assert!(text.contains(this), "{this}");
        text.replacen(this, that, 1)
    });
    Chain::from_toml(&text).unwrap()
}

/// What is asleep wakes up, what is heard goes to sleep, and much of the rest is another one.
fn turned() -> Chain {
    let mut chain = others();
    for (index, slot) in chain.effects.iter_mut().enumerate() {
        slot.bypass = index % 3 == 0;
        slot.mix = 0.7;
    }
    chain
}

fn live(chain: &Chain) -> Prepared {
    chain.prepare_for(&Setup { profile: Profile::Live, ..Setup::new(SampleRate::CD, 2) }).unwrap()
}

/// Frames at which there is another chain: one after the other, and two while an earlier one still fades in.
fn plan() -> Vec<(usize, Chain)> {
    vec![(3000, others()), (9000, turned()), (9200, all()), (9300, others()), (30_000, turned()), (45_000, all())]
}

fn sound(frames: usize) -> [Vec<f32>; 2] {
    [1, 2].map(|seed| (0..frames as u64).map(|n| 0.4 * noise(seed, n) as f32).collect())
}

/// A sound through a chain that `change` changes at its frames.
fn run(prepared: &mut Prepared, lengths: &[usize], mut change: impl FnMut(&mut Prepared, &Chain)) -> [Vec<f32>; 2] {
    let [mut left, mut right] = sound(60_000);
    let plan = plan();
    let mut changes = plan.iter().peekable();
    let (mut at, mut call) = (0, 0);
    while at < left.len() {
        if let Some((_, chain)) = changes.next_if(|(frame, _)| *frame == at) {
            change(prepared, chain);
        }
        let next = changes.peek().map_or(left.len(), |(frame, _)| *frame);
        let end = (at + lengths[call % lengths.len()]).min(next);
        prepared.process(&mut [&mut left[at..end], &mut right[at..end]]);
        (at, call) = (end, call + 1);
    }
    [left, right]
}

#[test]
fn changes_from_another_thread_are_those_made_in_place() {
    let expected = run(&mut live(&all()), &[60_000], |prepared, chain| prepared.update(chain).unwrap());
    for lengths in [&[512][..], &[64], &[1000, 7, 333]] {
        assert!(run(&mut live(&all()), lengths, |prepared, chain| prepared.update(chain).unwrap()) == expected);
        let mut prepared = live(&all());
        let updates = prepared.updates();
        let made = made_elsewhere(updates);
        let mut back = 0;
        let out = run(&mut prepared, lengths, |prepared, chain| {
            drop(prepared.apply(made.recv().unwrap()).unwrap());
            assert!(prepared.chain() == chain);
            while prepared.take_back().is_some() {
                back += 1;
            }
        });
        assert!(out == expected, "blocks of {lengths:?}");
        assert!(back > 20, "{back} effects came back");
    }
}

/// All changes of the plan, made on another thread.
fn made_elsewhere(mut updates: Updates) -> mpsc::Receiver<Change> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        for (_, chain) in plan() {
            send.send(updates.change(&chain).unwrap()).unwrap();
            assert!(updates.chain() == &chain);
        }
    });
    receive
}

#[test]
fn changes_out_of_order_and_of_other_streams_come_back() {
    let gain =
        |gain_db: f64| Chain::from_toml(&format!("effects = [{{ type = \"gain\", gain_db = {gain_db} }}]")).unwrap();
    let (mut one, mut other) = (live(&gain(0.0)), live(&gain(0.0)));
    let mut updates = one.updates();
    let (first, second) = (updates.change(&gain(-6.0)).unwrap(), updates.change(&gain(-20.0)).unwrap());
    let second = one.apply(second).expect_err("the first one comes before it");
    let first = other.apply(first).expect_err("another stream's");
    one.apply(first).unwrap();
    one.apply(second).unwrap();
    let (mut left, mut right) = ([1.0; 2000], [1.0; 2000]);
    one.process(&mut [&mut left, &mut right]);
    assert!((left[1999] - 0.1).abs() < 1e-6, "{}", left[1999]);
    // Who changes in place leaves others without their ground.
    one.update(&gain(0.0)).unwrap();
    assert!(one.apply(updates.change(&gain(-6.0)).unwrap()).is_err());
    let change = one.updates().change(&gain(-6.0)).unwrap();
    assert!(one.apply(change).is_ok());
    // What does not fit is refused where it is made, and changes nothing.
    let before = updates.chain().clone();
    assert!(updates.change(&gain(300.0)).is_err() && updates.change(&Chain::default()).is_err());
    assert!(*updates.chain() == before);
}

#[test]
fn what_rings_in_a_reverb_goes_on_when_it_changes() {
    for (kind, settings) in [("reverb", ["time_s = 2", "time_s = 0.5, size = 0.5"]), ("delay", ["", "time_s = 0.1"])] {
        let chain = |settings: &str| {
            Chain::from_toml(&format!("effects = [{{ type = \"{kind}\", mix = 1, {settings} }}]").replace(", }", " }"))
                .unwrap()
        };
        let rest = |changes: bool| {
            let mut prepared = live(&chain(settings[0]));
            let [mut left, mut right] = sound(20_000);
            prepared.process(&mut [&mut left, &mut right]);
            if changes {
                prepared.update(&chain(settings[1])).unwrap();
            }
            let (mut left, mut right) = (vec![0.0; 60_000], vec![0.0; 60_000]);
            prepared.process(&mut [&mut left, &mut right]);
            [left, right]
        };
        let (same, changed) = (rest(false), rest(true));
        assert!(same[0].iter().any(|x| x.abs() > 0.01), "{kind} rings");
        let apart = same.iter().flatten().zip(changed.iter().flatten()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < 1e-6, "{kind}: {apart}");
    }
}
