//! Spectra made once for each response, rate and profile.

use std::sync::{Mutex, PoisonError};

use rae_dsp::Part;
use rae_dsp::hash::mix64;

use super::response::responses;
use super::running::Spectra;
use super::{ConvolutionReverb, FileResponse, Response};
use crate::chain::{Profile, Stage};

/// Spectra that are kept even if no chain uses them, the latest first.
static KEPT: Mutex<Vec<Kept>> = Mutex::new(Vec::new());
/// How many, and how many frames their responses have together at most: 20 s at 48 kHz, about 32 MiB.
const MOST_KEPT: usize = 16;
const MOST_TAPS: usize = 960_000;

#[derive(Debug)]
struct Kept {
    key: Key,
    spectra: Spectra,
    taps: usize,
}

/// All that spectra depend on.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    reverb: ConvolutionReverb,
    /// What the files hold, whatever their names.
    content: [u64; 2],
    rate: u32,
    profile: Profile,
}

impl Key {
    fn new(reverb: &ConvolutionReverb, stage: &Stage) -> Key {
        let mut reverb = reverb.clone();
        let mut content = [0; 2];
        if let Response::File { path, right_path, .. } = &mut reverb.response {
            for path in std::iter::once(path).chain(right_path) {
                if let Some(file) = stage.files.get(path) {
                    hash(&mut content, file);
                }
                path.clear();
            }
        }
        Key { reverb, content, rate: stage.rate.hz(), profile: stage.profile }
    }
}

fn hash(content: &mut [u64; 2], FileResponse { sound, recorded_at, lead }: &FileResponse) {
    let shape = [sound.channels() as u64, sound.frames() as u64, u64::from(recorded_at.hz()), lead.0];
    let words = shape.into_iter().chain(sound.planar().iter().map(|sample| u64::from(sample.to_bits())));
    for word in words {
        content[0] = mix64(content[0] ^ word);
        content[1] = mix64(content[1].wrapping_add(word.rotate_left(17)).wrapping_mul(3));
    }
}

/// The spectra of a reverb, whose files are there.
pub(super) fn spectra(reverb: &ConvolutionReverb, stage: &Stage) -> Spectra {
    let key = Key::new(reverb, stage);
    if let Some(known) = find(&key) {
        return known;
    }
    let spectra = make(reverb, stage);
    if reverb.taps(stage) > MOST_TAPS {
        return spectra;
    }
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    kept.insert(0, Kept { key, spectra: spectra.clone(), taps: reverb.taps(stage) });
    let mut taps = 0;
    let fits = |kept: &Kept| {
        taps += kept.taps;
        taps <= MOST_TAPS
    };
    let count = kept.iter().take(MOST_KEPT).map(fits).take_while(|fits| *fits).count();
    kept.truncate(count);
    spectra
}

fn find(key: &Key) -> Option<Spectra> {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let place = kept.iter().position(|kept| kept.key == *key)?;
    kept[..=place].rotate_right(1);
    Some(kept[0].spectra.clone())
}

fn make(reverb: &ConvolutionReverb, stage: &Stage) -> Spectra {
    let responses = responses(reverb, stage);
    let mut parts = vec![Part::Stereo(&responses.straight, 1.0)];
    parts.extend(responses.crossed.as_ref().map(|crossed| Part::Crossed(crossed, 1.0)));
    Spectra::new(&parts, stage.profile)
}
