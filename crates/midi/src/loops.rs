//! Loop points, for which the standard has no event, as programs write them.

use crate::tempo::{Pattern, Timeline};
use crate::{Event, Message, Meta, Sequence, TextKind, Time};

/// The part of a song that its maker meant to be played again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoopPoints {
    /// Where a repetition begins.
    pub start: Time,
    /// Where it ends, after `start`.
    pub end: Time,
}

/// How a file says its loop points; an earlier one counts more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// Markers, cue points or texts `loopStart` and `loopEnd`, in any case.
    Words,
    /// EMIDI and XMI: controller 116 before the loop and 117 after it.
    Controllers116And117,
    /// HMI: controller 110 before the loop and 111 after it.
    Controllers110And111,
    /// RPG Maker: controller 111 at the start; the end is that of the song.
    Controller111,
}

/// Where a way's points are, as far as they have been found.
#[derive(Clone, Copy, Default)]
struct Found {
    start: Option<Time>,
    end: Option<Time>,
}

impl LoopPoints {
    /// The loop points of a song: markers `loopStart` and `loopEnd`, else controllers 116 and 117, else 110 and 111, else
    /// 111 alone. The first of each counts, on whatever track and channel; where one of two is missing, the start or the
    /// end of the song stands for it. `None` where there are none, or no time lies between them.
    pub fn find(sequence: &Sequence) -> Option<LoopPoints> {
        let timeline = Timeline::new(sequence);
        let mut found = [Found::default(); 4];
        for pattern in &timeline.patterns {
            look(sequence, pattern, &mut found);
        }
        if found[Way::Controllers110And111 as usize].start.is_none() {
            // Without a 110 a 111 is a start.
            found[Way::Controllers110And111 as usize].end = None;
        }
        let found = found.iter().find(|found| found.start.is_some() || found.end.is_some())?;
        let points = LoopPoints { start: found.start.unwrap_or(Time::ZERO), end: found.end.unwrap_or(timeline.end) };
        (points.start < points.end).then_some(points)
    }
}

/// Takes note of the first start of each way, and of the first end.
fn look(sequence: &Sequence, pattern: &Pattern, found: &mut [Found; 4]) {
    let first = |place: &mut Option<Time>, time: Time| *place = Some(place.map_or(time, |known| known.min(time)));
    for event in sequence.tracks[pattern.tracks.clone()].iter().flat_map(|track| &track.events) {
        let time = pattern.time(event.tick);
        match &event.event {
            Event::Meta(Meta::Text { kind: TextKind::Marker | TextKind::CuePoint | TextKind::Text, bytes }) => {
                let word = bytes.trim_ascii();
                if word.eq_ignore_ascii_case(b"loopstart") {
                    first(&mut found[Way::Words as usize].start, time);
                } else if word.eq_ignore_ascii_case(b"loopend") {
                    first(&mut found[Way::Words as usize].end, time);
                }
            }
            Event::Channel { message: Message::ControlChange { controller, .. }, .. } => match controller {
                110 => first(&mut found[Way::Controllers110And111 as usize].start, time),
                111 => {
                    first(&mut found[Way::Controllers110And111 as usize].end, time);
                    first(&mut found[Way::Controller111 as usize].start, time);
                }
                116 => first(&mut found[Way::Controllers116And117 as usize].start, time),
                117 => first(&mut found[Way::Controllers116And117 as usize].end, time),
                _ => {}
            },
            _ => {}
        }
    }
}
