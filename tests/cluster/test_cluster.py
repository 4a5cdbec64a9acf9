"""The same tasks on a Dask cluster: a real scheduler and workers on loopback, which know nothing of this."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster.started import Cluster, found_in
from faults.formats import stored_arrays
from program import Program

pytest.importorskip("distributed", reason="Dask is not installed; it is the extra 'dask'")


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A checkout without a report."""
    return Program.fresh(tmp_path / "checkout")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Not started yet; ended with the test."""
    found = Cluster(tmp_path / "elsewhere")
    yield found
    found.stop()


def _without_times(answers: Path) -> str:
    return re.sub(r'"(started|finished|seconds)[^,}]*', "", answers.read_text())


def test_a_plain_cluster_trains_the_same_bits_and_they_come_home(
    program: Program, cluster: Cluster, tmp_path: Path
) -> None:
    """Both workers train; store and answers are what local workers would have made of them."""
    cluster.start()
    ran = program.run("--scheduler", cluster.address, timeout=300)
    assert ran.code == 0, ran.err
    assert [bool(lines) for lines in cluster.epochs()] == [True, True]
    other = Program.fresh(tmp_path / "other")
    assert other.run("--jobs", "1", timeout=300).code == 0
    assert stored_arrays(program.folder / "report") == stored_arrays(other.folder / "report") != set()
    ours, theirs = (_without_times(one.folder / "report/answers.json") for one in (program, other))
    assert ours == theirs
    assert "Nothing to do" in program.run("--scheduler", cluster.address).out


@pytest.mark.slow
def test_a_worker_with_other_libraries_is_left_out(
    program: Program, cluster: Cluster, tmp_path: Path
) -> None:
    """A line names it and says what differs; with no other worker, an error says what to install."""
    other = tmp_path / "other/site-packages"
    (other / "numpy-1.0.dist-info").mkdir(parents=True)
    cluster.start(workers=1, PYTHONPATH=str(other))
    ran = program.run("--scheduler", cluster.address, timeout=300)
    assert ran.code == 1
    assert re.search(r"worker tcp\S+ is left out: numpy 1\.0 instead of [0-9]", ran.err), ran.err
    assert re.search(
        r"no worker can compute these results; install on each of them: msgspec .*numpy==[0-9]", ran.err
    )
    assert cluster.epochs() == [[]]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not there, which makes the certificate")
def test_everything_may_speak_tls(program: Program, cluster: Cluster, tmp_path: Path) -> None:
    """The certificates are those of Dask's configuration; without them, one line says so."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    words = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    subprocess.run([*words, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    cluster.certificate = (certificate, key)
    cluster.start(workers=1)
    assert cluster.address.startswith("tls://")
    prefix = "DASK_DISTRIBUTED__COMM__TLS__"
    variables = {
        f"{prefix}CA_FILE": str(certificate),
        f"{prefix}CLIENT__CERT": str(certificate),
        f"{prefix}CLIENT__KEY": str(key),
    }
    ran = program.run("--scheduler", cluster.address, environment=variables, cold=True, timeout=300)
    assert ran.code == 0, ran.err
    assert "names no certificates" in program.run("--scheduler", cluster.address, "--force", "alpha").err


@pytest.mark.slow
def test_a_worker_that_cannot_write_anywhere_is_left_out(program: Program, cluster: Cluster) -> None:
    """A line says what its disk lacks, and the other worker does all of it."""
    cluster.start(workers=1)
    cluster.join(PYTHONPATH=str(_full(cluster.folder)))
    ran = program.run("--scheduler", cluster.address, timeout=300)
    assert ran.code == 0, ran.err
    assert re.search(r"is left out: has no disk to work on: .* has 0 MB free, of [0-9]+ MB needed", ran.err)
    assert cluster.epochs()[0]
    assert not cluster.epochs()[1]


def _full(folder: Path) -> Path:
    """A folder for `PYTHONPATH` that makes every disk look full to the worker."""
    text = "import collections, shutil\nusage = collections.namedtuple('usage', 'total used free')\n"
    (folder / "full").mkdir()
    (folder / "full/sitecustomize.py").write_text(f"{text}shutil.disk_usage = lambda path: usage(1, 1, 0)\n")
    return folder / "full"


@pytest.mark.slow
def test_a_lost_worker_loses_no_finished_result(program: Program, cluster: Cluster) -> None:
    """One of two is killed in mid-training and another joins; no stored run is trained again."""
    program.edit("src/exercise/walks.py", "pause: float = 0.002", "pause: float = 0.2")
    cluster.start()
    build = subprocess.Popen(
        [sys.executable, str(program.folder / "build.py"), "--scheduler", cluster.address],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    results = program.folder / "report/results"
    deadline = time.monotonic() + 120
    while not list(results.glob("*.json")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    cluster.workers[0].send_signal(signal.SIGKILL)
    cluster.join()
    _, err = build.communicate(timeout=300)
    assert build.returncode == 0, err
    assert "was lost; its runs continue elsewhere" in err
    assert all(cluster.epochs())
    noted = [line.partition(" pid=")[0] for lines in cluster.epochs() for line in lines]
    again = len(noted) - len(set(noted))
    assert again <= 10, "one unfinished run of ten epochs may be trained again"


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("127.0.0.1:1", "allowed is tcp://HOST:PORT"),
        pytest.param("tcp://127.0.0.1:1", "no scheduler answers", marks=pytest.mark.slow),
    ],
)
def test_a_wrong_address_is_one_line(program: Program, address: str, message: str) -> None:
    """What was given, and what is allowed."""
    ran = program.run("--scheduler", address)
    assert ran.code in (1, 2)
    assert message in ran.err
    assert len(ran.err.strip().splitlines()) == 1


GUIDE = Path(__file__).resolve().parents[2] / "docs" / "cluster.md"


@pytest.fixture
def commands() -> list[str]:
    """The first block of the page, with a port that is free."""
    (block, *_) = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(block).replace("8786", str(server.getsockname()[1])).splitlines()


@pytest.fixture
def background(tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that end with the test."""
    found: list[subprocess.Popen[bytes]] = []
    yield found
    for process in found:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_the_local_commands_build_the_report(
    commands: list[str], background: list[subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    """Scheduler and worker as they are written there, then the build."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    scheduler, worker, build = map(shlex.split, commands)
    for words, sign in ((scheduler, "Scheduler at"), (worker, "Registered to")):
        assert words[0] == "dask"
        command = [sys.executable, "-P", "-m", f"distributed.cli.dask_{words[1]}", *words[2:]]
        log = tmp_path / f"{words[1]}.log"
        with log.open("wb") as stream:
            started = subprocess.Popen(command, stdout=stream, stderr=stream, cwd=tmp_path, env=variables)
        background.append(started)
        found_in(log, sign)
    assert build[:2] == ["python", "build.py"]
    ran = Program.fresh(tmp_path / "checkout").run(*build[2:], timeout=300)
    assert ran.code == 0, ran.err
