//! RIFF RMID files: songs with a bank of their own.

/// An RMID file with this song, a name, and perhaps a bank and its offset (DBNK).
pub fn rmid(song: &[u8], bank: Option<&[u8]>, offset: Option<u16>) -> Vec<u8> {
    let mut info = [b"INFO", &chunk(b"INAM", b"testkit song")[..]].concat();
    if let Some(offset) = offset {
        info.extend(chunk(b"DBNK", &offset.to_le_bytes()));
    }
    let parts = [b"RMID".to_vec(), chunk(b"data", song), chunk(b"LIST", &info), bank.unwrap_or_default().to_vec()];
    chunk(b"RIFF", &parts.concat())
}

/// A RIFF chunk, padded to an even length.
fn chunk(id: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut chunk = [id, &(content.len() as u32).to_le_bytes()[..], content].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}
