"""What is made when the package is built: the law as records, TOML as it is parsed, links to the repository.

A package registry shows the README on its own page, where links into the repository lead nowhere. Set
EHCP_REPOSITORY (`https://host/owner/name`), as the release workflow does, to make them absolute.
"""

import os
import re
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
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


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Keeps the law as records, `law.loader.rulebook`, in a wheel and in a checkout that is installed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's own
        """Read the law and the other TOML with the package's own readers, and keep them."""
        package = Path(self.root) / "src" / "ehcp_timeline"
        sys.path.insert(0, str(package.parent))
        from ehcp_timeline.inputs import keep_shipped
        from ehcp_timeline.law.loader.rulebook import load_rulebook, write_built

        law = write_built(load_rulebook(folder=package / "rulebook"), package)
        kept = (path.relative_to(self.root).as_posix() for path in (law, *keep_shipped(package)))
        build_data["artifacts"].extend(kept)


def absolute(text: str, page: str, raw: str) -> str:
    """Return Markdown with absolute links in the place of those relative to the repository."""
    return re.sub(
        r"(!?)(\[[^\]]*\])\((?!https?:|#|mailto:)",
        lambda link: f"{link[1]}{link[2]}({raw if link[1] else page}",
        text,
    )
