#!/usr/bin/env bash
# What the parts of the assessment are worth: the table of docs/analysis.md. Options go to training/ablation.py.
. "$(dirname "$0")/common.sh"

scripts/venv.sh
cargo build --release --package rae-cli
VIRTUAL_ENV="$PWD/.venv" PATH="$PWD/.venv/bin:$PATH" .venv/bin/maturin develop --release --quiet
.venv/bin/python training/ablation.py out/ablation "$RAE" "$@"
