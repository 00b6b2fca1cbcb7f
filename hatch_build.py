"""Package metadata that depend on where the project is published: its URLs, and the README's links.

A package registry shows the README on its own page, where links into the repository lead nowhere. Set
EHCP_REPOSITORY (`https://host/owner/name`), as the release workflow does, to make them absolute.
"""

import os
import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class CustomMetadataHook(MetadataHookInterface):
    """Adds `readme`, and `urls` where the repository is known."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the fields that pyproject.toml calls dynamic."""
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        if page := os.environ.get("EHCP_REPOSITORY", "").rstrip("/"):
            tag = f"v{metadata['version']}"
            text = absolute(text, f"{page}/blob/{tag}/", f"{page}/raw/{tag}/")
            metadata["urls"] = {
                "Repository": page,
                "Documentation": f"{page}/blob/{tag}/docs/commands.md",
                "Changelog": f"{page}/blob/{tag}/CHANGELOG.md",
                "Issues": f"{page}/issues",
            }
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def absolute(text: str, page: str, raw: str) -> str:
    """Return Markdown with absolute links in the place of those relative to the repository."""
    return re.sub(
        r"(!?)(\[[^\]]*\])\((?!https?:|#|mailto:)",
        lambda link: f"{link[1]}{link[2]}({raw if link[1] else page}",
        text,
    )
