//! Decodes an audio file to `f32`, block by block, and keeps only the sum of its first samples, so that nothing is left
//! out: `decode FILE`.

use rae_codec::{AudioReader, CodecError};

fn main() -> Result<(), CodecError> {
    let path = std::env::args_os().nth(1).expect("usage: decode FILE");
    let mut reader = AudioReader::open(path)?;
    let (mut frames, mut sum) = (0, 0.0);
    while let Some(block) = reader.read()? {
        frames += block.frames();
        sum += f64::from(block.channel(0)[0]);
    }
    println!("{frames} frames, {sum}");
    Ok(())
}
