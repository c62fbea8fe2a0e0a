"""A PostgreSQL server of this test run: its own folder, an unprivileged user, a Unix socket and no network."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text


class Server:
    """A running server; each `database` is new and empty."""

    def __init__(self, folder: Path, user: str) -> None:
        self.folder = folder
        self.user = user
        self._made = 0

    def database(self) -> str:
        """Make a database; returns its SQLAlchemy URL."""
        self._made += 1
        name = f"hub{self._made}"
        engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self._url(name)

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://{self.user}@/{name}?host={self.folder}"


@contextmanager
def postgresql(*, durable: bool = False) -> Generator[Server]:
    """Run a server; `durable`: it waits for the disk, as a measurement wants it."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
    assert programs is not None, "PostgreSQL is missing: apt-get install postgresql"
    folder = Path(tempfile.mkdtemp(prefix="kiosk-postgresql-"))
    user = _unprivileged()
    if os.getuid() == 0:
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
    own = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
    data = folder / "data"
    try:
        command = [programs / "initdb", "-D", data, "-U", user, "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"]
        subprocess.run(command, check=True, capture_output=True, cwd=folder, **own)
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c max_connections=100"
        options += "" if durable else " -c fsync=off -c synchronous_commit=off"
        start = [programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"]
        subprocess.run(start, check=True, capture_output=True, cwd=folder, **own)
        try:
            yield Server(folder, user)
        finally:
            stop = [programs / "pg_ctl", "-D", data, "-m", "fast", "-w", "stop"]
            subprocess.run(stop, check=True, capture_output=True, cwd=folder, **own)
    finally:
        shutil.rmtree(folder)


def _unprivileged() -> str:
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid()).pw_name
    return "postgres" if any(it.pw_name == "postgres" for it in pwd.getpwall()) else "nobody"
