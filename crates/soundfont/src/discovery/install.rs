//! How the system at hand installs a bank.

use std::fs::File;
use std::io::Read;

use super::{Platform, System};

/// The longest `os-release` that is read, bytes.
const LONGEST: u64 = 1 << 16;

impl System<'_> {
    /// The command that installs a General MIDI bank where discovery finds it; `None` where no packet manager is known.
    pub fn install_command(&self) -> Option<&'static str> {
        match self.platform {
            Platform::FreeBsd => Some("sudo pkg install fluid-soundfont"),
            // Neither has a package with a bank alone; MuseScore brings one.
            Platform::MacOs => Some("brew install --cask musescore"),
            Platform::Windows => Some("winget install Musescore.Musescore"),
            Platform::Linux => self.distributions().iter().find_map(|name| {
                Some(match name.as_str() {
                    "debian" | "ubuntu" => "sudo apt install fluid-soundfont-gm",
                    "fedora" | "rhel" => "sudo dnf install fluid-soundfont-gm",
                    "arch" => "sudo pacman -S soundfont-fluid",
                    "nixos" => "nix profile install nixpkgs#soundfont-fluid",
                    _ => return None,
                })
            }),
        }
    }

    /// The distribution, then those it is like, as os-release(5) names them.
    fn distributions(&self) -> Vec<String> {
        let mut text = String::new();
        let read = |file: &str| File::open(self.root.join(file)).ok();
        if let Some(file) = read("etc/os-release").or_else(|| read("usr/lib/os-release")) {
            // What is no text names nothing that is known.
            let _ = file.take(LONGEST).read_to_string(&mut text);
        }
        let value = |key: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
            value.unwrap_or_default().trim().trim_matches(['"', '\'']).to_owned()
        };
        let names = [value("ID"), value("ID_LIKE")];
        names.iter().flat_map(|names| names.split_whitespace()).map(str::to_ascii_lowercase).collect()
    }
}
