//! The virtual unrolled stream of a sample: silence before its start, its loop repeated, silence after its end.

use rae_soundfont::Pcm;

use super::interpolation::Reach;
use super::{ONE, Segment, VoiceBlock, WINDOW};
use crate::program::SampleSource;

/// Points that are converted side by side.
const GROUP: usize = 16;

/// Reads points of the unrolled stream into a contiguous buffer, so that a kernel needs no case for loops or ends.
pub(crate) struct Unroller<'a> {
    pub(crate) pcm: Pcm<'a>,
    pub(crate) source: &'a SampleSource,
    pub(crate) looping: bool,
    pub(crate) wrapped: bool,
}

impl<'a> Unroller<'a> {
    #[inline(always)]
    pub(crate) fn new(pcm: Pcm<'a>, voice: &'a VoiceBlock, segment: &Segment) -> Unroller<'a> {
        Unroller { pcm, source: &voice.source, looping: segment.looping, wrapped: segment.wrapped }
    }

    /// Unrolls what `frames` frames from `phase` on read, for a kernel of this reach; the points, and the first frame's
    /// fraction.
    #[inline(always)]
    pub(crate) fn read_run<'w>(
        &self,
        reach: Reach,
        phase: u64,
        increment: u64,
        frames: usize,
        window: &'w mut [f32; WINDOW],
    ) -> (&'w [f32], u64) {
        let start = phase & (ONE - 1);
        let span = ((start + (frames as u64 - 1) * increment) >> 32) as usize;
        self.read((phase >> 32) as i64 - reach.before as i64, &mut window[..span + reach.taps]);
        (&window[..], start)
    }

    /// Fills `out` with the points `first`, `first + 1`, …
    #[inline(always)]
    pub(crate) fn read(&self, first: i64, out: &mut [f32]) {
        let mut filled = 0;
        while filled < out.len() {
            let (position, run) = self.locate(first + filled as i64);
            let run = run.min((out.len() - filled) as i64) as usize;
            let part = &mut out[filled..filled + run];
            match position {
                Some(position) => self.convert(position, part),
                None => part.fill(0.0),
            }
            filled += run;
        }
    }

    /// Where the stream's point `index` lies in the chunk (`None`: silence) and for how many points that goes on.
    #[inline(always)]
    fn locate(&self, index: i64) -> (Option<usize>, i64) {
        let SampleSource { start, end, loop_start, loop_end, .. } = *self.source;
        let [start, end, loop_start, loop_end] = [start, end, loop_start, loop_end].map(i64::from);
        let length = loop_end - loop_start;
        if self.looping && index >= loop_end {
            let into = (index - loop_end) % length;
            (Some((loop_start + into) as usize), length - into)
        } else if self.wrapped && index < loop_start {
            let back = (loop_start - 1 - index) % length;
            (Some((loop_end - 1 - back) as usize), back + 1)
        } else if !self.wrapped && index < start {
            (None, start - index)
        } else if self.looping {
            (Some(index as usize), loop_end - index)
        } else if index < end {
            (Some(index as usize), end - index)
        } else {
            (None, i64::MAX)
        }
    }

    #[inline(always)]
    fn convert(&self, position: usize, out: &mut [f32]) {
        let words = &self.pcm.words[position..position + out.len()];
        if self.pcm.low_bytes.is_empty() {
            let convert = |out: &mut [f32; GROUP], words: &[[u8; 2]; GROUP]| {
                for (sample, word) in out.iter_mut().zip(words) {
                    *sample = f32::from(i16::from_le_bytes(*word)) * (1.0 / 32_768.0);
                }
            };
            for (out, words) in out.as_chunks_mut().0.iter_mut().zip(words.as_chunks().0) {
                convert(out, words);
            }
            // What is left over, with some of what was done already: whole groups are quickest.
            match (out.last_chunk_mut(), words.last_chunk()) {
                (Some(out), Some(words)) => convert(out, words),
                _ => {
                    for (sample, word) in out.iter_mut().zip(words) {
                        *sample = f32::from(i16::from_le_bytes(*word)) * (1.0 / 32_768.0);
                    }
                }
            }
        } else {
            let low_bytes = &self.pcm.low_bytes[position..position + out.len()];
            for ((sample, word), low) in out.iter_mut().zip(words).zip(low_bytes) {
                let point = i32::from(i16::from_le_bytes(*word)) * 256 + i32::from(*low);
                *sample = point as f32 * (1.0 / 8_388_608.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: SampleSource = SampleSource { sample: 0, start: 2, end: 10, loop_start: 4, loop_end: 7 };

    fn read(looping: bool, wrapped: bool, first: i64, count: usize) -> Vec<i32> {
        let words: Vec<[u8; 2]> = (0..12i16).map(|i| (i * 100).to_le_bytes()).collect();
        let pcm = Pcm { words: &words, low_bytes: &[] };
        let mut out = vec![0.0; count];
        Unroller { pcm, source: &SOURCE, looping, wrapped }.read(first, &mut out);
        out.iter().map(|x| (x * 327.68).round() as i32).collect()
    }

    #[test]
    fn silence_lies_around_a_sample() {
        assert_eq!(read(false, false, 0, 12), [0, 0, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0]);
        assert_eq!(read(false, false, -5, 3), [0, 0, 0]);
        assert_eq!(read(false, false, 50, 2), [0, 0]);
    }

    #[test]
    fn loops_repeat_forwards_and_backwards() {
        assert_eq!(read(true, false, 2, 10), [2, 3, 4, 5, 6, 4, 5, 6, 4, 5]);
        assert_eq!(read(true, true, 0, 8), [6, 4, 5, 6, 4, 5, 6, 4].map(|x: i32| x));
        assert_eq!(read(false, true, 3, 8), [6, 4, 5, 6, 7, 8, 9, 0]);
    }

    /// A sample that starts within its loop: once round, all of the loop is heard, also what lies before the start.
    #[test]
    fn loops_that_begin_before_the_start_are_heard_whole() {
        let words: Vec<[u8; 2]> = (0..12i16).map(|i| (i * 100).to_le_bytes()).collect();
        let source = SampleSource { start: 6, loop_start: 3, loop_end: 9, ..SOURCE };
        let read = |wrapped, first| {
            let pcm = Pcm { words: &words, low_bytes: &[] };
            let mut out = [0.0; 8];
            Unroller { pcm, source: &source, looping: true, wrapped }.read(first, &mut out);
            out.map(|x| (x * 327.68).round() as i32)
        };
        assert_eq!(read(false, 4), [0, 0, 6, 7, 8, 3, 4, 5]);
        assert_eq!(read(true, 4), [4, 5, 6, 7, 8, 3, 4, 5]);
        assert_eq!(read(true, 1), [7, 8, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn low_bytes_extend_the_words() {
        let words = [[0, 0], [1, 0]];
        let pcm = Pcm { words: &words, low_bytes: &[128, 255] };
        let source = SampleSource { sample: 0, start: 0, end: 2, loop_start: 2, loop_end: 2 };
        let mut out = [0.0; 2];
        Unroller { pcm, source: &source, looping: false, wrapped: false }.read(0, &mut out);
        assert_eq!(out, [128.0 / 8_388_608.0, 511.0 / 8_388_608.0]);
    }
}
