#!/usr/bin/env bash
# Measures rae beside FluidSynth and rustysynth, effects beside fft-convolver and pedalboard, playing live, mastering beside
# matchering, codecs and pictures beside flac, lame and ffmpeg; options go to synthesis.py, and then effects, live, codecs and
# pictures are left out.
. "$(dirname "$0")/common.sh"

scripts/install-peers.sh all
demand_peers fluidsynth "$SONGS" "$SF2/TimGM6mb.sf2" "$SF2/FluidR3_GM.sf2" "$SF2/MuseScore_General_Full.sf2" \
    "$SF2/../sf3/MuseScore_General_Full.sf3" ffmpeg flac lame opusenc
cargo build --release --package rae-cli
# Workspaces of their own, built where `make clean` finds them.
PEERS="${CARGO_TARGET_DIR:-target}/bench"
cargo build --release --target-dir "$PEERS" --manifest-path bench/rustysynth/Cargo.toml
cargo build --release --target-dir "$PEERS" --manifest-path bench/kernels/Cargo.toml --bin voice_frames --bin open --bin live_song \
    --bin decode
case " $* " in
    *" --quick "* | *" --only"*) ;;
    *)
        scripts/venv.sh
        VIRTUAL_ENV="$PWD/.venv" PATH="$PWD/.venv/bin:$PATH" .venv/bin/maturin develop --release --quiet
        # Measured only, hence in environments of their own.
        "$PYTHON" -m venv "$PEERS/matchering"
        "$PEERS/matchering/bin/pip" install --quiet --requirement bench/mastering/requirements.txt
        "$PYTHON" bench/mastering.py --rae "$RAE" --matchering "$PEERS/matchering/bin/python" ||
            echo "mastering: a goal is missed" >&2
        ;;
esac
"$PYTHON" bench/synthesis.py --rae "$RAE" --rustysynth "$PEERS/release/rustysynth-render" \
    --voice-frames "$PEERS/release/voice_frames" --open "$PEERS/release/open" \
    --banks "$SF2" --songs "$SONGS" "$@"
if [ $# = 0 ]; then
    cargo build --release --target-dir "$PEERS" --manifest-path bench/effects/Cargo.toml
    "$PYTHON" -m venv "$PEERS/pedalboard"
    "$PEERS/pedalboard/bin/pip" install --quiet --requirement bench/effects/requirements.txt
    "$PYTHON" bench/effects.py --bin "$PEERS/release/rae-bench-effects" --peers "$PEERS/pedalboard/bin/python"
    "$PYTHON" bench/live.py --rae "$RAE" --live-song "$PEERS/release/live_song" --banks "$SF2" || echo "live: a goal is missed" >&2
    "$PYTHON" bench/codecs.py --rae "$RAE"
    "$PYTHON" bench/pictures.py --rae "$RAE" --decode "$PEERS/release/decode"
fi
