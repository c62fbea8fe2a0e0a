"""`python -m hub.migrations.write ROLE TEXT [--number 0002]`: write the step between the last one and the models.

A person looks at it, adds what only PostgreSQL has, and sets `HEADS`. Not for a hub that serves.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command

from hub.database import open_database
from hub.migrations import HEADS, configuration


def main() -> None:
    """Write one step into `hub/migrations/ROLE`."""
    parser = argparse.ArgumentParser(prog="python -m hub.migrations.write", description=__doc__)
    parser.add_argument("role", choices=HEADS)
    parser.add_argument("text", help="what changes, a short sentence without a full stop")
    parser.add_argument("--number", required=True, metavar="N", help="four digits, the next one")
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        engine = open_database(Path(folder) / "empty.sqlite")
        with engine.begin() as connection:
            config = configuration(chosen.role, connection)
            config.set_main_option("file_template", "step_%%(rev)s")
            command.upgrade(config, "head")
            command.revision(
                config, chosen.text, autogenerate=True, rev_id=chosen.number, version_path=_folder(chosen.role)
            )
        engine.dispose()


def _folder(role: str) -> str:
    return str(Path(__file__).parent / role)


if __name__ == "__main__":
    main()
