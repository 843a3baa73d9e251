"""What is wrong with a definition (目录条目草案的问题), and the refusal that names all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chengxin.kernel.errors import Refused


@dataclass(frozen=True, order=True)
class Problem:
    """One reason why a definition cannot be published (不能发布的原因).

    Attributes:
        code: the rule's code.
        place: where: ``item.name``, the code of a column, ``role:doc_no``, ``parameter:retention``, ``basis``,
            ``basis:2`` (the second), ``code:severity`` (a code set), ``format:first`` or a section's name.
        message: what a person reads.
    """

    code: str
    place: str
    message: str


class NotReady(Refused):
    """A definition did not pass the gate of publication (未通过发布检查): everything that is wrong with it at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems[0].code)
        self.problems = tuple(problems)
