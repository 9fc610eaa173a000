"""The hooks before a commit: on a course that is sound each passes, on a broken one each fails."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

CONFIG = ".pre-commit-config.yaml"
GALLERY = "90-explorers"
MISSPELT = "T" + "eh"  # so that codespell does not find it here
# For each hook: a file, what stands there and what is put in its place.
BREAK = {
    "ruff": ("content/ketalab/__init__.py", "__version__", "import os\n\n__version__"),
    "ruff-format": ("tests/conftest.py", '"ci", derandomize', "'ci',derandomize"),
    "codespell": ("README.md", "# Ketamine", f"# {MISSPELT} ketamine"),
    "british-spelling": ("content/lessons/glossary.yaml", "definition: ", "definition: color "),
    # The seal alone knows that.
    "evidence": (
        "content/ketalab/evidence/side_effects.yaml",
        "Label term is a",
        "One label term is a",
    ),
    "notebooks-in-step": (f"content/lessons/{GALLERY}.md", "Each explorer", "Every explorer"),
    "workflows": (".github/workflows/ci.yml", "runs-on:", "runs-in:"),
    "issue-forms": (".github/ISSUE_TEMPLATE/1-fact.yml", "type: input", "type: line"),
}

# That these pass on the course as it is, test_in_step.py and test_review_seals.py show.
SLOW = ("evidence", "notebooks-in-step")

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or shutil.which("sh") is None, reason="hooks need git and sh"
)


@pytest.fixture(scope="module")
def checkout(repository, tmp_path_factory):
    """A checkout of the course with one lesson, so that its hooks take a moment."""
    root = tmp_path_factory.mktemp("checkout") / "a course"
    ignored = shutil.ignore_patterns("__pycache__", ".*_cache", "*.png")
    for folder in ("content/ketalab", ".ci", ".github"):
        shutil.copytree(repository / folder, root / folder, ignore=ignored)
    # What a person must have compared is in one file, and the bank of a lesson that is not there
    # may stay.
    for name in (
        *("README.md", "pyproject.toml", CONFIG, "tests/conftest.py", "tests/spelling.py"),
        *("content/reviewed.json", "content/lessons/glossary.yaml"),
        *(f"content/lessons/{GALLERY}.md", f"notebooks/{GALLERY}.ipynb"),
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(repository / name, root / name)
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    return root


def git(root, *arguments):
    # Whatever its user has configured, and whichever repository calls this.
    subprocess.run(["git", *arguments], cwd=root, env=environment(root), check=True)


def environment(root):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        # There is no .venv: its `python` is the one that runs this, with the copy's package.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(root / "content"),
        "PRE_COMMIT_HOME": str(root.parent / "pre-commit"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }


def run(root, skip=()):
    """Run hooks on all files: which passed and which failed, and all that was said."""
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--verbose"]
    done = subprocess.run(
        [*command, "--color=never"],
        cwd=root,
        env=environment(root) | {"SKIP": ",".join(skip)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    found = re.findall(r"\.(Passed|Failed|Skipped)\n- hook id: (\S+)", done.stdout)
    return {hook: result for result, hook in found}, done.stdout


@pytest.fixture(scope="module")
def runs(checkout):
    """The hooks on the course as it is, and with one thing broken for each of them."""
    sound = run(checkout, SLOW)
    for name, before, after in BREAK.values():
        path = checkout / name
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8", newline="\n")
    git(checkout, "add", "--all")
    return sound, run(checkout)


def hooks(repository):
    config = yaml.safe_load((repository / CONFIG).read_text(encoding="utf-8"))
    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    return config["repos"][0]["hooks"]


def test_every_hook_passes_on_a_sound_course(runs, repository):
    results, output = runs[0]
    ids = [hook["id"] for hook in hooks(repository)]
    assert results == {hook: "Skipped" if hook in SLOW else "Passed" for hook in ids}, output


def test_every_hook_fails_on_what_it_is_for(runs):
    results, output = runs[1]
    assert results == dict.fromkeys(BREAK, "Failed"), output
    for said in (
        "imported but unused",
        "1 file reformatted",
        f"README.md:1: {MISSPELT} ==> The",
        "color ==> colour",
        "'spravato_trd__01', field 'note': has changed since it was last compared",
        f"notebooks/{GALLERY}.ipynb is not in step with {GALLERY}.md: cell ",
        "ci.yml",
        "1-fact.yml",
    ):
        assert said in output, output


def test_the_tools_versions_are_said_in_one_place(repository):
    """Each hook runs a tool of the environment, and asks for none of its own."""
    for hook in hooks(repository):
        assert hook["language"] == "system"
        assert hook["entry"].startswith("sh .ci/python ")
        assert "additional_dependencies" not in hook
    pinned = re.search(
        r'"pre-commit==([\d.]+)"', (repository / "pyproject.toml").read_text(encoding="utf-8")
    )
    config = yaml.safe_load((repository / CONFIG).read_text(encoding="utf-8"))
    assert config["minimum_pre_commit_version"] == pinned[1]
