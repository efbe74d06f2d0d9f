//! `rae master`: a loudness under a ceiling, and the sound of a reference.

use std::path::{Path, PathBuf};

use clap::Args;
use rust_audio_engine::{
    ConvertInput, ConvertOutput, ConvertReport, EffectTail, Error, FilesObserver, MasterReport, MasterSettings,
    Observer, Reference, WorkedFile, check_output, master, master_files,
};

use crate::effects::{ChainOptions, effect_tail};
use crate::exit::Failure;
use crate::files::{FileFormatOptions, FileOptions, FileReport, FileWork};
use crate::output::write;

/// Finish recordings: bring them to a loudness under a ceiling of true peaks, and to the sound of a reference
///
/// Reads the input two to eight times, until the loudness behind the limiter is right within 0.1 LU. With --reference the
/// spectrum is matched by a linear-phase equalizer, then the stereo width; with --chain or --preset those effects come first
/// (a limiter at their end comes last, with this ceiling). --save-chain writes all that was done as a chain file, for `rae process`.
#[derive(Args)]
pub(crate) struct Master {
    #[command(flatten)]
    files: FileOptions,
    /// Integrated loudness of the result, -60 to 0 LUFS [default: the reference's, else -14]
    #[arg(long, value_name = "LUFS", allow_negative_numbers = true, help_heading = "Mastering")]
    lufs: Option<f64>,
    /// The most that true peaks reach, -40 to 0 dBTP
    #[arg(long, value_name = "DBTP", default_value_t = -1.0, allow_negative_numbers = true, help_heading = "Mastering")]
    ceiling: f64,
    /// A recording to sound like
    #[arg(long, value_name = "FILE", help_heading = "Mastering")]
    reference: Option<PathBuf>,
    /// How far to go from the recording's loudness to the reference's, 0 to 1
    #[arg(
        long,
        value_name = "SHARE",
        default_value_t = 1.0,
        requires = "reference",
        conflicts_with = "lufs",
        help_heading = "Mastering"
    )]
    level_strength: f64,
    /// How far to go from the recording's spectrum to the reference's, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 1.0, requires = "reference", help_heading = "Mastering")]
    spectrum_strength: f64,
    /// How far to go from the recording's stereo width to the reference's, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 1.0, requires = "reference", help_heading = "Mastering")]
    width_strength: f64,
    /// With -o: write all that was done as a chain file, TOML or .json
    #[arg(long, value_name = "FILE", conflicts_with = "out_dir", help_heading = "Mastering")]
    save_chain: Option<PathBuf>,
    #[command(flatten)]
    effects: ChainOptions,
    /// What follows the end: trim (nothing), keep (all that rings), or seconds
    #[arg(long, value_name = "TAIL", default_value = "trim", value_parser = effect_tail, allow_negative_numbers = true, help_heading = "Effects")]
    tail: EffectTail,
    #[command(flatten)]
    format: FileFormatOptions,
}

impl Master {
    pub(crate) fn run(self) -> Result<(), Failure> {
        if let Some(path) = &self.save_chain {
            self.files.check_beside(path)?;
            self.reference.iter().try_for_each(|read| check_output(path, read))?;
            self.effects.spare(path, None)?;
        }
        self.files.spare(&self.effects)?;
        let settings = MasterSettings {
            convert: self.format.settings(&self.files, None),
            chain: self.effects.chain()?.unwrap_or_default(),
            tail: self.tail,
            lufs: self.lufs,
            ceiling_db: self.ceiling,
            reference: self.reference.as_ref().map(|path| Reference {
                level: self.level_strength,
                spectrum: self.spectrum_strength,
                width: self.width_strength,
                ..Reference::new(path)
            }),
        };
        if let Some(path) = &self.save_chain {
            self.effects.spare(path, Some(&settings.chain))?;
        }
        let overwrite = self.files.overwrites();
        self.files.run(&Work { settings, save_chain: self.save_chain.as_deref(), overwrite })
    }
}

struct Work<'a> {
    settings: MasterSettings,
    save_chain: Option<&'a Path>,
    overwrite: bool,
}

impl FileWork for Work<'_> {
    type Report = MasterReport;

    fn one(
        &self,
        input: ConvertInput,
        output: ConvertOutput<'_>,
        observer: &mut Observer<'_>,
    ) -> Result<MasterReport, Error> {
        let report = master(input, output, &self.settings, observer)?;
        if let Some(path) = self.save_chain {
            let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
            let text = if is_json { report.chain.to_json() } else { report.chain.to_toml() };
            write(path, self.overwrite, text.as_bytes())?;
        }
        Ok(report)
    }

    fn many(
        &self,
        inputs: &[PathBuf],
        folder: &Path,
        jobs: Option<usize>,
        observer: &mut FilesObserver<'_, MasterReport>,
    ) -> Result<Vec<WorkedFile<MasterReport>>, Error> {
        master_files(inputs, folder, &self.settings, jobs, observer)
    }
}

impl FileReport for MasterReport {
    fn file(&self) -> &ConvertReport {
        &self.file
    }

    /// `; −23.1 to −14.0 LUFS, −1.1 dBTP: gain 9.1 dB, limited by up to 3.2 dB`
    fn more(&self) -> String {
        let limited = if self.limited_db >= 0.05 {
            format!(", limited by up to {:.1} dB", self.limited_db)
        } else {
            String::new()
        };
        let (before, after) = (self.before.integrated_lufs, self.after.integrated_lufs);
        let peak = self.after.true_peak_db;
        format!("; {before:.1} to {after:.1} LUFS, {peak:.1} dBTP: gain {:+.1} dB{limited}", self.gain_db)
            .replace('-', "−")
    }
}
