"""Import rule: what the pure machines reach, directly or through their own vocabulary, is on a short list.

A contract type for import-linter (`[[tool.importlinter.contracts]]`, type `purity`). A machine that reaches a
clock, a socket, a file or a random number is no function of its input. Source: the design's "Who may import what".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from importlinter import Contract, ContractCheck, fields, output

if TYPE_CHECKING:
    from grimp import ImportGraph


class Purity(Contract):
    """`roots`: the machines; `vocabulary`: own modules or packages they may reach; `libraries`: all others."""

    type_name = "purity"

    roots = fields.ListField(subfield=fields.StringField())
    vocabulary = fields.ListField(subfield=fields.StringField())
    libraries = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - import-linter's signature
        """Walk from the roots; stop at what is not on the lists and report the import that led there."""
        missing = [root for root in self.roots if root not in graph.modules]
        if missing:
            raise ValueError(f"purity: {', '.join(missing)} does not exist; correct `roots` in pyproject.toml")
        offences: list[str] = []
        seen: set[str] = set(self.roots)
        waiting = list(self.roots)
        while waiting:
            importer = waiting.pop()
            for imported in sorted(graph.find_modules_directly_imported_by(importer) - seen):
                if imported in self.libraries:
                    continue
                if not any(imported == word or imported.startswith(f"{word}.") for word in self.vocabulary):
                    offences.append(f"{importer} imports {imported}")
                    continue
                seen.add(imported)
                waiting.append(imported)
        return ContractCheck(kept=not offences, metadata={"offences": sorted(offences)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import that leaves the lists."""
        for offence in check.metadata["offences"]:
            output.print_error(f"{offence}, which is neither vocabulary nor an allowed library.")
