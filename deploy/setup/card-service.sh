#!/usr/bin/env bash
# Makes sure that this user can start a card service of their own for the simulated card: in namespaces where the kernel
# allows them; else pcscd wants its folder below /run, which only root can make and each start of the machine empties.
#   card-service.sh [FOLDER]
# Does nothing when all is there. Exit code 77: the folder is missing and may not be made (the exact command is printed).
set -euo pipefail

folder=${1:-/run/pcscd}

if [ "$(id -u)" -eq 0 ] || [ -d "$folder" ]; then
    exit 0
fi
if unshare -U -r -n -m -p --fork --kill-child mount -t tmpfs tmpfs /run 2>/dev/null; then
    exit 0
fi
if command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    echo "      making $folder: namespaces are refused to this user, and the card service needs it"
    sudo mkdir -p "$folder" && exit 0
fi
{
    echo "setup: $folder is missing. The simulated card's service needs it where users may not make namespaces, as here."
    echo "setup: Run this as an administrator, then the same make command again:"
    echo
    echo "    sudo mkdir -p $folder"
    echo
} >&2
exit 77
