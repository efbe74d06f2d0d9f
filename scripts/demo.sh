#!/usr/bin/env bash
# Builds the command in release and renders the bundled piece with the built-in bank.
. "$(dirname "$0")/common.sh"

cargo build --release --package rae-cli
mkdir -p out
# The built-in bank leaves room for thicker scores; this one can take 12 dB more than the default level.
"$RAE" render test_data/demo.mid --soundfont builtin --gain -1 -o out/demo.wav --force
