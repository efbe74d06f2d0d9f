//! Modulators of a zone: decoded, and their links to each other untangled (7.4, 9.5.4).

use std::collections::VecDeque;
use std::ops::Range;

use crate::table::{Table, u16_at};
use crate::warning::{WarningKind, Warnings};
use crate::zone::Owner;
use crate::{Controller, Destination, Generator, Modulator, Source, Transform};

/// The modulators of one zone, those that the standard says to ignore left out and links renumbered accordingly.
pub(crate) fn read(
    table: &Table<'_, 10>,
    range: Range<usize>,
    in_preset: bool,
    owner: &Owner<'_>,
    warnings: &mut Warnings,
) -> Vec<Modulator> {
    let mut ignore = |position: usize, reason: &str| {
        warnings.add(table.offset(range.start + position), WarningKind::Modulator, || {
            format!("{owner}: a modulator is ignored, {reason}")
        });
    };
    let mut list = Vec::with_capacity(range.len());
    for (position, record) in table.slice(range.clone()).iter().enumerate() {
        list.push(decode(record, in_preset).inspect_err(|reason| ignore(position, reason)).ok());
    }
    drop_repeated(&mut list, &mut ignore);
    if list.iter().flatten().any(is_linked) {
        untangle(&mut list, &mut ignore);
    }
    renumber(&list)
}

fn is_linked(modulator: &Modulator) -> bool {
    modulator.source.controller == Controller::Link || matches!(modulator.destination, Destination::Modulator(_))
}

fn decode(record: &[u8; 10], in_preset: bool) -> Result<Modulator, &'static str> {
    let source = Source::from_bits(u16_at(record, 0)).ok_or("its source is unknown or reserved")?;
    let amount_source = Source::from_bits(u16_at(record, 6)).ok_or("its amount source is unknown or reserved")?;
    if amount_source.controller == Controller::Link {
        return Err("its amount source is a link");
    }
    let transform = match u16_at(record, 8) {
        0 => Transform::Linear,
        2 => Transform::Absolute,
        _ => return Err("its transform is unknown"),
    };
    let destination = match u16_at(record, 2) {
        link if link & 0x8000 != 0 => Destination::Modulator(link & 0x7fff),
        number => Generator::from_number(number)
            .filter(|generator| generator.is_modulation_destination())
            .filter(|generator| !(in_preset && generator.is_instrument_only()))
            .map(Destination::Generator)
            .ok_or("its destination cannot be modulated")?,
    };
    Ok(Modulator { source, destination, amount: u16_at(record, 4).cast_signed(), amount_source, transform })
}

/// Of modulators with the same source, destination and amount source only the last counts (7.4).
fn drop_repeated(list: &mut [Option<Modulator>], ignore: &mut impl FnMut(usize, &str)) {
    let key = |modulator: &Modulator| {
        [modulator.source.to_bits(), modulator.destination.to_bits(), modulator.amount_source.to_bits()]
    };
    let places = list.iter().enumerate();
    let mut keys: Vec<_> = places.filter_map(|(position, entry)| Some((key(entry.as_ref()?), position))).collect();
    keys.sort_unstable();
    for pair in keys.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
        list[pair[0].1] = None;
        ignore(pair[0].1, "a later one in its zone has the same sources and destination");
    }
}

/// Drops modulators that are part of a circle, whose link leads nowhere, or that wait for a link nobody makes. Each
/// drop can strand others, so they are followed up; every modulator is dropped at most once.
fn untangle(list: &mut [Option<Modulator>], ignore: &mut impl FnMut(usize, &str)) {
    let next: Vec<Option<usize>> = list.iter().map(|modulator| link(modulator.as_ref())).collect();
    let mut feeders = vec![Vec::new(); list.len()];
    for (position, next) in next.iter().enumerate() {
        if let Some(feeders) = next.and_then(|next| feeders.get_mut(next)) {
            feeders.push(position);
        }
    }
    let mut doomed: VecDeque<(usize, &str)> =
        circles(&next).into_iter().map(|p| (p, "it is part of a circular link")).collect();
    for position in 0..list.len() {
        let Some(modulator) = list[position] else { continue };
        let waits = |modulator: &Modulator| modulator.source.controller == Controller::Link;
        if waits(&modulator) && feeders[position].is_empty() {
            doomed.push_back((position, "nothing is linked to it"));
        }
        let leads_to_a_link = |next: usize| list.get(next).and_then(Option::as_ref).is_some_and(waits);
        if next[position].is_some_and(|next| !leads_to_a_link(next)) {
            doomed.push_back((position, "its link leads nowhere"));
        }
    }
    let mut live_feeders: Vec<usize> = feeders.iter().map(Vec::len).collect();
    while let Some((position, reason)) = doomed.pop_front() {
        if list[position].take().is_none() {
            continue;
        }
        ignore(position, reason);
        doomed.extend(feeders[position].iter().map(|feeder| (*feeder, "its link leads nowhere")));
        if let Some(next) = next[position].filter(|next| *next < list.len()) {
            live_feeders[next] -= 1;
            if live_feeders[next] == 0
                && list[next].is_some_and(|modulator| modulator.source.controller == Controller::Link)
            {
                doomed.push_back((next, "nothing is linked to it"));
            }
        }
    }
}

fn link(modulator: Option<&Modulator>) -> Option<usize> {
    match modulator?.destination {
        Destination::Modulator(index) => Some(usize::from(index)),
        Destination::Generator(_) => None,
    }
}

/// The positions that lie on a circle when each leads to its `next`.
fn circles(next: &[Option<usize>]) -> Vec<usize> {
    const UNSEEN: usize = usize::MAX;
    let mut seen_by = vec![UNSEEN; next.len()];
    let mut on_circle = Vec::new();
    for start in 0..next.len() {
        let mut position = start;
        while seen_by.get(position) == Some(&UNSEEN) {
            seen_by[position] = start;
            position = next[position].unwrap_or(UNSEEN);
        }
        if seen_by.get(position) == Some(&start) {
            let first = position;
            loop {
                on_circle.push(position);
                position = next[position].expect("a circle has no end");
                if position == first {
                    break;
                }
            }
        }
    }
    on_circle
}

/// Closes the gaps and lets links count by the new order.
fn renumber(list: &[Option<Modulator>]) -> Vec<Modulator> {
    let mut places = Vec::with_capacity(list.len());
    let mut kept = 0u16;
    for modulator in list {
        places.push(kept);
        kept += u16::from(modulator.is_some());
    }
    let place = |mut modulator: Modulator| {
        if let Destination::Modulator(index) = &mut modulator.destination {
            *index = places[usize::from(*index)];
        }
        modulator
    };
    list.iter().flatten().copied().map(place).collect()
}
