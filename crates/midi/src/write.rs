//! From a [`Sequence`] to bytes.

use crate::track::MAX_VARIABLE;
use crate::{Division, Event, Meta, Sequence, SmpteRate, Track};

/// The most empty text events written to bridge one gap.
const MAX_BRIDGES: u64 = 256;

impl Sequence {
    /// The sequence as a Standard MIDI File, without running status. A valid sequence (see [`Sequence`]) is read back as
    /// it is.
    ///
    /// Others are made valid: numbers are clamped to their range, an event before its predecessor moves to it, the end
    /// of track event is moved or added. A gap of more than 0x0FFF_FFFF ticks, which no delta time can say, is bridged by
    /// empty text events (256 at most; ticks beyond that are lost). Data of 256 MiB and more are cut, and tracks beyond
    /// the 65535th are written but not counted in the header.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend_from_slice(b"MThd");
        out.extend_from_slice(&6u32.to_be_bytes());
        out.extend_from_slice(&self.format.number().to_be_bytes());
        out.extend_from_slice(&u16::try_from(self.tracks.len()).unwrap_or(u16::MAX).to_be_bytes());
        out.extend_from_slice(&division_bytes(self.division));
        for track in &self.tracks {
            write_track(&mut out, track);
        }
        out
    }
}

fn division_bytes(division: Division) -> [u8; 2] {
    match division {
        Division::TicksPerQuarter(ticks) => ticks.clamp(1, 0x7FFF).to_be_bytes(),
        Division::Smpte { rate, ticks_per_frame } => {
            let frames: u8 = match rate {
                SmpteRate::Fps24 => 24,
                SmpteRate::Fps25 => 25,
                SmpteRate::Fps29Drop => 29,
                SmpteRate::Fps30 => 30,
            };
            [frames.wrapping_neg(), ticks_per_frame.max(1)]
        }
    }
}

fn write_track(out: &mut Vec<u8>, track: &Track) {
    out.extend_from_slice(b"MTrk");
    let length_at = out.len();
    out.extend_from_slice(&[0; 4]);
    let mut now = 0;
    for event in &track.events {
        if event.event != Event::Meta(Meta::EndOfTrack) {
            write_delta(out, &mut now, event.tick);
            write_event(out, &event.event);
        }
    }
    write_delta(out, &mut now, track.end());
    write_meta(out, 0x2F, &[]);
    let length = u32::try_from(out.len() - length_at - 4).unwrap_or(u32::MAX);
    out[length_at..length_at + 4].copy_from_slice(&length.to_be_bytes());
}

fn write_delta(out: &mut Vec<u8>, now: &mut u64, tick: u64) {
    let limit = u64::from(MAX_VARIABLE);
    let mut delta = tick.saturating_sub(*now).min(limit * (MAX_BRIDGES + 1));
    while delta > limit {
        write_variable(out, MAX_VARIABLE);
        write_meta(out, 0x01, &[]);
        delta -= limit;
    }
    write_variable(out, delta as u32);
    *now = tick.max(*now);
}

fn write_variable(out: &mut Vec<u8>, value: u32) {
    for shift in [21, 14, 7] {
        if value >> shift != 0 {
            out.push((value >> shift) as u8 | 0x80);
        }
    }
    out.push(value as u8 & 0x7F);
}

fn write_data(out: &mut Vec<u8>, data: &[u8]) {
    let data = &data[..data.len().min(MAX_VARIABLE as usize)];
    write_variable(out, data.len() as u32);
    out.extend_from_slice(data);
}

fn write_meta(out: &mut Vec<u8>, kind: u8, data: &[u8]) {
    out.extend_from_slice(&[0xFF, kind & 0x7F]);
    write_data(out, data);
}

fn write_event(out: &mut Vec<u8>, event: &Event) {
    match event {
        Event::Channel { channel, message } => {
            let (status, data) = message.to_bytes();
            out.push(status | channel & 0x0F);
            out.extend(data[..crate::Message::data_length(status)].iter().map(|&byte| byte.min(0x7F)));
        }
        Event::SysEx(data) => {
            out.push(0xF0);
            write_data(out, data);
        }
        Event::Escape(data) => {
            out.push(0xF7);
            write_data(out, data);
        }
        Event::Meta(meta) => write_meta_event(out, meta),
    }
}

fn write_meta_event(out: &mut Vec<u8>, meta: &Meta) {
    match meta {
        Meta::SequenceNumber(number) => write_meta(out, 0x00, &number.to_be_bytes()),
        Meta::Text { kind, bytes } => write_meta(out, kind.meta_type(), bytes),
        Meta::ChannelPrefix(channel) => write_meta(out, 0x20, &[*channel]),
        Meta::Port(port) => write_meta(out, 0x21, &[*port]),
        Meta::EndOfTrack => write_meta(out, 0x2F, &[]),
        Meta::Tempo(tempo) => write_meta(out, 0x51, &(*tempo).clamp(1, 0xFF_FFFF).to_be_bytes()[1..]),
        Meta::SmpteOffset(offset) => write_meta(out, 0x54, offset),
        Meta::TimeSignature(signature) => {
            let data = [
                signature.numerator,
                signature.denominator_power,
                signature.clocks_per_click,
                signature.thirty_seconds_per_quarter,
            ];
            write_meta(out, 0x58, &data);
        }
        Meta::KeySignature(key) => write_meta(out, 0x59, &[key.sharps.clamp(-7, 7) as u8, u8::from(key.minor)]),
        Meta::SequencerSpecific(data) => write_meta(out, 0x7F, data),
        Meta::Unknown { kind, data } => write_meta(out, *kind, data),
    }
}
