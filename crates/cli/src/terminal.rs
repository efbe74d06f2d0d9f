//! What the person in front of the command sees and does: messages, a progress line, Ctrl-C.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use std::{process, thread};

use rust_audio_engine::{Error, Progress, Seconds, remove_unfinished};
use serde::Serialize;

use crate::exit::Failure;
use crate::signals;
use crate::values::show_time;

/// After an interrupt (Ctrl-C, a request to terminate) the work has so long to stop in good order and to tell what it has
/// done. It may be unable to: whoever reads the output or writes an input keeps it waiting, or a block has many voices.
const GRACE: Duration = Duration::from_millis(800);

/// So long it may take to remove what is unfinished and to say so: a file system, or whoever reads the messages, may keep
/// it waiting.
const FAREWELL: Duration = Duration::from_millis(200);

/// Watches for interrupts. Until work is said to begin, the first one ends the process, and a second one always.
#[derive(Clone)]
pub(crate) struct Interrupts(Arc<State>);

#[derive(Default)]
struct State {
    seen: AtomicBool,
    working: AtomicBool,
}

impl Interrupts {
    /// Begins to watch, unless that has begun.
    pub(crate) fn watch() -> Interrupts {
        static WATCHED: OnceLock<Interrupts> = OnceLock::new();
        WATCHED.get_or_init(Interrupts::new).clone()
    }

    fn new() -> Interrupts {
        let state = Arc::new(State::default());
        let watched = Arc::clone(&state);
        let listening = signals::listen(move || {
            let is_first = !watched.seen.swap(true, Ordering::SeqCst);
            if !is_first || !watched.working.load(Ordering::SeqCst) {
                end();
            }
            // Not here, where the second one is heard.
            let waiting = thread::Builder::new().spawn(|| {
                thread::sleep(GRACE);
                end();
            });
            if waiting.is_err() {
                end();
            }
        });
        if let Err(error) = listening {
            say(&format!("rae: warning: an interrupt may leave a temporary file: {error}"));
        }
        Interrupts(state)
    }

    /// From now on work looks at [`Interrupts::any`] and stops in good order.
    pub(crate) fn expect_order(&self) {
        self.0.working.store(true, Ordering::SeqCst);
    }

    fn any(&self) -> bool {
        self.0.seen.load(Ordering::SeqCst)
    }
}

/// Ends the process, whatever keeps it from removing files or telling why.
fn end() -> ! {
    let interrupted = Failure::Engine(Error::Cancelled);
    let code = i32::from(interrupted.code());
    let ending = thread::Builder::new().spawn(move || {
        thread::sleep(FAREWELL);
        process::exit(code);
    });
    if ending.is_ok() {
        remove_unfinished();
        interrupted.tell();
    }
    process::exit(code);
}

/// Writes a message to standard error. That nobody reads it is no reason to stop.
pub(crate) fn say(text: &str) {
    let _ = writeln!(stderr(), "{text}");
}

fn draw(line: &str) {
    let _ = write!(stderr(), "\r\x1b[K{line}");
}

/// Refuses, before any work, to write to a terminal what nobody can read there.
pub(crate) fn check_not_terminal() -> Result<(), Failure> {
    if stdout().is_terminal() {
        return Err(Failure::Usage("standard output is a terminal; send it into a pipe or name a file".into()));
    }
    Ok(())
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
