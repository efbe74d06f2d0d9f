//! Every voice that sounds, in its bucket.

use std::sync::Arc;

use rae_soundfont::Controller;

use crate::bucket::{Bucket, Resident};
use crate::control::{Onset, Voice};
use crate::executor::{BUCKETS, Executor};
use crate::program::Program;

/// All voices: bucket by remainder of the serial number, ascending by serial there.
pub(crate) struct Voices {
    buckets: Vec<Box<Bucket>>,
    /// Voices, those included that have been killed and fade out.
    count: usize,
    /// Voices that are not fading out.
    sounding: usize,
    next_serial: u64,
    /// Memory of voices that have ended.
    spare: Vec<Box<Voice>>,
}

fn bucket_of(serial: u64) -> usize {
    (serial % BUCKETS as u64) as usize
}

impl Voices {
    /// No voices, and an executor for each of the buckets.
    pub(crate) fn new(make: impl Fn() -> Box<dyn Executor>) -> Voices {
        let buckets = (0..BUCKETS).map(|_| Box::new(Bucket::new(make()))).collect();
        Voices { buckets, count: 0, sounding: 0, next_serial: 0, spare: Vec::new() }
    }

    /// Makes room for so many voices, those included that fade out.
    pub(crate) fn reserve(&mut self, voices: usize) {
        let program = Arc::new(Program::silent());
        self.spare.reserve(voices);
        while self.spare.len() < voices {
            self.spare.push(Box::new(Voice::spare(&program)));
        }
        self.buckets.iter_mut().for_each(|bucket| bucket.reserve(voices));
    }

    /// How many there are, those included that fade out.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// How many there are that do not fade out.
    pub(crate) fn sounding(&self) -> usize {
        self.sounding
    }

    pub(crate) fn next_serial(&self) -> u64 {
        self.next_serial
    }

    /// Those that do not fade out.
    pub(crate) fn all_sounding(&self) -> impl Iterator<Item = &Voice> {
        let all = self.buckets.iter().flat_map(|bucket| bucket.voices());
        all.filter(|resident| !resident.killed).map(|resident| &*resident.voice)
    }

    /// Whether the voice of this serial number still sounds, though it may fade out.
    pub(crate) fn has(&self, serial: u64) -> bool {
        self.buckets[bucket_of(serial)].find(serial).is_some()
    }

    /// The voice of this serial number, unless it has ended or fades out.
    pub(crate) fn sounding_one(&self, serial: u64) -> Option<&Voice> {
        let bucket = &self.buckets[bucket_of(serial)];
        let resident = &bucket.voices()[bucket.find(serial)?];
        (!resident.killed).then_some(&*resident.voice)
    }

    /// Serial number and filter place of the voice that starts next.
    pub(crate) fn next_place(&mut self) -> (u64, usize) {
        (self.next_serial, self.buckets[bucket_of(self.next_serial)].take_slot())
    }

    /// Starts the voice of the last [`Voices::next_place`].
    pub(crate) fn start(&mut self, onset: &Onset<'_>, source_value: impl Fn(Controller) -> f32) -> &Voice {
        let voice = match self.spare.pop() {
            Some(mut voice) => {
                voice.restart(onset, source_value);
                voice
            }
            None => Box::new(Voice::new(onset, source_value)),
        };
        let bucket = &mut self.buckets[bucket_of(onset.serial)];
        bucket.push(voice);
        self.count += 1;
        self.sounding += 1;
        self.next_serial += 1;
        &bucket.voices().last().expect("a voice has just been added").voice
    }

    /// Lets go of a voice's note; the voice, if it still sounds.
    pub(crate) fn release(&mut self, serial: u64, frame: u64) -> Option<&Voice> {
        let bucket = &mut self.buckets[bucket_of(serial)];
        let place = bucket.find(serial)?;
        Some(bucket.release(place, frame))
    }

    /// Fades a voice out, if it still sounds.
    pub(crate) fn kill(&mut self, serial: u64, frame: u64) {
        let bucket = &mut self.buckets[bucket_of(serial)];
        if let Some(place) = bucket.find(serial) {
            self.sounding -= usize::from(!bucket.voices()[place].killed);
            bucket.kill(place, frame);
        }
    }

    /// Fades out all voices from the serial number `since` on for which `goes` holds.
    pub(crate) fn kill_where(&mut self, frame: u64, since: u64, goes: impl Fn(&Voice) -> bool) {
        for bucket in &mut self.buckets {
            for place in (0..bucket.voices().len()).rev() {
                let Resident { serial, killed, voice, .. } = &bucket.voices()[place];
                if *serial < since {
                    break;
                }
                if !killed && goes(voice) {
                    bucket.kill(place, frame);
                    self.sounding -= 1;
                }
            }
        }
    }

    /// Drops the voices that fade out.
    pub(crate) fn drop_killed(&mut self) {
        self.buckets.iter_mut().for_each(|bucket| bucket.drop_voices(|resident| resident.killed));
        self.recount();
    }

    /// Drops all voices; the next one is the first again.
    pub(crate) fn restart(&mut self) {
        self.buckets.iter_mut().for_each(|bucket| bucket.drop_voices(|_| true));
        self.recount();
        (self.sounding, self.next_serial) = (0, 0);
    }

    /// The buckets, to be rendered.
    pub(crate) fn buckets_mut(&mut self) -> &mut Vec<Box<Bucket>> {
        &mut self.buckets
    }

    /// The buckets have been controlled: takes note of what has ended meanwhile.
    pub(crate) fn take_note(&mut self) {
        self.recount();
        self.sounding = self.all_sounding().count();
    }

    /// Of the block that has been rendered, the most voices that sounded in one quantum, and the frames rendered, summed over
    /// voices.
    pub(crate) fn rendered(&self) -> (usize, u64) {
        let quanta = self.buckets[0].sounding_changes().len();
        let changes = |quantum: usize| self.buckets.iter().map(|b| b.sounding_changes()[quantum]).sum::<i32>();
        let sounding = (0..quanta).map(changes).scan(0, |sounding, change| {
            *sounding += change;
            Some(*sounding)
        });
        let most = sounding.max().unwrap_or(0) as usize;
        (most, self.buckets.iter().map(|bucket| bucket.voice_frames()).sum())
    }

    fn recount(&mut self) {
        for bucket in &mut self.buckets {
            bucket.give_ended(&mut self.spare);
        }
        self.count = self.buckets.iter().map(|bucket| bucket.voices().len()).sum();
    }
}
