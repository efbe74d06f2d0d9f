//! `rae process` and `rae presets` on the command line.

mod common;

use std::fs;

use common::{Folder, stderr};

/// A folder with `song.wav`.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.stdout("render song.mid -o song.wav --quiet --sample-format f32 --no-reverb");
    folder
}

fn samples(folder: &Folder, name: &str) -> Vec<f32> {
    hound::WavReader::open(folder.path(name)).unwrap().into_samples().map(Result::unwrap).collect()
}

/// A chain that reads a file.
const HALL: &str = "[[effects]]\ntype = \"convolution_reverb\"\nresponse = { type = \"file\", path = \"echo.wav\" }\n";

#[test]
fn a_chain_of_a_gain_is_a_gain() {
    let folder = folder();
    fs::write(folder.path("half.toml"), "[[effects]]\ntype = \"gain\"\ngain_db = -6.0206\n").unwrap();
    fs::write(folder.path("half.json"), r#"{"effects": [{"type": "gain", "gain_db": -6.0206}]}"#).unwrap();
    let before = samples(&folder, "song.wav");
    for chain in ["half.toml", "half.json"] {
        folder.stdout(&format!("process song.wav -o half.wav --chain {chain} --force --quiet"));
        let after = samples(&folder, "half.wav");
        assert_eq!(before.len(), after.len());
        assert!(before.iter().zip(&after).all(|(was, is)| (was / 2.0 - is).abs() <= 1e-6));
    }
}

#[test]
fn latency_is_taken_away_and_tails_are_chosen() {
    let folder = folder();
    let chain = "[[effects]]\ntype = \"equalizer\"\nlinear_phase = true\n\
        bands = [{ type = \"peak\", frequency_hz = 441, gain_db = 6, q = 0.7 }]\n";
    fs::write(folder.path("eq.toml"), chain).unwrap();
    let before = samples(&folder, "song.wav");
    let after = |tail: &str| {
        folder.stdout(&format!("process song.wav -o eq.wav --chain eq.toml --force --quiet {tail}"));
        samples(&folder, "eq.wav")
    };
    let trimmed = after("--tail trim");
    assert_eq!(trimmed.len(), before.len());
    // The song is a tone of 441 Hz times what its keys ask for: in phase with itself, hence not late.
    let product = |shift: usize| -> f64 {
        before.iter().zip(&trimmed[2 * shift..]).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    assert!((1..30).all(|shift| product(0) > product(shift)), "the output lies behind");
    assert_eq!(after("--tail 0.5").len(), before.len() + 44_100);
    let kept = after("");
    assert!(kept.len() > before.len() && kept[..trimmed.len()] == trimmed[..]);
}

#[test]
fn a_preset_is_the_file_that_it_prints() {
    let folder = folder();
    let list = folder.stdout("presets");
    assert!(list.lines().count() >= 10 && list.contains("jazz") && list.contains("practice-room"), "{list}");
    let json: serde_json::Value = serde_json::from_str(&folder.stdout("presets --json")).unwrap();
    assert_eq!(json.as_array().unwrap().len(), list.lines().count());
    fs::write(folder.path("mine.toml"), folder.stdout("presets jazz")).unwrap();
    fs::write(folder.path("mine.json"), folder.stdout("presets jazz --json")).unwrap();
    folder.stdout("process song.wav -o a.wav --preset jazz --quiet");
    folder.stdout("process song.wav -o b.wav --chain mine.toml --quiet");
    folder.stdout("process song.wav -o c.wav --chain mine.json --quiet");
    let bytes = |name: &str| fs::read(folder.path(name)).unwrap();
    assert!(bytes("a.wav") == bytes("b.wav") && bytes("a.wav") == bytes("c.wav"));
    let told = folder.fails(2, "presets polka");
    assert!(told.contains("no preset 'polka'") && told.contains("jazz"), "{told}");
}

#[test]
fn reports_are_json_for_one_file_and_for_many() {
    let folder = folder();
    fs::copy(folder.path("song.wav"), folder.path("other.wav")).unwrap();
    let loud = "[[effects]]\ntype = \"gain\"\ngain_db = 40\n[[effects]]\ntype = \"true_peak_limiter\"\n";
    fs::write(folder.path("loud.toml"), loud).unwrap();
    let one = folder.stdout("process song.wav -o loud.flac --chain loud.toml --json --quiet");
    let one: serde_json::Value = serde_json::from_str(&one).unwrap();
    assert_eq!((one["output"].as_str(), one["to"].as_str()), (Some("loud.flac"), Some("FLAC")));
    assert_eq!(one["reductions"][0]["place"], "effects[1]");
    assert!(one["reductions"][0]["deepest_db"].as_f64().unwrap() > 3.0, "{one}");
    let output = folder.rae("process song.wav song.mid other.wav -d out --chain loud.toml --json --jobs 2");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let many: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(many.as_array().unwrap().len(), 3);
    assert!(many[0]["error"].is_null() && many[1]["error"].as_str().unwrap().contains("MIDI"), "{many}");
    assert!(folder.path("out/other.wav").exists() && !folder.path("out/song-2.wav").exists());
}

#[test]
fn an_impulse_response_comes_before_the_limiter() {
    let folder = folder();
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 44_100,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(folder.path("echo.wav"), spec).unwrap();
    // An echo of half a second, after which nothing is left of the direct sound.
    (0..22_051).for_each(|n| writer.write_sample(if n == 22_050 { 1.0f32 } else { 0.0 }).unwrap());
    writer.finalize().unwrap();
    folder.stdout("process song.wav -o echo-only.wav --ir echo.wav --wet 1 --quiet");
    let (before, after) = (samples(&folder, "song.wav"), samples(&folder, "echo-only.wav"));
    assert_eq!(after.len(), before.len() + 2 * 22_050);
    let late = &after[2 * 22_050..];
    assert!(before.iter().zip(late).all(|(was, is)| (was - is).abs() < 1e-5));
    folder.stdout("process song.wav -o half.wav --ir echo.wav --wet 0.5 --tail trim --quiet");
    assert!(
        before.iter().zip(samples(&folder, "half.wav")).take(40_000).all(|(was, is)| (was / 2.0 - is).abs() < 1e-5)
    );
    let told = folder.fails(3, "process song.wav -o new.wav --ir missing.wav");
    assert!(told.contains("missing.wav") && !told.contains("chain"), "{told}");
    let told = folder.fails(4, "process song.wav -o new.wav --ir song.mid");
    assert!(told.contains("song.mid") && !told.contains("chain"), "{told}");
    fs::write(folder.path("lost.toml"), HALL.replace("echo.wav", "missing.wav")).unwrap();
    let told = folder.fails(3, "process song.wav -o new.wav --chain lost.toml");
    assert!(told.contains("missing.wav"), "{told}");
    folder.fails(2, "process song.wav -o new.wav --preset pop --wet 0.5");
    let told = folder.fails(2, "process song.wav -o new.wav --ir echo.wav --wet 1.5");
    assert!(told.contains("wet share is 1.5") && !told.contains("chain"), "{told}");

    // What a chain reads is no output, whoever names it.
    fs::write(folder.path("hall.toml"), HALL).unwrap();
    let before = fs::read(folder.path("echo.wav")).unwrap();
    fs::create_dir(folder.path("in")).unwrap();
    fs::copy(folder.path("song.wav"), folder.path("in/echo.wav")).unwrap();
    for command in [
        "process song.wav -o echo.wav --ir echo.wav --force",
        "process song.wav -o echo.wav --chain hall.toml --force",
        "master song.wav -o echo.wav --chain hall.toml --force",
        "render song.mid -o echo.wav --chain hall.toml --force",
    ] {
        folder.fails(5, command);
    }
    folder.fails(1, "process in/echo.wav -d . --chain hall.toml --force");
    assert_eq!(fs::read(folder.path("echo.wav")).unwrap(), before);
}

#[test]
fn chains_for_whole_recordings_change_lengths() {
    let folder = folder();
    fs::write(folder.path("part.toml"), "[[effects]]\ntype = \"trim\"\nstart_s = 0.25\nend_s = 0.75\n").unwrap();
    folder.stdout("process song.wav -o part.wav --chain part.toml --quiet");
    let (before, after) = (samples(&folder, "song.wav"), samples(&folder, "part.wav"));
    assert!(after[..] == before[2 * 11_025..2 * 33_075]);
    let told = folder.fails(2, "render song.mid -o new.wav --chain part.toml");
    assert!(told.contains("whole recordings"), "{told}");
}

#[test]
fn songs_are_rendered_through_chains() {
    let folder = folder();
    let (_, plain) = folder.rendered("--sample-format f32 --no-reverb");
    fs::write(folder.path("half.toml"), "[[effects]]\ntype = \"gain\"\ngain_db = -6.0206\n").unwrap();
    let (_, half) = folder.rendered("--sample-format f32 --no-reverb --chain half.toml --tail none");
    assert!(plain.iter().zip(&half).all(|(was, is)| (was / 2.0 - is).abs() <= 1e-6));
    folder.rendered("--preset classical");
    folder.fails(2, "render song.mid --stems parts --preset classical");
}

#[test]
fn mistakes_are_named_and_leave_outputs_alone() {
    let folder = folder();
    fs::write(folder.path("there.wav"), "mine").unwrap();
    fs::write(folder.path("bad.toml"), "[[effects]]\ntype = \"gain\"\ngain = 3\n").unwrap();
    fs::write(folder.path("far.toml"), "[[effects]]\ntype = \"gain\"\ngain_db = 300\n").unwrap();
    folder.fails(5, "process song.wav -o there.wav --preset pop");
    folder.fails(5, "process song.wav -o song.wav --preset pop --force");
    folder.fails(2, "process song.wav -o new.wav");
    folder.fails(2, "process song.wav -o new.wav --preset pop --chain bad.toml");
    folder.fails(2, "process song.wav -o new.wav --preset pop --tail never");
    folder.fails(3, "process song.wav -o new.wav --chain missing.toml");
    folder.fails(3, "process missing.wav -o new.wav --preset pop");
    let told = folder.fails(4, "process song.wav -o new.wav --chain bad.toml");
    assert!(told.contains("bad.toml") && told.contains("unknown field `gain`"), "{told}");
    let told = folder.fails(2, "process song.wav -o new.wav --chain far.toml");
    assert!(told.contains("effects[0] (gain): gain_db = 300"), "{told}");
    let told = folder.fails(1, "process song.wav -d out --chain far.toml");
    assert!(told.contains("song.wav: ") && told.contains("gain_db = 300"), "{told}");
    folder.fails(2, "process song.wav -o new.wav --preset pop -r 8000");
    assert_eq!(fs::read(folder.path("there.wav")).unwrap(), b"mine");
    assert!(!folder.path("new.wav").exists());
}

/// Ducks by 15 dB below a sidechain of −20 dB, after 2 ms of latency.
const DUCK: &str = "[[effects]]\ntype = \"true_peak_limiter\"\nceiling_db = 0\n[[effects]]\ntype = \"compressor\"\n\
    sidechain = \"external\"\nthreshold_db = -40\nratio = 4\nknee_db = 0\ndetector = \"peak\"\nattack_ms = 0\nrelease_ms = 1\n";

fn constant(folder: &Folder, name: &str, rate: u32, planes: &[Vec<f32>]) {
    let (channels, sample_format) = (planes.len() as u16, hound::SampleFormat::Float);
    let spec = hound::WavSpec { channels, sample_rate: rate, bits_per_sample: 32, sample_format };
    let mut writer = hound::WavWriter::create(folder.path(name), spec).unwrap();
    for frame in 0..planes[0].len() {
        planes.iter().for_each(|plane| writer.write_sample(plane[frame]).unwrap());
    }
    writer.finalize().unwrap();
}

#[test]
fn a_sidechain_decides_at_any_rate_and_length() {
    let folder = folder();
    fs::write(folder.path("duck.toml"), DUCK).unwrap();
    constant(&folder, "music.wav", 44_100, &[vec![0.5; 44_100], vec![-0.25; 44_100]]);
    // Silence, a quarter of a second at −20 dB, and its end; the same longer than the music and at another rate.
    let voice = |rate: usize| [vec![0.0; rate / 4], vec![0.1; rate / 4]].concat();
    constant(&folder, "short.wav", 44_100, &[voice(44_100)]);
    constant(&folder, "long.wav", 96_000, &[[voice(96_000), vec![0.0; 96_000]].concat()]);
    let ducked = f64::powf(10.0, -15.0 / 20.0) as f32;
    for key in ["short.wav", "long.wav"] {
        folder.stdout(&format!(
            "process music.wav -o out.wav --chain duck.toml --sidechain {key} --tail trim --quiet --force"
        ));
        let out = samples(&folder, "out.wav");
        assert_eq!(out.len(), 2 * 44_100);
        for (frame, gain) in
            [(5000, 1.0), (10_900, 1.0), (11_200, ducked), (21_900, ducked), (22_500, 1.0), (44_000, 1.0)]
        {
            let (left, right) = (out[2 * frame] / 0.5, out[2 * frame + 1] / -0.25);
            assert!((left - gain).abs() < 0.01 && (right - gain).abs() < 0.01, "{key}, {frame}: {left} {right}");
        }
    }
    // Whole recordings hear it, too, and tell how far they were turned down.
    let fade = format!("{DUCK}[[effects]]\ntype = \"fade\"\nout_s = 0.1\n");
    fs::write(folder.path("fade.toml"), fade).unwrap();
    let told = folder.stdout("process music.wav -o faded.wav --chain fade.toml --sidechain short.wav --json --quiet");
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["reductions"][1]["place"], "effects[1]");
    assert!((told["reductions"][1]["deepest_db"].as_f64().unwrap() - 15.0).abs() < 0.1, "{told}");
    let faded = samples(&folder, "faded.wav");
    assert!((faded[2 * 15_000] / 0.5 - ducked).abs() < 0.01 && faded[2 * 44_099].abs() < 1e-3);

    let told = folder.fails(2, "process music.wav -o new.wav --chain duck.toml");
    assert!(told.contains("effects[1] (compressor): its sidechain is external"), "{told}");
    let told = folder.fails(2, "process music.wav -o new.wav --preset pop --sidechain short.wav");
    assert!(told.contains("no effect listens"), "{told}");
    folder.fails(3, "process music.wav -o new.wav --chain duck.toml --sidechain missing.wav");
    let told = folder.fails(2, "process music.wav -o new.wav --chain duck.toml --sidechain .");
    assert!(told.contains("not a file"), "{told}");
    let told = folder.fails(2, "process music.wav -o new.wav --ir .");
    assert!(told.contains("not a file"), "{told}");
    // A sidechain that is cut off is silent from there, which is told.
    let cut = fs::read(folder.path("short.wav")).unwrap();
    fs::write(folder.path("cut.wav"), &cut[..cut.len() - 1001]).unwrap();
    for chain in ["duck.toml", "fade.toml"] {
        let told =
            stderr(&folder.rae(&format!("process music.wav -o cut-{chain}.wav --chain {chain} --sidechain cut.wav")));
        assert!(told.contains("warning: music.wav: sidechain: "), "{told}");
    }
    folder.fails(5, "process music.wav -o short.wav --chain duck.toml --sidechain short.wav --force");
    folder.fails(2, "master music.wav -o new.wav --chain duck.toml");
    folder.fails(2, "render song.mid -o new.wav --chain duck.toml");
}
