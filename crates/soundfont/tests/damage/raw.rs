//! A small bank put together chunk by chunk, byte by byte: a second opinion on the format, easy to break at will.

type Chunks = Vec<(&'static str, Vec<u8>)>;

/// The chunks of the three lists in file order.
#[derive(Clone)]
pub(crate) struct Raw {
    pub(crate) info: Chunks,
    pub(crate) sdta: Chunks,
    pub(crate) pdta: Chunks,
}

/// A record: a name of 20 bytes, then numbers.
pub(crate) fn named(name: &str, rest: &[&[u8]]) -> Vec<u8> {
    let mut record = name.as_bytes().to_vec();
    record.resize(20, 0);
    record.extend(rest.concat());
    record
}

/// Little-endian words one after another.
pub(crate) fn words(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// A sample header.
pub(crate) fn sample(name: &str, positions: [u32; 4], rate: u32, key: u8, link: u16, kind: u16) -> Vec<u8> {
    let positions: Vec<u8> = positions.iter().flat_map(|value| value.to_le_bytes()).collect();
    named(name, &[&positions, &rate.to_le_bytes(), &[key, 0], &words(&[link, kind])])
}

impl Raw {
    /// One preset, one instrument with a global zone (pan −100), one sample of 100 points.
    pub(crate) fn valid() -> Raw {
        let end = |name: &str, rest: usize| named(name, &[&vec![0; rest]]);
        Raw {
            info: vec![("ifil", words(&[2, 4])), ("isng", b"EMU8000\0".to_vec()), ("INAM", b"By hand\0".to_vec())],
            sdta: vec![("smpl", (0..146u16).flat_map(u16::to_le_bytes).collect())],
            pdta: vec![
                (
                    "phdr",
                    [named("Piano", &[&words(&[0, 0, 0]), &[0; 12]]), named("EOP", &[&words(&[0, 0, 1]), &[0; 12]])]
                        .concat(),
                ),
                ("pbag", words(&[0, 0, 1, 0])),
                ("pmod", vec![0; 10]),
                ("pgen", words(&[41, 0, 0, 0])),
                ("inst", [named("Strings", &[&words(&[0])]), named("EOI", &[&words(&[2])])].concat()),
                ("ibag", words(&[0, 0, 1, 0, 3, 0])),
                ("imod", vec![0; 10]),
                ("igen", words(&[17, 0xff9c, 43, 0x7f00, 53, 0, 0, 0])),
                ("shdr", [sample("String", [0, 100, 10, 90], 44_100, 60, 0, 1), end("EOS", 26)].concat()),
            ],
        }
    }

    /// The content of a chunk.
    pub(crate) fn chunk(&mut self, id: &str) -> &mut Vec<u8> {
        let lists = self.info.iter_mut().chain(&mut self.sdta).chain(&mut self.pdta);
        lists.into_iter().find(|chunk| chunk.0 == id).map(|chunk| &mut chunk.1).unwrap()
    }

    /// Overwrites a word of a chunk.
    pub(crate) fn put(mut self, id: &str, offset: usize, value: u16) -> Raw {
        self.chunk(id)[offset..offset + 2].copy_from_slice(&value.to_le_bytes());
        self
    }

    /// Replaces a chunk's content.
    pub(crate) fn with(mut self, id: &str, content: Vec<u8>) -> Raw {
        *self.chunk(id) = content;
        self
    }

    /// Leaves a chunk out.
    pub(crate) fn without(mut self, id: &str) -> Raw {
        for list in [&mut self.info, &mut self.sdta, &mut self.pdta] {
            list.retain(|chunk| chunk.0 != id);
        }
        self
    }

    /// The instrument zone with these generators and modulators instead of both of the valid bank's.
    pub(crate) fn with_instrument_zone(self, generators: &[u16], modulators: &[[u16; 5]]) -> Raw {
        let counts = [(generators.len() / 2) as u16, modulators.len() as u16];
        self.put("inst", 42, 1)
            .with("ibag", words(&[0, 0, counts[0], counts[1]]))
            .with("igen", [words(generators), vec![0; 4]].concat())
            .with("imod", [words(&modulators.concat()), vec![0; 10]].concat())
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let lists = [("INFO", &self.info), ("sdta", &self.sdta), ("pdta", &self.pdta)];
        let body = lists.iter().flat_map(|(kind, chunks)| {
            let content = chunks.iter().flat_map(|(id, content)| chunk(id, content)).collect::<Vec<u8>>();
            chunk("LIST", &[kind.as_bytes(), &content].concat())
        });
        chunk("RIFF", &[b"sfbk".to_vec(), body.collect()].concat())
    }

    /// Where the content of a chunk begins in [`Raw::bytes`].
    pub(crate) fn offset(&self, id: &str) -> u64 {
        let bytes = self.bytes();
        bytes.windows(4).position(|window| window == id.as_bytes()).unwrap() as u64 + 8
    }
}

fn chunk(id: &str, content: &[u8]) -> Vec<u8> {
    let mut chunk = [id.as_bytes(), &(content.len() as u32).to_le_bytes(), content].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}
