"""Check that the lessons and the question banks are spelt the British way throughout.

codespell knows how to turn British spelling into American; here it reads that list backwards. What
is code, a key or a web address is left alone. `python tests/spelling.py` checks the course.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import codespell_lib

CONTENT = Path(__file__).resolve().parents[1] / "content"
# Right in British English too, or with another meaning there: a practice, a computer program, a
# meter that measures, "story" beside the storey of a house.
_BRITISH_TOO = """
practice practices license licensed program meter meters story stories check checks disk disks
judgment judgments draft drafts curb tire tires gram grams kilogram kilograms insure
"""
# What the list lacks and a text about medicine may well hold.
_MORE = """
anesthesia>anaesthesia anesthetic>anaesthetic anesthetics>anaesthetics edema>oedema
anesthesiologist>anaesthetist diarrhea>diarrhoea hemorrhage>haemorrhage pediatric>paediatric
esophagus>oesophagus estrogen>oestrogen anemia>anaemia hemoglobin>haemoglobin ischemia>ischaemia
leukemia>leukaemia orthopedic>orthopaedic tumor>tumour tumors>tumours cesarean>caesarean
fiber>fibre fibers>fibres titer>titre randomized>randomised randomization>randomisation
hospitalized>hospitalised generalized>generalised sensitize>sensitise sensitized>sensitised
sensitization>sensitisation metabolize>metabolise metabolized>metabolised skeptical>sceptical
"""
# Code spans and blocks, roles, comments of YAML, links, names of institutions in the language of
# the country that they stand in.
_NOT_PROSE = (
    r"^```.*?^```|`[^`\n]*`|\]\([^)]*\)|https?://\S+"
    r"|American Society of Anesthesiologists|^\s*(?:fact|id|source|lesson|objective): .*?$"
)


def american_to_british() -> dict[str, str]:
    """Every American spelling that is wrong in British English, and the British one."""
    data = Path(codespell_lib.__file__).parent / "data" / "dictionary_en-GB_to_en-US.txt"
    pairs = [line.split("->") for line in data.read_text(encoding="utf-8").splitlines() if line]
    british = {american.strip(): word for word, american in pairs if "," not in american}
    fine = set(_BRITISH_TOO.split())
    wrong = {word: right for word, right in british.items() if word not in fine}
    return wrong | dict(pair.split(">") for pair in _MORE.split())


def main(paths: Sequence[str]) -> int:
    """Check the given files, or the course; the exit status is codespell's: 0 when all is well."""
    files = paths or [
        *map(str, sorted((CONTENT / "lessons").glob("*.*"))),
        *map(str, sorted((CONTENT / "ketalab" / "activities" / "questions").glob("*.yaml"))),
    ]
    with tempfile.TemporaryDirectory() as folder:
        dictionary = Path(folder) / "american.txt"
        entries = (f"{wrong}->{right}\n" for wrong, right in american_to_british().items())
        dictionary.write_text("".join(sorted(entries)), encoding="utf-8")
        command = [sys.executable, "-m", "codespell_lib", f"--dictionary={dictionary}"]
        command += ["--ignore-multiline-regex", f"(?ms){_NOT_PROSE}", *files]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
