//! What playing a song live costs when one block follows the other at once: `live_song SF2 MID VOICES SECONDS RUNS [dry]`.
//!
//! As `rae play --sink null`, which sleeps until each block is due: a processor that wakes has to find its caches and its
//! pace again, and how long that takes is the machine's affair. So is what else runs on it: a block has the same work in every
//! run, and counts with the least time that any has taken for it. Loads in percent of the time for a block, as JSON.

use std::error::Error;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rae_effects::convolution::NoFiles;
use rae_live::{BusSettings, Chain, Meter, Part, PlaySettings, ReverbSettings, Settings, Song, moved_filters};
use rae_midi::{Performance, Sequence};
use rae_soundfont::{SoundFont, Storage};
use rae_synth::QUANTUM;
use rae_units::{Decibels, Frames};
use rustix::time::{ClockId, clock_gettime};

/// Blocks between two looks at what is due soon.
const FEED: usize = 32;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let ([bank, song, voices, seconds, runs], rest) =
        arguments.split_first_chunk().ok_or("live_song SF2 MID VOICES SECONDS RUNS [dry]")?;
    let dry = rest.iter().any(|argument| argument == "dry");
    let font = Arc::new(SoundFont::open(Path::new(bank), Storage::Mapped)?);
    let performance = Performance::new(&Sequence::read(Path::new(song))?.sequence);
    let synthesis = Settings { max_voices: voices.parse()?, sends: !dry, ..Settings::default() };
    let blocks = (seconds.parse::<f64>()? * f64::from(synthesis.rate.hz()) / QUANTUM as f64) as usize;
    let mut meter = Meter::new(Duration::from_secs_f64(Frames(QUANTUM as u64).seconds(synthesis.rate).0));
    let (mut least, mut most_voices) = (vec![Duration::MAX; blocks], 0);
    for _ in 0..runs.parse::<NonZeroU32>()?.get() {
        let (times, voices) = play(&font, &performance, &synthesis, dry, blocks)?;
        least.iter_mut().zip(times).for_each(|(least, time)| *least = time.min(*least));
        most_voices = voices;
    }
    least.into_iter().for_each(|time| meter.count(time, false));
    let load = meter.load();
    println!(
        "{{\"median_percent\": {:.1}, \"percentile_99_percent\": {:.1}, \"percentile_99_9_percent\": {:.1}, \
         \"most_percent\": {:.1}, \"most_voices\": {}}}",
        load.median, load.percentile_99, load.percentile_99_9, load.most, most_voices
    );
    Ok(())
}

/// Times of so many blocks, and the most voices that sounded.
fn play(
    font: &Arc<SoundFont>,
    performance: &Performance,
    synthesis: &Settings,
    dry: bool,
    blocks: usize,
) -> Result<(Vec<Duration>, usize), Box<dyn Error>> {
    let mut song = Song::new(performance, Part::default(), synthesis.rate)?;
    let effects = BusSettings { reverb: ReverbSettings::default(), sends: song.sends(), ..BusSettings::default() };
    let settings = PlaySettings {
        synthesis: synthesis.clone(),
        effects: if dry { BusSettings::DRY } else { effects },
        gain: Decibels(0.0),
        chain: Chain::default(),
        files: Arc::new(NoFiles),
        channels: performance.channels,
        moved_filters: moved_filters(performance),
        metronome: None,
    };
    let (mut console, mut instrument) = rae_live::open(font.clone(), &settings)?;
    let block = |number: usize| {
        if number % FEED == 0 {
            song.feed(&mut console);
        }
        let start = cpu_time();
        std::hint::black_box(instrument.quantum());
        cpu_time() - start
    };
    let times = (0..blocks).map(block).collect();
    Ok((times, console.most_voices()))
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
