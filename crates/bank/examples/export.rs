//! Writes the built-in bank to the `.sf2` file named on the command line.

use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: export BANK.sf2");
        return ExitCode::from(2);
    };
    let start = Instant::now();
    let bytes = rae_bank::bytes();
    let seconds = start.elapsed().as_secs_f64();
    match std::fs::write(&path, &bytes) {
        Ok(()) => {
            println!("{path}: {} bytes, made in {:.0} ms", bytes.len(), seconds * 1000.0);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("cannot write {path}: {error}");
            ExitCode::FAILURE
        }
    }
}
