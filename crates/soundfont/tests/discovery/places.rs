//! Where each kind of system keeps banks and settings.

use rae_soundfont::discovery::{Choice, Origin, Platform};

use crate::common::Fake;

/// The only bank on a system of this kind is found at `file`, with these variables.
fn finds(platform: Platform, file: &str, variables: &[(&'static str, &str)]) {
    let fake = variables.iter().fold(Fake::new(platform, &[file]), |fake, (name, value)| fake.with(name, value));
    let origin = if variables.iter().any(|(name, _)| ["HOME", "LOCALAPPDATA"].contains(name)) {
        Origin::User
    } else {
        Origin::System
    };
    fake.chooses(file, origin);
    let found: Vec<_> = fake.candidates().into_iter().filter(|place| place.is_found()).collect();
    assert_eq!((found.len(), &found[0].path), (1, &fake.at(file)));
}

#[test]
fn every_system_has_its_places() {
    for (platform, files) in [
        (
            Platform::Linux,
            &[
                // Debian and Ubuntu.
                "usr/share/sounds/sf2/default-GM.sf2",
                "usr/share/sounds/sf3/default-GM.sf3",
                "usr/share/sounds/sf3/MuseScore_General_Lite.sf3",
                // Fedora, Arch.
                "usr/share/soundfonts/default.sf2",
                "usr/share/soundfonts/FluidR3_GM.sf2",
                "usr/local/share/soundfonts/default.sf2",
                // NixOS.
                "run/current-system/sw/share/soundfonts/FluidR3_GM2-2.sf2",
                "home/linuxbrew/.linuxbrew/share/soundfonts/default.sf2",
            ][..],
        ),
        (Platform::FreeBsd, &["usr/local/share/sounds/sf2/FluidR3_GM.sf2", "usr/local/share/soundfonts/any.sf2"]),
        (
            Platform::MacOs,
            &[
                "opt/homebrew/share/soundfonts/default.sf2",
                "usr/local/share/soundfonts/x.sf2",
                "opt/local/share/sounds/sf2/x.sf2",
                "Library/Audio/Sounds/Banks/My.SF2",
                "Applications/MuseScore 4.app/Contents/Resources/sound/MS Basic.sf3",
            ],
        ),
        (
            Platform::Windows,
            &["soundfonts/any.sf2", "ProgramData/soundfonts/any.sf3", "Program Files/MuseScore 4/sound/MS Basic.sf3"],
        ),
    ] {
        files.iter().for_each(|file| finds(platform, file, &[]));
    }
}

#[test]
fn users_have_their_own() {
    for platform in [Platform::Linux, Platform::FreeBsd] {
        finds(platform, "me/.local/share/soundfonts/mine.sf2", &[("HOME", "~/me")]);
        finds(platform, "me/.local/share/sounds/sf3/mine.sf3", &[("HOME", "~/me")]);
        finds(platform, "data/sounds/sf2/mine.sf2", &[("HOME", "~/me"), ("XDG_DATA_HOME", "~/data")]);
        finds(platform, "me/.nix-profile/share/soundfonts/FluidR3_GM2-2.sf2", &[("HOME", "~/me")]);
    }
    finds(Platform::MacOs, "me/Library/Audio/Sounds/Banks/mine.sf2", &[("HOME", "~/me")]);
    finds(Platform::Windows, "app/soundfonts/mine.sf2", &[("LOCALAPPDATA", "~/app")]);
    finds(Platform::Windows, "d/soundfonts/any.sf2", &[("ProgramData", "~/d")]);
    finds(Platform::Windows, "p/MuseScore 4/sound/MS Basic.sf3", &[("ProgramFiles", "~/p")]);
}

#[test]
fn config_files_lie_where_the_system_keeps_settings() {
    for (platform, file, variables) in [
        (Platform::Linux, "me/.config/rae/config.toml", &[("HOME", "~/me")][..]),
        (Platform::Linux, "set/rae/config.toml", &[("HOME", "~/me"), ("XDG_CONFIG_HOME", "~/set")]),
        (Platform::FreeBsd, "me/.config/rae/config.toml", &[("HOME", "~/me")]),
        (Platform::MacOs, "me/Library/Application Support/rae/config.toml", &[("HOME", "~/me")]),
        (Platform::Windows, "roaming/rae/config.toml", &[("APPDATA", "~/roaming")]),
        (Platform::Windows, "my.toml", &[("APPDATA", "~/roaming"), ("RAE_CONFIG", "~/my.toml")]),
    ] {
        let fake = variables.iter().fold(Fake::new(platform, &[]), |fake, (name, value)| fake.with(name, value));
        assert!(!matches!(fake.config(), Ok(Some(_))), "{file}");
        fake.put(file, b"soundfont = 'builtin'");
        assert_eq!(fake.discover().unwrap(), (Choice::Builtin, Origin::Config), "{file}");
    }
}
