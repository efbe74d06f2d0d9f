//! Chains of effects and presets on the command line.

use std::path::PathBuf;

use clap::Args;
use rust_audio_engine::effects::{Chain, ConvolutionReverb, Effect, Response, Slot};
use rust_audio_engine::{EffectTail, Error, ReductionReport, Seconds, preset, read_chain};

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
        let mut chain = match (&self.chain, &self.preset) {
            (Some(path), _) => Some(read_chain(path)?),
            (None, Some(name)) => Some(preset(name)?.chain()),
            (None, None) => None,
        };
        if let Some(path) = &self.ir {
            let effects = &mut chain.get_or_insert_default().effects;
            let limiter = matches!(effects.last(), Some(Slot { effect: Effect::TruePeakLimiter(_), .. }));
            // The chain may be written to another folder.
            let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            effects.insert(effects.len() - usize::from(limiter), self.reverb(path.display().to_string()));
        }
        Ok(chain)
    }

    /// The files that it is read from.
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.chain.iter().chain(&self.ir)
    }

    fn reverb(&self, path: String) -> Slot {
        let response = Response::File { path, right_path: None, normalize: true };
        let reverb = ConvolutionReverb { response, ..ConvolutionReverb::default() };
        Slot { effect: reverb.into(), mix: self.wet, bypass: false }
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
