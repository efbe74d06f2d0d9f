//! Which bank is chosen, on systems made up for the purpose.

mod choice;
mod common;
mod config;
mod content;
mod install;
mod places;
