"""The page about printers says what the tables say."""

from tests.printer.printer_page import PAGE, written


def test_the_page_is_written_from_the_tables():
    page = PAGE.read_text(encoding="utf-8")
    assert written(page) == page, "run .venv/bin/python -m tests.printer.printer_page"
