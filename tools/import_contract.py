"""The contract between rooms: from one room into another only ``<room>.api`` may be imported."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.application import contract_utils
from importlinter.application.contract_utils import AlertLevel

if TYPE_CHECKING:
    from importlinter.domain.imports import ImportExpression

DOOR = "api"


class DoorContract(Contract):
    """Between rooms only the door.

    Options:
        root: the package whose direct children are the rooms.
        open: children that are no rooms; each of their modules may be imported (the layers still hold).
        ignore_imports: exceptions, each with its reason beside it. One that no import needs any more fails.
    """

    type_name = "door"

    root = fields.StringField()
    open = fields.ListField(subfield=fields.StringField())
    ignore_imports = fields.SetField(subfield=fields.ImportExpressionField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 - as import-linter calls it
        """Find every import that goes past a door; late imports are in the graph like all others."""
        del verbose
        removal = contract_utils.remove_ignored_imports_and_report(
            graph=graph,
            ignore_imports=sorted(cast("set[ImportExpression]", self.ignore_imports or set()), key=str),
            unmatched_alerting=AlertLevel.ERROR,
        )
        root, unlocked = str(self.root), frozenset(cast("list[str]", self.open))
        past = sorted(past_the_door(graph, root, unlocked))
        return ContractCheck(
            kept=not past,
            warnings=list(removal.warnings),
            ignored_import_count=removal.ignored_import_count,
            metadata={"past": past},
        )

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Say which import, and what to import instead."""
        past: Iterable[tuple[str, str]] = check.metadata["past"]
        for importer, imported in past:
            room = ".".join(imported.split(".")[:2])
            output.print_error(f"{importer} imports {imported}: import {room}.{DOOR} instead", bold=False)


def past_the_door(graph: ImportGraph, root: str, unlocked: frozenset[str]) -> Iterable[tuple[str, str]]:
    """Yield (importer, imported) of each import from one room into another that is not its door."""
    for imported in graph.modules:
        place = imported.split(".")
        if place[0] != root or len(place) < 2 or place[1] in unlocked or place[2:] == [DOOR]:
            continue
        for importer in graph.find_modules_that_directly_import(imported):
            if importer.split(".")[:2] != place[:2]:
                yield importer, imported
