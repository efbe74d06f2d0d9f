# shellcheck shell=bash
# Sourced after common.sh: a Debian system in a folder, with compilers for other processors and systems.
# Debian's own compiler, because its standard libraries for other targets come from the same mirrors as everything else.

CROSS=$(realpath -m "${CARGO_TARGET_DIR:-target}")/cross
CROSS_ROOT="$CROSS/debian"
CROSS_SUITE=trixie
CROSS_PACKAGES=(
    rustc-web cargo-web libstd-rust-web-dev libstd-rust-web-dev:arm64 rust-web-src
    gcc libc6-dev gcc-aarch64-linux-gnu libc6-dev:arm64 qemu-user binutils-mingw-w64-x86-64
)

# make_cross_root: does nothing when it is complete (about 2.3 GB).
make_cross_root() {
    local wanted="$CROSS_SUITE ${CROSS_PACKAGES[*]}"
    if [ "$(cat "$CROSS/complete" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    if [ "$(id -u)" != 0 ] || ! grep -qs '^ID=debian$' /etc/os-release; then
        echo "Cross compilers are set up on Debian as root only." >&2
        exit 2
    fi
    if ! command -v mmdebstrap >/dev/null; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends mmdebstrap
    fi
    rm -rf "$CROSS_ROOT"
    mkdir -p "$CROSS"
    local include
    include=$(IFS=,; echo "${CROSS_PACKAGES[*]}")
    mmdebstrap --variant=apt --architectures=amd64,arm64 --include="$include" \
        --aptopt='Acquire::Languages "none"' --dpkgopt='path-exclude=/usr/share/doc/*' \
        "$CROSS_SUITE" "$CROSS_ROOT" http://deb.debian.org/debian
    echo "$wanted" >"$CROSS/complete"
}

# in_cross_root COMMAND...: runs in /work, the repository, with this machine's crates and no network.
in_cross_root() {
    mkdir -p "$CROSS_ROOT/work" "$CROSS_ROOT/cargo" "$CROSS/target" "$CROSS_ROOT/target"
    local mounts
    # The mounts are seen by this command alone and end with it.
    # shellcheck disable=SC2016
    mounts='
        mount --bind "$1" "$2/work" && mount --bind "$3" "$2/cargo" && mount --bind "$4" "$2/target" &&
            mount -t proc proc "$2/proc" && mount --rbind /dev "$2/dev" || exit
        root=$2
        shift 4
        exec chroot "$root" env -i PATH=/usr/bin:/bin HOME=/root CARGO_HOME=/cargo CARGO_NET_OFFLINE=true \
            CARGO_TARGET_DIR=/target "$@"'
    unshare --mount bash -c "$mounts" _ "$PWD" "$CROSS_ROOT" "${CARGO_HOME:-$HOME/.cargo}" "$CROSS/target" \
        env --chdir=/work "$@"
}
