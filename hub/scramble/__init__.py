"""The scrambled image: the front page's exact dots, compressed, encrypted and drawn as a dense grid; and read back.

    panel = draw_panel(page_bits, 576, document_id, key_id, key, Profile.STANDARD, "https://inquiry.example/")
    result = read_panel(grey_scan, {key_id: key})      # Restored or Unreadable

`panel` imports nothing heavy; `hub.scramble.reading` compiles its inner loops at first use and belongs in a process of
its own. Not responsible for where the panel is placed on the paper, for who holds the keys, for opening image files.
Format: `docs/reference/scramble.md`.
"""
