//! Chains of effects and presets on the command line.

use std::path::{Path, PathBuf};

use clap::Args;
use rust_audio_engine::effects::Chain;
use rust_audio_engine::{
    EffectTail, Error, ReductionReport, Seconds, check_output, preset, read_chain, with_impulse_response,
};

/// Which effects sound passes.
#[derive(Args)]
#[command(next_help_heading = "Effects")]
pub(crate) struct ChainOptions {
    /// Chain of effects, a TOML or .json file (docs/chains.md, schemas/chain.schema.json)
    #[arg(long, value_name = "FILE", conflicts_with = "preset")]
    chain: Option<PathBuf>,
    /// Chain that comes with the engine; `rae presets` lists them
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Reverb by this impulse response, an audio file, after the chain but before a limiter at its end
    #[arg(long, value_name = "FILE")]
    ir: Option<PathBuf>,
    /// Share of that reverb, 0 to 1
    #[arg(long, value_name = "WET", default_value_t = 0.3, requires = "ir", allow_negative_numbers = true)]
    wet: f64,
}

impl ChainOptions {
    /// The chain that is asked for.
    pub(crate) fn chain(&self) -> Result<Option<Chain>, Error> {
        let chain = match (&self.chain, &self.preset) {
            (Some(path), _) => Some(read_chain(path)?),
            (None, Some(name)) => Some(preset(name)?.chain()),
            (None, None) => None,
        };
        match &self.ir {
            Some(path) => with_impulse_response(chain.unwrap_or_default(), path, self.wet).map(Some),
            None => Ok(chain),
        }
    }

    /// Refuses an output that would replace what the chain is read from, or what the chain reads.
    pub(crate) fn spare(&self, output: &Path, chain: Option<&Chain>) -> Result<(), Error> {
        let named = chain.map(Chain::files).unwrap_or_default();
        self.chain.iter().chain(&self.ir).chain(&named).try_for_each(|read| check_output(output, read))
    }
}

/// `keep`, `trim` or seconds.
pub(crate) fn effect_tail(text: &str) -> Result<EffectTail, String> {
    match text {
        "keep" => Ok(EffectTail::Keep),
        "trim" => Ok(EffectTail::Trim),
        _ => match text.parse::<f64>() {
            Ok(seconds) if (0.0..=3600.0).contains(&seconds) => Ok(EffectTail::Seconds(Seconds(seconds))),
            _ => Err("choose keep, trim, or 0 to 3600 seconds".into()),
        },
    }
}

/// `, turned down by up to 3.2 dB`, if anything was.
pub(crate) fn turned_down(reductions: &[ReductionReport]) -> String {
    let deepest = reductions.iter().map(|reduction| reduction.deepest_db).fold(0.0, f64::max);
    if deepest >= 0.05 { format!(", turned down by up to {deepest:.1} dB") } else { String::new() }
}
