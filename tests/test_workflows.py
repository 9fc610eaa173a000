"""The workflows: what GitHub's schema says of them, and what the course asks beyond that."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
import yaml

from ketalab.publish.packages.student_zip import FOLDER
from ketalab.publish.products import KINDS

READING = {"contents": "read"}


@pytest.fixture(scope="module")
def path(repository):
    return repository / ".github" / "workflows" / "publish.yml"


@pytest.fixture(scope="module")
def workflow(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def schema_says(path) -> subprocess.CompletedProcess:
    """Hold a file to the schema that comes with check-jsonschema, without a network."""
    command = [sys.executable, "-m", "check_jsonschema"]
    command += ["--builtin-schema", "vendor.github-workflows", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_follows_the_schema(path, tmp_path):
    assert schema_says(path).returncode == 0
    broken = tmp_path / "broken.yml"
    text = path.read_text(encoding="utf-8")
    broken.write_text(text.replace("runs-on:", "runs-in:"), encoding="utf-8")
    assert schema_says(broken).returncode == 1


def test_each_job_is_allowed_what_it_needs_and_no_more(workflow):
    assert workflow["permissions"] == {}
    assert {name: job["permissions"] for name, job in workflow["jobs"].items()} == {
        "build": READING,
        "site": {"pages": "write", "id-token": "write"},
        "release": {"contents": "write"},
    }


def test_every_action_is_githubs_own_and_pinned(workflow):
    used = [
        step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step
    ]
    assert used
    assert not [
        name for name in used if not re.fullmatch(r"actions/[a-z-]+@(v\d+|[0-9a-f]{40})", name)
    ]


def test_no_text_from_outside_becomes_a_command(workflow):
    """Names of tags and branches reach a script as variables alone."""
    scripts = [step.get("run", "") for job in workflow["jobs"].values() for step in job["steps"]]
    assert not [script for script in scripts if "${{" in script]


def test_the_site_is_of_main_and_a_release_of_a_tag(workflow):
    jobs = workflow["jobs"]
    assert jobs["site"]["if"] == "github.ref == 'refs/heads/main'"
    assert jobs["release"]["if"] == "startsWith(github.ref, 'refs/tags/v')"
    assert {jobs[name]["needs"] for name in ("site", "release")} == {"build"}
    # YAML 1.1 takes the key `on` for true.
    assert workflow[True]["push"] == {"branches": ["main"], "tags": ["v*"]}


def test_solutions_are_published_nowhere(workflow):
    """Every kind of export is named, but not the instructor edition."""
    scripts = {step.get("name"): step.get("run", "") for step in workflow["jobs"]["build"]["steps"]}
    laid_out, packed = scripts["Lay out the site"], scripts["Pack the files of a release"]
    copied = re.search(r"^cp -R (.*) build/site/$", laid_out, re.MULTILINE)[1].split()
    assert copied == [f"exports/{kind}" for kind in ("html", "slides", "handouts")]
    zipped = re.search(r"^for kind in (.*); do$", packed, re.MULTILINE)[1].split()
    assert set(zipped) == set(KINDS) - {"instructor"}
    assert f"exports/*/{FOLDER}.zip" in packed
    assert "instructor" not in laid_out + packed


def test_it_builds_with_a_command_that_exists(workflow, repository):
    script = next(
        s["run"]
        for s in workflow["jobs"]["build"]["steps"]
        if s.get("name", "").startswith("Build")
    )
    target = script.split()[1]
    assert script.split()[0] == "make"
    assert f"\n{target}:" in (repository / "Makefile").read_text(encoding="utf-8")
