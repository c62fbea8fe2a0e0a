#!/bin/sh
# Shows the kiosk's screen: Chromium in full-screen mode, under a compositor such as cage. Arguments go to Chromium: the address
# of the kiosk's own page. Why these flags: docs/decisions/0014-one-renderer-for-each-person.md.
#
# Nothing of a person outlives the visit: profile in memory, no history, and one renderer process for each person, which is
# Chromium's own site isolation (each clerk has a host name of its own). The last feature would hold a page that answers a
# touch back for one frame. The rest keeps Chromium from asking, offering and phoning.
set -eu
exec "${CHROMIUM:-chromium}" \
    --kiosk --incognito --user-data-dir="${XDG_RUNTIME_DIR:?is not set: a folder in memory for the profile}/kiosk-screen" \
    --site-per-process --disable-features=BackForwardCache,Translate,DeferRendererTasksAfterInput \
    --no-first-run --noerrdialogs --disable-pinch --overscroll-history-navigation=0 \
    --disable-background-networking --disable-component-update --disable-sync --disable-quic \
    "$@"
