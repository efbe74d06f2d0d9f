#!/usr/bin/env bash
# Tests the synthesizer's kernels for 64-bit Arm against the scalar twin, on an emulated processor (Debian, as root).
# neon.sh [NAMES...]: tests whose names contain one of these; by default kernels, bits and what the kernels stand on.
. "$(dirname "$0")/common.sh"
. scripts/cross-root.sh

make_cross_root
cargo fetch --quiet --locked
[ $# -gt 0 ] || set -- kernels:: bits:: executor::
in_cross_root CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER=qemu-aarch64 \
    cargo test --locked --package rae-synth --target aarch64-unknown-linux-gnu -- "$@"
