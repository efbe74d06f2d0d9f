//! Tiny SF3 banks: the samples of a bank become Ogg Vorbis streams.

use crate::BankBuilder;

/// 3001 points of a sine of amplitude 0.5 with a period of 100 points, as libvorbis compressed it.
pub const SINE_OGG: &[u8] = include_bytes!("../data/sine.ogg");

/// 30007 points of 0.4·sin(2π(n/200 + n²/3000000)), over several pages, as libvorbis compressed it.
pub const SWEEP_OGG: &[u8] = include_bytes!("../data/sweep.ogg");

/// 500 points of stereo, which no SoundFont sample is.
pub const STEREO_OGG: &[u8] = include_bytes!("../data/stereo.ogg");

impl BankBuilder {
    /// The bank as an SF3 file in which `streams` take the place of the samples' points, in their order. Loops keep
    /// their distance from the sample's start.
    pub fn sf3_bytes(&self, streams: &[&[u8]]) -> Vec<u8> {
        let samples = &self.model().samples;
        assert_eq!(samples.len(), streams.len(), "a stream for every sample");
        let chunk = streams.concat();
        let mut file = self.bytes();
        let smpl = position(&file, b"smpl");
        let (size, end) = (u32_at(&file, smpl + 4), smpl + 8 + u32_at(&file, smpl + 4) as usize);
        let growth = (chunk.len() as u32).wrapping_sub(size);
        file.splice(smpl + 8..end, chunk);
        for at in [4, smpl - 8, smpl + 4] {
            let length = u32_at(&file, at).wrapping_add(growth);
            file[at..at + 4].copy_from_slice(&length.to_le_bytes());
        }
        let version = position(&file, b"ifil");
        file[version + 8..version + 12].copy_from_slice(&[3, 0, 1, 0]);
        let headers = position(&file, b"shdr") + 8;
        let mut start = 0;
        for ((index, sample), stream) in samples.iter().enumerate().zip(streams) {
            let record = &mut file[headers + 46 * index..];
            let end = start + stream.len() as u32;
            let numbers = [start, end, sample.loop_start - sample.start, sample.loop_end - sample.start];
            for (field, number) in record[20..36].chunks_mut(4).zip(numbers) {
                field.copy_from_slice(&number.to_le_bytes());
            }
            record[44] |= 0x10;
            start = end;
        }
        file
    }
}

/// Gives every Ogg page in the file the checksum that its content has, so that damage gets past it.
pub fn reseal(file: &mut [u8]) {
    let starts: Vec<usize> =
        file.windows(4).enumerate().filter(|(_, w)| w == b"OggS").map(|(start, _)| start).collect();
    for start in starts {
        let page = &mut file[start..];
        let Some(table) = page.get(26).and_then(|count| page.get(27..27 + usize::from(*count))) else { continue };
        let length = 27 + table.len() + table.iter().map(|lace| usize::from(*lace)).sum::<usize>();
        let Some(page) = page.get_mut(..length) else { continue };
        page[22..26].fill(0);
        let mut rest = 0_u32;
        for bit in page.iter().flat_map(|byte| (0..8).rev().map(move |bit| u32::from(byte >> bit & 1))) {
            rest = rest << 1 ^ if rest >> 31 ^ bit == 1 { 0x04c1_1db7 } else { 0 };
        }
        page[22..26].copy_from_slice(&rest.to_le_bytes());
    }
}

fn position(file: &[u8], id: &[u8; 4]) -> usize {
    file.windows(4).position(|window| window == id).expect("a chunk that every bank has")
}

fn u32_at(file: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(*file[at..].first_chunk().expect("four bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealing_what_is_intact_changes_nothing() {
        let mut file = SWEEP_OGG.to_vec();
        reseal(&mut file);
        assert_eq!(file, SWEEP_OGG);
        file[4600] ^= 1;
        reseal(&mut file);
        assert_eq!(file.iter().zip(SWEEP_OGG).filter(|(a, b)| a != b).count(), 5, "a byte and a checksum");
    }
}
