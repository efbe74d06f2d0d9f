//! The config file.

use std::path::PathBuf;

use rae_soundfont::discovery::{Choice, Config, Origin, Status};

use rae_soundfont::{BankName, Error};

use crate::choice::FLUID;
use crate::common::Fake;

fn configured(text: &str) -> Fake {
    let fake = Fake::linux(&[FLUID, "set/banks/mine.sf2", "me/home.sf2"])
        .with("HOME", "~/me")
        .with("RAE_CONFIG", "~/set/my.toml");
    fake.put("set/my.toml", text.as_bytes());
    fake
}

#[test]
fn paths_are_relative_to_the_file_or_to_the_home_directory() {
    configured("soundfont = \"banks/mine.sf2\"").chooses("set/banks/mine.sf2", Origin::Config);
    configured("soundfont = '~/home.sf2'").chooses("me/home.sf2", Origin::Config);
    let fake = configured("# folders\nsoundfont_path = [\n  'banks', '/other',\n  '~/x',\n]\n");
    let folders = [fake.at("set/banks"), PathBuf::from("/other"), fake.at("me/x")];
    let config = fake.config().unwrap().unwrap();
    assert_eq!(config, Config { soundfont: Vec::new(), soundfont_path: folders.into() });
    fake.chooses("set/banks/mine.sf2", Origin::ConfigPath);
    let absolute = fake.put("elsewhere/any.sf2", b"");
    fake.put("set/my.toml", format!("soundfont = '{}'", absolute.display()).as_bytes());
    fake.chooses("elsewhere/any.sf2", Origin::Config);
}

#[test]
fn several_banks_lie_on_top_of_each_other() {
    let fake = configured("soundfont = ['builtin', '~/home.sf2@8', \"banks/mine.sf2\"]");
    let names = [("builtin".into(), 0), (fake.at("me/home.sf2"), 8), (fake.at("set/banks/mine.sf2"), 0)];
    let names = names.map(|(path, offset)| BankName { path, offset });
    let (choice, origin) = fake.discover().unwrap();
    assert_eq!((&choice, origin), (&Choice::Stack(names.to_vec()), Origin::Config));
    assert!(names.iter().all(|name| choice.plays(&name.path)) && !choice.plays(&fake.at(FLUID)));
    let places: Vec<PathBuf> = fake.candidates().into_iter().take(2).map(|place| place.path).collect();
    assert_eq!(places, [fake.at("me/home.sf2"), fake.at("set/banks/mine.sf2")]);
    // One alone may be moved, and a file's name may end like an offset.
    let moved = configured("soundfont = 'banks/mine.sf2@3'");
    let name = BankName { path: moved.at("set/banks/mine.sf2"), offset: 3 };
    assert_eq!(moved.discover().unwrap().0, Choice::Stack(vec![name]));
    moved.put("set/banks/mine.sf2@3", b"");
    moved.chooses("set/banks/mine.sf2@3", Origin::Config);
    let lost = configured("soundfont = ['banks/mine.sf2', 'lost.sf2@1']").discover().unwrap_err();
    assert!(lost.to_string().contains("lost.sf2"), "{lost}");
}

#[test]
fn nothing_said_changes_nothing() {
    for text in ["", "# nothing", "soundfont_path = []"] {
        configured(text).chooses(FLUID, Origin::System);
    }
    let fake = Fake::linux(&[FLUID]).with("HOME", "~/me");
    assert_eq!(fake.config().unwrap(), None);
    fake.chooses(FLUID, Origin::System);
}

#[test]
fn a_bank_that_it_names_has_no_substitute() {
    let fake = configured("soundfont = 'lost.sf2'");
    let error = fake.discover().unwrap_err();
    assert_eq!(error.io().unwrap().0, fake.at("set/lost.sf2"));
    assert!(error.to_string().contains(&format!("asked for by {}", fake.at("set/my.toml").display())), "{error}");
    let place = &fake.candidates()[0];
    assert_eq!(
        (&place.path, place.origin, &place.status),
        (&fake.at("set/lost.sf2"), Origin::Config, &Status::Missing)
    );
    fake.with("RAE_SOUNDFONT", "~/me/home.sf2").chooses("me/home.sf2", Origin::Environment);
}

#[test]
fn mistakes_are_told_with_their_line() {
    for (text, at, why) in [
        (
            "soundfont = 'a.sf2'\n\nsoundfonts = 'b.sf2'",
            Some(3),
            "the key 'soundfonts' is unknown; there are 'soundfont'",
        ),
        ("\n[soundfont]\npath = 'a.sf2'", Some(2), "'soundfont' takes paths in quotation marks, not table"),
        ("soundfont = 3", Some(1), "not integer"),
        ("soundfont = ''", Some(1), "takes paths"),
        ("soundfont = [\n'a.sf2',\n'b.sf2@128']", Some(3), "128"),
        ("soundfont_path = 'a'", Some(1), "takes a list of folders"),
        ("soundfont_path = [\n'a',\n1\n]", Some(3), "'soundfont_path' takes paths"),
        ("soundfont = banks/a.sf2", Some(1), "no TOML"),
        ("\nsoundfont = 'a'\nsoundfont = 'b'", Some(3), "no TOML"),
    ] {
        let fake = configured(text);
        let error = fake.discover().unwrap_err();
        let Error::Config { path, line, reason } = &error else { panic!("{error}") };
        assert!(*path == fake.at("set/my.toml") && *line == at && reason.contains(why), "{text}: {error}");
        assert!(error.to_string().contains("my.toml, line "), "{error}");
        // The list shows the mistake, and all places that are known without it.
        let list = fake.candidates();
        assert!(matches!(&list[0].status, Status::Unusable(reason) if reason.contains(why)), "{:?}", list[0]);
        assert!(list.iter().any(|place| place.path == fake.at(FLUID)));
    }
}

#[test]
fn one_that_cannot_be_read_is_told() {
    let named = Fake::linux(&[FLUID]).with("RAE_CONFIG", "~/lost.toml");
    let folder = Fake::linux(&[FLUID]).with("HOME", "~/me");
    std::fs::create_dir_all(folder.at("me/.config/rae/config.toml")).unwrap();
    let binary = Fake::linux(&[FLUID]).with("RAE_CONFIG", "~/binary.toml");
    binary.put("binary.toml", &[0xFF, 0xFE]);
    let long = Fake::linux(&[FLUID]).with("RAE_CONFIG", "~/long.toml");
    long.put("long.toml", &[b'\n'; (1 << 20) + 1]);
    for fake in [named, folder, binary, long] {
        let error = fake.discover().unwrap_err();
        assert!(matches!(error, Error::Config { line: None, .. }), "{error:?}");
        assert!(error.to_string().contains("RAE_CONFIG"), "{error}");
    }
    // Nobody asks it when the environment names the bank.
    Fake::linux(&[FLUID])
        .with("RAE_CONFIG", "~/lost.toml")
        .with("RAE_SOUNDFONT", &format!("~/{FLUID}"))
        .chooses(FLUID, Origin::Environment);
}

#[test]
fn nesting_without_end_is_a_mistake_like_another() {
    let fake = configured(&format!("soundfont_path = {}", "[".repeat(500_000)));
    assert!(matches!(fake.discover().unwrap_err(), Error::Config { .. }));
}
