#!/usr/bin/env bash
# Makes .venv and installs the locked requirements into it: environment.sh demo|test PYTHON
# Every file is checked against a hash in the lock, tools for building included. Done only when the locks, the interpreter
# or the place of the checkout changed since the last time (.venv/.ready-PROFILE remembers). Exit code 70: a step failed.
set -euo pipefail
cd "$(dirname "$0")/../.."

profile=${1:?usage: environment.sh demo|test PYTHON}
python=${2:?usage: environment.sh demo|test PYTHON}
case $profile in
    demo) lock=requirements.lock ;;
    test) lock=requirements-dev.lock ;;
    *) echo "setup: there is no profile $profile; use demo or test" >&2; exit 64 ;;
esac

fail() {
    echo "setup: $1; see the message above. If packages cannot be reached, set the network or this machine's mirror (for pip" >&2
    echo "setup: and for uv, each has its own settings), then run the same make command again." >&2
    exit 70
}

made_for="$("$python" -c 'import sys; print(sys.base_prefix, sys.version)' | tr '\n' ' ')$PWD"
key() { { sha256sum "$1" deploy/setup/installer.lock deploy/setup/build.lock; echo "$made_for"; } | sha256sum; }

if [ "$(cat ".venv/.ready-$profile" 2>/dev/null)" = "$(key "$lock")" ]; then
    echo "      all installed"
    exit 0
fi
if [ "$(cat .venv/.made-for 2>/dev/null)" != "$made_for" ]; then
    echo "      making .venv"
    "$python" -m venv --clear .venv
    echo "$made_for" >.venv/.made-for
fi
rm -f .venv/.ready-*
echo "      installing the installer (uv)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/setup/installer.lock ||
    fail "the installer (uv) could not be installed"
echo "      installing $(grep -c '^[a-zA-Z0-9]' "$lock") packages of $lock"
.venv/bin/uv pip install --python .venv/bin/python --require-hashes --build-constraints deploy/setup/build.lock -r "$lock" ||
    fail "the packages of $lock could not be installed"
key "$lock" >".venv/.ready-$profile"
if [ "$profile" = test ]; then
    key requirements.lock >.venv/.ready-demo # the larger lock holds the smaller one; `make check` compares them
fi
