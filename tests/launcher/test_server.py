"""The embedded PostgreSQL: where it works, who shares it, and what it leaves behind."""

import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from include.reconciliation.local import binaries, places, server_user
from include.reconciliation.local import server as server_module
from include.reconciliation.local.server import Cluster, Server, ServerError
from tests.launcher import programs
from tests.launcher.conftest import modes_up_to_root


def ask(server: Server, question: str) -> object:
    with psycopg.connect(server.conninfo("postgres", "postgres")) as session:
        row = session.execute(question).fetchone()
    assert row is not None
    return row[0]


def test_it_works_in_a_path_with_a_space_and_leaves_the_modes_of_parent_folders_alone(
    cluster: Cluster,
) -> None:
    before = modes_up_to_root(cluster.home.parent)

    with cluster.borrowed() as server:
        answer = ask(server, "select 1")

    assert " " in str(cluster.home)
    assert 1 == answer
    assert before == modes_up_to_root(cluster.home.parent)


def test_it_works_in_a_folder_that_other_users_may_not_enter(cluster: Cluster) -> None:
    cluster.home.parent.parent.chmod(0o700)

    with cluster.borrowed() as server:
        answer = ask(server, "select 1")

    assert 1 == answer
    assert 0o700 == cluster.home.parent.parent.stat().st_mode & 0o777


def test_the_callers_locale_time_zone_and_libpq_settings_do_not_reach_it(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LANG names a locale that is not installed: initdb would die of it."""
    for name, value in {
        "LANG": "xx_XX.UTF-8",
        "LC_ALL": "xx_XX.UTF-8",
        "TZ": "America/Sao_Paulo",
        "PGDATA": "/nowhere",
        "PGPORT": "1",
    }.items():
        monkeypatch.setenv(name, value)

    with cluster.borrowed() as server:
        found = {
            name: ask(server, f"show {name}")
            for name in ("server_encoding", "timezone", "datestyle", "listen_addresses")
        }
        collation = ask(
            server, "select datcollate from pg_database where datname = current_database()"
        )

    assert {
        "server_encoding": "UTF8",
        "timezone": "UTC",
        "datestyle": "ISO, YMD",
        "listen_addresses": "",
    } == found
    assert "C" == collation


def test_the_socket_path_stays_short_however_deep_the_project_lies(tmp_path: Path) -> None:
    """A Unix socket's path may have 107 bytes."""
    deep = Cluster(tmp_path.joinpath(*["a folder with a long name"] * 8) / "var" / "pg")

    path = f"{deep.server.host}/.s.PGSQL.{deep.server.port}"

    assert len(path.encode()) < 100


def test_two_projects_never_share_a_socket_folder(tmp_path: Path) -> None:
    assert Cluster(tmp_path / "one" / "pg").server != Cluster(tmp_path / "two" / "pg").server


def test_a_server_that_was_down_is_down_again_after_use_and_its_socket_is_gone(
    used_cluster: Cluster,
) -> None:
    with used_cluster.borrowed() as server:
        assert used_cluster.running()

    assert not used_cluster.running()
    assert not Path(server.host).exists()


def test_a_server_that_was_up_stays_up_after_use(used_cluster: Cluster) -> None:
    used_cluster.ensure()

    with used_cluster.borrowed():
        pass
    stayed = used_cluster.running()
    stopped = used_cluster.stop()

    assert (True, True, False) == (stayed, stopped, used_cluster.running())


def test_two_commands_at_once_share_one_server_and_the_last_one_stops_it(used_state: Path) -> None:
    first, first_host = programs.start_borrower(used_state)
    second, second_host = programs.start_borrower(used_state)
    assert first_host == second_host

    assert 0 == programs.finish(first)
    still_up = Cluster(used_state / "pg").running()
    assert 0 == programs.finish(second)

    assert still_up
    assert not Cluster(used_state / "pg").running()


def test_two_commands_that_start_at_the_same_moment_start_one_server(state: Path) -> None:
    """The first initdb of a project included: neither finds a folder."""
    started = [programs.launch_borrower(state) for _ in range(2)]

    hosts = {programs.first_line(process) for process in started}
    codes = [programs.finish(process) for process in started]

    assert 1 == len(hosts)
    assert [0, 0] == codes


def test_a_killed_command_leaves_a_server_that_the_next_one_uses_and_stops(
    used_state: Path,
) -> None:
    killed, host = programs.start_borrower(used_state)
    killed.kill()
    killed.wait()
    assert Cluster(used_state / "pg").running()

    following, following_host = programs.start_borrower(used_state)
    programs.finish(following)

    assert host == following_host
    assert not Cluster(used_state / "pg").running()
    assert not host.exists()


def test_a_killed_postmaster_is_started_again(used_cluster: Cluster) -> None:
    server = used_cluster.ensure()
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as session:
        session.execute("create table if not exists kept (value integer)")
        session.execute("checkpoint")
    postmaster = int((used_cluster.home / "data" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(postmaster, signal.SIGKILL)
    assert programs.wait_for(lambda: not used_cluster.running())

    with used_cluster.borrowed() as again:
        found = ask(again, "select to_regclass('kept') is not null")

    assert found is True


def test_stopping_a_server_in_use_waits_for_its_last_user(used_cluster: Cluster) -> None:
    with used_cluster.borrowed():
        stopped = used_cluster.stop()
        assert used_cluster.running()

    assert stopped is False
    assert not used_cluster.running()


def test_a_folder_that_somebody_else_made_is_refused(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Everybody may write to the shared place, so somebody may have been there first."""
    monkeypatch.setattr(places, "SHARED", tmp_path)
    trap = Path(cluster.server.host).parent
    (tmp_path / "elsewhere").mkdir()
    trap.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(ServerError, match="made by somebody else"):
        cluster.ensure()

    assert [] == list((tmp_path / "elsewhere").iterdir())


def test_data_of_another_version_is_refused_with_what_to_do(cluster: Cluster) -> None:
    with cluster.borrowed():
        pass
    version = cluster.home / "data" / "PG_VERSION"
    version.write_text("15\n")

    with pytest.raises(ServerError, match=r"made by PostgreSQL 15.*make clean"):
        cluster.ensure()


def test_removing_a_cluster_leaves_nothing(cluster: Cluster) -> None:
    server = cluster.ensure()

    cluster.remove()

    assert not cluster.home.exists()
    assert not Path(server.host).parent.exists()
    assert not programs.processes_that_mention(str(Path(server.host).parent))


def test_data_of_another_user_is_refused_with_what_to_do(
    used_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12345)

    with pytest.raises(ServerError, match=r"belongs to user id \d+: use the same user"):
        used_cluster.running()


@pytest.mark.parametrize(
    ("known", "chosen"),
    [({"reconciliation-pg", "nobody"}, "reconciliation-pg"), ({"nobody"}, "nobody"), (set(), None)],
)
def test_root_gives_the_server_to_its_own_user_else_to_nobody_else_says_why_not(
    known: set[str], chosen: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine without useradd."""
    entries = {name: SimpleNamespace(pw_uid=len(name), pw_gid=9) for name in known}
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(server_user.shutil, "which", lambda name, path: None)
    monkeypatch.setattr(server_user.pwd, "getpwnam", lambda name: entries[name])

    if chosen is None:
        with pytest.raises(ServerError, match="run make as an ordinary user"):
            server_user.choose_user()
        return
    user = server_user.choose_user()

    assert (entries[chosen].pw_uid, True) == (user.uid, user.switches)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user to drop to")
def test_run_by_root_the_server_belongs_to_an_unprivileged_user(used_cluster: Cluster) -> None:
    with used_cluster.borrowed():
        pid = int((used_cluster.home / "data" / "postmaster.pid").read_text().splitlines()[0])
        owner = Path(f"/proc/{pid}").stat().st_uid

    assert 0 != owner
    assert 0 != (used_cluster.home / "data").stat().st_uid
    assert 0o700 == (used_cluster.home / "data").stat().st_mode & 0o777


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_needs_nothing_of_root(tmp_path: Path) -> None:
    """The code and the programs are copied to where user nobody may read them."""
    place = Path("/var/tmp") / f"reconciliation-ordinary-{os.getpid()}"
    try:
        place.mkdir()
        packages = binaries.copied_install(binaries.POSTGRES_18, place).parents[1]
        local = Path(server_module.__file__).parent
        for folder in (local.parent.parent, local.parent, local):
            target = place / "code" / folder.relative_to(local.parents[2])
            target.mkdir(parents=True, exist_ok=True)
            for file in folder.glob("*.*"):
                if file.is_file():
                    shutil.copy(file, target)
        (place / "home").mkdir()
        os.chown(place / "home", 65534, 65534)
        done = programs.run(
            sys.executable, "-I", "-c", ORDINARY, str(place), str(packages), state=tmp_path
        )
        left = list((place / "home").iterdir())
    finally:
        shutil.rmtree(place)

    assert "up as 65534, then down" == done.stdout.strip(), done.stderr
    assert [] == left


# Root's Python may lie where nobody may enter; it is running already when it becomes nobody.
ORDINARY = """
import os, pathlib, sys
place = pathlib.Path(sys.argv[1])
sys.path[:0] = [str(place / "code"), sys.argv[2]]
from include.reconciliation.local.server import Cluster
os.setgroups([]); os.setgid(65534); os.setuid(65534); os.umask(0o077)
cluster = Cluster(place / "home" / "pg")
with cluster.borrowed():
    pid = (cluster.home / "data" / "postmaster.pid").read_text().split()[0]
    owner = pathlib.Path("/proc", pid).stat().st_uid
cluster.remove()
for name in ("pg.lock",):
    (place / "home" / name).unlink()
print(f"up as {owner}, then {'up' if cluster.running() else 'down'}")
"""


def test_a_database_may_lie_in_memory_and_goes_with_the_cluster(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "MEMORY_BYTES_MIN", 1)
    with tempfile.TemporaryDirectory(dir=places.SHARED) as name:
        memory = Path(name)
        memory.chmod(0o755)
        monkeypatch.setattr(places, "MEMORY", memory)
        with (
            cluster.borrowed() as server,
            psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as session,
        ):
            place = cluster.memory_folder()
            session.execute(f"create tablespace fast location '{place}'".encode())
            session.execute("create database short_lived tablespace fast")
        files = sum(1 for path in memory.rglob("*") if path.is_file())
        cluster.remove()

        assert files > 100
        assert [] == list(memory.iterdir())


def test_where_memory_has_little_room_or_none_nothing_is_put_there(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(places, "MEMORY", tmp_path / "is_not_there")
    assert cluster.memory_folder() is None

    monkeypatch.setattr(places, "MEMORY", tmp_path)
    monkeypatch.setattr(places, "MEMORY_BYTES_MIN", 10**18)
    assert cluster.memory_folder() is None
    assert not list(tmp_path.glob("reconciliation-*"))
