//! MIDI messages as they come over a wire.

use rae_midi::{Action, Message};

/// What one whole message asks for on the first port; `None` if it is nothing that sounds or is damaged.
pub fn action(message: &[u8]) -> Option<Action> {
    let [status, data @ ..] = message else { return None };
    if *status == 0xf0 {
        let data = data.strip_suffix(&[0xf7]).filter(|data| data.iter().all(|byte| *byte < 0x80))?;
        return Some(Action::SysEx { port: 0, data: data.into() });
    }
    if data.iter().any(|byte| *byte >= 0x80) {
        return None;
    }
    let message = match (status >> 4, data) {
        (8, &[key, velocity]) => Message::NoteOff { key, velocity },
        (9, &[key, 0]) => Message::NoteOff { key, velocity: 64 },
        (9, &[key, velocity]) => Message::NoteOn { key, velocity },
        (10, &[key, pressure]) => Message::PolyPressure { key, pressure },
        (11, &[controller, value]) => Message::ControlChange { controller, value },
        (12, &[program]) => Message::ProgramChange { program },
        (13, &[pressure]) => Message::ChannelPressure { pressure },
        (14, &[lsb, msb]) => Message::PitchBend { value: (i16::from(msb) << 7 | i16::from(lsb)) - 8192 },
        _ => return None,
    };
    Some(Action::Channel { channel: u16::from(status & 15), message })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_those_of_midi_1_0() {
        let channel = |channel, message| Some(Action::Channel { channel, message });
        assert_eq!(action(&[0x93, 60, 100]), channel(3, Message::NoteOn { key: 60, velocity: 100 }));
        assert_eq!(action(&[0x93, 60, 0]), channel(3, Message::NoteOff { key: 60, velocity: 64 }));
        assert_eq!(action(&[0xe0, 0, 64]), channel(0, Message::PitchBend { value: 0 }));
        assert_eq!(action(&[0xe0, 127, 127]), channel(0, Message::PitchBend { value: 8191 }));
        assert_eq!(action(&[0xcf, 5]), channel(15, Message::ProgramChange { program: 5 }));
        let reset = Some(Action::SysEx { port: 0, data: [0x7e, 0x7f, 9, 1].into() });
        assert_eq!(action(&[0xf0, 0x7e, 0x7f, 9, 1, 0xf7]), reset);
    }

    #[test]
    fn damage_and_clocks_are_nothing() {
        for message in
            [&[][..], &[0xf8], &[0x90], &[0x90, 60], &[0x90, 200, 1], &[60, 1], &[0xf0, 1], &[0xf0, 0x90, 0xf7]]
        {
            assert_eq!(action(message), None, "{message:?}");
        }
    }
}
