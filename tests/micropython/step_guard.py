"""The guard's machine, stepped through a story: [[ms, {line: level}], ...] in; [ms, state, hz, light] lines out.

Levels stay until changed; `alive` 1 lets the heartbeat change each 250 ms. One look each 5 ms, as on the board.
"""

import json
import sys

from guard import Guard

ROUND_MS, BEAT_MS = 5, 250
story = json.loads(sys.stdin.readline())
levels = {"beat": 0, "paper": 0, "card": 0, "door": 0, "tamper": 0, "key": 0}
alive = 0
guard, told, now_ms = None, None, 0
for until_ms, changes in story:
    while now_ms < until_ms:
        if alive and now_ms % BEAT_MS == 0:
            levels["beat"] ^= 1
        guard = guard or Guard(levels, now_ms)
        state = guard.look(levels, now_ms)
        hz = guard.buzzer(now_ms)
        if told != (state, hz, guard.light()):
            told = (state, hz, guard.light())
            print(json.dumps([now_ms, state, hz, guard.light()]))
        now_ms += ROUND_MS
    alive = changes.pop("alive", alive)
    levels.update(changes)
