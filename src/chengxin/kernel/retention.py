"""What every stored field is (字段分级与保存期限): personal or not, why it is kept, until when, and what then.

Each room with tables states its own in ``retention.py``; an inspection compares that with the database's catalog.
Source: 个人信息保护法 6, 19, 47, 51; 政务数据共享条例 29.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """Class of a table: how its rows are found, and where they would lie on a cluster."""

    PERSON = "person"  # 个人表：人员键在主键之首
    LOOKUP = "lookup"  # 查找表：由键控哈希找到人
    REFERENCE = "reference"  # 参照表：目录、用途、参数
    LOCAL = "local"  # 本地表：批次、账号、会话


class Personal(StrEnum):
    """What a field tells about a natural person."""

    NO = "no"  # 不是个人信息
    KEY = "key"  # 随机标识，单独看不出是谁
    HASH = "hash"  # 键控哈希，没有密钥不能还原
    SEALED = "sealed"  # 加密，密钥不在数据库
    PLAIN = "plain"  # 个人信息，明文


@dataclass(frozen=True)
class Field:
    """One column (字段).

    Attributes:
        name: name of the column.
        personal: what it tells about a person.
        why: why it is kept, in Chinese.
        until: how long, when it differs from its table.
        then: what happens then, when it differs from its table.
    """

    name: str
    personal: Personal
    why: str
    until: str = ""
    then: str = ""


@dataclass(frozen=True)
class Table:
    """One table (表).

    Attributes:
        name: name in schema ``cx``.
        title: what it holds, in Chinese.
        scope: class of the table.
        guarded: no role but the owner has any privilege; read and written through functions only.
        until: how long a row is kept, in Chinese.
        then: what happens to it then.
        fields: every column.
        unbound: why a person-scoped table has no column ``act``, where it has none.
    """

    name: str
    title: str
    scope: Scope
    guarded: bool
    until: str
    then: str
    fields: tuple[Field, ...]
    unbound: str = ""


def no(names: str, why: str) -> tuple[Field, ...]:
    """Columns that are no personal information, all for the same reason. Names are parted by spaces."""
    return _fields(names, Personal.NO, why)


def key(names: str, why: str) -> tuple[Field, ...]:
    """Columns that hold a random identifier of a person or an account."""
    return _fields(names, Personal.KEY, why)


def keyed_hash(names: str, why: str) -> tuple[Field, ...]:
    """Columns that hold a keyed hash."""
    return _fields(names, Personal.HASH, why)


def sealed(names: str, why: str) -> tuple[Field, ...]:
    """Columns that hold ciphertext whose key lies outside the database."""
    return _fields(names, Personal.SEALED, why)


def plain(names: str, why: str) -> tuple[Field, ...]:
    """Columns that say something about the person of the row in clear."""
    return _fields(names, Personal.PLAIN, why)


def _fields(names: str, personal: Personal, why: str) -> tuple[Field, ...]:
    return tuple(Field(name, personal, why) for name in names.split())
