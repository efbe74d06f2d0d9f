//! Why nothing is played.

use rae_effects::EffectsError;

/// An error of live playing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Settings that no effect can be made of.
    #[error(transparent)]
    Effects(#[from] EffectsError),
    /// This build knows no devices.
    #[error(
        "this build plays through no device: build it with `cargo install --path crates/cli --features live` (on \
         Linux with ALSA's headers: libasound2-dev on Debian, alsa-lib-devel on Fedora), or play into nothing with \
         `--sink null`"
    )]
    NoDevices,
    /// This build knows no MIDI ports.
    #[error(
        "this build listens to no MIDI port, where `rae live` has its notes from whatever its sink: build it with \
         `cargo install --path crates/cli --features live` (on Linux with ALSA's headers: libasound2-dev on Debian, \
         alsa-lib-devel on Fedora); `rae play` plays MIDI files without"
    )]
    NoPorts,
    /// There is no such device.
    #[error("{what}: connect or choose one (`rae live --list` names them), or play into nothing with `--sink null`")]
    NotFound {
        /// What was looked for.
        what: String,
    },
    /// There is no such MIDI port.
    #[error("{what}: connect or choose one with `--port` (`rae live --list` names them)")]
    PortNotFound {
        /// What was looked for.
        what: String,
    },
    /// A device or port is there but does not work.
    #[error(
        "{name} does not work: {reason}; close what else uses it, or choose another (`rae live --list` names them)"
    )]
    Device {
        /// The device or port.
        name: String,
        /// What the system says.
        reason: String,
    },
    /// A song begins after its end.
    #[error("the song ends at {end:.3} s, before it would begin at {from} s: choose an earlier beginning")]
    BeyondEnd {
        /// Beginning asked for, seconds.
        from: f64,
        /// End of the song, seconds.
        end: f64,
    },
    /// Changes of the chain come faster than they are taken over.
    #[error("the chain changes faster than it is played: send fewer changes")]
    Busy,
    /// An instrument without a chain cannot get one while it plays.
    #[error("there is no chain that could be changed: open the instrument with one")]
    NoChain,
    /// The thread that plays into nothing could not be started.
    #[error("no thread to play in: {0}; end other programs")]
    Thread(#[source] std::io::Error),
}
