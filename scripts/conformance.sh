#!/usr/bin/env bash
# conformance.sh RATE [options of conformance.py]: the release build against the formulas of the standard.
. "$(dirname "$0")/common.sh"

rate="$1"
shift
command="$RAE render {mid} --soundfont {sf2} -o {out} -r $rate --sample-format f32 --gain -6 --no-reverb --force --quiet"
exec .venv/bin/python tests/conformance/conformance.py --name "rae at $rate Hz" --cmd "$command" -q "$@"
