//! Measures every program and prints a line for each: cents off (worst and mean over keys 36 to 84), loudness of a
//! melody and of a chord, peak, levels of a held note after 0.3, 1 and 2.5 s relative to its loudest, nearest other program.
//!
//! `cargo run --release -p rae-bank --example survey [PROGRAM...]`; with `--trim` instead, prints the table of
//! `src/levels.rs` anew (set it to zero first).

#[path = "../tests/common/mod.rs"]
mod common;

use common::{
    Note, SUSTAINED, Spectra, chord, distance, fingerprint, integrated_loudness, level_db, melody, momentary_loudness,
    render,
};

/// Loudness that a program is trimmed to on the melody, LUFS; those below stay as they are. Recorded banks give those
/// that last more than those that die away.
fn target(program: u8) -> f64 {
    match program {
        0..=3 => -26.2,
        119.. => -27.5,
        _ if SUSTAINED.contains(&program) => -24.8,
        _ => -25.5,
    }
}

/// The table of `src/levels.rs`, if what is there is all zero.
fn print_trims() {
    for row in 0..16 {
        let trims: Vec<String> = (row * 8..row * 8 + 8).map(|program| format!("{:3},", trim(program))).collect();
        println!("    {}", trims.join(" "));
    }
}

fn trim(program: u8) -> u8 {
    let (notes, seconds) = melody();
    let excess = integrated_loudness(&render(0, program, &notes, seconds)) - target(program);
    (excess.max(0.0) * 10.0).round() as u8
}

fn main() {
    if std::env::args().any(|word| word == "--trim") {
        return print_trims();
    }
    let mut programs: Vec<u8> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let all = programs.is_empty();
    if all {
        programs = (0..128).collect();
    }
    let spectra = &mut Spectra::new();
    let prints: Vec<Vec<f64>> =
        if all { programs.iter().map(|&program| fingerprint(program, spectra)).collect() } else { Vec::new() };
    let bank = rae_bank::soundfont();
    for (place, &program) in programs.iter().enumerate() {
        let name = &bank.model().presets[bank.preset(0, program.into()).expect("every program")].name;
        let cents: Vec<(u8, f64)> = (36..=84)
            .step_by(if all { 4 } else { 1 })
            .map(|key| (key, spectra.cents_off(&render(0, program, &[Note(key, 100, 0.0, 1.1)], 1.0).mono(), key)))
            .collect();
        let worst = cents
            .iter()
            .fold((0, 0.0f64), |worst, &(key, off)| if off.abs() > worst.1.abs() { (key, off) } else { worst });
        let (notes, seconds) = melody();
        let audio = render(0, program, &notes, seconds);
        let singles = [36, 48, 60, 72, 84]
            .map(|key| format!("{:6.1}", momentary_loudness(&render(0, program, &[Note(key, 100, 0.0, 0.9)], 1.5))));
        let held = render(0, program, &[Note(60, 100, 0.0, 3.0)], 3.0);
        let top =
            (0..150).map(|i| level_db(&held, f64::from(i) * 0.02, f64::from(i) * 0.02 + 0.02)).fold(-200.0, f64::max);
        let later = [0.3, 1.0, 2.5].map(|at| format!("{:6.1}", level_db(&held, at, at + 0.3) - top));
        let soft = momentary_loudness(&render(0, program, &[Note(60, 50, 0.0, 0.9)], 1.5));
        print!(
            "{program:3} {name:20} {:3} {:6.1} c | {:6.1} LUFS, chord {:6.1} [{}] v50 {soft:5.1} peak {:.2} | {}",
            worst.0,
            worst.1,
            integrated_loudness(&audio),
            integrated_loudness(&render(0, program, &chord().0, 2.5)),
            singles.join(""),
            audio.peak(),
            later.join("")
        );
        if all {
            let nearest = (0..programs.len())
                .filter(|&other| other != place)
                .map(|other| (programs[other], distance(&prints[place], &prints[other])))
                .min_by(|a, b| a.1.total_cmp(&b.1))
                .expect("other programs");
            print!(" | {:3} {:.1}", nearest.0, nearest.1);
        }
        println!();
    }
    for limit in [1.0, 2.0, 3.0, 4.0, 5.0, 6.0] {
        println!("clusters at {limit} dB: {}", common::clusters(&prints, limit));
    }
}
