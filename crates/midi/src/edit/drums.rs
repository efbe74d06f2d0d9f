//! Which channels are drums, where keys are not pitches.

use std::collections::BTreeSet;

use crate::edit::reset::{is_gm2_reset, is_reset, is_xg_reset};
use crate::{Action, Message, Performance, Sequence};

/// The channels of drums: the tenth of each port and those that a GS ("use for rhythm part") or XG ("part mode") message
/// makes drums, less those that such a message takes from the drums and none gives back; in XG also those with drum banks
/// (126 and 127), in General MIDI 2 those with bank 120.
///
/// Source: Roland SC-88 owner's manual, address 40 1x 15; Yamaha XG specifications 1.35, address 08 nn 07 and bank select;
/// General MIDI 2, section 3.1.
pub fn drum_channels(sequence: &Sequence) -> BTreeSet<u16> {
    let performance = Performance::new(sequence);
    let mut drums: BTreeSet<u16> = (0..performance.channels).filter(|channel| channel % 16 == 9).collect();
    let (mut given, mut taken) = (BTreeSet::new(), BTreeSet::new());
    let mut drum_banks: &[u8] = &[];
    for event in &performance.events {
        match &event.action {
            Action::SysEx { port, data } => {
                if is_reset(data) {
                    drum_banks = match data {
                        data if is_xg_reset(data) => &[126, 127],
                        data if is_gm2_reset(data) => &[120],
                        _ => &[],
                    };
                }
                if let Some((part, is_drums)) = part_mode(data) {
                    let set = if is_drums { &mut given } else { &mut taken };
                    set.insert(16 * u16::from(*port) + u16::from(part));
                }
            }
            Action::Channel { channel, message: Message::ControlChange { controller: 0, value } }
                if drum_banks.contains(value) =>
            {
                given.insert(*channel);
            }
            Action::Channel { .. } => {}
        }
    }
    drums.retain(|channel| !taken.contains(channel));
    drums.append(&mut given);
    drums
}

/// The channel (0 to 15) of a part whose mode a message sets, and whether it becomes drums.
fn part_mode(data: &[u8]) -> Option<(u8, bool)> {
    match *data {
        // Roland counts the parts by channel, but the tenth channel is part 0.
        [0x41, _, 0x42, 0x12, 0x40, part @ 0x10..=0x1F, 0x15, mode, ..] => Some((
            match part & 0x0F {
                0 => 9,
                part @ 1..=9 => part - 1,
                part => part,
            },
            mode > 0,
        )),
        [0x43, 0x10..=0x1F, 0x4C, 0x08, part @ 0..=15, 0x07, mode, ..] => Some((part, mode > 0)),
        _ => None,
    }
}
