//! Interrupts, as the system tells of them.

#![allow(unsafe_code, reason = "nothing safe tells what the process was started with")]

#[cfg(unix)]
use std::{ffi::c_int, io, mem::MaybeUninit, ptr, thread};

#[cfg(unix)]
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

/// Calls `heard`, on a thread of its own, whenever the process is asked to end: but not by what it was started to ignore, as
/// by `nohup` or in the background of a script. SIGQUIT is left to the system, for those who want out at once.
#[cfg(unix)]
pub(crate) fn listen(mut heard: impl FnMut() + Send + 'static) -> io::Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM].into_iter().filter(|&signal| !is_ignored(signal)))?;
    thread::Builder::new().name("rae-signals".into()).spawn(move || signals.forever().for_each(|_| heard()))?;
    Ok(())
}

#[cfg(unix)]
fn is_ignored(signal: c_int) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: without a new action the system only tells the present one, which is there where it returns 0.
    unsafe {
        libc::sigaction(signal, ptr::null(), action.as_mut_ptr()) == 0
            && action.assume_init().sa_sigaction == libc::SIG_IGN
    }
}

/// Calls `heard`, on a thread of its own, whenever the process is asked to end.
#[cfg(windows)]
pub(crate) fn listen(heard: impl FnMut() + Send + 'static) -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(heard)
}
