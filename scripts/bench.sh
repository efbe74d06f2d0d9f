#!/usr/bin/env bash
# Measures CPU time beside FluidSynth's; options go to synthesis.py.
. "$(dirname "$0")/common.sh"

scripts/install-peers.sh all
demand_peers fluidsynth "$SONGS" "$SF2/FluidR3_GM.sf2"
cargo build --release --package rae-cli
exec "$PYTHON" bench/synthesis.py --rae "$RAE" --soundfont "$SF2/FluidR3_GM.sf2" "$@"
