"""Makes var/venv hold exactly what the lock says: run by bin/setup, standard library only.

`--test` adds what the tests need; `--peers` also makes var/peers, an environment of its own for
`bin/reconciliation bench --against`, because a peer may want other versions than the pipeline has.
A stamp holds the hash of the lock, so that a second run installs nothing. uv installs, because it
is ten times as fast; it is told what the user has set for pip, and pip takes over if it fails.
"""

import ast
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
STATE = ROOT / "var"
VENV = STATE / "venv"
PEERS = STATE / "peers"
INSTALLER_LOCK = ROOT / "requirements-installer.txt"
RUNTIME_LOCK = ROOT / "requirements.txt"
TEST_LOCK = ROOT / "requirements-test.txt"
PEERS_LOCK = ROOT / "requirements-peers.txt"
STAMP = "installed.json"
# pip's setting, uv's environment variable, and what stands between several values.
SETTINGS = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "no-index": ("UV_NO_INDEX", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "proxy": ("ALL_PROXY", " "),
}


def main(arguments: list[str]) -> int:
    """Install what is missing; exit code 1 when it cannot be done."""
    locks = [RUNTIME_LOCK, TEST_LOCK] if "--test" in arguments else [RUNTIME_LOCK]
    STATE.mkdir(mode=0o700, exist_ok=True)
    with _alone():
        wanted = {VENV: locks}
        if "--peers" in arguments:
            wanted[PEERS] = [PEERS_LOCK]
        return 0 if all(_ensure(venv, locks) for venv, locks in wanted.items()) else 1


def _ensure(venv: Path, locks: list[Path]) -> bool:
    """Whether the environment holds what the locks say; installs what it does not."""
    if _is_installed(venv, locks):
        return True
    # Once the tests' packages are there, a newer lock keeps them.
    if TEST_LOCK.name in _stamp(venv):
        locks = [RUNTIME_LOCK, TEST_LOCK]
    start = time.monotonic()
    (venv / STAMP).unlink(missing_ok=True)
    try:
        _make_environment(venv)
        _install(venv, locks)
    except subprocess.CalledProcessError as error:
        print(f"Setup failed (exit code {error.returncode}); see the lines above.", file=sys.stderr)
        return False
    (venv / STAMP).write_text(json.dumps({lock.name: _hash(lock) for lock in locks}))
    print(f"Environment ready in var/{venv.name} after {time.monotonic() - start:.0f} s.")
    return True


def _is_installed(venv: Path, locks: list[Path]) -> bool:
    stamp = _stamp(venv)
    return _python_works(venv) and all(stamp.get(lock.name) == _hash(lock) for lock in locks)


def _stamp(venv: Path) -> dict[str, str]:
    try:
        return dict(json.loads((venv / STAMP).read_text()))
    except (OSError, ValueError):
        return {}


def _hash(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _python_works(venv: Path) -> bool:
    # The Python that the environment was made from may have been removed or replaced since.
    question = "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
    try:
        return subprocess.run([_python(venv), "-c", question], check=False).returncode == 0
    except OSError:
        return False


def _python(venv: Path) -> Path:
    return venv / "bin" / "python"


def _make_environment(venv: Path) -> None:
    if not _python_works(venv):
        print(f"Making var/{venv.name} with Python {sys.version.split()[0]} ...", flush=True)
        shutil.rmtree(venv, ignore_errors=True)
        # Only the first one needs pip, which puts packages into the others too.
        bare = [] if venv == VENV else ["--without-pip"]
        subprocess.run([sys.executable, "-m", "venv", *bare, str(venv)], check=True)


def _install(venv: Path, locks: list[Path]) -> None:
    print("Installing the locked packages ...", flush=True)
    files = [str(lock) for lock in locks]
    if not _install_with_uv(venv, files):
        print("uv could not do it, trying pip ...", flush=True)
        named = [part for file in files for part in ("-r", file)]
        _pip("--python", str(_python(venv)), "install", "-qq", "--require-hashes", *named)


def _install_with_uv(venv: Path, files: list[str]) -> bool:
    uv = VENV / "bin" / "uv"
    try:
        _pip("install", "-qq", "--require-hashes", "-r", str(INSTALLER_LOCK))
        subprocess.run(
            [str(uv), "pip", "sync", "--quiet", "--python", str(_python(venv)), "--require-hashes",
             *files],
            check=True, cwd=ROOT, env=_environment_for_uv(),
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _pip(*arguments: str) -> None:
    command = [str(_python(VENV)), "-m", "pip", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, cwd=ROOT)


def _environment_for_uv() -> dict[str, str]:
    """What the user has set for pip, in uv's words; what is set for uv itself stays."""
    environment = dict(os.environ)
    for name, values in _pip_settings().items():
        variable, separator = SETTINGS[name]
        environment.setdefault(variable, separator.join(values))
    if "UV_INDEX" in environment:
        # Like pip: any index may have a file; the hashes of the lock decide whether it is right.
        environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    # Links into the cache fail across file systems, with a warning for each run.
    environment.setdefault("UV_LINK_MODE", "copy" if _cache_is_elsewhere() else "hardlink")
    return environment


def _pip_settings() -> dict[str, list[str]]:
    """pip's own answer to what is set, by file or environment; a later line overrides."""
    answer = subprocess.run(
        [_python(VENV), "-m", "pip", "config", "list"], check=False, capture_output=True, text=True
    ).stdout
    found: dict[str, list[str]] = {}
    for line in answer.splitlines():
        key, _, value = line.partition("=")
        name = key.rpartition(".")[2]
        if name in SETTINGS:
            with contextlib.suppress(ValueError, SyntaxError):
                found[name] = str(ast.literal_eval(value)).split()
    return found


def _cache_is_elsewhere() -> bool:
    cache = Path(os.environ.get("UV_CACHE_DIR", Path.home() / ".cache"))
    try:
        return cache.stat().st_dev != VENV.stat().st_dev
    except OSError:
        return True


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    with (STATE / "setup.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
