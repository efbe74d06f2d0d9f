//! A render that is pulled: synthesizer, effects, gain, limiter and window in a row.

use std::sync::Arc;
use std::time::Instant;

use rae_dsp::wide::{WideKernel, run_wide};
use rae_effects::Click;
use rae_midi::Sequence;
use rae_soundfont::SoundFont;
use rae_synth::{Buses, Heard, InstructionSet, Renderer, Score, SendPlan, Settings, Statistics};
use rae_units::{Decibels, Frames, SampleRate, Seconds};

use crate::chain::{Chain, Rooms};
use crate::practice::metronome;
use crate::report::bounded;
use crate::voices::{Block, Voices};
use crate::window::Window;
use crate::writer::Backlog;
use crate::{Arranged, Error, Listener, Progress, RenderSettings, Repeat, Report, Tail};

/// What of a song is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Share {
    /// All.
    Mix,
    /// Some notes.
    Notes(Heard),
    /// The metronome.
    Clicks,
}

/// A render in progress: pull frames from it until there are none left. Memory does not grow with the length of the
/// song, and the frames do not depend on how many are pulled at once or on the number of threads.
pub struct Stream {
    /// Holds the samples that the render decodes.
    font: Arc<SoundFont>,
    voices: Voices,
    /// The voices have nothing more to add.
    voices_over: bool,
    chain: Chain,
    window: Window,
    /// The block that the effects have yet to take.
    pending: Option<Block>,
    used: Option<Buses>,
    statistics: Statistics,
    synth_warnings: Vec<String>,
    report: Report,
    rate: SampleRate,
    end: Frames,
    limit: Frames,
    /// The song itself goes on beyond the limit.
    song_cut: bool,
    peak: f32,
    started: Instant,
    listener: Option<Listener>,
    backlog: Option<Backlog>,
}

/// What of a song a render needs, so that the song itself need not stay in memory.
pub(crate) struct Prepared {
    score: Arc<Score>,
    plan: SendPlan,
    clicks: Vec<Click>,
    synth: Settings,
    from: Seconds,
    warnings: Vec<String>,
    started: Instant,
}

impl Prepared {
    /// What is to be heard of a song, with settings that are valid; for all renders that differ in level and encoding alone.
    pub(crate) fn new(song: &Sequence, settings: &RenderSettings, share: Share) -> Result<Prepared, Error> {
        let started = Instant::now();
        let (arranged, mut events) = Arranged::performing(song, settings)?;
        let clicks = if matches!(share, Share::Notes(_)) { Vec::new() } else { arranged.clicks(settings) };
        if share == Share::Clicks {
            events = Box::new(std::iter::empty());
        }
        let mut warnings = Vec::new();
        let mut synth = synth_settings(&arranged, settings, &mut warnings)?;
        if let Share::Notes(heard) = share {
            synth.heard = heard;
        }
        let score = Arc::new(Score::new(&arranged.performance, events, &synth));
        let plan = SendPlan::new(score.channels(), settings.rate, score.events());
        Ok(Prepared { score, plan, clicks, synth, from: arranged.from, warnings, started })
    }
}

impl Stream {
    /// Begins a render; `settings` are valid.
    pub(crate) fn new(
        font: &SoundFont,
        soundfont: &str,
        rooms: &Rooms,
        song: &Prepared,
        settings: &RenderSettings,
    ) -> Result<Stream, Error> {
        let device = settings.device.choose()?;
        let Prepared { score, plan, clicks, synth, from, warnings, started } = song;
        // Who asks for endless repeats knows that they are cut.
        let endless = settings.practice.repeat == Some(Repeat::Endless);
        let song_cut = endless || !warnings.is_empty();
        let font = Arc::new(font.for_render());
        let renderer = Renderer::of_score(Arc::clone(&font), Arc::clone(score), synth);
        let end = renderer.end();
        let (Seconds(from), from_frame) = (*from, from.frames(settings.rate));
        if from > 0.0 && from_frame >= end {
            let Seconds(end) = end.seconds(settings.rate);
            return Err(Error::settings(format!("from is {from} s, but the song ends at {end:.3} s")));
        }
        let limit = settings.max_duration.frames(settings.rate);
        let window = Window::new(settings.rate, from_frame, end, limit, settings.tail);
        let synth_limit = match settings.tail {
            Tail::None => end,
            Tail::Seconds(tail) => Frames(end.0.saturating_add(tail.frames(settings.rate).0)),
            Tail::Silence(_) => limit,
        };
        let threads = renderer.threads();
        let metronome = metronome(clicks, settings);
        Ok(Stream {
            font,
            voices: Voices::new(renderer, synth_limit.min(limit)),
            voices_over: false,
            chain: Chain::new(settings, plan.clone(), rooms, metronome)?,
            window,
            pending: None,
            used: None,
            statistics: Statistics::default(),
            synth_warnings: Vec::new(),
            report: Report {
                duration: 0.0,
                frames: 0,
                sample_rate: settings.rate.hz(),
                channels: 2,
                peak_dbfs: None,
                gain_db: settings.gain.0,
                limiter_reduction_db: 0.0,
                notes: 0,
                voices_peak: 0,
                device: device.to_owned(),
                threads,
                soundfont: soundfont.to_owned(),
                encoding: None,
                bytes: None,
                wall_seconds: 0.0,
                times_real_time: 0.0,
                warnings: warnings.clone(),
            },
            rate: settings.rate,
            end,
            limit,
            song_cut,
            peak: 0.0,
            started: *started,
            listener: None,
            backlog: None,
        })
    }

    /// Counts the time of a preparation, such as a first pass, as part of this render.
    pub(crate) fn started_at(mut self, started: Instant) -> Stream {
        self.started = started;
        self
    }

    /// Says that this is the gain in all.
    pub(crate) fn with_gain(mut self, gain: Decibels) -> Stream {
        self.report.gain_db = gain.0;
        self
    }

    /// Tells these warnings before its own.
    pub(crate) fn after_warnings(mut self, warnings: &[String]) -> Stream {
        self.report.warnings.splice(..0, warnings.iter().cloned());
        self
    }

    /// Lets somebody else hear what is read.
    pub(crate) fn heard_by(self, listener: Option<Listener>) -> Stream {
        Stream { listener, ..self }
    }

    /// Leaves a core to the thread that writes what is read, while that has enough to do.
    pub(crate) fn make_way(&mut self, backlog: Backlog) {
        self.backlog = Some(backlog);
    }

    /// Has the voices' threads at work between reads, too: see [`rae_synth::Renderer::work_ahead`].
    pub(crate) fn work_ahead(&mut self) {
        self.voices.work_ahead();
    }

    /// Frames per second.
    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    /// Fills both slices, which must be equally long, with the next frames; returns how many, which is less than asked
    /// for only at the end.
    pub fn read(&mut self, left: &mut [f32], right: &mut [f32]) -> usize {
        assert_eq!(left.len(), right.len(), "left and right differ in length");
        let mut filled = 0;
        while filled < left.len() {
            if self.window.ready() == 0 {
                if self.is_over() {
                    break;
                }
                self.advance();
            }
            filled += self.window.take(&mut left[filled..], &mut right[filled..]);
        }
        self.peak = peak(&left[..filled]).max(peak(&right[..filled])).max(self.peak);
        self.report.frames += filled as u64;
        if let Some(listener) = &self.listener {
            listener.hear(self.rate, &left[..filled], &right[..filled]);
        }
        filled
    }

    /// Goes on at `time` (of the result, so with the tempo factor counted in; from the start of the song even if
    /// [`RenderSettings::from`] is later), forwards or backwards; a time beyond the end of the song is its end.
    ///
    /// Programs, controllers, pitch bends, pedals and tunings stand as all events before `time` leave them. Notes that
    /// began before it do not sound, and reverb and chorus start silent: the frames are those of a render of the song
    /// without its earlier notes. Nothing is rendered for what is skipped. `RenderSettings::from` is the exact
    /// alternative: it renders what comes before, so that everything that rings on is heard.
    ///
    /// The report goes on counting; its frames are all that were read.
    pub fn seek(&mut self, time: Seconds) {
        let frame = time.frames(self.rate).min(self.end).min(self.limit);
        self.voices.seek(frame);
        self.voices_over = false;
        if let Some(Block { buses, warnings, .. }) = self.pending.take() {
            self.used = Some(buses);
            self.synth_warnings.extend(warnings);
        }
        self.chain.restart(frame, &mut self.window);
    }

    /// The time of the frame that is read next, from the start of the song.
    pub fn position(&self) -> Seconds {
        self.window.next().seconds(self.rate)
    }

    /// How far the render has come.
    pub fn progress(&self) -> Progress {
        let position = self.window.position();
        let over = self.is_over() && self.window.ready() == 0;
        // The tail's length is not known: it is given the last hundredth.
        let share = if self.end.0 == 0 { 0.0 } else { position.0 as f64 / self.end.0 as f64 };
        Progress {
            position: position.seconds(self.rate),
            expected: self.end.seconds(self.rate),
            fraction: if over { 1.0 } else { share.min(1.0) * 0.99 },
        }
    }

    /// What was made so far; complete once [`Stream::read`] has come to the end.
    pub fn report(&self) -> Report {
        let mut report = self.report.clone();
        report.duration = Frames(report.frames).seconds(self.rate).0;
        report.peak_dbfs = (self.peak > 0.0).then(|| Decibels::from_amplitude(f64::from(self.peak)).0);
        report.limiter_reduction_db = self.chain.limiter_reduction().0;
        report.notes = self.statistics.notes;
        report.voices_peak = self.statistics.peak_voices as u64;
        report.wall_seconds = self.started.elapsed().as_secs_f64();
        report.times_real_time = report.duration / report.wall_seconds.max(1e-9);
        report.warnings.extend(bounded(&self.synth_warnings, self.synth_warnings.len()));
        let damage = self.font.decoding_warnings();
        report.warnings.extend(bounded(&damage, damage.len()));
        if self.voices_over {
            report.warnings.extend(self.closing_warnings());
        }
        report
    }

    /// Whether no frame is added any more.
    fn is_over(&self) -> bool {
        self.voices_over && self.window.is_closed()
    }

    fn closing_warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.statistics.notes == 0 && self.peak == 0.0 {
            warnings.push("no note was played, so the result is silent".to_owned());
        }
        if self.window.was_cut() && !self.song_cut {
            let Seconds(limit) = self.limit.seconds(self.rate);
            warnings.push(format!("the tail is cut at the maximum duration of {limit} s"));
        }
        warnings
    }

    /// Makes the next block while the last one goes through the chain.
    fn advance(&mut self) {
        let pending = self.pending.take();
        let (chain, window) = (&mut self.chain, &mut self.window);
        let over = self.voices_over || window.is_closed() || self.voices.are_over();
        let mut push = || {
            if let Some(block) = &pending
                && !window.is_closed()
            {
                chain.push(&block.buses, window);
            }
        };
        if over {
            push();
        } else {
            let writer = self.backlog.as_ref().is_some_and(Backlog::lasts);
            self.voices.leave(usize::from(writer));
            self.pending = Some(self.voices.next(self.used.take(), push));
        }
        if let Some(Block { buses, statistics, warnings }) = pending {
            self.used = Some(buses);
            self.statistics = statistics;
            self.synth_warnings.extend(warnings);
        }
        if over {
            let ended = std::mem::replace(&mut self.voices_over, true);
            match (self.window.is_closed(), ended) {
                (true, _) => {}
                (false, false) => self.chain.finish(&mut self.window),
                (false, true) => self.chain.ring(&mut self.window),
            }
            if self.window.is_closed() || !self.chain.rings() {
                self.window.finish();
            }
        }
    }
}

/// Highest finite magnitude.
fn peak(samples: &[f32]) -> f32 {
    run_wide(Peak(samples))
}

struct Peak<'a>(&'a [f32]);

impl WideKernel for Peak<'_> {
    type Output = f32;

    /// Magnitudes compare as their bits do, which is quicker.
    #[inline(always)]
    fn run(self) -> f32 {
        let infinite = f32::INFINITY.to_bits() as i32;
        let bits = self.0.iter().map(|x| x.abs().to_bits() as i32);
        f32::from_bits(bits.map(|bits| if bits < infinite { bits } else { 0 }).fold(0, i32::max) as u32)
    }
}

/// The fastest kernels of this processor, or those that the environment variable `RAE_SIMD` names.
pub fn instructions() -> Result<InstructionSet, Error> {
    match std::env::var("RAE_SIMD") {
        Ok(name) if !name.is_empty() => {
            name.parse().map_err(|reason: String| Error::settings(format!("RAE_SIMD: {reason}")))
        }
        _ => Ok(InstructionSet::fastest()),
    }
}

fn synth_settings(
    arranged: &Arranged,
    settings: &RenderSettings,
    warnings: &mut Vec<String>,
) -> Result<Settings, Error> {
    let (performance, speed) = (&arranged.performance, settings.speed()?);
    let whole = performance.clock(settings.rate, speed).frame(performance.end).seconds(settings.rate);
    let end = arranged.to.map_or(whole, |to| Seconds(to.0.min(whole.0)));
    let limit = settings.max_duration;
    if end.0 > limit.0 && settings.practice.repeat != Some(Repeat::Endless) {
        warnings.push(format!(
            "the song lasts {:.0} s and is cut at the maximum duration of {} s; allow more if it is wanted",
            end.0, limit.0
        ));
    }
    Ok(Settings {
        rate: settings.rate,
        interpolation: settings.interpolation,
        instructions: instructions()?,
        threads: settings.thread_count(),
        sends: settings.sends,
        max_voices: settings.max_voices,
        speed,
        transpose: settings.transpose,
        muted: settings.muted(),
        heard: Heard::All,
        end: if end.0 > limit.0 { Some(limit) } else { arranged.to },
    })
}
