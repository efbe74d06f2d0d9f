//! The rae command.
fn main() {}
