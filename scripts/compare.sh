#!/usr/bin/env bash
# Compares with FluidSynth on every MIDI file of openttd-openmsx and three banks; options go to compare.py.
. "$(dirname "$0")/common.sh"

scripts/install-peers.sh all
banks=("$SF2/TimGM6mb.sf2" "$SF2/FluidR3_GM.sf2" "$SF2/MuseScore_General_Full.sf2")
demand_peers fluidsynth "$SONGS" "${banks[@]}"
scripts/venv.sh
cargo build --release --package rae-cli
mkdir -p out
exec .venv/bin/python tests/compare/compare.py --rae "$RAE" "${banks[@]/#/--soundfont=}" --sinc --json out/compare.json "$@"
