//! How much softer than it was made each program plays, so that all are equally loud.

/// Tenths of a dB by program. Measured with `cargo run --release -p rae-bank --example survey -- --trim`, which plays
/// the same phrase on every program and prints it anew (set it to zero first).
#[rustfmt::skip]
pub(crate) const TRIM: [u8; 128] = [
     15,  21,   5,  11,  37,  23,  35,   0,
      0,   2,   2,  15,   4,  12,  21,  67,
     39,  41,  28,  35,  37,  36,  43,  37,
     25,  33,  28,  41,   0,  11,  20,  36,
     38,  52,  22,  54,  30,  20,   0,  19,
     34,  43,  34,  50,  55,   9,  48,  21,
     47,  33,  22,  12,  21,  19,  22,   7,
     39,  41,  45,  44,  32,  24,  17,  14,
     34,  34,  41,  45,  40,  40,  34,  41,
     32,  38,  41,  41,  44,  41,  37,  41,
     31,  28,  33,  16,  13,  24,  32,  36,
      1,   6,  25,  16,  14,   4,   8,   0,
     12,   7,  18,   0,  18,   6,   8,   3,
      0,   2,   0,  30,   0,  56,  35,  40,
      0,   7,   0,   0,  16,  21,  26,  11,
     39,  59,  45,   0,   7,   0,   0,   0,
];
