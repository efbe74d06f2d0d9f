//! Sound on its way from one file to another: other sample rates, other numbers of channels.

mod memory;
mod mix;
mod part;
mod resample;

use rae_dsp::AudioBuffer;
use rae_units::{Frames, SampleRate};

use crate::{AudioReader, CodecError};
pub use memory::InMemory;
pub use mix::Mixed;
pub use part::Part;
pub use resample::Resampled;

/// Something that gives sound block by block: a file, samples in memory, or one of these that is changed on the way.
pub trait AudioSource: Send {
    /// Sample rate.
    fn rate(&self) -> SampleRate;

    /// Channels, at least one.
    fn channels(&self) -> usize;

    /// How many frames there are in all, if that is known.
    fn frames(&self) -> Option<Frames>;

    /// The next block of at least one frame; `None` at the end.
    fn read(&mut self) -> Result<Option<&AudioBuffer>, CodecError>;

    /// What was odd, complete at the end.
    fn warnings(&self) -> &[String];
}

impl AudioSource for AudioReader {
    fn rate(&self) -> SampleRate {
        self.info().rate
    }

    fn channels(&self) -> usize {
        self.info().channels
    }

    fn frames(&self) -> Option<Frames> {
        self.info().frames
    }

    fn read(&mut self) -> Result<Option<&AudioBuffer>, CodecError> {
        AudioReader::read(self)
    }

    fn warnings(&self) -> &[String] {
        AudioReader::warnings(self)
    }
}

impl<S: AudioSource + ?Sized> AudioSource for Box<S> {
    fn rate(&self) -> SampleRate {
        (**self).rate()
    }

    fn channels(&self) -> usize {
        (**self).channels()
    }

    fn frames(&self) -> Option<Frames> {
        (**self).frames()
    }

    fn read(&mut self) -> Result<Option<&AudioBuffer>, CodecError> {
        (**self).read()
    }

    fn warnings(&self) -> &[String] {
        (**self).warnings()
    }
}

/// `source` at `rate` and with so many channels, as far as it is not so already.
pub fn changed<'a>(
    mut source: Box<dyn AudioSource + 'a>,
    rate: Option<SampleRate>,
    channels: Option<usize>,
) -> Result<Box<dyn AudioSource + 'a>, CodecError> {
    // Fewer channels are less to resample.
    let before = source.channels();
    let mix_first = channels.is_some_and(|channels| channels < before);
    let mix = |source: Box<dyn AudioSource + 'a>| -> Result<Box<dyn AudioSource + 'a>, CodecError> {
        match channels.filter(|channels| *channels != before) {
            Some(channels) => Ok(Box::new(Mixed::new(source, channels)?)),
            None => Ok(source),
        }
    };
    if mix_first {
        source = mix(source)?;
    }
    if let Some(rate) = rate.filter(|rate| *rate != source.rate()) {
        source = Box::new(Resampled::new(source, rate)?);
    }
    if mix_first { Ok(source) } else { mix(source) }
}
