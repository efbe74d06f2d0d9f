//! What the person in front of the command sees and does: messages, a progress line, Ctrl-C.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rust_audio_engine::{Error, Progress, Seconds};
use serde::Serialize;

use crate::exit::Failure;
use crate::values::show_time;

/// How many interrupts (Ctrl-C, requests to terminate) only ask the render to stop, before one ends the process.
#[derive(Clone, Copy)]
pub(crate) enum Patience {
    /// The second one ends it: whoever reads the output or writes an input may keep the render waiting for ever.
    Once,
    /// None ends it: there is a temporary file to remove, and the next block is soon done.
    Endless,
}

/// Counts the interrupts. Until a render is said to begin, the first one ends the process.
#[derive(Clone)]
pub(crate) struct Interrupts(Arc<Counts>);

#[derive(Default)]
struct Counts {
    seen: AtomicUsize,
    allowed: AtomicUsize,
}

impl Interrupts {
    /// Begins to count.
    pub(crate) fn watch() -> Interrupts {
        let counts = Arc::new(Counts::default());
        let counted = Arc::clone(&counts);
        let watching = ctrlc::set_handler(move || {
            if counted.seen.fetch_add(1, Ordering::SeqCst) >= counted.allowed.load(Ordering::SeqCst) {
                Failure::Engine(Error::Cancelled).report();
                std::process::exit(130);
            }
        });
        if let Err(error) = watching {
            say(&format!("rae: warning: an interrupt may leave a temporary file: {error}"));
        }
        Interrupts(counts)
    }

    /// From now on a render looks at [`Interrupts::any`] and stops in good order.
    pub(crate) fn expect_order(&self, patience: Patience) {
        let allowed = match patience {
            Patience::Once => 1,
            Patience::Endless => usize::MAX,
        };
        self.0.allowed.store(allowed, Ordering::SeqCst);
    }

    fn any(&self) -> bool {
        self.0.seen.load(Ordering::SeqCst) > 0
    }
}

/// Writes a message to standard error. That nobody reads it is no reason to stop.
pub(crate) fn say(text: &str) {
    let _ = writeln!(stderr(), "{text}");
}

fn draw(line: &str) {
    let _ = write!(stderr(), "\r\x1b[K{line}");
}

/// Writes data to standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(Failure::Stdout)
}

/// Writes a value as JSON to standard output.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let mut out = stdout().lock();
    serde_json::to_writer_pretty(&mut out, value).map_err(|error| Failure::Stdout(error.into()))?;
    writeln!(out).and_then(|()| out.flush()).map_err(Failure::Stdout)
}

/// A line on stderr that says how far a render has come; nothing where stderr is no terminal.
pub(crate) struct ProgressLine {
    visible: bool,
    drawn: Option<Instant>,
    interrupts: Interrupts,
}

impl ProgressLine {
    pub(crate) fn new(quiet: bool, interrupts: Interrupts) -> ProgressLine {
        ProgressLine { visible: !quiet && stderr().is_terminal(), drawn: None, interrupts }
    }

    /// Shows the progress of a render; asks to stop when the person did.
    pub(crate) fn update(&mut self, progress: Progress) -> ControlFlow<()> {
        self.show(|| line(progress))
    }

    /// Shows a line now and then; asks to stop when the person did.
    pub(crate) fn show(&mut self, line: impl FnOnce() -> String) -> ControlFlow<()> {
        const REDRAW: Duration = Duration::from_millis(100);
        if self.visible && self.drawn.is_none_or(|drawn| drawn.elapsed() >= REDRAW) {
            draw(&line());
            self.drawn = Some(Instant::now());
        }
        if self.interrupts.any() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Makes room for other messages.
    pub(crate) fn clear(&mut self) {
        if self.drawn.take().is_some() {
            draw("");
        }
    }
}

fn line(progress: Progress) -> String {
    let Seconds(expected) = progress.expected;
    if expected <= 0.0 {
        return show_time(progress.position);
    }
    let of = show_time(Seconds(progress.position.0.min(expected)));
    let bar = bar(progress.fraction);
    format!("{bar} {:3.0} %  {of} of {}", progress.fraction * 100.0, show_time(progress.expected))
}

/// `[######------------------]`
pub(crate) fn bar(fraction: f64) -> String {
    const WIDTH: usize = 24;
    let filled = (fraction.clamp(0.0, 1.0) * WIDTH as f64) as usize;
    format!("[{}{}]", "#".repeat(filled), "-".repeat(WIDTH - filled))
}
