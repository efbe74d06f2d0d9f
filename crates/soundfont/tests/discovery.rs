//! Which bank is chosen, on systems made up for the purpose.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use rae_soundfont::discovery::{Candidate, Choice, Origin, Platform, Status, candidates_on, discover_on};
use rae_testkit::BankBuilder;
use tempfile::TempDir;

fn system(files: &[&str]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for file in files {
        put(root.path(), file, &BankBuilder::one_sample(&[0.0; 50], None).bytes());
    }
    root
}

fn put(root: &Path, file: &str, bytes: &[u8]) -> PathBuf {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

fn environment(value: Option<&Path>) -> impl Fn(&str) -> Option<OsString> {
    let value = value.map(|path| path.as_os_str().to_owned());
    move |name| value.clone().filter(|_| name == "RAE_SOUNDFONT")
}

const FLUID: &str = "usr/share/sounds/sf2/FluidR3_GM.sf2";
const DEFAULT: &str = "usr/share/sounds/sf2/default-GM.sf2";

#[test]
fn who_names_a_bank_gets_that_one_or_an_error() {
    let root = system(&[FLUID, "mine.sf2", "other.sf2"]);
    let (mine, other, lost) =
        (root.path().join("mine.sf2"), root.path().join("other.sf2"), root.path().join("lost.sf2"));
    let discover = |explicit: Option<&Path>, env: Option<&Path>| {
        discover_on(Platform::Linux, root.path(), explicit.map(|path| path.to_str().unwrap()), &environment(env))
    };
    assert_eq!(discover(Some(&mine), Some(&other)).unwrap(), Choice::File(mine.clone()));
    assert_eq!(discover(None, Some(&other)).unwrap(), Choice::File(other));
    assert_eq!(discover(Some(Path::new("builtin")), Some(&lost)).unwrap(), Choice::Builtin);
    assert_eq!(discover(None, Some(Path::new("builtin"))).unwrap(), Choice::Builtin);
    assert_eq!(discover(None, Some(Path::new(""))).unwrap(), Choice::File(root.path().join(FLUID)));

    let error = discover(Some(&lost), Some(&mine)).unwrap_err();
    let (path, cause) = error.io().unwrap();
    assert_eq!((path, cause.kind()), (&*lost, std::io::ErrorKind::NotFound));
    assert!(error.to_string().starts_with("Failed to load SoundFont: "));
    let error = discover(None, Some(&lost)).unwrap_err().to_string();
    assert!(error.contains("lost.sf2") && error.contains("asked for by RAE_SOUNDFONT"), "{error}");
}

#[test]
fn systems_are_searched_in_order_and_the_built_in_bank_is_last() {
    let none = environment(None);
    let first = |root: &TempDir| discover_on(Platform::Linux, root.path(), None, &none).unwrap();
    assert_eq!(first(&system(&[])), Choice::Builtin);
    let root = system(&["usr/share/soundfonts/default.sf2"]);
    assert_eq!(first(&root), Choice::File(root.path().join("usr/share/soundfonts/default.sf2")));
    let root = system(&["usr/share/soundfonts/default.sf2", FLUID, "usr/share/sounds/sf2/TimGM6mb.sf2"]);
    assert_eq!(first(&root), Choice::File(root.path().join(FLUID)));
    put(root.path(), DEFAULT, b"<html>404</html>");
    assert_eq!(first(&root), Choice::File(root.path().join(FLUID)));
    fs::copy(root.path().join(FLUID), root.path().join(DEFAULT)).unwrap();
    assert_eq!(first(&root), Choice::File(root.path().join(DEFAULT)));
}

#[test]
fn candidates_tell_what_is_where() {
    let root = system(&[FLUID]);
    put(root.path(), DEFAULT, b"RIFF\0\0\0\0WAVE");
    fs::create_dir(root.path().join("usr/share/sounds/sf2/TimGM6mb.sf2")).unwrap();
    let lost = root.path().join("lost.sf2");
    let list = candidates_on(Platform::Linux, root.path(), &environment(Some(&lost)));
    assert_eq!(list[0], Candidate { path: lost, origin: Origin::Environment, status: Status::Missing });
    let status = |file: &str| {
        let candidate = list.iter().find(|candidate| candidate.path == root.path().join(file)).unwrap();
        assert_eq!(candidate.origin, Origin::System);
        candidate.status.clone()
    };
    assert_eq!(status(DEFAULT), Status::NotSoundFont);
    assert_eq!(status(FLUID), Status::Found { bytes: fs::metadata(root.path().join(FLUID)).unwrap().len() });
    assert_eq!(status("usr/share/sounds/sf2/TimGM6mb.sf2"), Status::NotSoundFont);
    assert_eq!(status("usr/share/soundfonts"), Status::Missing);
    assert_eq!(
        candidates_on(Platform::Linux, root.path(), &environment(Some(Path::new("builtin")))).len(),
        list.len() - 1
    );
}

/// The only bank on a system of this kind is found at `file`, with these variables; `~` in their values is the root.
fn finds(platform: Platform, file: &str, variables: &[(&str, &str)]) {
    let root = system(&[file]);
    let at_root = |value: &str| value.replace('~', root.path().to_str().unwrap()).into();
    let env = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| at_root(value));
    let found = discover_on(platform, root.path(), None, &env).unwrap();
    assert_eq!(found, Choice::File(root.path().join(file)), "{platform:?}");
    let listed = candidates_on(platform, root.path(), &env);
    assert_eq!(listed.iter().filter(|place| matches!(place.status, Status::Found { .. })).count(), 1);
}

#[test]
fn every_system_has_its_places() {
    let finds_all = |platform, files: &[&str]| files.iter().for_each(|file| finds(platform, file, &[]));
    finds_all(
        Platform::Linux,
        &[
            "usr/share/sounds/sf3/default-GM.sf3",
            "usr/share/sounds/sf3/MuseScore_General_Lite.sf3",
            "usr/share/soundfonts/FluidR3_GM.sf2",
            "usr/local/share/soundfonts/default.sf2",
            "run/current-system/sw/share/soundfonts/FluidR3_GM.sf2",
            "home/linuxbrew/.linuxbrew/share/soundfonts/default.sf2",
        ],
    );
    finds_all(Platform::FreeBsd, &["usr/local/share/sounds/sf2/FluidR3_GM.sf2"]);
    finds_all(
        Platform::MacOs,
        &[
            "opt/homebrew/share/soundfonts/default.sf2",
            "usr/local/share/soundfonts/x.sf2",
            "Library/Audio/Sounds/Banks/My.SF2",
        ],
    );
    finds_all(Platform::Windows, &["soundfonts/any.sf2", "ProgramData/soundfonts/any.sf3"]);
    finds(Platform::Linux, "me/.local/share/soundfonts/mine.sf2", &[("HOME", "~/me")]);
    finds(Platform::Linux, "data/sounds/sf2/mine.sf2", &[("HOME", "~/me"), ("XDG_DATA_HOME", "~/data")]);
    finds(Platform::MacOs, "me/Library/Audio/Sounds/Banks/mine.sf2", &[("HOME", "~/me")]);
    finds(Platform::Windows, "app/soundfonts/mine.sf2", &[("LOCALAPPDATA", "~/app")]);
}

#[test]
fn the_search_path_comes_before_the_user_and_the_user_before_the_system() {
    let root = system(&["b/second.sf2", "b/first.sf3", "me/.local/share/soundfonts/mine.sf2", DEFAULT]);
    put(root.path(), "a/text.sf2", b"not a bank");
    let at = |file: &str| root.path().join(file);
    let discover = |path: &[PathBuf], home: &str| {
        let (path, home) = (std::env::join_paths(path).unwrap(), at(home).into_os_string());
        let env = move |name: &str| match name {
            "RAE_SOUNDFONT_PATH" => Some(path.clone()),
            "HOME" => Some(home.clone()),
            _ => None,
        };
        discover_on(Platform::Linux, root.path(), None, &env).unwrap()
    };
    assert_eq!(discover(&[at("lost"), at("a"), at("b")], "me"), Choice::File(at("b/first.sf3")));
    assert_eq!(discover(&[], "me"), Choice::File(at("me/.local/share/soundfonts/mine.sf2")));
    assert_eq!(discover(&[], "nobody"), Choice::File(at(DEFAULT)));
}
