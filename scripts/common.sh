# shellcheck shell=bash disable=SC2034
# Sourced by the other scripts: the root of the repository, the built command, and what peers are there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

PYTHON="${PYTHON:-python3}"
RAE="${CARGO_TARGET_DIR:-target}/release/rae"
SF2=/usr/share/sounds/sf2
SONGS=/usr/share/games/openttd/baseset/openmsx

# missing_peers PATH_OR_COMMAND...: prints those that are absent.
missing_peers() {
    local peer
    for peer in "$@"; do
        [ -e "$peer" ] || command -v "$peer" >/dev/null 2>&1 || printf '%s ' "$peer"
    done
}

# demand_peers PATH_OR_COMMAND...: ends with status 2 unless all are present.
demand_peers() {
    local missing
    missing=$(missing_peers "$@")
    if [ -n "$missing" ]; then
        echo "missing: $missing" >&2
        echo "On Debian, as root: scripts/install-peers.sh all" >&2
        exit 2
    fi
}
