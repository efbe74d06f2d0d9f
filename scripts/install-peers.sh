#!/usr/bin/env bash
# Installs what the tests compare with, and the headers of ALSA, on Debian as root; elsewhere it does nothing.
# install-peers.sh [test|all]: `test` is enough for `make test`, `all` adds large banks (about 560 MB to fetch).
set -euo pipefail

packages=(fluidsynth timgm6mb-soundfont openttd-openmsx libasound2-dev ffmpeg sox flac lame vorbis-tools opus-tools)
if [ "${1:-test}" = all ]; then
    # The last two bring MuseScore_General_Full.sf3 and MuseScore_General_Lite.sf3.
    packages+=(fluid-soundfont-gm musescore-general-soundfont-lossless)
    packages+=(musescore-general-soundfont musescore-general-soundfont-small)
fi

if [ "$(id -u)" != 0 ] || ! grep -qs '^ID=debian$' /etc/os-release; then
    echo "Not Debian as root: nothing is installed. Wanted: ${packages[*]}"
    exit 0
fi

absent=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || absent+=("$package")
done
# Debian's own python3 comes without the part that makes virtual environments.
"${PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null || absent+=(python3-venv)

if [ ${#absent[@]} = 0 ]; then
    echo "All there: ${packages[*]}"
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${absent[@]}"
