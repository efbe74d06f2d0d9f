#!/usr/bin/env bash
# Builds the command in release and renders the bundled piece with the built-in bank.
. "$(dirname "$0")/common.sh"

cargo build --release --package rae-cli
mkdir -p out
"$RAE" render test_data/demo.mid --soundfont builtin -o out/demo.wav --force
