"""`make` on a machine that nobody prepared, and that a second run installs nothing."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from include.reconciliation.local import install
from include.reconciliation.local.layout import PROJECT_ROOT

SETUP = PROJECT_ROOT / "bin" / "setup"
LOCKS = sorted(path.stem for path in PROJECT_ROOT.glob("requirements*.in"))


def fake_program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def run_setup(folder: Path) -> subprocess.CompletedProcess[str]:
    """bin/setup on a machine whose only programs are those of a folder and the basic ones."""
    for name in ("dirname", "readlink", "sh"):
        (folder / name).symlink_to(str(shutil.which(name)))
    return subprocess.run(
        [str(SETUP)], env={"PATH": str(folder)}, capture_output=True, text=True, check=False
    )


def test_without_a_supported_python_one_sentence_says_which_to_install(tmp_path: Path) -> None:
    """A python3 that answers is not enough: it may be too old, or a shim of nothing."""
    fake_program(tmp_path, "python3", "exit 1")
    fake_program(tmp_path, "python3.12", "echo 'command not found' >&2; exit 127")

    done = run_setup(tmp_path)

    assert 1 == done.returncode
    assert done.stderr.startswith("Python 3.11, 3.12 or 3.13 is needed and none was found")
    assert 1 == len(done.stderr.strip().splitlines())


def test_without_the_venv_module_one_sentence_says_what_to_install(tmp_path: Path) -> None:
    fake_program(tmp_path, "python3", 'case "$2" in *ensurepip*) exit 1;; esac; exit 0')

    done = run_setup(tmp_path)

    assert 1 == done.returncode
    assert "apt-get install python3-venv" in done.stderr
    assert 1 == len(done.stderr.strip().splitlines())


def test_the_first_python_that_works_is_used(tmp_path: Path) -> None:
    fake_program(tmp_path, "python3", "exit 1")
    fake_program(
        tmp_path, "python3.13", 'case "$1" in -c) exit 0;; *) echo "runs $1 with 3.13";; esac'
    )

    done = run_setup(tmp_path)

    assert f"runs {install.__file__} with 3.13\n" == done.stdout, done.stderr


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project whose environment has Python and is never really filled."""
    root = tmp_path / "a project"
    root.mkdir()
    state = root / "var"
    venv = state / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    for name, path in {
        "ROOT": root,
        "STATE": state,
        "VENV": venv,
        "PEERS": state / "peers",
        "RUNTIME_LOCK": root / "requirements.txt",
        "TEST_LOCK": root / "requirements-test.txt",
        "PEERS_LOCK": root / "requirements-peers.txt",
    }.items():
        monkeypatch.setattr(install, name, path)
    (root / "requirements.txt").write_text("runtime 1")
    (root / "requirements-test.txt").write_text("test 1")
    (root / "requirements-peers.txt").write_text("peers 1")
    return root


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The locks that were installed, in order, without installing them."""
    calls: list[list[str]] = []
    monkeypatch.setattr(
        install, "_install", lambda venv, locks: calls.append([lock.name for lock in locks])
    )
    return calls


def test_a_second_run_installs_nothing_and_a_new_lock_installs_again(
    project: Path, installed: list[list[str]]
) -> None:
    install.main([])
    install.main([])
    after_two = list(installed)
    (project / "requirements.txt").write_text("runtime 2")
    install.main([])

    assert [["requirements.txt"]] == after_two
    assert [["requirements.txt"], ["requirements.txt"]] == installed


def test_the_packages_of_the_tests_are_added_once_and_kept(
    project: Path, installed: list[list[str]]
) -> None:
    both = ["requirements.txt", "requirements-test.txt"]
    install.main([])
    install.main(["--test"])
    install.main([])
    install.main(["--test"])
    after_four = list(installed)
    (project / "requirements.txt").write_text("runtime 2")
    install.main([])

    assert [["requirements.txt"], both] == after_four
    assert [["requirements.txt"], both, both] == installed


def test_the_peers_have_an_environment_of_their_own(
    project: Path, installed: list[list[str]]
) -> None:
    install.main(["--peers"])
    install.main(["--peers"])
    install.main([])

    assert [["requirements.txt"], ["requirements-peers.txt"]] == installed
    ours, theirs = (project / "var" / name / "installed.json" for name in ("venv", "peers"))
    assert ["requirements.txt"] == list(json.loads(ours.read_text()))
    assert ["requirements-peers.txt"] == list(json.loads(theirs.read_text()))


def test_an_installation_that_failed_is_not_taken_for_done(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(venv: Path, locks: list[Path]) -> None:
        raise subprocess.CalledProcessError(7, ["pip"])

    monkeypatch.setattr(install, "_install", fail)

    code = install.main([])

    assert 1 == code
    assert not (project / "var" / "venv" / "installed.json").exists()


def test_uv_is_told_what_the_user_has_set_for_pip(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """uv ignores pip's settings, so an index of the company's own would not be asked."""
    settings = tmp_path / "pip.conf"
    settings.write_text(
        "[global]\nindex-url = https://packages.example/simple\n"
        "extra-index-url = https://one.example/simple https://two.example/simple\n"
    )
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    monkeypatch.setenv("PIP_FIND_LINKS", "/wheels /more")

    environment = install._environment_for_uv()

    assert "https://packages.example/simple" == environment["UV_DEFAULT_INDEX"]
    assert "https://one.example/simple https://two.example/simple" == environment["UV_INDEX"]
    assert "unsafe-best-match" == environment["UV_INDEX_STRATEGY"]
    assert "/wheels,/more" == environment["UV_FIND_LINKS"]


def test_what_is_set_for_uv_itself_stays(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://pip.example/simple")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://uv.example/simple")

    assert "https://uv.example/simple" == install._environment_for_uv()["UV_DEFAULT_INDEX"]


def test_when_uv_fails_pip_installs_the_same_locks_with_their_hashes(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[str, ...]] = []
    monkeypatch.setattr(install, "_pip", lambda *arguments: calls.append(arguments))

    install._install(project / "var" / "venv", [project / "requirements.txt"])

    installer, fallback = calls
    assert "--require-hashes" in installer
    python, lock = project / "var" / "venv" / "bin" / "python", project / "requirements.txt"
    assert fallback == (
        "--python", str(python), "install", "-qq", "--require-hashes", "-r", str(lock),
    )  # fmt: skip


def test_make_setup_has_done_its_work_here() -> None:
    """This environment was made by it: its stamp names the locks of this checkout."""
    stamp = PROJECT_ROOT / "var" / "venv" / "installed.json"
    if not stamp.exists():
        pytest.skip("the tests run in an environment that make setup did not make")

    assert {
        name: hashlib.sha256((PROJECT_ROOT / name).read_bytes()).hexdigest()
        for name in ("requirements.txt", "requirements-test.txt")
    } == json.loads(stamp.read_text())


@pytest.mark.parametrize("name", LOCKS)
def test_the_locks_name_hashes_and_no_index(name: str) -> None:
    text = (PROJECT_ROOT / f"{name}.txt").read_text()

    pins = [line for line in text.splitlines() if "==" in line and not line.startswith("#")]
    assert pins
    assert all(line.endswith("\\") for line in pins)
    assert not any(word in text for word in ("--index", "--extra-index", "--find-links", "://"))


def test_make_alone_lists_every_target() -> None:
    done = subprocess.run(
        ["make"], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True
    ).stdout

    listed = [line.split()[1] for line in done.splitlines()]
    assert {"setup", "demo", "test", "lint", "up", "down", "lock", "clean"} <= set(listed)


def test_every_input_has_its_lock_and_make_lock_makes_it() -> None:
    script = (PROJECT_ROOT / "bin" / "lock").read_text()
    made = script.partition("for name in ")[2].partition(";")[0].split()

    assert LOCKS == sorted(made)
    assert LOCKS == sorted(path.stem for path in PROJECT_ROOT.glob("requirements*.txt"))


def test_no_peer_is_a_dependency_of_the_pipeline_or_of_its_image() -> None:
    assert "datacompy" not in (PROJECT_ROOT / "requirements.txt").read_text()
    assert "peers" not in (PROJECT_ROOT / "Dockerfile").read_text()
