"""What a worker keeps on its disk, and how it shows that results belong under their keys."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labreport.errors import UsageError
from labreport.execute.cluster import machine
from labreport.execute.cluster.greet import Job, _places
from labreport.execute.cluster.identity import Claim, inspect
from labreport.execute.cluster.link import Refused
from labreport.execute.cluster.parcel import Parcel, parcel
from labreport.fingerprint.files import sha256


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parcel:
    """A project of one file with data beside it, as it is sent."""
    project = tmp_path / "project"
    (project / "data").mkdir(parents=True)
    (project / "walked.py").write_text("def fit(specification, seed):\n    return seed\n")
    (project / "data/points.csv").write_text("1,2\n")
    monkeypatch.syspath_prepend(str(project))
    return parcel("walked", ("walked",), {"data/points.csv": str(sha256(project / "data/points.csv"))})


def arrived(sent: Parcel, folder: Path) -> Path:
    """The folder in which a worker has what was sent."""
    for digest, content in sent.sources.items():
        data = content if isinstance(content, bytes) else content.read_bytes()
        assert machine.receive(str(folder), digest, "p", data, True)
    return Path(machine.unpack(str(folder), sent.name))


def test_equal_code_is_one_archive(sent: Parcel) -> None:
    """Its name does not depend on when it was packed."""
    again = parcel("walked", ("walked",), {"data/points.csv": next(iter(sent.files))})
    assert again.name == sent.name == hashlib.sha256(again.content).hexdigest()


def test_data_lie_where_the_code_expects_them(sent: Parcel, tmp_path: Path) -> None:
    """Beside the code, as at home; nothing is lacking afterwards."""
    tree = arrived(sent, tmp_path)
    assert (tree / "data/points.csv").read_text() == "1,2\n"
    assert machine.lacking(str(tmp_path), list(sent.sources)) == []


def test_what_did_not_arrive_whole_is_refused(sent: Parcel, tmp_path: Path) -> None:
    """And is lacking still."""
    found = machine.answer(
        "receive",
        {"folder": str(tmp_path), "digest": sent.name, "part": "p", "data": sent.content[:-1], "last": True},
    )
    assert "is not what was sent" in found["refused"]
    assert machine.lacking(str(tmp_path), [sent.name]) == [sent.name]


@pytest.mark.parametrize("name", ["walked.py", "data/points.csv"])
def test_a_file_that_was_altered_on_the_worker_is_put_right(sent: Parcel, tmp_path: Path, name: str) -> None:
    """Code and data are compared each time a worker is taken in."""
    tree = arrived(sent, tmp_path)
    before = (tree / name).read_text()
    (tree / name).unlink()
    (tree / name).write_text("altered")
    assert (Path(machine.unpack(str(tmp_path), sent.name)) / name).read_text() == before


def test_data_outside_of_the_project_do_not_travel(sent: Parcel) -> None:
    """The message names the file."""
    with pytest.raises(UsageError, match=r"secret.*is outside of"):
        parcel("walked", ("walked",), {"../secret": "0" * 64})


def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    """Whatever an archive says."""
    with pytest.raises(machine.Refused, match="is not a path below"):
        machine._inside(str(tmp_path), "../x")


@pytest.fixture
def wanted(sent: Parcel, tmp_path: Path) -> tuple[Claim, Path]:
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
    assert inspect(*wanted) == []


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
    (found,) = inspect(replace(claim, wanted={**claim.wanted, name: value}), tree)
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
    assert _places(known, cores, _job(threads, resources)) == places


@pytest.mark.parametrize(
    ("threads", "resources", "told"), [(2, {}, "--nthreads 2"), (1, {"GPU": 1}, "--resources GPU=1")]
)
def test_a_worker_without_room_for_a_run_is_refused(
    threads: int, resources: dict[str, float], told: str
) -> None:
    """The text says how to start it."""
    with pytest.raises(Refused, match=told):
        _places({"nthreads": 1}, 8, _job(threads, resources))


def _job(threads: int, resources: dict[str, float]) -> Job:
    return Job("walked", ("walked",), threads, Parcel("", b"", {}), (), resources)


def test_a_worker_that_lacks_a_library_says_which(tmp_path: Path) -> None:
    """Not with the name of an exception."""
    with pytest.raises(machine.Refused, match=r"^has no no_such_library$"):
        machine.inspect(str(tmp_path), {}, [], "import no_such_library")
