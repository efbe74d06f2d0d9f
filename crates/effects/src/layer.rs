//! Send effects that take over from one another while sound goes on: what the new one hears fades in while what the old one
//! hears fades out, and the old one rings on.

use rae_dsp::Part;
use rae_dsp::sends::{ReverbKind, ReverbSend, Sends};
use rae_units::SampleRate;

use crate::reverb::send_response;
use crate::{BusSettings, Chorus};

/// Time in which one takes over.
const FADE_SECONDS: f64 = 0.02;

/// Layers that ring on at once; beyond it the oldest fades out, too.
const MOST_RINGING: usize = 4;

/// Layers that a live bus has at most: those that ring on, those that hear the sends, one that fades out, and the next.
const MOST_LAYERS: usize = MOST_RINGING + 4;

/// Frames in which one takes over.
fn fade_frames(rate: SampleRate) -> u64 {
    (FADE_SECONDS * f64::from(rate.hz())).ceil() as u64
}

/// The frames in which an effect hears its send: it fades in from `from` on and out from `until` on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    from: Option<u64>,
    until: Option<u64>,
    fade: u64,
}

impl Turn {
    /// From the start.
    fn first(fade: u64) -> Turn {
        Turn { from: None, until: None, fade }
    }

    fn starting(from: u64, fade: u64) -> Turn {
        Turn { from: Some(from), until: None, fade }
    }

    /// Ends at `frame`, unless it has ended.
    fn end(&mut self, frame: u64) {
        self.until.get_or_insert(frame);
    }

    /// How much is heard of a frame, 0 to 1.
    fn gain(&self, frame: u64) -> f32 {
        let share = |start: u64| frame.saturating_sub(start).min(self.fade) as f32 / self.fade as f32;
        self.from.map_or(1.0, share) * (1.0 - self.until.map_or(0.0, share))
    }

    /// The frame from which on nothing is heard any more.
    fn over(&self) -> Option<u64> {
        self.until.map(|until| until + self.fade)
    }

    /// What is heard of `send` from `frame` on; nothing at all is silence. `room` is for what has to be computed.
    pub(crate) fn hear<'a>(&self, frame: u64, send: &'a [f32], room: &'a mut Vec<f32>) -> &'a [f32] {
        let end = frame + send.len() as u64;
        let before = self.from.is_none_or(|from| from + self.fade <= frame);
        if before && self.until.is_none_or(|until| end <= until) {
            return send;
        }
        if self.over().is_some_and(|over| over <= frame) || self.from.is_some_and(|from| end <= from) {
            return &[];
        }
        room.clear();
        room.extend((frame..).zip(send).map(|(frame, sample)| sample * self.gain(frame)));
        room
    }
}

/// Send effects that began at one time, `C` being the convolver of the reverb.
#[derive(Debug)]
pub(crate) struct Layer<C> {
    pub(crate) reverb: Option<(C, Turn)>,
    pub(crate) chorus: Option<(Chorus, Turn)>,
    /// Whether it takes over from earlier reverbs and choruses, even if it has none itself.
    renews: [bool; 2],
    /// Frames by which it outlasts what it hears.
    pub(crate) tail: u64,
    /// From here on its reverb fades out, whatever it has heard.
    cut: Option<u64>,
    fade: u64,
}

impl<C> Layer<C> {
    /// The chorus from the start.
    pub(crate) fn first(chorus: Chorus, rate: SampleRate) -> Layer<C> {
        let fade = fade_frames(rate);
        let tail = chorus.tail() as u64;
        let chorus = Some((chorus, Turn::first(fade)));
        Layer { reverb: None, chorus, renews: [false; 2], tail, cut: None, fade }
    }

    /// What has to be made anew where `sends` follow those of `settings`; `None` if nothing. `convolver` makes one, and says
    /// by how much it outlasts what it hears.
    pub(crate) fn renewing(
        settings: &BusSettings,
        sends: &Sends,
        rate: SampleRate,
        convolver: impl Fn(&[Part]) -> (C, usize),
    ) -> Option<Layer<C>> {
        let fade = fade_frames(rate);
        let before = &settings.sends;
        let renews =
            [settings.reverb.hall && before.reverb != sends.reverb, settings.chorus && before.chorus != sends.chorus];
        let is_heard = |send: &ReverbSend| send.kind != ReverbKind::Off && send.level > 0.0;
        let reverb = (renews[0] && is_heard(&sends.reverb))
            .then(|| convolver(&[Part::MonoSend(&send_response(&sends.reverb, rate), sends.reverb.level)]));
        let chorus = (renews[1] && sends.chorus.level > 0.0).then(|| Chorus::of(&sends.chorus, rate));
        let tail = reverb.as_ref().map_or(0, |(_, tail)| *tail).max(chorus.as_ref().map_or(0, Chorus::tail)) as u64;
        let turn = Turn::starting(0, fade);
        let (reverb, chorus) = (reverb.map(|(reverb, _)| (reverb, turn)), chorus.map(|chorus| (chorus, turn)));
        (renews != [false; 2]).then_some(Layer { reverb, chorus, renews, tail, cut: None, fade })
    }

    /// Its effects' turns.
    fn turns(&mut self) -> [Option<&mut Turn>; 2] {
        [self.reverb.as_mut().map(|(_, turn)| turn), self.chorus.as_mut().map(|(_, turn)| turn)]
    }

    /// The frame from which on it hears nothing; `None` while nobody knows.
    fn deaf(&self) -> Option<u64> {
        let turns = [self.reverb.as_ref().map(|(_, turn)| turn), self.chorus.as_ref().map(|(_, turn)| turn)];
        turns.into_iter().flatten().try_fold(0, |latest, turn| Some(turn.over()?.max(latest)))
    }

    /// Whether nothing of it is heard from `frame` on.
    fn is_over(&self, frame: u64) -> bool {
        let chorus_tail = self.chorus.as_ref().map_or(0, |(chorus, _)| chorus.tail() as u64);
        self.deaf().is_some_and(|deaf| {
            let cut = self.cut.map_or(u64::MAX, |cut| (cut + self.fade).max(deaf + chorus_tail));
            frame >= cut.min(deaf + self.tail)
        })
    }

    /// Adds what its reverb says, `said` from `frame` on, to `out`.
    pub(crate) fn add(&self, frame: u64, said: &[f32], out: &mut [f32]) {
        let gain = |frame: u64, cut: u64| 1.0 - frame.saturating_sub(cut).min(self.fade) as f32 / self.fade as f32;
        match self.cut.filter(|cut| frame + said.len() as u64 > *cut) {
            None => out.iter_mut().zip(said).for_each(|(out, said)| *out += said),
            Some(cut) => {
                (frame..)
                    .zip(out.iter_mut().zip(said))
                    .for_each(|(frame, (out, said))| *out += said * gain(frame, cut));
            }
        }
    }
}

/// All there are, the oldest first.
#[derive(Debug)]
pub(crate) struct Layers<C> {
    pub(crate) list: Vec<Box<Layer<C>>>,
    /// Of the first reverb, which lies elsewhere.
    pub(crate) hall: Turn,
}

impl<C> Layers<C> {
    /// The chorus from the start. Makes room for all that may come in a live bus.
    pub(crate) fn new(chorus: Option<Chorus>, rate: SampleRate) -> Layers<C> {
        let mut list = Vec::with_capacity(MOST_LAYERS);
        list.extend(chorus.map(|chorus| Box::new(Layer::first(chorus, rate))));
        Layers { list, hall: Turn::first(fade_frames(rate)) }
    }

    /// Lets a layer take over at `frame`.
    pub(crate) fn begin(&mut self, mut layer: Box<Layer<C>>, frame: u64) {
        let renews = layer.renews;
        if renews[0] {
            self.hall.end(frame);
        }
        for earlier in &mut self.list {
            for (turn, _) in earlier.turns().into_iter().zip(renews).filter(|(_, renews)| *renews) {
                turn.into_iter().for_each(|turn| turn.end(frame));
            }
        }
        layer.turns().into_iter().flatten().for_each(|turn| turn.from = Some(frame));
        let rings = |layer: &Layer<C>| layer.deaf().is_some() && layer.cut.is_none() && !layer.is_over(frame);
        if self.list.iter().filter(|layer| rings(layer)).count() > MOST_RINGING
            && let Some(oldest) = self.list.iter_mut().find(|layer| rings(layer))
        {
            oldest.cut = Some(frame);
        }
        self.list.push(layer);
    }

    /// Where there is room for no more, takes away the oldest one that others have taken over from, however it sounds.
    pub(crate) fn make_room(&mut self) -> Option<Box<Layer<C>>> {
        let full = self.list.len() >= MOST_LAYERS;
        let place = self.list.iter().position(|layer| full && layer.deaf().is_some())?;
        Some(self.list.remove(place))
    }

    /// Frames by which they can outlast what they hear.
    pub(crate) fn tail(&self) -> u64 {
        self.list.iter().map(|layer| layer.tail).max().unwrap_or(0)
    }

    /// Takes away one of which nothing is heard from `frame` on.
    pub(crate) fn take_over(&mut self, frame: u64) -> Option<Box<Layer<C>>> {
        let place = self.list.iter().position(|layer| layer.is_over(frame))?;
        Some(self.list.remove(place))
    }
}
