#!/usr/bin/env bash
# Every check, one after the other; a failed step does not stop the next. See `make help`.
# RAE_REQUIRE_PEERS=1: a step or test that is skipped counts as failed.
. "$(dirname "$0")/common.sh"

passed=() failed=() skipped=()

heading() {
    printf '\n==== %s ====\n' "$1"
}

# step NAME COMMAND...
step() {
    local name="$1" began=$SECONDS
    shift
    heading "$name"
    if "$@"; then
        passed+=("$name")
        echo "---- passed in $((SECONDS - began)) s"
    else
        failed+=("$name")
        echo "---- FAILED after $((SECONDS - began)) s"
    fi
}

# peer_step NAME "PEER..." COMMAND...: skipped where a peer is missing.
peer_step() {
    local name="$1" missing
    # shellcheck disable=SC2086
    missing=$(missing_peers $2)
    shift 2
    if [ -z "$missing" ]; then
        step "$name" "$@"
    elif [ "${RAE_REQUIRE_PEERS:-0}" = 1 ]; then
        heading "$name"
        echo "---- FAILED, peers are required: $missing"
        failed+=("$name (missing: $missing)")
    else
        heading "$name"
        echo "---- skipped, missing: $missing"
        skipped+=("$name (missing: $missing)")
    fi
}

python_lints() {
    .venv/bin/ruff format --check --config scripts/ruff.toml bench bindings/python scripts tests training &&
        .venv/bin/ruff check --config scripts/ruff.toml bench bindings/python scripts tests training
}

# The test profile, shared with `cargo test`: link-time optimisation would take minutes and test nothing more.
build_binding() {
    VIRTUAL_ENV="$PWD/.venv" PATH="$PWD/.venv/bin:$PATH" .venv/bin/maturin develop --quiet
}

python_tests() {
    PYTHONPATH=scripts .venv/bin/python -m pytest -q -rs -p pytest_no_skips -p no:cacheprovider tests bindings/python/tests
}

python_types() {
    .venv/bin/python -m mypy && .venv/bin/python -m mypy.stubtest rust_audio_engine
}

compare_with_fluidsynth() {
    mkdir -p out
    .venv/bin/python tests/compare/compare.py --rae "$RAE" --soundfont "$SF2/TimGM6mb.sf2" --json out/compare.json
}

step "Peers" scripts/install-peers.sh test
step "Rust formatting" cargo fmt --all --check
step "Rust lints" cargo clippy --workspace --all-targets -- -D warnings
step "Lints without LAME" cargo clippy --package rae-codec --all-targets -- -D warnings
peer_step "Lints of live devices" "/usr/include/alsa/asoundlib.h" \
    cargo clippy --package rae-live --package rae-cli --features rae-cli/live --all-targets -- -D warnings
step "Rust tests" cargo test --workspace
step "Python environment" scripts/venv.sh
step "Python formatting and lints" python_lints
step "Licences" .venv/bin/python scripts/check_licenses.py
step "Build of rae" cargo build --release --package rae-cli
step "Build of the Python module" build_binding
step "Python tests" python_tests
step "Python types" python_types
step "README" .venv/bin/python scripts/check_readme.py --rae "$RAE" README.md docs/reports.md
step "Conformance at 44.1 kHz" scripts/conformance.sh 44100
step "Conformance at 48 kHz" scripts/conformance.sh 48000
peer_step "Comparison with FluidSynth" "fluidsynth $SONGS $SF2/TimGM6mb.sf2" compare_with_fluidsynth

heading "Summary"
for name in ${skipped[@]+"${skipped[@]}"}; do echo "skipped: $name"; done
for name in ${failed[@]+"${failed[@]}"}; do echo "FAILED:  $name"; done
echo "took $((SECONDS / 60)) min $((SECONDS % 60)) s"
echo "${#passed[@]} passed, ${#failed[@]} failed, ${#skipped[@]} skipped"
[ ${#failed[@]} = 0 ]
