//! Spectrograms of audio files.

use rae_codec::AudioSource;
use rae_picture::{SpectrogramBuilder, SpectrogramSettings};

use crate::picture::{proceed, read_blocks};
use crate::{Error, Observer, sound_of};

/// Reads a sound, as far as it is shown, into what draws its spectrogram.
pub fn spectrogram(
    source: &mut dyn AudioSource,
    settings: &SpectrogramSettings,
    observer: &mut Observer<'_>,
) -> Result<SpectrogramBuilder, Error> {
    let mut builder = SpectrogramBuilder::new(settings.clone(), sound_of(source))?;
    read_blocks(source, |block, progress| {
        builder.push(block);
        proceed(observer(progress), builder.is_complete())
    })?;
    Ok(builder)
}
