//! How much softer than it was made each program plays, so that all are about equally loud.

/// Tenths of a dB by program. Measured with `cargo run --release -p rae-bank --example survey -- --trim`, which plays
/// the same melody on every program and prints it anew (set it to zero first).
#[rustfmt::skip]
pub(crate) const TRIM: [u8; 128] = [
     16,  21,   2,   9,   0,   9,  21,   0,
     14,   0,  15,   7,   0,   1,   5,  46,
     32,  33,  20,  30,  23,  23,  30,  26,
     23,  27,  40,  53,   0,   5,  14,  46,
     27,  47,   0,  54,   1,   0,   0,   9,
     24,  26,  28,  31,  45,   0,  37,   7,
     37,  29,  18,  12,  17,  20,  19,   0,
     27,  24,  29,  30,  23,  22,  12,  10,
     23,  24,  23,  26,  25,  23,  24,  27,
     22,  25,  27,  27,  28,  25,  23,  27,
     18,  16,  20,   3,  13,  12,  18,  21,
      8,  11,  20,  19,  22,   9,  17,   0,
      0,  30,  40,   5,  22,  14,   2,   7,
      0,   0,   0,  12,  22,  27,  25,  25,
     24,   0,  11,   0,   0,   0,   0,   0,
     45,  57,  28,   5,  18,   9,  29,  84,
];
