//! Who goes first.

use std::path::Path;

use rae_soundfont::discovery::{Choice, Origin, Status};

use crate::common::Fake;

pub(crate) const FLUID: &str = "usr/share/sounds/sf2/FluidR3_GM.sf2";
pub(crate) const DEFAULT: &str = "usr/share/sounds/sf2/default-GM.sf2";

#[test]
fn who_names_a_bank_gets_that_one_or_an_error() {
    let fake = |value: &str| Fake::linux(&[FLUID, "mine.sf2"]).with("RAE_SOUNDFONT", value);
    fake("~/mine.sf2").chooses("mine.sf2", Origin::Environment);
    assert_eq!(fake("builtin").discover().unwrap(), (Choice::Builtin, Origin::Environment));
    fake("").chooses(FLUID, Origin::System);

    let lost = fake("~/lost.sf2");
    let error = lost.discover().unwrap_err();
    let (path, cause) = error.io().unwrap();
    assert_eq!((path, cause.kind()), (&*lost.at("lost.sf2"), std::io::ErrorKind::NotFound));
    let text = error.to_string();
    assert!(text.starts_with("Failed to load SoundFont: "), "{text}");
    assert!(text.contains("lost.sf2") && text.contains("asked for by RAE_SOUNDFONT"), "{text}");
}

#[test]
fn systems_are_searched_in_order_and_the_built_in_bank_is_last() {
    Fake::linux(&[]).chooses_builtin();
    let fake = Fake::linux(&["usr/share/soundfonts/default.sf2"]);
    fake.chooses("usr/share/soundfonts/default.sf2", Origin::System);
    let fake = Fake::linux(&["usr/share/soundfonts/default.sf2", FLUID, "usr/share/sounds/sf2/TimGM6mb.sf2"]);
    fake.chooses(FLUID, Origin::System);
    fake.put(DEFAULT, b"<html>404</html>");
    fake.chooses(FLUID, Origin::System);
    fake.put(DEFAULT, &std::fs::read(fake.at(FLUID)).unwrap());
    fake.chooses(DEFAULT, Origin::System);
}

/// Each place in turn is taken away, from the first to the last.
#[test]
fn the_order_is_environment_config_search_path_config_path_user_system() {
    let order = [
        ("env.sf2", Origin::Environment),
        ("config.sf2", Origin::Config),
        ("a/a.sf2", Origin::SearchPath),
        ("b/first.sf3", Origin::SearchPath),
        ("b/second.sf2", Origin::SearchPath),
        ("c/c.sf2", Origin::ConfigPath),
        ("me/.local/share/soundfonts/mine.sf2", Origin::User),
        (DEFAULT, Origin::System),
    ];
    let mut fake = Fake::linux(&order.map(|(file, _)| file))
        .with("HOME", "~/me")
        .with("RAE_SOUNDFONT", "~/env.sf2")
        .searching(&["~/lost", "~/a", "~/b"]);
    let config = "me/.config/rae/config.toml";
    fake.put(config, b"soundfont = '../../../config.sf2'\nsoundfont_path = ['../../../c']");
    for (index, (file, origin)) in order.into_iter().enumerate() {
        let (chosen, by) = fake.discover().unwrap();
        let Choice::File(chosen) = chosen else { panic!("{file}: {chosen:?}") };
        assert_eq!((chosen.canonicalize().unwrap(), by), (fake.at(file).canonicalize().unwrap(), origin));
        match index {
            0 => fake = fake.with("RAE_SOUNDFONT", ""),
            1 => _ = fake.put(config, b"soundfont_path = ['../../../c']"),
            _ => std::fs::remove_file(fake.at(file)).unwrap(),
        }
    }
    fake.chooses_builtin();
}

#[test]
fn candidates_tell_what_is_where() {
    let fake = Fake::linux(&[FLUID]).with("RAE_SOUNDFONT", "~/lost.sf2");
    fake.put(DEFAULT, b"RIFF\0\0\0\0WAVE");
    std::fs::create_dir(fake.at("usr/share/sounds/sf2/TimGM6mb.sf2")).unwrap();
    let list = fake.candidates();
    assert_eq!((&*list[0].path, list[0].origin), (&*fake.at("lost.sf2"), Origin::Environment));
    assert_eq!(list[0].status, Status::Missing);
    let status = |file: &str| {
        let candidate = list.iter().find(|candidate| candidate.path == fake.at(file)).unwrap();
        assert_eq!(candidate.origin, Origin::System);
        &candidate.status
    };
    let is_unusable = |file, why: &str| {
        let Status::Unusable(reason) = status(file) else { panic!("{:?}", status(file)) };
        assert!(reason.contains(why), "{reason}");
    };
    is_unusable(DEFAULT, "not a SoundFont: this is a WAV file");
    is_unusable("usr/share/sounds/sf2/TimGM6mb.sf2", "not a regular file");
    let Status::Found { bytes, coverage } = status(FLUID) else { panic!("{:?}", status(FLUID)) };
    assert_eq!(*bytes, std::fs::metadata(fake.at(FLUID)).unwrap().len());
    assert_eq!((coverage.programs, coverage.has_drums), (128, true));
    assert_eq!(*status("usr/share/soundfonts"), Status::Missing);
    let count = list.len();
    let builtin = fake.with("RAE_SOUNDFONT", "builtin").candidates();
    assert!(builtin.len() == count - 1 && builtin.iter().all(|place| place.path != Path::new("builtin")));
}
