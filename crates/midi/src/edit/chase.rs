//! What instruments have been told up to a tick, in few events.

use std::collections::HashMap;

use crate::edit::ports::{Ported, ports};
use crate::sysex::{self, SysEx};
use crate::{Data, Event, Message, Meta, Sequence, TextKind, Track, TrackEvent};

/// The key that the next note glides from; it has no effect on later ones.
const PORTAMENTO_CONTROL: u8 = 84;

/// What an event sets; of the events that set one thing only the last counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Thing {
    /// A controller of a channel; omni and poly by the number of the message that switches them off.
    Controller(u16, u8),
    Program(u16),
    PitchBend(u16),
    Pressure(u16),
    /// A registered or other parameter of a channel, and the data controller.
    Parameter(u16, Parameter, u8),
    /// A whole system exclusive message to a port.
    SysEx(u8, Data),
    /// A part of a system exclusive message, or another escape.
    Packet(usize),
    Tempo,
    TimeSignature,
    KeySignature,
    /// Something by itself.
    Single(usize),
}

impl Thing {
    /// The channel that it is about.
    pub(crate) fn channel(&self) -> Option<u16> {
        match *self {
            Thing::Controller(channel, _)
            | Thing::Program(channel)
            | Thing::PitchBend(channel)
            | Thing::Pressure(channel)
            | Thing::Parameter(channel, ..) => Some(channel),
            _ => None,
        }
    }
}

/// The number of a parameter: its upper and lower controller and their values.
pub(crate) type Parameter = [(u8, u8); 2];

/// Something to be told again.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) thing: Thing,
    /// The track that told it.
    pub(crate) track: usize,
    port: u8,
    /// Controllers that must be in place before it: the bank or the number of the parameter.
    before: Vec<Message>,
    event: Event,
}

/// What is known of a channel.
#[derive(Clone, Copy, Default)]
struct Lane {
    /// CC 0 and CC 32.
    bank: [Option<u8>; 2],
    /// The bank has changed after the last program.
    bank_pending: bool,
    parameter: Option<Parameter>,
    /// Values of CC 98 to 101.
    numbers: [Option<u8>; 4],
    /// The lower of the two of them that count: 98 or 100.
    lower: u8,
    parameter_pending: bool,
    track: usize,
}

/// Collects what is told before a tick, going forward.
pub(crate) struct Chase<'a> {
    /// Tracks, ports and events in the order in which they are heard, and how many were.
    events: Vec<(usize, u8, &'a TrackEvent)>,
    heard: usize,
    from: u64,
    told: HashMap<Thing, (usize, Told)>,
    lanes: HashMap<u16, Lane>,
}

impl<'a> Chase<'a> {
    /// What `sequence` tells from tick `from` on, except notes and words of their moment. The names of tracks count
    /// wherever they are, other words only at tick 0.
    pub(crate) fn new(sequence: &'a Sequence, from: u64) -> Chase<'a> {
        let of_track = |(index, track): (usize, &'a Track)| {
            ports(track).zip(&track.events).map(move |(port, event)| (index, port, event)).collect::<Vec<_>>()
        };
        let mut events: Vec<_> = sequence.tracks.iter().enumerate().flat_map(of_track).collect();
        events.sort_by_key(|(_, _, event)| event.tick);
        Chase { events, heard: 0, from, told: HashMap::new(), lanes: HashMap::new() }
    }

    /// Hears what comes before tick `to`.
    pub(crate) fn advance(&mut self, to: u64) {
        while let Some(&(track, port, event)) = self.events.get(self.heard).filter(|(_, _, event)| event.tick < to) {
            self.heard += 1;
            self.hear(track, port, event);
        }
    }

    /// As much as how many events it takes to tell it.
    pub(crate) fn weight(&self) -> usize {
        self.told.values().map(|(_, told)| told.before.len() + told.event.weight()).sum()
    }

    /// In the order in which it was told. System exclusive messages are on the first track, and with them what their port
    /// was told before the last of them: events of one tick are played in the order of tracks.
    pub(crate) fn told(&self) -> Vec<Told> {
        let mut told: Vec<(usize, Told)> = self.told.values().cloned().collect();
        let mut lanes: Vec<(u16, Lane)> = self.lanes.iter().map(|(&channel, &lane)| (channel, lane)).collect();
        lanes.sort_unstable_by_key(|&(channel, _)| channel);
        for (channel, lane) in lanes {
            let last = lane.last_words().into_iter();
            told.extend(last.map(|message| (usize::MAX, lane.tell(channel, message))));
        }
        let is_sysex = |told: &Told| matches!(told.thing, Thing::SysEx(..) | Thing::Packet(_));
        told.sort_by_key(|&(order, _)| order);
        let mut last_sysex: HashMap<u8, usize> = HashMap::new();
        last_sysex.extend(told.iter().filter(|(_, told)| is_sysex(told)).map(|(order, told)| (told.port, *order)));
        let placed = |(order, told): (usize, Told)| {
            let is_sent = told.thing.channel().is_some() || is_sysex(&told);
            let comes_first = is_sent && last_sysex.get(&told.port).is_some_and(|&last| order <= last);
            if comes_first { Told { track: 0, ..told } } else { told }
        };
        told.into_iter().map(placed).collect()
    }

    fn hear(&mut self, track: usize, port: u8, TrackEvent { tick, event }: &TrackEvent) {
        let (counts, count) = (*tick >= self.from, self.heard);
        let mut before = Vec::new();
        let thing = match event {
            Event::Channel { channel, message } => {
                let channel = 16 * u16::from(port) + u16::from(channel & 0x0F);
                let lane = self.lanes.entry(channel).or_default();
                lane.track = track;
                if matches!(message, Message::NoteOn { velocity: 1.., .. }) {
                    self.told.remove(&Thing::Controller(channel, PORTAMENTO_CONTROL));
                }
                lane.hear(channel, *message, counts, count, &mut before)
            }
            Event::SysEx(data) => {
                if matches!(sysex::parse(data), SysEx::Reset(_)) {
                    self.forget_channels(port);
                }
                let is_whole = data.last() == Some(&0xF7);
                Some(if is_whole { Thing::SysEx(port, data.clone()) } else { Thing::Packet(count) })
            }
            Event::Escape(_) => Some(Thing::Packet(count)),
            Event::Meta(meta) => state_of(meta, *tick == 0, count),
        };
        if let Some(thing) = thing.filter(|_| counts) {
            let told = Told { thing: thing.clone(), track, port, before, event: event.clone() };
            self.told.insert(thing, (count, told));
        }
    }

    /// A system reset undoes what the channels of the port were told.
    fn forget_channels(&mut self, port: u8) {
        let others = |channel: u16| channel / 16 != u16::from(port);
        self.lanes.retain(|&channel, _| others(channel));
        self.told.retain(|thing, _| thing.channel().is_none_or(others));
    }
}

impl Lane {
    fn hear(
        &mut self,
        channel: u16,
        message: Message,
        counts: bool,
        count: usize,
        before: &mut Vec<Message>,
    ) -> Option<Thing> {
        match message {
            Message::NoteOn { .. } | Message::NoteOff { .. } | Message::PolyPressure { .. } => None,
            Message::ProgramChange { .. } => {
                before.extend(self.bank_messages());
                self.bank_pending = false;
                Some(Thing::Program(channel))
            }
            Message::ChannelPressure { .. } => Some(Thing::Pressure(channel)),
            Message::PitchBend { .. } => Some(Thing::PitchBend(channel)),
            Message::ControlChange { controller, value } => match controller {
                0 | 32 => {
                    self.bank[usize::from(controller / 32)] = Some(value);
                    self.bank_pending |= counts;
                    None
                }
                98..=101 => {
                    self.number(controller, value);
                    self.parameter_pending |= counts;
                    None
                }
                6 | 38 | 96 | 97 => {
                    let parameter = self.parameter?;
                    before.extend(parameter.map(|(controller, value)| Message::ControlChange { controller, value }));
                    // After it this parameter is chosen, which may not be so any more.
                    self.parameter_pending |= counts;
                    let is_step = controller > 38;
                    Some(if is_step { Thing::Single(count) } else { Thing::Parameter(channel, parameter, controller) })
                }
                120 | 123 => None,
                124..=127 => Some(Thing::Controller(channel, controller & !1)),
                _ => Some(Thing::Controller(channel, controller)),
            },
        }
    }

    fn number(&mut self, controller: u8, value: u8) {
        self.numbers[usize::from(controller - 98)] = Some(value);
        let lower = controller & !1;
        self.lower = lower;
        let (high, low) = self.chosen();
        self.parameter = match (high, low) {
            // 127, 127 chooses none.
            (Some(127), Some(127)) | (None, _) | (_, None) => None,
            (Some(high), Some(low)) => Some([(lower + 1, high), (lower, low)]),
        };
    }

    /// The upper and lower number that count.
    fn chosen(&self) -> (Option<u8>, Option<u8>) {
        let lower = usize::from(self.lower.max(98) - 98);
        (self.numbers[lower + 1], self.numbers[lower])
    }

    fn bank_messages(&self) -> impl Iterator<Item = Message> {
        let values = [(0, self.bank[0]), (32, self.bank[1])];
        values.into_iter().filter_map(|(controller, value)| Some(Message::ControlChange { controller, value: value? }))
    }

    /// What was told of bank and parameter and has not come to anything yet.
    fn last_words(&self) -> Vec<Message> {
        let mut words: Vec<Message> = Vec::new();
        if self.bank_pending {
            words.extend(self.bank_messages());
        }
        if self.parameter_pending {
            let (high, low) = self.chosen();
            let numbers = [(self.lower + 1, high), (self.lower, low)].into_iter();
            let message =
                |(controller, value): (u8, Option<u8>)| Some(Message::ControlChange { controller, value: value? });
            words.extend(numbers.filter_map(message));
        }
        words
    }

    fn tell(&self, channel: u16, message: Message) -> Told {
        let is_bank = matches!(message, Message::ControlChange { controller: 0 | 32, .. });
        let thing = if is_bank { Thing::Program(channel) } else { Thing::Single(usize::MAX) };
        let event = Event::Channel { channel: (channel % 16) as u8, message };
        let (port, before) = ((channel / 16) as u8, Vec::new());
        Told { thing, track: self.track, port, before, event }
    }
}

impl Told {
    /// The events that tell it, at this tick.
    pub(crate) fn events(self, tick: u64) -> impl Iterator<Item = Ported> {
        let Told { port, before, event, .. } = self;
        let channel = if let Event::Channel { channel, .. } = event { channel } else { 0 };
        let before = before.into_iter().map(move |message| Event::Channel { channel, message });
        before.chain([event]).map(move |event| (port, TrackEvent { tick, event }))
    }
}

/// What a meta event sets that goes on after its moment.
fn state_of(meta: &Meta, at_start: bool, count: usize) -> Option<Thing> {
    match meta {
        Meta::Tempo(_) => Some(Thing::Tempo),
        Meta::TimeSignature(_) => Some(Thing::TimeSignature),
        Meta::KeySignature(_) => Some(Thing::KeySignature),
        Meta::Text { kind: TextKind::Lyric | TextKind::Marker | TextKind::CuePoint, .. } => None,
        Meta::Text { kind: TextKind::TrackName | TextKind::InstrumentName | TextKind::DeviceName, .. } => {
            Some(Thing::Single(count))
        }
        Meta::EndOfTrack | Meta::Port(_) | Meta::ChannelPrefix(_) | Meta::SmpteOffset(_) => None,
        _ => at_start.then_some(Thing::Single(count)),
    }
}
