"""Checking a signed file without a server (离线核验): the keys that are given, the file, and how invalid is said."""

from __future__ import annotations

from pathlib import Path
from typing import Never

import click

from chengxin.cli.files import why
from chengxin.cli.output import Failure, echo_json
from chengxin.kernel.note import SENTENCES, NoteError, Verifier

_REMEDY = "请填写 chengxin receipt key 显示的整行"


def known_keys(keys: tuple[str, ...]) -> list[Verifier]:
    """The public keys of the platform that somebody gave."""
    try:
        return [Verifier.parse(key.strip()) for key in keys]
    except NoteError as error:
        raise Failure("公钥不能使用", cause=SENTENCES[error.fault], remedy=_REMEDY) from None


def bytes_of(file: Path, *, most: int) -> bytes:
    """What the file holds; one byte too many is enough to refuse a larger one."""
    try:
        with file.open("rb") as source:
            return source.read(most + 1)
    except OSError as error:
        raise Failure("文件不能读取", cause=f"{file}：{why(error)}", remedy="请核对路径和权限") from None


def invalid(reason: str, *, as_json: bool) -> Never:
    """Say that the file does not hold, with exit code 1."""
    if as_json:
        echo_json({"valid": False, "reason": reason})
    else:
        click.echo(f"无效：{reason}。")
    raise SystemExit(1)
