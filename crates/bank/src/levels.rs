//! How much softer than it was made each program plays, so that all are equally loud.

/// Tenths of a dB by program. Measured with `cargo run --release -p rae-bank --example survey -- --trim`, which plays
/// the same phrase on every program and prints it anew (set it to zero first).
#[rustfmt::skip]
pub(crate) const TRIM: [u8; 128] = [
     16,  23,   7,  12,  37,  23,  36,   3,
      0,   3,   2,  15,   4,  12,  20,  68,
     41,  42,  29,  35,  37,  36,  43,  37,
     26,  33,  28,  41,   0,  11,  20,  35,
     37,  53,  27,  58,  31,  20,   0,  25,
     34,  43,  34,  50,  55,   9,  48,  21,
     47,  33,  22,  12,  21,  19,  22,   7,
     39,  42,  46,  46,  33,  24,  17,  14,
     34,  34,  41,  45,  40,  40,  34,  41,
     33,  38,  41,  42,  44,  41,  37,  41,
     32,  29,  34,  17,  13,  24,  33,  36,
      1,   6,  26,  16,  14,   4,   8,   0,
     12,   7,  18,   0,  18,   7,   8,   4,
      0,   2,   0,  30,   0,  56,  35,  41,
      0,   7,   0,   0,  16,  21,  26,  11,
     42,  59,  44,   0,   2,   0,   0,   0,
];
