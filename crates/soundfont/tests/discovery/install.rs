//! What to do where there is no bank.

use rae_soundfont::discovery::Platform;

use crate::common::Fake;

#[test]
fn every_system_has_its_command() {
    for (release, command) in [
        ("PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\n", Some("sudo apt install fluid-soundfont-gm")),
        ("NAME=\"Ubuntu\"\nID=ubuntu\nID_LIKE=debian\n", Some("sudo apt install fluid-soundfont-gm")),
        ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", Some("sudo apt install fluid-soundfont-gm")),
        ("ID=fedora\n", Some("sudo dnf install fluid-soundfont-gm")),
        ("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", Some("sudo dnf install fluid-soundfont-gm")),
        ("ID=arch\n", Some("sudo pacman -S soundfont-fluid")),
        ("ID=endeavouros\nID_LIKE='arch'\n", Some("sudo pacman -S soundfont-fluid")),
        ("ID=nixos\n", Some("nix profile install nixpkgs#soundfont-fluid")),
        ("ID=unheard-of\n", None),
        ("", None),
    ] {
        let fake = Fake::linux(&[]);
        fake.put("etc/os-release", release.as_bytes());
        assert_eq!(fake.install_command(), command, "{release}");
    }
    assert_eq!(Fake::linux(&[]).install_command(), None);
    let fake = Fake::linux(&[]);
    fake.put("usr/lib/os-release", b"ID=fedora\n");
    assert_eq!(fake.install_command(), Some("sudo dnf install fluid-soundfont-gm"));
    for (platform, command) in [
        (Platform::FreeBsd, "sudo pkg install fluid-soundfont"),
        (Platform::MacOs, "brew install --cask musescore"),
        (Platform::Windows, "winget install Musescore.Musescore"),
    ] {
        assert_eq!(Fake::new(platform, &[]).install_command(), Some(command));
    }
}

#[test]
fn the_error_of_a_missing_bank_names_it() {
    let fake = Fake::linux(&[]).with("RAE_SOUNDFONT", "~/lost.sf2");
    let error = fake.discover().unwrap_err();
    assert_eq!(error.advice(), Some("name a file that is there or 'builtin'"));
    fake.put("etc/os-release", b"ID=debian");
    let text = fake.discover().unwrap_err().to_string();
    let end = "; name a file that is there or 'builtin', or install one: sudo apt install fluid-soundfont-gm";
    assert!(text.ends_with(end), "{text}");
}
