"""Known errors put into clean rows, for tests and measurements (制造错误): what intake must find, and where."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from chengxin.kernel.identity import check_digit
from chengxin.operate.generate import Stream

__all__ = ["Spoilt", "spoil"]


@dataclass(frozen=True)
class Spoilt:
    """An error that was put in: 1-based data row, column, and the code that must be reported there."""

    row: int
    field: str
    code: str


def spoil(
    rows: Sequence[Mapping[str, str]], *, percent: int, seed: int
) -> tuple[list[dict[str, str]], tuple[Spoilt, ...]]:
    """Put one known error into `percent` of the rows (按比例制造错误); an error may bring others with it."""
    stream = Stream("spoil", seed)
    found: list[dict[str, str]] = []
    expected: list[Spoilt] = []
    for number, row in enumerate(rows, start=1):
        copy = dict(row)
        if stream.chance(percent):
            field, code, change = _WAYS[stream.below(len(_WAYS))]
            copy[field] = change(copy[field])
            expected.append(Spoilt(number, field, code))
        found.append(copy)
    return found, tuple(expected)


def _wrong_check(number: str) -> str:
    return number[:-1] + ("1" if number[-1] == "0" else "0") if len(number) == 18 else number + "0"


def _child(number: str) -> str:
    body = number[:6] + "20200229" + "002"
    return body + check_digit(body)


def _wrong_code(code: str) -> str:
    return code[:-1] + ("1" if code[-1] == "0" else "0")


_WAYS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("CF_XDR_MC", "INTAKE-07", lambda _: "/"),
    ("CF_XDR_MC", "INTAKE-36", lambda name: name + "1"),
    ("CF_XDR_LB", "INTAKE-13", lambda _: "法人及非法人组织"),
    ("CF_XDR_ZJHM", "INTAKE-14", _wrong_check),
    ("CF_XDR_ZJHM", "INTAKE-15", lambda _: "9.09902E+16"),
    ("CF_XDR_ZJHM", "INTAKE-18", _child),
    ("CF_WSH", "INTAKE-24", lambda _: "无"),
    ("CF_SY", "INTAKE-25", lambda text: text + "当事人电话10012345678。"),
    ("CF_SY", "INTAKE-06", lambda text: text + "\u202e"),
    ("CF_YJ", "INTAKE-27", lambda _: "《中华人民共和国治安管理处罚法》第二十六条"),
    ("CF_CFLB", "INTAKE-12", lambda _: "批评教育"),
    ("CF_NR_FK", "INTAKE-11", lambda _: "-1"),
    ("CF_JDRQ", "INTAKE-09", lambda _: "2026-02-30"),
    ("CF_JDRQ", "INTAKE-10", lambda _: "2099-01-01"),
    ("CF_CFJGDM", "INTAKE-22", _wrong_code),
    ("BZ", "INTAKE-08", lambda _: "备" * 1001),
    ("CF_SXYZCD", "INTAKE-12", lambda _: "2"),
)
