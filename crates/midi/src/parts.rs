//! Which parts an event concerns: each hears a channel of its port, at first the one of its number.

use crate::sysex::{self, PartSetting, PortSetting, Setting, Switch, SysEx, System};
use crate::{Action, Message, cc};

/// Channels, and parts, of a port.
pub const PORT: usize = 16;

/// What an event asks for, by the part, or the port, that it concerns. Parts are counted over all ports.
#[derive(Clone, Debug)]
pub enum Request<'a> {
    /// A channel message that a part hears.
    Message(usize, Message),
    /// A part is set.
    Part(usize, PartSetting),
    /// A port is set.
    Port(usize, PortSetting),
    /// A port is reset.
    Reset(usize, System),
    /// MIDI Tuning for a port: what follows sub-ID 1 = 08.
    Tuning(usize, &'a [u8]),
    /// A message with a wrong checksum.
    Damaged,
}

/// Follows which part hears what.
#[derive(Clone, Debug, Default)]
pub struct Router {
    ports: Vec<Hearing>,
}

impl Router {
    /// Of so many ports; what is for others concerns nobody.
    pub fn new(ports: usize) -> Router {
        Router { ports: vec![Hearing::default(); ports] }
    }

    /// All parts hear the channel of their number again.
    pub fn reset(&mut self) {
        self.ports.fill(Hearing::default());
    }

    /// Hands what `action` asks for to `take`, one after the other. A part that is told another channel hears it already.
    pub fn route<'a>(&mut self, action: &'a Action, mut take: impl FnMut(Request<'a>)) {
        match action {
            Action::Channel { channel, message } => {
                for part in self.parts(*channel) {
                    let hearing = &self.ports[part / PORT];
                    if let Some(message) = hearing.received(part % PORT, *message) {
                        take(Request::Message(part, message));
                    }
                }
            }
            Action::SysEx { port, data } => {
                let port = usize::from(*port);
                let Some(hearing) = self.ports.get_mut(port) else { return };
                match sysex::parse(data) {
                    SysEx::Reset(mode) => {
                        *hearing = Hearing::default();
                        take(Request::Reset(port, mode));
                    }
                    SysEx::Settings(settings) => settings.for_each(|setting| match setting {
                        Setting::Part(part, PartSetting::Listen(channel)) if !hearing.set(part, channel) => {}
                        Setting::Part(part, PartSetting::Receive(switch, hears)) => hearing.switch(part, switch, hears),
                        Setting::Part(part, setting) => take(Request::Part(port * PORT + usize::from(part), setting)),
                        Setting::Port(setting) => take(Request::Port(port, setting)),
                    }),
                    SysEx::Tuning(message) => take(Request::Tuning(port, message)),
                    SysEx::Damaged => take(Request::Damaged),
                    SysEx::Other => {}
                }
            }
        }
    }

    /// The parts that hear a channel, ascending.
    pub fn parts(&self, channel: u16) -> impl Iterator<Item = usize> + use<> {
        let (port, channel) = (usize::from(channel) / PORT, usize::from(channel) % PORT);
        let parts = self.ports.get(port).map(|hearing| hearing.parts(channel));
        parts.into_iter().flatten().map(move |part| port * PORT + part)
    }
}

/// Which parts of a port hear which channel.
#[derive(Clone, Copy, Debug)]
struct Hearing {
    /// For each channel, a bit for each part.
    parts: [u16; PORT],
    /// For each part, a bit for each switch that is off.
    deaf: [u32; PORT],
}

impl Default for Hearing {
    fn default() -> Hearing {
        Hearing { parts: std::array::from_fn(|channel| 1 << channel), deaf: [0; PORT] }
    }
}

impl Hearing {
    /// Whether the part heard something else.
    fn set(&mut self, part: u8, channel: Option<u8>) -> bool {
        let before = self.parts;
        for (number, parts) in self.parts.iter_mut().enumerate() {
            let hears = channel.is_some_and(|channel| usize::from(channel) == number);
            *parts = *parts & !(1 << part) | u16::from(hears) << part;
        }
        self.parts != before
    }

    fn switch(&mut self, part: u8, switch: Switch, hears: bool) {
        let bit = 1 << switch as u32;
        let deaf = &mut self.deaf[usize::from(part)];
        *deaf = *deaf & !bit | if hears { 0 } else { bit };
    }

    /// What reaches a part of a message; keys and pedals can always go up. The number of a parameter that is not heard
    /// becomes that of none, so that its value changes nothing.
    fn received(&self, part: usize, message: Message) -> Option<Message> {
        let deaf = self.deaf[part];
        let is_off = |switch: Switch| deaf >> switch as u32 & 1 == 1;
        if deaf == 0 {
            return Some(message);
        }
        let ignored = match message {
            Message::PitchBend { .. } => is_off(Switch::Bend),
            Message::ChannelPressure { .. } => is_off(Switch::Pressure),
            Message::ProgramChange { .. } => is_off(Switch::Program),
            Message::PolyPressure { .. } => is_off(Switch::KeyPressure),
            Message::NoteOn { velocity: 1.., .. } => is_off(Switch::Note),
            Message::NoteOn { .. } | Message::NoteOff { .. } => false,
            Message::ControlChange { controller, value } => match controller {
                cc::BANK_MSB | cc::BANK_LSB => is_off(Switch::Bank),
                cc::DATA_MSB | cc::DATA_LSB | cc::INCREMENT | cc::DECREMENT | cc::ALL_SOUND_OFF.. => false,
                cc::RPN_LSB | cc::RPN_MSB if is_off(Switch::Registered) => return none_of(controller),
                cc::NRPN_LSB | cc::NRPN_MSB if is_off(Switch::NonRegistered) => return none_of(controller + 2),
                cc::NRPN_LSB..=cc::RPN_MSB => false,
                cc::SUSTAIN | cc::SOSTENUTO | cc::SOFT if value < 64 => false,
                _ => is_off(Switch::Control) || own_switch(controller).is_some_and(is_off),
            },
        };
        (!ignored).then_some(message)
    }

    /// The parts that hear a channel, ascending.
    fn parts(&self, channel: usize) -> impl Iterator<Item = usize> + use<> {
        let parts = self.parts[channel];
        (0..PORT).filter(move |part| parts >> part & 1 == 1)
    }
}

/// The switch of a controller that has one of its own.
fn own_switch(controller: u8) -> Option<Switch> {
    Some(match controller {
        1 => Switch::Modulation,
        cc::VOLUME => Switch::Volume,
        cc::PAN => Switch::Pan,
        cc::EXPRESSION => Switch::Expression,
        cc::SUSTAIN => Switch::Sustain,
        cc::PORTAMENTO_TIME | cc::PORTAMENTO_FINE | cc::PORTAMENTO | cc::PORTAMENTO_CONTROL => Switch::Portamento,
        cc::SOSTENUTO => Switch::Sostenuto,
        cc::SOFT => Switch::Soft,
        _ => return None,
    })
}

/// A byte of the number of no registered parameter.
fn none_of(controller: u8) -> Option<Message> {
    Some(Message::ControlChange { controller, value: 127 })
}
