use rae_units::{Frames, SampleRate};

/// What was odd, told once each.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    texts: Vec<String>,
    damaged: u64,
}

impl Warnings {
    pub(crate) fn texts(&self) -> &[String] {
        &self.texts
    }

    pub(crate) fn push(&mut self, text: String) {
        if !self.texts.contains(&text) {
            self.texts.push(text);
        }
    }

    /// One more piece that could not be decoded; `reason` is told of the first.
    pub(crate) fn damaged(&mut self, reason: &str) {
        self.damaged += 1;
        let before = damage(self.damaged - 1, "");
        match self.texts.iter_mut().find(|text| self.damaged > 1 && text.starts_with(&before)) {
            Some(text) => *text = damage(self.damaged, &text[before.len()..]),
            None => self.texts.push(damage(1, reason)),
        }
    }

    pub(crate) fn short(&mut self, position: u64, frames: u64, rate: SampleRate) {
        let [there, claimed] = [position, frames].map(|frames| Frames(frames).seconds(rate).0);
        self.push(format!("it is cut short: {there:.3} s of {claimed:.3} s are there"));
    }
}

fn damage(count: u64, reason: &str) -> String {
    let pieces = if count == 1 { "piece is" } else { "pieces are" };
    format!("{count} {pieces} damaged and silent or left out; the first: {reason}")
}
