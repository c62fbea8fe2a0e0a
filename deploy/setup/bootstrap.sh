#!/usr/bin/env bash
# Prepares a fresh clone: bootstrap.sh demo|test. PYTHON names the interpreter (default python3).
# Quick and silent about details when nothing is left to do. Not responsible for a real kiosk: deploy/package/.
# Exit codes: 69 the interpreter does not do, 70 a step failed, 77 Debian packages are missing and may not be installed.
set -euo pipefail
cd "$(dirname "$0")/../.."

profile=${1:?usage: bootstrap.sh demo|test}
python=${PYTHON:-python3}
here=deploy/setup
case $profile in
    demo) lists=("$here/apt-demo.txt") ;;
    test) lists=("$here/apt-demo.txt" "$here/apt-test.txt") ;;
    *) echo "setup: there is no profile $profile; use demo or test" >&2; exit 64 ;;
esac

step() { # NUMBER TEXT COMMAND...: runs the command and says how long it took
    local number=$1 text=$2 since=$SECONDS status=0
    shift 2
    echo "[$number/3] $text"
    "$@" || status=$?
    if [ "$status" -ne 0 ]; then
        echo "[$number/3] stopped after $((SECONDS - since)) s" >&2
        exit "$status"
    fi
    echo "[$number/3] ready ($((SECONDS - since)) s)"
}

debian() { "$here/packages.sh" "${lists[@]}" "${wanted[@]}" && "$here/card-service.sh"; }

step 1 "Python interpreter: $python" "$here/interpreter.sh" check "$python"
mapfile -t wanted < <("$here/interpreter.sh" packages "$python")
step 2 "Debian packages" debian
step 3 "Python packages in .venv" "$here/environment.sh" "$profile" "$python"
.venv/bin/python -m hub.scramble.mixing # compiles once, so that no document waits for it
