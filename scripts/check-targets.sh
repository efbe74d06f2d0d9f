#!/usr/bin/env bash
# Type-checks the workspace for macOS on Arm and for Windows (Debian, as root), without MP3, which is C. Nothing is linked, so that neither
# system's tools are needed; the standard library is checked from its sources.
. "$(dirname "$0")/common.sh"
. scripts/cross-root.sh

make_cross_root
library=$(echo "$CROSS_ROOT"/usr/src/rustc-*/library)
cargo fetch --quiet --locked
RUSTC_BOOTSTRAP=1 cargo fetch --quiet --locked --manifest-path "$library/sysroot/Cargo.toml"
for target in aarch64-apple-darwin x86_64-pc-windows-gnu; do
    echo "== $target"
    in_cross_root RUSTC_BOOTSTRAP=1 cargo check --locked -Z build-std=std,panic_abort --target "$target" \
        --no-default-features --package rust-audio-engine --package rae-cli
done
