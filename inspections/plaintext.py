"""Looking for identities in what an installation keeps: data files, write-ahead log, server log, dump."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg

from chengxin.kernel.identity import birth_date, check_digit
from chengxin.operate.embedded import installation
from chengxin.operate.home import Home

_NUMBER = re.compile(rb"(?<![0-9])[0-9]{6}(?:19|20)[0-9]{9}[0-9Xx](?![0-9])")

_BYTES = re.compile(rb"[0-9a-f]{32,}")
"""Bytes as a dump writes them: of millions of random ones some look like a number by chance."""


def holding(paths: Iterator[Path], secrets: list[bytes]) -> list[str]:
    """Files that hold one of the secrets."""
    found = []
    for path in paths:
        data = _content(path)
        found += [f"{path.name} holds secret {number}" for number, secret in enumerate(secrets) if secret in data]
    return found


def data_files(home: Home) -> Iterator[Path]:
    return (path for path in (home.path / "pg").rglob("*") if path.is_file())


def dump(home: Home) -> bytes:
    """A logical dump as the owner makes it."""
    done = subprocess.run(
        [installation() / "bin" / "pg_dump", "--dbname", home.dsn("owner"), "--schema", "cx"],
        env=os.environ | {"LC_ALL": "C"},
        capture_output=True,
        check=True,
    )
    return done.stdout


def numbers_in(data: bytes) -> set[str]:
    """Identity numbers that stand in a file in clear: 18 digits with a day of birth and the right check digit."""
    found = {match.decode().upper() for match in _NUMBER.findall(_BYTES.sub(b" ", data))}
    return {number for number in found if check_digit(number[:17]) == number[17] and birth_date(number)}


def in_the_open(home: Home) -> dict[str, set[str]]:
    """Identity numbers in clear by the file or table that holds them; asked at the end of every run of tests, of
    whatever they sent, typed, looked up and broke.
    """
    with psycopg.connect(home.admin_dsn(home.database), autocommit=True) as administrator:
        administrator.execute("checkpoint")
        tables = {str(node): name for node, name in administrator.execute("select relfilenode, relname from pg_class")}
    paths = [path for path in home.path.rglob("*") if path.is_file()]
    assert {"postgres.log", "keys.json", "PG_VERSION"} <= {path.name for path in paths}
    found = {tables.get(path.name, path.name): numbers_in(_content(path)) for path in paths} | {
        "dump": numbers_in(dump(home))
    }
    return {name: numbers for name, numbers in found.items() if numbers}


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # the server removes files while we read; a socket is no file
        return b""
