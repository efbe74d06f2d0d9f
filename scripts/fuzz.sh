#!/usr/bin/env bash
# Fuzzes every target of fuzz/ for FUZZ_SECONDS (default 60) with at most 1 GB of memory and 10 s per input.
. "$(dirname "$0")/common.sh"

if ! cargo +nightly fuzz --version >/dev/null 2>&1; then
    echo "Fuzzing needs nightly Rust and cargo-fuzz:" >&2
    echo "    rustup toolchain install nightly && cargo install cargo-fuzz" >&2
    exit 2
fi
targets=$(cargo +nightly fuzz list)
for target in $targets; do
    echo "== fuzz $target"
    mkdir -p "fuzz/corpus/$target"
    cargo +nightly fuzz run "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- -max_total_time="${FUZZ_SECONDS:-60}" -rss_limit_mb=1024 -timeout=10
done
