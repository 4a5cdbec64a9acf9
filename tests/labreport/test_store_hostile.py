"""Arrays and JSON made to do harm, with checksums that agree: refused before they cost anything."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest

from labreport.store import arrays, checked_json, plain_json
from labreport.store.files import Damaged, TooLarge

SOURCE = Path(__file__).parents[2] / "src"
MEMORY_LIMIT = 300 << 20


class Explosive:
    """Runs code when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return (_explode, ("unpickled",))


def _explode(message: str) -> None:
    raise AssertionError(message)


def npy(shape: str = "(2,)", descr: str = "'<f8'", data: bytes = bytes(16), version: int = 1) -> bytes:
    """The bytes of one `.npy` with any header."""
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    length = struct.pack("<H" if version == 1 else "<I", len(header) + 1)
    return b"\x93NUMPY" + bytes([version, 0]) + length + header + b"\n" + data


def npz(*members: tuple[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A zip archive of `members`."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return stream.getvalue()


def pickled() -> bytes:
    """An `.npy` of Python objects, as NumPy writes them."""
    stream = io.BytesIO()
    objects = numpy.empty(1, dtype=object)
    objects[0] = Explosive()
    numpy.lib.format.write_array(stream, objects, allow_pickle=True)
    return stream.getvalue()


def bomb() -> bytes:
    """Sixteen arrays that unpack to 128 MiB from a few hundred kilobytes."""
    member = npy("(1048576,)", data=bytes(8 << 20))
    return npz(*((f"a{index}.npy", member) for index in range(16)), compression=zipfile.ZIP_DEFLATED)


def lying_size() -> bytes:
    """An array of 32 MiB whose entry says that it has 16 bytes more than its header."""
    data = bytearray(
        npz(("a.npy", npy("(4194304,)", data=bytes(32 << 20))), compression=zipfile.ZIP_DEFLATED)
    )
    size = struct.pack("<I", (32 << 20) + len(npy("(4194304,)", data=b"")))
    assert data.count(size) == 2
    return bytes(data.replace(size, struct.pack("<I", 100)))


def many_members() -> bytes:
    """A list of a hundred thousand members, which costs more memory than the file has bytes."""
    record = (
        struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0) + b"a.npy"
    )
    directory = record * 60_000
    return directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 60_000, 60_000, len(directory), 0, 0)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "pickle": lambda: npz(("a.npy", pickled())),
    "bare pickle": lambda: pickle.dumps(Explosive()),
    "pickle in a zip": lambda: npz(("a.npy", pickle.dumps(Explosive()))),
    "object type": lambda: npz(("a.npy", npy(descr="'|O'"))),
    "structured type": lambda: npz(("a.npy", npy(descr="[('x', '<f8')]"))),
    "structured type with objects": lambda: npz(("a.npy", npy(descr="[('x', '|O'), ('y', '<f8')]"))),
    "dates": lambda: npz(("a.npy", npy(descr="'<M8[s]'"))),
    "zip bomb": bomb,
    "lying size": lying_size,
    "huge shape": lambda: npz(("a.npy", npy("(1000000000000,)"))),
    "overflowing shape": lambda: npz(("a.npy", npy("(4294967296, 4294967296, 2)"))),
    "negative shape": lambda: npz(("a.npy", npy("(-2,)"))),
    "two negatives": lambda: npz(("a.npy", npy("(-1, -2)"))),
    "boolean shape": lambda: npz(("a.npy", npy("(True, 3)"))),
    "empty items": lambda: npz(("a.npy", npy("(1000000000000,)", "'|S0'", b""))),
    "huge items": lambda: npz(("a.npy", npy("()", "'|S2000000000'"))),
    "shape too small": lambda: npz(("a.npy", npy("(1,)"))),
    "shape too large": lambda: npz(("a.npy", npy("(3,)"))),
    "code in the header": lambda: npz(("a.npy", npy("__import__('os').getpid()"))),
    "endless header": lambda: npz(("a.npy", npy("(2,)" + " " * 50_000))),
    "huge header": lambda: npz(("a.npy", npy("(2,)" + " " * 5_000_000, version=2))),
    "deep header": lambda: npz(("a.npy", npy("(" * 4000 + ")" * 4000))),
    "many signs in the header": lambda: npz(("a.npy", npy("(" + "-" * 9000 + "1,)"))),
    "unknown version": lambda: npz(("a.npy", npy(version=9))),
    "no array": lambda: npz(("a.npy", b"")),
    "other file": lambda: npz(("a.txt", b"text")),
    "path upwards": lambda: npz(("../a.npy", npy())),
    "absolute path": lambda: npz(("/a.npy", npy())),
    "one name twice": lambda: npz(("a.npy", npy()), ("a.npy", npy())),
    "many members": many_members,
    "other compression": lambda: npz(("a.npy", npy()), compression=zipfile.ZIP_LZMA),
    "trailing bytes": lambda: npz(("a.npy", npy())) + b"x",
    "leading bytes": lambda: b"x" + npz(("a.npy", npy())),
    "text": lambda: b"no archive at all, but long enough to look like one",
    "nothing": lambda: b"",
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_arrays_are_refused(name: str) -> None:
    """Each with `Damaged`, and nothing else."""
    with pytest.raises(Damaged):
        arrays.unpack(HOSTILE[name]())


def test_the_makers_of_hostile_arrays_can_make_good_ones() -> None:
    """So it is not some slip of theirs that is refused."""
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        found = arrays.unpack(npz(("a.npy", npy()), ("b/c.npy", npy(version=2)), compression=compression))
        assert sorted(found) == ["a", "b/c"]
        assert found["a"].tolist() == [0.0, 0.0]


HOSTILE_JSON = {
    "deep lists": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a little too deep": b"[" * 40 + b"]" * 40,
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "overflow": b'{"a": 1e999}',
    "huge number": b'{"a": ' + b"9" * 1_000_000 + b"}",
    "twenty-one digits": b'{"a": 100000000000000000000}',
    "not UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "two values": b'{"a": 1} {"a": 2}',
    "cut": b'{"a": [1, 2',
    "nothing": b"",
    "Python": b"__import__('os').system('true')",
}


@pytest.mark.parametrize("name", HOSTILE_JSON)
def test_hostile_json_is_refused(name: str) -> None:
    """Each with `ValueError`, never `RecursionError` or a crash."""
    with pytest.raises(ValueError, match=r"."):
        plain_json.parse(HOSTILE_JSON[name])


@pytest.mark.parametrize("name", HOSTILE_JSON)
def test_hostile_json_with_a_good_checksum_is_damaged(name: str) -> None:
    """A forger can make the checksum agree; what follows is still checked."""
    header = b' "header": {\n  "a": 1\n },\n'
    with pytest.raises(Damaged):
        checked_json.decode(sign(header + HOSTILE_JSON[name]))


def sign(rest: bytes) -> bytes:
    """A document of `rest` whose checksum agrees."""
    return b'{\n "checksum": "' + hashlib.sha256(rest).hexdigest().encode() + b'",\n' + rest


def test_the_signer_of_hostile_json_can_sign_good_ones() -> None:
    """So it is not some slip of its that is refused."""
    assert checked_json.decode(sign(b' "header": {\n  "a": 1\n },\n "b": 2\n}\n')) == ({"a": 1}, {"b": 2})


def test_a_document_is_ordinary_json() -> None:
    """Other tools can read it, checksum and all."""
    data = checked_json.encode({"format": "f", "list": [1]}, {"b": [2.5, None], "a": {"é": "\n },\n"}})
    document = json.loads(data)
    assert list(document) == ["checksum", "header", "a", "b"]
    assert checked_json.decode(data) == (document["header"], {"a": document["a"], "b": document["b"]})


@pytest.mark.parametrize("pattern", [b"[],", b"{},", b'{"a":{}},', b'"ab",', b"1.5,", b"12345,"])
def test_a_document_of_the_largest_size_takes_little_memory(pattern: bytes, tmp_path: Path) -> None:
    """Under 300 MB, whatever it is filled with."""
    head = b' "header": {\n  "a": 1\n },\n "b": ['
    count = (checked_json.LIMIT - 200 - len(head)) // len(pattern)
    data = sign(head + pattern * count + b"1]\n}\n")
    assert checked_json.LIMIT - 300 < len(data) <= checked_json.LIMIT
    path = tmp_path / "document"
    path.write_bytes(data)
    assert (
        peak_memory(
            "from labreport.store import checked_json, files\n"
            "checked_json.decode(files.read_regular(path, checked_json.LIMIT))",
            path,
        )
        < MEMORY_LIMIT
    )


@pytest.mark.parametrize("name", ["zip bomb", "lying size", "huge shape", "many members", "huge items"])
def test_hostile_arrays_take_little_memory(name: str, tmp_path: Path) -> None:
    """Refusing them costs no more than reading the largest good file."""
    path = tmp_path / "arrays"
    path.write_bytes(HOSTILE[name]())
    assert (
        peak_memory(
            "from labreport.store import arrays, files\n"
            "try: arrays.unpack(files.read_regular(path, arrays.LIMIT))\n"
            "except files.Damaged: pass\n"
            "else: raise SystemExit('accepted')",
            path,
        )
        < MEMORY_LIMIT
    )


def test_the_largest_good_arrays_take_little_memory(tmp_path: Path) -> None:
    """The file and what is in it: twice the limit, and NumPy."""
    path = tmp_path / "arrays"
    path.write_bytes(arrays.pack({"a": numpy.zeros((arrays.LIMIT - 1000) // 8)}))
    assert (
        peak_memory(
            "from labreport.store import arrays, files\n"
            "arrays.unpack(files.read_regular(path, arrays.LIMIT))",
            path,
        )
        < MEMORY_LIMIT
    )


def test_the_largest_good_checkpoint_takes_little_memory(tmp_path: Path) -> None:
    """Reading one in a worker, as a killed build goes on."""
    program = (
        "import sys; from pathlib import Path; import numpy\n"
        f"sys.path.insert(0, {str(SOURCE)!r})\n"
        "from labreport.store import Checkpoint, Checkpoints, arrays\n"
        "state = {'a': numpy.zeros((arrays.LIMIT - 1000) // 8)}\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "whole = ({'first': 1, 'last': 1},)\n"
        "assert Checkpoints(folder).save('0' * 64, Checkpoint(1, [{}], {}, {}, state, whole))"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    assert (
        peak_memory(
            "from labreport.store import Checkpoints\nassert Checkpoints(path).load('0' * 64) is not None",
            tmp_path,
        )
        < MEMORY_LIMIT
    )


def peak_memory(code: str, path: Path) -> int:
    """Bytes that a fresh interpreter held at most while it ran `code`."""
    program = (
        "import resource, sys; from pathlib import Path\n"
        f"sys.path.insert(0, {str(SOURCE)!r}); path = Path({str(path)!r})\n{code}\n"
        # Linux starts ru_maxrss at what the parent held when it forked; VmHWM is this program's own.
        "if (status := Path('/proc/self/status')).exists():\n"
        "    print(int(status.read_text().partition('VmHWM:')[2].split()[0]) * 1024)\n"
        "else: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    return int(subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True).stdout)


@pytest.mark.parametrize(
    "name", ["", "/a", "a/", "../a", "a//b", "a\\b", "a\nb", "é", "a\0b", "x" * 201, " a"]
)
def test_arrays_of_odd_names_are_refused_when_written(name: str) -> None:
    """What is written can be read back: the writer holds to the reader's rules."""
    with pytest.raises(ValueError, match="is named"):
        arrays.pack({name: numpy.zeros(1)})


def test_objects_are_refused_when_written() -> None:
    """The message names the array."""
    with pytest.raises(ValueError, match="array 'a' has the type object"):
        arrays.pack({"a": numpy.array([Explosive()])})


def test_too_many_bytes_are_refused_when_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nothing is written that would be refused when read."""
    monkeypatch.setattr(arrays, "LIMIT", 1000)
    with pytest.raises(TooLarge):
        arrays.pack({"a": numpy.zeros(126)})
    with pytest.raises(TooLarge):
        arrays.pack({"a": numpy.zeros(124)})
    assert arrays.unpack(arrays.pack({"a": numpy.zeros(60)}))["a"].shape == (60,)
