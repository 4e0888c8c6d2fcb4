"""The last line of a test run counts what the machine could not run; any other skip fails the run."""

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def run(tests: str, tmp_path: Path, **env: str) -> tuple[int, str]:
    """Run these tests under our configuration and conftest; the exit status and the last line."""
    file = tmp_path / "test_example.py"
    file.write_text(f"import pytest\n{tests}")
    command = [sys.executable, "-m", "pytest", "-q", "-c", str(REPOSITORY / "pyproject.toml")]
    done = subprocess.run(
        [*command, "--rootdir", str(tmp_path), "-p", "tests.conftest", "-p", "no:cacheprovider", str(file)],
        env={"PATH": str(tmp_path), "HOME": str(tmp_path), **env},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.splitlines()[-1]


def test_what_the_machine_lacks_is_counted_and_no_failure(tmp_path: Path) -> None:
    tests = """
@pytest.mark.browser
def test_page(): assert False, "there is no browser on an empty PATH"
def test_schema(specs_dir): assert False, "there is no such folder"
"""
    status, last = run(tests, tmp_path, OUTBOUND_SPECS_DIR=str(tmp_path / "none"))
    assert status == 0
    assert last == "skipped for want of: browser 1, sshd 0, specs 1, peers 0, prometheus 0"


def test_a_skip_for_any_other_reason_fails_the_run(tmp_path: Path) -> None:
    status, last = run("def test_ledger(): pytest.skip('no PostgreSQL')", tmp_path)
    assert status == 1
    assert last.endswith("; a skip of any other kind is a failure")


def test_a_module_that_skips_as_a_whole_is_seen_too(tmp_path: Path) -> None:
    status, _ = run("pytest.importorskip('no_such_module')\ndef test_a(): pass", tmp_path)
    assert status == 1


def test_a_warning_is_an_error(tmp_path: Path) -> None:
    status, _ = run("def test_old(): import warnings; warnings.warn('old', DeprecationWarning)", tmp_path)
    assert status == 1
