//! No devices: every question is answered by how to get them.

use rae_midi::Action;
use rae_units::SampleRate;

use crate::{Error, Instrument};

/// A sound device; there is none in this build.
pub struct Output(std::convert::Infallible);

/// An open MIDI port; there is none in this build.
pub struct Input(std::convert::Infallible);

/// Names of the sound devices.
pub fn outputs() -> Result<Vec<String>, Error> {
    Err(Error::NoDevices)
}

/// Names of the MIDI ports that can be listened to.
pub fn inputs() -> Result<Vec<String>, Error> {
    Err(Error::NoPorts)
}

impl Output {
    /// The device whose name contains `name`, or the system's default.
    pub fn find(_name: Option<&str>) -> Result<Output, Error> {
        Err(Error::NoDevices)
    }

    /// The rate at which it runs.
    pub fn rate(&self) -> SampleRate {
        match self.0 {}
    }

    /// Begins to play; ends when it is dropped.
    pub fn start(&mut self, _instrument: Instrument) -> Result<(), Error> {
        match self.0 {}
    }

    /// What has gone wrong while playing, since the last call.
    pub fn trouble(&self) -> Option<String> {
        match self.0 {}
    }
}

impl Input {
    /// Hands what comes in at the port whose name contains `name`, or at the first, to `play`, until it is dropped.
    pub fn open(_name: Option<&str>, _play: impl FnMut(Action) + Send + 'static) -> Result<Input, Error> {
        Err(Error::NoPorts)
    }

    /// The port's name.
    pub fn name(&self) -> &str {
        match self.0 {}
    }
}
