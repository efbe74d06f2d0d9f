//! Other sample rates.

use rae_dsp::AudioBuffer;
use rae_units::{Frames, SampleRate};
use rubato::audioadapter_buffers::direct::{SequentialSlice, SequentialSliceOfVecs};
use rubato::{Fft, FixedSync, Indexing, Resampler};

use super::AudioSource;
use crate::CodecError;

/// Frames at the lower rate that are transformed at once, at least. The filter is as long: its transition takes the
/// uppermost 0.4 % of the band.
const BLOCK: usize = 4096;

/// Rates farther apart would need transforms of hundreds of millions of points.
const FARTHEST: u32 = 256;

/// What one block of all channels may hold: 64 MiB, of which there are a few.
const MOST_SAMPLES: usize = 1 << 23;

/// Sound at another sample rate: as long as before to the nearest frame, and not shifted.
pub struct Resampled<'a> {
    source: Box<dyn AudioSource + 'a>,
    rate: SampleRate,
    /// In double precision: in single, the noise of the transforms is at −109 dB.
    resampler: Fft<f64>,
    /// What was read and not resampled yet, and how much was read in all.
    waiting: Vec<Vec<f64>>,
    taken: u64,
    ended: bool,
    /// What was resampled last, channel after channel, and the same as it is handed out.
    planes: Vec<f64>,
    block: AudioBuffer,
    /// Frames that the filter puts before the sound and that are still to be left out.
    early: usize,
    given: u64,
    /// Samples that were no numbers.
    broken: u64,
    /// All warnings, once the source has ended.
    warnings: Vec<String>,
}

impl<'a> Resampled<'a> {
    /// Changes the rate of `source`; an error if the rates are more than 256 times apart, or have so
    /// little in common that, with so many channels, a block would take too much memory.
    pub fn new(source: Box<dyn AudioSource + 'a>, rate: SampleRate) -> Result<Resampled<'a>, CodecError> {
        let (from, to) = (source.rate(), rate);
        let apart = CodecError::Rates { from, to };
        if from.hz().max(to.hz()) / from.hz().min(to.hz()) > FARTHEST {
            return Err(apart);
        }
        // An even number of the shortest blocks there are makes the delay, half a block, a whole number of frames.
        let shortest = 2 * from.hz() / greatest_common_divisor(from.hz(), to.hz());
        let wanted = BLOCK * (from.hz() / to.hz()).max(1) as usize;
        let chunk = wanted.next_multiple_of(shortest as usize);
        let channels = source.channels();
        let longest = chunk.max((chunk as u64 * u64::from(to.hz()) / u64::from(from.hz())) as usize);
        if longest.saturating_mul(channels) > MOST_SAMPLES {
            return Err(CodecError::RatesWithChannels { from, to, channels });
        }
        let resampler = Fft::new_custom(
            from.hz() as usize,
            to.hz() as usize,
            chunk,
            1,
            channels,
            rubato::WindowFunction::BlackmanHarris2,
            FixedSync::Both,
        );
        let resampler = resampler.map_err(|_| apart)?;
        let early = resampler.output_delay();
        let waiting = vec![Vec::new(); channels];
        let (planes, block) = (Vec::new(), AudioBuffer::default());
        Ok(Resampled {
            source,
            rate,
            resampler,
            waiting,
            taken: 0,
            ended: false,
            planes,
            block,
            early,
            given: 0,
            broken: 0,
            warnings: Vec::new(),
        })
    }

    /// How long so many frames are at the new rate.
    fn length(&self, frames: u64) -> u64 {
        let (from, to) = (u128::from(self.source.rate().hz()), u128::from(self.rate.hz()));
        ((u128::from(frames) * to + from / 2) / from) as u64
    }

    /// Reads until so many frames wait, or the source ends.
    fn fill(&mut self, frames: usize) -> Result<(), CodecError> {
        while !self.ended && self.waiting[0].len() < frames {
            match self.source.read()? {
                Some(block) => {
                    self.taken += block.frames() as u64;
                    for (channel, waiting) in self.waiting.iter_mut().enumerate() {
                        // One that is no number would spread over all that it is transformed with.
                        let finite = |&sample: &f32| if sample.is_finite() { f64::from(sample) } else { 0.0 };
                        let samples = block.channel(channel);
                        self.broken += samples.iter().filter(|sample| !sample.is_finite()).count() as u64;
                        waiting.extend(samples.iter().map(finite));
                    }
                }
                None => self.end(),
            }
        }
        Ok(())
    }

    fn end(&mut self) {
        self.ended = true;
        self.warnings = self.source.warnings().to_vec();
        if self.broken > 0 {
            self.warnings.push(format!("{} samples were not finite and count as 0", self.broken));
        }
    }

    /// Resamples what waits, up to `frames` with silence behind it if it is less.
    fn transform(&mut self, frames: usize) {
        let there = self.waiting[0].len().min(frames);
        let (channels, room) = (self.waiting.len(), self.resampler.output_frames_next());
        self.planes.resize(channels * room, 0.0);
        let from = SequentialSliceOfVecs::new(&self.waiting, channels, there).expect("so much waits");
        let mut to = SequentialSlice::new_mut(&mut self.planes, channels, room).expect("as large as its samples");
        let rest = Indexing::new().partial_len(there);
        self.resampler.process_into_buffer(&from, &mut to, Some(&rest)).expect("buffers fit");
        self.block.reshape(channels, room);
        self.block.planar_mut().iter_mut().zip(&self.planes).for_each(|(to, sample)| *to = *sample as f32);
        self.waiting.iter_mut().for_each(|waiting| drop(waiting.drain(..there)));
    }
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

impl AudioSource for Resampled<'_> {
    fn rate(&self) -> SampleRate {
        self.rate
    }

    fn channels(&self) -> usize {
        self.source.channels()
    }

    fn frames(&self) -> Option<Frames> {
        self.source.frames().map(|frames| Frames(self.length(frames.0)))
    }

    fn read(&mut self) -> Result<Option<&AudioBuffer>, CodecError> {
        let frames = self.resampler.input_frames_next();
        loop {
            self.fill(frames)?;
            let left = if self.ended { self.length(self.taken) - self.given } else { u64::MAX };
            if left == 0 {
                return Ok(None);
            }
            self.transform(frames);
            let early = self.early.min(self.block.frames());
            self.early -= early;
            let end = left.saturating_add(early as u64).min(self.block.frames() as u64);
            self.block.keep(early..end as usize);
            self.given += self.block.frames() as u64;
            if !self.block.is_empty() {
                return Ok(Some(&self.block));
            }
        }
    }

    fn warnings(&self) -> &[String] {
        if self.ended { &self.warnings } else { self.source.warnings() }
    }
}
