#!/usr/bin/env bash
# Says whether a Python interpreter does for this project, and which Debian packages it still needs.
#   interpreter.sh check PYTHON      exit 0, or 69 with the reason and the remedy
#   interpreter.sh packages PYTHON   prints package names, one a line; nothing when complete
set -euo pipefail

verb=${1:?usage: interpreter.sh check|packages PYTHON}
python=${2:?usage: interpreter.sh check|packages PYTHON}

refuse() {
    printf 'setup: %s\n' "$@" >&2
    exit 69
}

another() { # prints the first interpreter on the path that would do, if any
    local name
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
}

check() {
    local version found
    found=$(another)
    if ! command -v "$python" >/dev/null; then
        if [ -n "$found" ]; then
            refuse "there is no $python on this machine." "$found would do: run make with PYTHON=$found"
        fi
        refuse "there is no $python on this machine." "Install Python 3.11 or newer: sudo apt-get install python3"
    fi
    version=$("$python" -c 'import platform; print(platform.python_version())')
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        if [ -n "$found" ]; then
            refuse "$python is Python $version; 3.11 or newer is needed." "$found would do: run make with PYTHON=$found"
        fi
        refuse "$python is Python $version; 3.11 or newer is needed." \
            "On Ubuntu 22.04: sudo apt-get install python3.11, then run make with PYTHON=python3.11"
    fi
    echo "      Python $version"
}

packages() { # venv and headers are packages of their own only for an interpreter that Debian installed
    "$python" - <<'PROGRAM'
import importlib.util
import os
import sys
import sysconfig

of_debian = os.path.realpath(sys.executable).startswith("/usr/bin/")
name = "python%d.%d" % sys.version_info[:2]
missing = []
if importlib.util.find_spec("ensurepip") is None:
    missing.append("venv")
if not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")):
    missing.append("dev")
if missing and not of_debian:
    sys.exit("setup: %s lacks %s; install it with its headers and ensurepip, or use another: make PYTHON=python3"
             % (sys.executable, " and ".join(missing)))
for part in missing:
    print(name + "-" + part)
PROGRAM
}

case $verb in
    check) check ;;
    packages) packages ;;
    *) refuse "interpreter.sh has no verb $verb" ;;
esac
