#!/usr/bin/env bash
# Makes .venv with the pinned test requirements; does nothing when it is up to date.
. "$(dirname "$0")/common.sh"

requirements=scripts/requirements-test.txt
if [ -x .venv/bin/python ] && cmp -s "$requirements" .venv/requirements-installed.txt; then
    exit 0
fi
if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Python 3.11 or newer is needed, but $PYTHON is $("$PYTHON" --version 2>&1). Set PYTHON=/path/to/python3." >&2
    exit 1
fi
if ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "$PYTHON cannot make a virtual environment: the module ensurepip is missing." >&2
    echo "On Debian and Ubuntu: apt-get install python3-venv" >&2
    exit 1
fi
"$PYTHON" -m venv --clear .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
cp "$requirements" .venv/requirements-installed.txt
