"""What a worker keeps on its disk, and how it shows that results belong under their keys."""

from __future__ import annotations

import hashlib
import pickle
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from labreport.errors import UsageError
from labreport.execute import remote
from labreport.execute.cluster import ClusterLane, Job, Refused, archive
from labreport.execute.worker import START, Claim, Epoch, Outcome, different_here
from labreport.fingerprint.files import sha256


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """A project of one file with data beside it, as it is sent: the archive first, each under its SHA-256."""
    project = tmp_path / "project"
    (project / "data").mkdir(parents=True)
    (project / "walked.py").write_text("def fit(specification, seed):\n    return seed\n")
    (project / "data/points.csv").write_text("1,2\n")
    monkeypatch.syspath_prepend(str(project))
    digest = str(sha256(project / "data/points.csv"))
    content = archive("walked", ("walked",), {"data/points.csv": digest})
    assert archive("walked", ("walked",), {"data/points.csv": digest}) == content
    return {hashlib.sha256(content).hexdigest(): content, digest: b"1,2\n"}


def arrived(sent: dict[str, bytes], folder: Path) -> Path:
    """The folder in which a worker has what was sent."""
    for digest, content in sent.items():
        for piece in (content[:2], content[2:], b""):
            remote.receive(str(folder), digest, "p", piece)
    return Path(remote.unpack(str(folder), next(iter(sent)), "build"))


def lacking(sent: dict[str, bytes], folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which files a worker asks for."""
    monkeypatch.setattr(remote, "_folder", lambda needed: str(folder))
    return list(remote.offer(0, list(sent))["lacking"])


def test_data_lie_where_the_code_expects_them(
    sent: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the code, as at home; nothing is lacking afterwards, and the code goes with the build."""
    tree = arrived(sent, tmp_path)
    assert (tree / "data/points.csv").read_text() == "1,2\n"
    assert (tree / "walked.py").is_file()
    assert lacking(sent, tmp_path, monkeypatch) == []
    remote.end_all("build")
    assert not tree.exists()


def test_what_did_not_arrive_whole_is_refused(
    sent: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is lacking still."""
    (digest, content), *_ = sent.items()
    told = {"folder": str(tmp_path), "digest": digest, "part": "p"}
    remote.answer("receive", {**told, "data": content[:-1]})
    assert "is not what was sent" in remote.answer("receive", {**told, "data": b""})["refused"]
    assert lacking(sent, tmp_path, monkeypatch) == [*sent]


@pytest.mark.parametrize("number", [0, 1])
def test_a_file_that_was_altered_on_the_worker_is_sent_again(
    sent: dict[str, bytes], tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Code and data are compared each time a worker is taken in."""
    tree = arrived(sent, tmp_path)
    digest = [*sent][number]
    (tmp_path / f"file-{digest}").write_text("altered")
    assert lacking(sent, tmp_path, monkeypatch) == [digest]
    assert (arrived(sent, tmp_path) / "data/points.csv").read_text() == "1,2\n"
    assert (tree / "walked.py").is_file(), "another run of the build may have it loaded"


def test_data_outside_of_the_project_do_not_travel(sent: dict[str, bytes]) -> None:
    """The message names the file."""
    with pytest.raises(UsageError, match=r"secret.*is outside of"):
        archive("walked", ("walked",), {"../secret": "0" * 64})


@pytest.fixture
def wanted(sent: dict[str, bytes], tmp_path: Path) -> tuple[Claim, Path]:
    """A claim that holds for the folder with the code."""
    tree = arrived(sent, tmp_path)
    empty = Claim("walked:fit", "walked", ("walked",), "3", 1, {"data": {"data/points.csv": ""}})
    from labreport.fingerprint.files import Digests
    from labreport.plan.fingerprints import Fingerprints
    from labreport.plan.ledger import Ledger
    from labreport.project import Project

    project = Project(package="walked", source_roots=("walked",))
    fingerprints = Fingerprints(project, tree, Digests(tree), Ledger())
    return replace(empty, wanted=fingerprints.rests_on("walked:fit", ["data/points.csv"], ["numpy"])), tree


def test_a_machine_that_is_as_the_key_says_differs_in_nothing(wanted: tuple[Claim, Path]) -> None:
    """Versions, code and data are found as they are in the key."""
    assert different_here(*wanted) == []


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("library numpy", "0.1", "instead of 0.1"),
        ("library nowhere", "3.0", "nowhere is not installed"),
        ("code", "0" * 64, "code of walked:fit differs under Python"),
        ("data", {"data/points.csv": "0" * 64}, "data data/points.csv differ"),
        ("threads", 7, "threads of walked:fit differs"),
    ],
)
def test_each_part_of_the_key_is_looked_at(
    wanted: tuple[Claim, Path], name: str, value: Any, told: str
) -> None:
    """A difference in it is one text that names it."""
    claim, tree = wanted
    (found,) = different_here(replace(claim, wanted={**claim.wanted, name: value}), tree)
    assert told in found


@pytest.mark.parametrize(
    ("threads", "resources", "known", "cores", "places"),
    [
        (1, {}, {"nthreads": 4}, 8, 4),
        (1, {}, {"nthreads": 16}, 8, 8),
        (2, {}, {"nthreads": 5}, 8, 2),
        (1, {"GPU": 1}, {"nthreads": 8, "resources": {"GPU": 2}}, 8, 2),
    ],
)
def test_a_worker_gets_no_more_runs_than_it_has_room_for(
    threads: int, resources: dict[str, float], known: dict[str, Any], cores: int, places: int
) -> None:
    """Its threads, its cores and its resources are divided by what a run takes."""
    assert _job(threads, resources).places(known, cores) == places


@pytest.mark.parametrize(
    ("threads", "resources", "told"), [(2, {}, "--nthreads 2"), (1, {"GPU": 1}, "--resources GPU=1")]
)
def test_a_worker_without_room_for_a_run_is_refused(
    threads: int, resources: dict[str, float], told: str
) -> None:
    """The text says how to start it."""
    with pytest.raises(Refused, match=told):
        _job(threads, resources).places({"nthreads": 1}, 8)


def _job(threads: int, resources: dict[str, float]) -> Job:
    return Job("walked", ("walked",), threads, [], resources, "", {})


def refused(start: str, task: bytes, tree: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a worker says that is asked for a run."""
    running = SimpleNamespace(state="executing")
    worker = SimpleNamespace(
        state=SimpleNamespace(tasks={"run": running}), status=SimpleNamespace(name="running")
    )
    monkeypatch.setitem(sys.modules, "distributed", SimpleNamespace(get_worker=lambda: worker))
    source = str(Path(remote.__file__).parents[2])
    try:
        with pytest.raises(remote.Refused) as found:
            remote.carry_out("lane", str(tree), {"PYTHONPATH": source}, start, task, "run")
    finally:
        remote.end("lane")
    return str(found.value)


def test_a_worker_that_lacks_a_library_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not with the name of an exception."""
    start = START.replace("labreport.sources", "no_such_library")
    assert refused(start, b"task", tmp_path, monkeypatch) == "has no no_such_library"


def test_a_run_whose_result_would_not_belong_under_its_key_is_refused(
    wanted: tuple[Claim, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything of it is looked at, which may load what is not there."""
    claim, tree = wanted
    other = replace(claim, wanted={**claim.wanted, "library numpy": "0.1"})
    told = refused(START, pickle.dumps((other, b"a task")), tree, monkeypatch)
    assert told.startswith("numpy ")
    assert told.endswith(" instead of 0.1")


def test_each_message_is_taken_once_and_in_order_however_often_it_comes() -> None:
    """What was fetched may come once more with what the task returns, or behind it."""
    lane = ClusterLane("lane", SimpleNamespace(), SimpleNamespace(), "worker", "tree")  # type: ignore[arg-type]
    lane.run = "run"
    sent = {number: b"M" + pickle.dumps(Epoch("key", number, {})) for number in range(1, 6)}
    sent[5] = b"O" + pickle.dumps(Outcome(error=ValueError("over")))
    lane.heard("run", {number: sent[number] for number in (2, 1)})
    lane.heard("run", sent)
    lane.heard("run", {number: sent[number] for number in (3, 4)})
    lane.heard("an earlier run", sent)
    assert [message.epoch for message in lane.messages() if isinstance(message, Epoch)] == [1, 2, 3, 4]
    assert (lane.seen, lane.busy, lane.messages()) == (5, False, [])
