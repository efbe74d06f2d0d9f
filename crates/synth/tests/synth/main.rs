//! The synthesizer from outside: tiny banks and short pieces against formulas.

#![forbid(unsafe_code)]

mod asked;
mod bits;
mod chance;
mod damage;
mod destinations;
mod drum_keys;
mod extremes;
mod floods;
mod kernels;
mod levels;
mod live;
mod mono;
mod nrpn;
mod onsets;
mod part_modes;
mod parts;
mod pedals;
mod piece;
mod portamento;
mod programs;
mod resets;
mod samples;
mod seek;
mod sound_controllers;
mod switches;
mod tuning;
mod variation;
mod voices;
