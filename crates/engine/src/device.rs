//! What does the work: a processor or a graphics card.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Error;

/// Who may do the work. [`Device::Auto`] is a permission: the engine takes what is there and fast, and the
/// [`Report`](crate::Report) says what that was. Only [`Device::Gpu`] can fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// A GPU where one is usable and faster, otherwise the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// A GPU, or [`Error::Device`].
    Gpu,
}

impl Device {
    /// The name of what will do the work.
    pub(crate) fn choose(self) -> Result<&'static str, Error> {
        match self {
            Device::Auto | Device::Cpu => Ok("cpu"),
            Device::Gpu => Err(Error::Device { reason: "this build has no GPU backend".into() }),
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Device::Auto => "auto",
            Device::Cpu => "cpu",
            Device::Gpu => "gpu",
        })
    }
}

impl FromStr for Device {
    type Err = Error;

    fn from_str(name: &str) -> Result<Device, Error> {
        match name {
            "auto" => Ok(Device::Auto),
            "cpu" => Ok(Device::Cpu),
            "gpu" => Ok(Device::Gpu),
            _ => Err(Error::settings(format!("device is '{name}'; choose auto, cpu or gpu"))),
        }
    }
}
