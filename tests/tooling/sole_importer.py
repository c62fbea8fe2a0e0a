"""Import rule: a vendor's package is imported by at most one module, and that one lives in the folder for drivers.

A contract type for import-linter (`[[tool.importlinter.contracts]]`, type `sole_importer`). Source of the rule: the
design's "Who may import what". Not responsible for indirect imports: whoever imports the driver gets its Protocol.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from importlinter import Contract, ContractCheck, fields, output

if TYPE_CHECKING:
    from grimp import ImportGraph


class SoleImporter(Contract):
    """`packages`: external ones; `inside`: whose modules may import them; `except_below`: whose are not looked at."""

    type_name = "sole_importer"

    packages = fields.ListField(subfield=fields.StringField())
    inside = fields.StringField()
    except_below = fields.StringField(required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - import-linter's signature
        """Kept when every package has at most one importer, and it is inside."""
        offences: list[str] = []
        for package in self.packages:
            if package not in graph.modules:
                continue
            importers = sorted(graph.find_modules_that_directly_import(package))
            if self.except_below:
                importers = [name for name in importers if not name.startswith(f"{self.except_below}.")]
            offences += [f"{name} imports {package}" for name in importers if not name.startswith(f"{self.inside}.")]
            if len(importers) > 1:
                offences.append(f"{package} has {len(importers)} importers: {', '.join(importers)}")
        return ContractCheck(kept=not offences, metadata={"offences": offences})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Say who imports what."""
        for offence in check.metadata["offences"]:
            output.print_error(f"{offence}; one module of {self.inside} may.")
