"""What building the package does beyond copying: it compiles the catalogs of messages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogHook(BuildHookInterface):
    """Compiles each language's catalog, also for an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Make the compiled catalogs before files are gathered."""
        script = Path(self.root) / "translations" / "messages.py"
        subprocess.run([sys.executable, str(script), "compile"], check=True)  # noqa: S603 (our own script)
