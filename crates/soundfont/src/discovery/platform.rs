//! Where systems install banks, and users keep banks and settings.

use std::path::PathBuf;

use super::System;

/// Kinds of systems, by where they keep things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the systems")]
pub enum Platform {
    Linux,
    FreeBsd,
    MacOs,
    Windows,
}

impl Platform {
    /// The one this was built for; other Unix systems are searched like Linux.
    pub const CURRENT: Platform = if cfg!(windows) {
        Platform::Windows
    } else if cfg!(target_os = "macos") {
        Platform::MacOs
    } else if cfg!(target_os = "freebsd") {
        Platform::FreeBsd
    } else {
        Platform::Linux
    };
}

impl System<'_> {
    /// Folders of the system, best first.
    pub(super) fn system_folders(&self) -> Vec<PathBuf> {
        let below = |folders: &[&str]| folders.iter().map(|folder| self.root.join(folder)).collect();
        match self.platform {
            // Debian; Fedora and Arch; what was built from source; NixOS; Homebrew.
            Platform::Linux => below(&[
                "usr/share/sounds/sf2",
                "usr/share/sounds/sf3",
                "usr/share/soundfonts",
                "usr/local/share/soundfonts",
                "run/current-system/sw/share/soundfonts",
                "home/linuxbrew/.linuxbrew/share/soundfonts",
            ]),
            Platform::FreeBsd => below(&["usr/local/share/sounds/sf2", "usr/local/share/soundfonts"]),
            // Homebrew on Apple and Intel processors, MacPorts, the system's own folder, MuseScore's bank.
            Platform::MacOs => below(&[
                "opt/homebrew/share/soundfonts",
                "usr/local/share/soundfonts",
                "opt/local/share/sounds/sf2",
                "Library/Audio/Sounds/Banks",
                "Applications/MuseScore 4.app/Contents/Resources/sound",
            ]),
            Platform::Windows => {
                let data = self.variable("ProgramData").unwrap_or_else(|| self.root.join("ProgramData"));
                let programs = self.variable("ProgramFiles").unwrap_or_else(|| self.root.join("Program Files"));
                vec![data.join("soundfonts"), self.root.join("soundfonts"), programs.join("MuseScore 4/sound")]
            }
        }
    }

    /// Folders of the user, best first.
    pub(super) fn user_folders(&self) -> Vec<PathBuf> {
        match self.platform {
            Platform::Windows => {
                self.variable("LOCALAPPDATA").map(|data| data.join("soundfonts")).into_iter().collect()
            }
            Platform::MacOs => self.home().map(|home| home.join("Library/Audio/Sounds/Banks")).into_iter().collect(),
            Platform::Linux | Platform::FreeBsd => {
                let data = self.variable("XDG_DATA_HOME").or_else(|| Some(self.home()?.join(".local/share")));
                let own = ["soundfonts", "sounds/sf2", "sounds/sf3"];
                let own = data.into_iter().flat_map(|data| own.map(|folder| data.join(folder)));
                let nix = self.home().map(|home| home.join(".nix-profile/share/soundfonts"));
                own.chain(nix).collect()
            }
        }
    }

    /// Where the config file lies, if it lies at the usual place.
    pub(super) fn usual_config_file(&self) -> Option<PathBuf> {
        let folder = match self.platform {
            Platform::Windows => self.variable("APPDATA"),
            Platform::MacOs => self.home().map(|home| home.join("Library/Application Support")),
            Platform::Linux | Platform::FreeBsd => {
                self.variable("XDG_CONFIG_HOME").or_else(|| Some(self.home()?.join(".config")))
            }
        };
        folder.map(|folder| folder.join("rae/config.toml"))
    }

    /// The user's home directory.
    pub(super) fn home(&self) -> Option<PathBuf> {
        self.variable(if self.platform == Platform::Windows { "USERPROFILE" } else { "HOME" })
    }

    /// A path from the environment; an empty one is none.
    pub(super) fn variable(&self, name: &str) -> Option<PathBuf> {
        (self.env)(name).filter(|value| !value.is_empty()).map(PathBuf::from)
    }
}
