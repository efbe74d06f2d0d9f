//! Pieces whose ticks are frames, and their renders.

use std::sync::Arc;

use rae_midi::{Division, Event, Format, Message, Meta, Performance, Sequence, Track, TrackEvent};
use rae_soundfont::{Generator, SoundFont};
use rae_synth::{Buses, Renderer, Settings, Statistics, Warning};
use rae_testkit::{BankBuilder, ZoneBuilder, amplitude_at, constant, sine, zone};
use rae_units::SampleRate;

/// Frames after which a note has its full level: the shortest attack is a millisecond.
pub(crate) const ATTACK: usize = 45;

/// Frames of the fade of a killed voice at 44.1 kHz: 5 ms.
pub(crate) const KILL: usize = 221;

/// Period of the samples that [`tone_bank`] plays.
pub(crate) const PERIOD: usize = 100;

/// Frequency of key 60 in [`tone_bank`].
pub(crate) const TONE_HZ: f64 = 441.0;

/// A piece in the making; one tick is one frame of its rate.
#[derive(Clone)]
pub(crate) struct Piece {
    rate: u32,
    events: Vec<TrackEvent>,
}

impl Piece {
    pub(crate) fn new() -> Piece {
        Piece::at_rate(44_100)
    }

    /// `rate` must be a multiple of 100: ticks per quarter note, at a quarter of 10 ms.
    pub(crate) fn at_rate(rate: u32) -> Piece {
        let tempo = TrackEvent { tick: 0, event: Event::Meta(Meta::Tempo(10_000)) };
        Piece { rate, events: vec![tempo] }
    }

    pub(crate) fn event(mut self, frame: u64, event: Event) -> Piece {
        self.events.push(TrackEvent { tick: frame, event });
        self
    }

    pub(crate) fn send(self, frame: u64, channel: u8, message: Message) -> Piece {
        self.event(frame, Event::Channel { channel, message })
    }

    pub(crate) fn on(self, frame: u64, channel: u8, key: u8, velocity: u8) -> Piece {
        self.send(frame, channel, Message::NoteOn { key, velocity })
    }

    pub(crate) fn off(self, frame: u64, channel: u8, key: u8) -> Piece {
        self.send(frame, channel, Message::NoteOff { key, velocity: 64 })
    }

    pub(crate) fn cc(self, frame: u64, channel: u8, controller: u8, value: u8) -> Piece {
        self.send(frame, channel, Message::ControlChange { controller, value })
    }

    pub(crate) fn program(self, frame: u64, channel: u8, program: u8) -> Piece {
        self.send(frame, channel, Message::ProgramChange { program })
    }

    pub(crate) fn bend(self, frame: u64, channel: u8, value: i16) -> Piece {
        self.send(frame, channel, Message::PitchBend { value })
    }

    /// `data` lies between F0 and F7.
    pub(crate) fn sysex(self, frame: u64, data: &[u8]) -> Piece {
        self.event(frame, Event::SysEx([data, &[0xf7]].concat().into()))
    }

    /// RPN `number`, then data entry MSB and LSB.
    pub(crate) fn rpn(self, frame: u64, channel: u8, number: u8, msb: u8, lsb: u8) -> Piece {
        self.cc(frame, channel, 101, 0)
            .cc(frame, channel, 100, number)
            .cc(frame, channel, 6, msb)
            .cc(frame, channel, 38, lsb)
    }

    /// SoundFont NRPN: the generator below 100, then data entry LSB and MSB of `value` + 8192 (9.6.3).
    pub(crate) fn nrpn(self, frame: u64, channel: u8, generator: Generator, value: i16) -> Piece {
        let data = (value + 8192) as u16;
        self.cc(frame, channel, 99, 120)
            .cc(frame, channel, 98, generator as u8)
            .cc(frame, channel, 38, (data & 127) as u8)
            .cc(frame, channel, 6, (data >> 7) as u8)
    }

    /// The piece without the notes that begin before `frame`, and without the portamento controls (CC 84) that those take.
    pub(crate) fn without_notes_before(mut self, frame: u64) -> Piece {
        self.events.sort_by_key(|event| event.tick);
        self.events.reverse();
        let mut taken = [false; 16];
        self.events.retain(|event| match event.event {
            Event::Channel { channel, message: Message::NoteOn { .. } } if event.tick < frame => {
                taken[usize::from(channel)] = true;
                false
            }
            Event::Channel { channel, message: Message::ControlChange { controller: 84, .. } } => {
                !taken[usize::from(channel)]
            }
            _ => true,
        });
        self.events.reverse();
        self
    }

    /// As a file would hold it; the tracks end at `end` at the earliest.
    pub(crate) fn sequence(&self, end: u64) -> Sequence {
        let mut events = self.events.clone();
        events.sort_by_key(|event| event.tick);
        let last = events.last().map_or(0, |event| event.tick);
        events.push(TrackEvent { tick: last.max(end), event: Event::Meta(Meta::EndOfTrack) });
        Sequence {
            format: Format::SingleTrack,
            division: Division::TicksPerQuarter((self.rate / 100) as u16),
            tracks: vec![Track { events }],
        }
    }

    /// As it is played.
    pub(crate) fn performance(&self, end: u64) -> Performance {
        Performance::new(&self.sequence(end))
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings { rate: SampleRate::new(self.rate).expect("a rate"), ..Settings::default() }
    }

    /// The first `frames` frames; the tracks end no earlier.
    pub(crate) fn render(&self, bank: &BankBuilder, frames: usize) -> Buses {
        self.render_with(bank, frames, &self.settings()).buses
    }

    pub(crate) fn render_with(&self, bank: &BankBuilder, frames: usize, settings: &Settings) -> Rendered {
        render(&Arc::new(bank.build()), &self.performance(frames as u64), settings, frames)
    }
}

pub(crate) struct Rendered {
    pub(crate) buses: Buses,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) statistics: Statistics,
}

pub(crate) fn render(font: &Arc<SoundFont>, performance: &Performance, settings: &Settings, frames: usize) -> Rendered {
    let mut renderer = Renderer::new(font.clone(), performance, settings);
    let mut buses = Buses::new(frames);
    renderer.render(&mut buses);
    assert_eq!(renderer.position().0, frames as u64);
    Rendered { buses, warnings: renderer.take_warnings(), statistics: renderer.statistics() }
}

/// The next `frames` frames, in blocks.
pub(crate) fn render_in_blocks(renderer: &mut Renderer, block: usize, frames: usize) -> Buses {
    let mut all = Buses::default();
    while all.frames() < frames {
        let mut buses = Buses::new(block.min(frames - all.frames()));
        // What was there before must not matter.
        buses.left.fill(7.0);
        renderer.render(&mut buses);
        append(&mut all, &buses);
    }
    all
}

pub(crate) fn append(all: &mut Buses, buses: &Buses) {
    all.left.extend(&buses.left);
    all.right.extend(&buses.right);
    all.reverb.extend(&buses.reverb);
    all.chorus.extend(&buses.chorus);
}

/// Renders until the renderer says that it is finished; panics if it is not after `limit` frames or says anything but
/// finite numbers. The frames rendered and the peak of all buses.
#[track_caller]
pub(crate) fn render_to_end(renderer: &mut Renderer, limit: usize) -> (usize, f32) {
    let mut buses = Buses::new(4096);
    let (mut frames, mut peak) = (0, 0.0f32);
    while !renderer.is_finished() {
        assert!(frames < limit, "not finished after {frames} frames");
        renderer.render(&mut buses);
        peak = peak.max(finite_peak(&buses));
        frames += buses.frames();
    }
    (frames, peak)
}

/// The largest magnitude on any bus; panics at NaN and infinity.
#[track_caller]
pub(crate) fn finite_peak(buses: &Buses) -> f32 {
    let all = [&buses.left, &buses.right, &buses.reverb, &buses.chorus];
    all.into_iter().flatten().fold(0.0, |peak, sample| {
        assert!(sample.is_finite(), "{sample} on a bus");
        peak.max(sample.abs())
    })
}

/// Preset 0:0 plays the constant `value` for ever, hard left: the left bus is the gain of the note.
pub(crate) fn constant_bank(value: f64) -> BankBuilder {
    looped_constant(value, zone(0).set(Generator::Pan, -500))
}

/// A looped constant in an instrument zone of the caller's, which gets its loop from here.
pub(crate) fn looped_constant(value: f64, instrument_zone: ZoneBuilder) -> BankBuilder {
    BankBuilder::new()
        .sample(&constant(value, 64), Some(8..56))
        .instrument([instrument_zone.set(Generator::SampleModes, 1)])
        .preset(0, 0, [zone(0)])
}

/// Program 0 plays a sine of so many points once, program 1 one for ever.
pub(crate) fn once_and_for_ever(points: usize) -> BankBuilder {
    BankBuilder::new()
        .sample(&sine(441.0, 44_100, points), None)
        .sample(&sine(441.0, 44_100, 700), Some(100..500))
        .instrument([zone(0)])
        .instrument([zone(1).set(Generator::SampleModes, 1)])
        .preset(0, 0, [zone(0)])
        .preset(0, 1, [zone(1)])
}

/// Preset 0:0 plays a sine of [`TONE_HZ`] and amplitude one half at key 60, for ever, hard left.
pub(crate) fn tone_bank() -> BankBuilder {
    tone_in(zone(0))
}

/// [`tone_bank`] with an instrument zone of the caller's.
pub(crate) fn tone_in(instrument_zone: ZoneBuilder) -> BankBuilder {
    let tone: Vec<f64> = sine(TONE_HZ, 44_100, 2 * PERIOD).iter().map(|x| x / 2.0).collect();
    let looped = PERIOD as u32 / 2..3 * PERIOD as u32 / 2;
    BankBuilder::new()
        .sample(&tone, Some(looped))
        .instrument([instrument_zone.set(Generator::SampleModes, 1).set(Generator::Pan, -500)])
        .preset(0, 0, [zone(0)])
}

/// The frequency of a tone in Hz: rising zero crossings, interpolated, over the span between the first and last.
pub(crate) fn frequency(signal: &[f32], rate: u32) -> f64 {
    let crossings = rising_zeros(signal);
    let (first, last) = (crossings[0], crossings[crossings.len() - 1]);
    (crossings.len() - 1) as f64 * f64::from(rate) / (last - first)
}

/// Where a signal rises through zero, in frames.
fn rising_zeros(signal: &[f32]) -> Vec<f64> {
    let pairs = signal.windows(2).enumerate().filter(|(_, pair)| pair[0] < 0.0 && pair[1] >= 0.0);
    pairs.map(|(frame, pair)| frame as f64 + f64::from(pair[0]) / f64::from(pair[0] - pair[1])).collect()
}

/// By how many cents a tone of [`tone_bank`] lies above its key 60.
pub(crate) fn cents(signal: &[f32]) -> f64 {
    1200.0 * (frequency(signal, 44_100) / TONE_HZ).log2()
}

/// Amplitude in dB of a tone of the bank at [`TONE_HZ`], where its full level is −6.02 dB.
pub(crate) fn tone_db(signal: &[f32]) -> f64 {
    20.0 * amplitude_at(signal, TONE_HZ, 44_100).log10()
}

/// Frames, and by how many cents a tone of [`tone_bank`] lies above its key 60 there: one of each period.
pub(crate) fn pitches(signal: &[f32]) -> Vec<(f64, f64)> {
    let crossings = rising_zeros(signal);
    let period = |pair: &[f64]| {
        let hz = 44_100.0 / (pair[1] - pair[0]);
        ((pair[0] + pair[1]) / 2.0, 1200.0 * (hz / TONE_HZ).log2())
    };
    crossings.windows(2).map(period).collect()
}
