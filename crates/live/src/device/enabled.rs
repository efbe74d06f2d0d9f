//! Sound devices by cpal, MIDI ports by midir.

use std::sync::{Arc, Mutex, PoisonError};

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{FromSample, SampleFormat, SizedSample, Stream, StreamConfig};
use midir::{Ignore, MidiInput, MidiInputConnection};
use rae_midi::Action;
use rae_units::SampleRate;

use crate::{Error, Instrument, action};

/// A sound device.
pub struct Output {
    device: cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    rate: SampleRate,
    stream: Option<Stream>,
    trouble: Arc<Mutex<Option<String>>>,
}

/// An open MIDI port.
pub struct Input {
    name: String,
    _connection: MidiInputConnection<()>,
}

fn broken(name: impl ToString, error: impl ToString) -> Error {
    Error::Device { name: name.to_string(), reason: error.to_string() }
}

/// Names of the sound devices.
pub fn outputs() -> Result<Vec<String>, Error> {
    let devices = cpal::default_host().output_devices().map_err(|error| broken("the system's sound", error))?;
    Ok(devices.map(|device| device.to_string()).collect())
}

/// Names of the MIDI ports that can be listened to.
pub fn inputs() -> Result<Vec<String>, Error> {
    let midi = listener()?;
    Ok(midi.ports().iter().filter_map(|port| midi.port_name(port).ok()).collect())
}

impl Output {
    /// The device whose name contains `name`, or the system's default.
    pub fn find(name: Option<&str>) -> Result<Output, Error> {
        let host = cpal::default_host();
        let device = match name {
            None => host.default_output_device(),
            Some(name) => {
                let mut devices = host.output_devices().map_err(|error| broken("the system's sound", error))?;
                devices.find(|device| device.to_string().contains(name))
            }
        };
        let what = || match name {
            None => "there is no sound device".into(),
            Some(name) => format!("no sound device has “{name}” in its name"),
        };
        let device = device.ok_or_else(|| Error::NotFound { what: what() })?;
        let config = device.default_output_config().map_err(|error| broken(&device, error))?;
        let rate = SampleRate::new(config.sample_rate()).ok_or_else(|| broken(&device, "it runs at 0 Hz"))?;
        let (format, config) = (config.sample_format(), config.config());
        Ok(Output { device, config, format, rate, stream: None, trouble: Arc::default() })
    }

    /// The rate at which it runs.
    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    /// Begins to play; ends when it is dropped.
    pub fn start(&mut self, instrument: Instrument) -> Result<(), Error> {
        let stream = match self.format {
            SampleFormat::F32 => self.stream::<f32>(instrument),
            SampleFormat::I16 => self.stream::<i16>(instrument),
            SampleFormat::I32 => self.stream::<i32>(instrument),
            SampleFormat::U16 => self.stream::<u16>(instrument),
            other => Err(broken(&self.device, format!("it wants samples as {other}"))),
        }?;
        stream.play().map_err(|error| broken(&self.device, error))?;
        self.stream = Some(stream);
        Ok(())
    }

    /// What has gone wrong while playing, since the last call.
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn stream<T: SizedSample + FromSample<f32>>(&self, mut instrument: Instrument) -> Result<Stream, Error> {
        let channels = usize::from(self.config.channels).max(1);
        let fill = move |data: &mut [T], _: &cpal::OutputCallbackInfo| {
            for frame in data.chunks_mut(channels) {
                let [left, right] = instrument.frame();
                if let [only] = frame {
                    *only = T::from_sample((left + right) / 2.0);
                    continue;
                }
                for (channel, sample) in frame.iter_mut().enumerate() {
                    *sample = T::from_sample(match channel {
                        0 => left,
                        1 => right,
                        _ => 0.0,
                    });
                }
            }
        };
        let trouble = self.trouble.clone();
        let tell = move |error: cpal::Error| {
            *trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
        };
        self.device.build_output_stream(self.config, fill, tell, None).map_err(|error| broken(&self.device, error))
    }
}

impl Input {
    /// Hands what comes in at the port whose name contains `name`, or at the first, to `play`, until it is dropped.
    pub fn open(name: Option<&str>, mut play: impl FnMut(Action) + Send + 'static) -> Result<Input, Error> {
        let midi = listener()?;
        let named = |port: &midir::MidiInputPort| midi.port_name(port).unwrap_or_default();
        let port = midi.ports().into_iter().find(|port| name.is_none_or(|name| named(port).contains(name)));
        let what = || match name {
            None => "there is no MIDI port to listen to".into(),
            Some(name) => format!("no MIDI port has “{name}” in its name"),
        };
        let port = port.ok_or_else(|| Error::PortNotFound { what: what() })?;
        let name = named(&port);
        let heard = move |_: u64, bytes: &[u8], (): &mut ()| {
            if let Some(action) = action(bytes) {
                play(action);
            }
        };
        let connection = midi.connect(&port, "rae", heard, ()).map_err(|error| broken(&name, error))?;
        Ok(Input { name, _connection: connection })
    }

    /// The port's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

fn listener() -> Result<MidiInput, Error> {
    let mut midi = MidiInput::new("rae").map_err(|error| broken("the system's MIDI", error))?;
    midi.ignore(Ignore::TimeAndActiveSense);
    Ok(midi)
}
