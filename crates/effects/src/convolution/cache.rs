//! Spectra made once for each response, rate and profile: whatever chains use is shared, and what was used last is kept.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rae_dsp::Part;
use rae_dsp::hash::mix64;

use super::response::responses;
use super::running::{Spectra, WeakSpectra};
use super::{ConvolutionReverb, FileResponse, Response};
use crate::chain::{Profile, Stage};

/// Spectra that are there, the latest first.
static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());
/// How many are kept even if no chain uses them, and how many frames their responses have together at most: 20 s at 48 kHz,
/// about 32 MiB.
const MOST_KEPT: usize = 16;
const MOST_TAPS: usize = 960_000;

#[derive(Debug)]
struct Known {
    key: Key,
    /// What chains use.
    used: WeakSpectra,
    /// The same, while it is kept.
    kept: Option<Spectra>,
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
    if let Some(known) = find(&mut known(), &key) {
        return known;
    }
    // Others need not wait for it; who was faster has made the same.
    let made = make(reverb, stage);
    let mut list = known();
    if let Some(earlier) = find(&mut list, &key) {
        return earlier;
    }
    list.insert(0, Known { key, used: made.downgrade(), kept: Some(made.clone()), taps: reverb.taps(stage) });
    let (mut count, mut taps) = (0, 0);
    for known in list.iter_mut().filter(|known| known.kept.is_some()) {
        if count == MOST_KEPT || taps + known.taps > MOST_TAPS {
            known.kept = None;
        } else {
            (count, taps) = (count + 1, taps + known.taps);
        }
    }
    list.retain(|known| known.used.upgrade().is_some());
    made
}

fn known() -> MutexGuard<'static, Vec<Known>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn find(list: &mut [Known], key: &Key) -> Option<Spectra> {
    let place = list.iter().position(|known| known.key == *key)?;
    let spectra = list[place].used.upgrade()?;
    list[..=place].rotate_right(1);
    Some(spectra)
}

fn make(reverb: &ConvolutionReverb, stage: &Stage) -> Spectra {
    let responses = responses(reverb, stage);
    let mut parts = vec![Part::Stereo(&responses.straight, 1.0)];
    parts.extend(responses.crossed.as_ref().map(|crossed| Part::Crossed(crossed, 1.0)));
    Spectra::new(&parts, stage.profile)
}
