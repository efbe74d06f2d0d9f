//! Which channels move their filters: their voices need filters from the start, even where those are open then.

use std::borrow::Borrow;

use rae_midi::sysex::PartSetting;
use rae_midi::{Action, Message, PORT, Request, Router, cc};
use rae_soundfont::Generator;

use super::channel::SOUNDFONT_NRPN;
use super::routes::closes;
use crate::ChannelSet;
use crate::control::character;

/// Follows the events as far as they move filters: by SoundFont NRPN, or by what closes one that is open.
pub(crate) struct FilterMoves {
    channels: Vec<Selection>,
}

/// The NRPN of a channel, and whether it has moved a filter.
#[derive(Clone, Copy, Default)]
struct Selection {
    msb: u8,
    lsb: u8,
    begun: bool,
}

impl FilterMoves {
    pub(crate) fn new(channels: u16) -> FilterMoves {
        FilterMoves { channels: vec![Selection::default(); usize::from(channels)] }
    }

    /// The channels whose filters `actions` move.
    pub(crate) fn of(channels: u16, actions: impl Iterator<Item = impl Borrow<Action>>) -> ChannelSet {
        let mut moves = FilterMoves::new(channels);
        let mut router = Router::new(usize::from(channels).div_ceil(PORT));
        let mut moved = ChannelSet::default();
        for action in actions {
            router.route(action.borrow(), |request| {
                if let Some(channel) = moves.begin_with(&request) {
                    moved.insert(channel);
                }
            });
        }
        moved
    }

    /// The channel that this request is the first to move a filter of.
    pub(super) fn begin_with(&mut self, request: &Request<'_>) -> Option<u16> {
        let (channel, closes) = match *request {
            Request::Message(channel, Message::ControlChange { controller, value })
            | Request::Part(channel, PartSetting::Control(controller, value)) => {
                (channel, self.channels.get_mut(channel)?.moves(controller, value))
            }
            Request::Part(channel, PartSetting::Depth(_, destination, value)) => (channel, closes(destination, value)),
            _ => return None,
        };
        let begins = closes && !std::mem::replace(&mut self.channels.get_mut(channel)?.begun, true);
        begins.then_some(channel as u16)
    }
}

impl Selection {
    fn moves(&mut self, controller: u8, value: u8) -> bool {
        const FILTER: [Generator; 4] = [
            Generator::InitialFilterFc,
            Generator::InitialFilterQ,
            Generator::ModLfoToFilterFc,
            Generator::ModEnvToFilterFc,
        ];
        match controller {
            cc::NRPN_MSB => self.msb = value,
            cc::NRPN_LSB => self.lsb = value,
            _ => {}
        }
        match (controller, self.msb) {
            (cc::NRPN_LSB, SOUNDFONT_NRPN) => FILTER.iter().any(|&g| g as u8 == value),
            (cc::DATA_MSB, character::NRPN_MSB) => {
                character::controller_of_nrpn(self.lsb).is_some_and(|number| character::closes(number, value))
            }
            (cc::INCREMENT | cc::DECREMENT, character::NRPN_MSB) => {
                matches!(character::controller_of_nrpn(self.lsb), Some(character::RESONANCE | character::BRIGHTNESS))
            }
            _ => character::closes(controller, value),
        }
    }
}
