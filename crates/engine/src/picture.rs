//! Pictures and peaks of sound.

use std::io::stdin;
use std::ops::ControlFlow;
use std::path::Path;

use rae_codec::{AudioReader, AudioSource, DecodeLimits};
use rae_picture::{
    Channels, Column, ColumnsBuilder, Excerpt, PeakData, PeakDataBuilder, PeakSettings, Sound, WaveformBuilder,
    WaveformSettings,
};
use rae_units::Frames;

use crate::progress::share;
use crate::{Error, Observer, Progress};

/// Opens an audio file of any kind; `-` is standard input.
pub fn open_audio(path: impl AsRef<Path>) -> Result<AudioReader, Error> {
    let path = path.as_ref();
    let opened = if path == Path::new("-") {
        AudioReader::from_pipe(stdin(), "standard input", &DecodeLimits::default())
    } else {
        AudioReader::open(path)
    };
    Ok(opened?)
}

/// What is known of a sound.
pub fn sound_of(source: &dyn AudioSource) -> Sound {
    Sound { channels: source.channels(), rate: source.rate(), frames: source.frames().map(|frames| frames.0) }
}

/// Hears how far a picture has come; [`WaveformBuilder::png_so_far`] shows what there is.
pub type PictureObserver<'a> = dyn FnMut(&WaveformBuilder, Progress) -> ControlFlow<()> + 'a;

/// Reads a sound, as far as it is shown, into what draws its waveform.
pub fn waveform(
    source: &mut dyn AudioSource,
    settings: &WaveformSettings,
    observer: &mut PictureObserver<'_>,
) -> Result<WaveformBuilder, Error> {
    let mut builder = WaveformBuilder::new(settings.clone(), sound_of(source))?;
    read_blocks(source, |block, progress| {
        builder.push(block);
        proceed(observer(&builder, progress), builder.is_complete())
    })?;
    Ok(builder)
}

/// Reads a sound, as far as is wanted, and gives its peaks.
pub fn peaks(
    source: &mut dyn AudioSource,
    settings: PeakSettings,
    observer: &mut Observer<'_>,
) -> Result<PeakData, Error> {
    let mut builder = PeakDataBuilder::new(settings, sound_of(source))?;
    read_blocks(source, |block, progress| {
        builder.push(block)?;
        proceed(observer(progress), builder.is_complete())
    })?;
    Ok(builder.finish()?)
}

/// Reads a sound, as far as is wanted, and gives so many columns of each channel that is shown.
pub fn columns(
    source: &mut dyn AudioSource,
    excerpt: Excerpt,
    show: Channels,
    width: usize,
    observer: &mut Observer<'_>,
) -> Result<Vec<Vec<Column>>, Error> {
    let mut builder = ColumnsBuilder::new(excerpt, show, width, sound_of(source))?;
    read_blocks(source, |block, progress| {
        builder.push(block);
        proceed(observer(progress), builder.is_complete())
    })?;
    Ok(builder.finish()?)
}

/// Hands every block to `take`, until that breaks off or there are no more.
pub(crate) fn read_blocks(
    source: &mut dyn AudioSource,
    mut take: impl FnMut(&[&[f32]], Progress) -> Result<ControlFlow<()>, Error>,
) -> Result<(), Error> {
    let Sound { rate, frames, .. } = sound_of(source);
    let expected = Frames(frames.unwrap_or(0));
    let mut position = Frames(0);
    while let Some(block) = source.read()? {
        position += block.len();
        let fraction = share(position.0, frames, rate);
        let progress = Progress { position: position.seconds(rate), expected: expected.seconds(rate), fraction };
        let channels: Vec<&[f32]> = (0..block.channels()).map(|channel| block.channel(channel)).collect();
        if take(&channels, progress)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// What an observer wants, or what is needed no more.
pub(crate) fn proceed(observed: ControlFlow<()>, complete: bool) -> Result<ControlFlow<()>, Error> {
    match observed {
        ControlFlow::Break(()) => Err(Error::Cancelled),
        ControlFlow::Continue(()) if complete => Ok(ControlFlow::Break(())),
        ControlFlow::Continue(()) => Ok(ControlFlow::Continue(())),
    }
}
