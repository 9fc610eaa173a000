"""The command `ketalab` for a small course elsewhere, by as many processes as one likes.

`python tests/faults/ketalab_in.py ROOT WORKERS build`. The command itself knows one checkout, that
of its package, and takes all cores.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ketalab.publish import cli, exports, notebooks
from ketalab.publish.project import Project

if __name__ == "__main__":
    project, workers = Project(Path(sys.argv[1])), int(sys.argv[2])
    Project.find = classmethod(lambda _: project)
    notebooks.cores = exports.cores = lambda: workers
    sys.exit(cli.main(sys.argv[3:]))
