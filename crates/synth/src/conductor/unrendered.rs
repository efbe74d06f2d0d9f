//! Effects that songs ask for and that are not rendered.

use rae_midi::sysex::{InsertionSetting, PartSetting, PortSetting, System};
use rae_midi::{Message, PORT, Request, cc};

use super::variation::Variation;
use crate::warning::Warning;

/// Notices where songs use an effect for which there is no bus.
pub(crate) struct Unrendered {
    ports: Vec<Effects>,
}

/// The effects of a port, as far as they may be in vain.
#[derive(Clone, Default)]
struct Effects {
    mode: Option<System>,
    variation: Variation,
    /// What parts send to the variation of XG or the delay of GS (CC 94).
    sends: [u8; PORT],
    insertion: (u8, u8),
    inserted: [bool; PORT],
}

impl Unrendered {
    pub(crate) fn new(ports: usize) -> Unrendered {
        Unrendered { ports: vec![Effects::default(); ports] }
    }

    /// What a request asks for in vain.
    pub(crate) fn hear(&mut self, request: &Request<'_>) -> Option<Warning> {
        match *request {
            Request::Port(port, PortSetting::Variation(setting)) => {
                self.ports[port].variation.take(setting);
                self.ports[port].variation_in_vain()
            }
            Request::Port(port, PortSetting::Insertion(setting)) => {
                let effects = &mut self.ports[port];
                match setting {
                    InsertionSetting::Type(kind, number) => effects.insertion = (kind, number),
                    InsertionSetting::Part(part, inserted) => effects.inserted[usize::from(part)] = inserted,
                }
                effects.insertion_in_vain()
            }
            Request::Message(part, Message::ControlChange { controller: cc::VARIATION, value })
            | Request::Part(part, PartSetting::Control(cc::VARIATION, value)) => {
                let effects = &mut self.ports[part / PORT];
                effects.sends[part % PORT] = value;
                effects.variation_in_vain().or_else(|| effects.delay_in_vain())
            }
            Request::Reset(port, mode) => {
                self.ports[port] = Effects { mode: Some(mode), ..Effects::default() };
                None
            }
            _ => None,
        }
    }
}

impl Effects {
    fn is_sent(&self) -> bool {
        self.sends.iter().any(|&send| send > 0)
    }

    fn variation_in_vain(&self) -> Option<Warning> {
        let (kind, number) = self.variation.in_vain(self.is_sent())?;
        Some(Warning::Variation { kind, number })
    }

    fn delay_in_vain(&self) -> Option<Warning> {
        (self.mode == Some(System::Gs) && self.is_sent()).then_some(Warning::Delay)
    }

    fn insertion_in_vain(&self) -> Option<Warning> {
        let (kind, number) = self.insertion;
        let used = self.insertion != (0, 0) && self.inserted.contains(&true);
        used.then_some(Warning::Insertion { kind, number })
    }
}
