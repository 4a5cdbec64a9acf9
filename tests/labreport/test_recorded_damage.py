"""Every kind of damaged table: one line that says the file, the line and what is needed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from recordings import declare

from labreport.errors import UsageError
from labreport.recorded import raw

TABLES = {
    "empty": (b"", "a.csv: is empty; a header"),
    "blank": (b"\n\n  \n", "a.csv: is empty; a header"),
    "header only": (b"epoch,loss\n", "a.csv: has no rows"),
    "no header": (b"1,0.5\n2,0.4\n", "a.csv:1: begins with '1'; the first row must name the columns"),
    "no metric": (b"epoch\n1\n", "a.csv: has no column of a metric"),
    "ragged, short": (b"epoch,loss\n1,0.5\n2\n", "a.csv:3: has 1 values; the header names 2 columns"),
    "ragged, long": (b"epoch,loss\n1,0.5,7\n", "a.csv:2: has 3 values; the header names 2 columns"),
    "two columns of one name": (b"loss,loss\n1,2\n", "a.csv:1: has two columns 'loss'"),
    "a word": (b"epoch,loss\n1,0.5\n2,much\n", "a.csv:3: loss is 'much'; a number is needed"),
    "a truth value": (b"epoch,loss\n1,True\n", "a.csv:2: loss is 'True'; a number is needed, with"),
    "a date": (b"epoch,loss\n1,2024-05-06\n", "not measured: a date or a time of day is none"),
    "a unit": (b"epoch,loss\n1,12 ms\n", "not measured: leave out the unit"),
    "thousands": (b"epoch;loss\n1;1.234,5\n", "not measured: leave out the separators of thousands"),
    "a comma in a number": (b"epoch;loss\n1;0,5\n", "write a decimal point in place of the comma"),
    "an underscore": (b"epoch,loss\n1,1_0\n", "a.csv:2: loss is '1_0'; a number is needed"),
    "an escape sequence": (b"epoch,loss\n1,\x1b[2J\n", r"a.csv:2: loss is '\x1b[2J'; a number is needed"),
    "a NUL": (b"epoch,loss\n1,\x00\n", r"a.csv:2: loss is '\x00'; a number is needed"),
    "an unprintable name": (b"epoch,lo\x07ss\n1,2\n", "character 3 is U+0007"),
    "Latin-1": (b"epoch,loss\n1,0.5\n2,0.4 \xb5\n", "a.csv:3: not UTF-8 (byte 0xb5); save the file as UTF-8"),
    "UTF-16": ("epoch,loss\n1,2\n".encode("utf-16"), "a.csv:1: not UTF-8 (byte 0xff)"),
    "an open quote": (b'epoch,loss\n1,"2\n2,3\n', "a.csv:2: not CSV: unexpected end of data; has a quote"),
    "a huge cell": (b"epoch,loss\n1," + b"9" * 200_000 + b"\n", "a.csv:2: not CSV: field larger than"),
    "an epoch twice": (b"epoch,loss\n1,1\n1,1\n", "a.csv:3: epoch is 1, as at a.csv:2; remove one, or name"),
    "half an epoch": (b"epoch,loss\n1.5,1\n", "a.csv:2: epoch is 1.5; a whole number"),
    "no epoch": (b"epoch,loss\n,1\n", "a.csv:2: epoch is empty; a whole number"),
    "an infinite epoch": (b"epoch,loss\ninf,1\n", "a.csv:2: epoch is inf; a whole number"),
    "an empty seed": (b"seed,loss\n0,1\n,2\n", "a.csv:3: seed is empty; every row must say"),
    "a name and a group": (b"test,test/loss\n1,2\n", "is the name of a metric and of a group of metrics"),
}
LINES = {
    "empty": (b"", "a.jsonl: is empty; an object in each line"),
    "not JSON": (b'{"loss": 1}\n{"loss": \n', "a.jsonl:2: not JSON: "),
    "two objects in a line": (b'{"loss": 1} {"loss": 2}\n', "a.jsonl:1: not JSON: Extra data"),
    "a list": (b"[1, 2]\n", "a.jsonl:1: is [1, 2]; an object such as"),
    "a member twice": (b'{"loss": 1, "loss": 2}\n', "a.jsonl:1: has two members 'loss'; names must differ"),
    "a text": (b'{"loss": "low"}\n', "a.jsonl:1: loss is 'low'; a number is needed"),
    "a truth value": (b'{"loss": true}\n', "a.jsonl:1: loss is 'true'; a number is needed"),
    "a list as metric": (b'{"loss": [1]}\n', "a.jsonl:1: loss is '[1]'; a number is needed"),
    "too large": (b'{"loss": 1' + b"0" * 400 + b"}\n", "a.jsonl:1: loss has more than 308 digits"),
    "too many digits": (b'{"loss": 1' + b"0" * 5000 + b"}\n", "a.jsonl:1: not JSON: Exceeds the limit"),
    "nested": (b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"\n", "a.jsonl:1: not JSON: nested too deep"),
    "Latin-1": (b'{"loss": 1}\n{"\xb5": 1}\n', "a.jsonl:2: not UTF-8 (byte 0xb5)"),
    "half a pair": (b'{"\\ud800": 1}\n', "U+D800"),
}


def _error(folder: Path, call: str) -> str:
    with pytest.raises(UsageError) as caught:
        declare(folder, call)
    assert len(str(caught.value).splitlines()) == 1
    assert str(caught.value).isprintable()
    return str(caught.value)


@pytest.mark.parametrize(("data", "expected"), TABLES.values(), ids=TABLES)
def test_a_damaged_table_is_reported_in_one_line(tmp_path: Path, data: bytes, expected: str) -> None:
    """With its file, its line and what is needed."""
    (tmp_path / "a.csv").write_bytes(data)
    assert expected in _error(tmp_path, 'recorded("a", "a.csv")')


@pytest.mark.parametrize(("data", "expected"), LINES.values(), ids=LINES)
def test_damaged_json_lines_are_reported_in_one_line(tmp_path: Path, data: bytes, expected: str) -> None:
    """With its file, its line and what is needed."""
    (tmp_path / "a.jsonl").write_bytes(data)
    assert expected in _error(tmp_path, 'recorded("a", "a.jsonl")')


def test_a_file_that_is_not_regular_is_reported(tmp_path: Path) -> None:
    """A FIFO does not block, a folder is not read, and a dangling link is not followed."""
    os.mkfifo(tmp_path / "a.csv")
    assert "a regular file is needed" in _error(tmp_path, 'recorded("a", "a.csv")')
    (tmp_path / "b.csv").mkdir()
    assert "a regular file is needed" in _error(tmp_path, 'recorded("a", "b.csv")')
    (tmp_path / "c-0.csv").symlink_to("nowhere")
    assert "c-0.csv" in _error(tmp_path, 'recorded("a", "c-{seed}.csv")')


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is in the message."""
    monkeypatch.setattr(raw, "LIMIT", 10)
    (tmp_path / "a.csv").write_text("epoch,loss\n1,2\n")
    assert "a.csv: has 15 bytes; at most 10 are allowed" in _error(tmp_path, 'recorded("a", "a.csv")')


CALLS = {
    'recorded("a", "b.csv")': "b.csv: is not there",
    'recorded("a", "*.tsv")': "*.tsv: matches nothing",
    'recorded("a", "a.csv", metrics=("accuracy", "los"))': "a.csv:1: has no column 'los'; did you mean",
    'recorded("a", "a.csv", metrics="loss")': "metrics is the text 'loss'; a list of names is needed",
    'recorded("a", "a.csv", step="stepp")': "has no column 'stepp'",
    'recorded("a", "a.csv", seed="lucky")': "nothing says its 'lucky'",
    'recorded("a", "a.csv", parameters=("rate",))': "nothing says its 'rate'",
    'recorded("a", "a.csv", where={"split": "test"})': "nothing says its 'split'",
    'recorded("a", "a.csv", reader="cvs")': "reader 'cvs' cannot be imported",
    'recorded("a", "a.csv", reader="json")': "reader 'json' needs a function `read`",
    'recorded("a", "a.csv", metrics=("Loss",))': "a.csv:1: has no column 'Loss'; did you mean 'loss'?",
    'recorded("a", "a.csv", blocks="Epoch")': "a.csv:2: nothing says its 'Epoch', which blocks= asks",
    'recorded_groups("a.csv", name="setting")': "nothing says its 'setting'",
    'recorded("a", "a.txt")': "a.txt: does not show what it holds; say it with reader=",
    'recorded("a", "twice-*.csv")': "seed is 4, as at twice-1.csv:2; each run of an experiment needs",
}


@pytest.mark.parametrize(("call", "expected"), CALLS.items())
def test_a_wrong_declaration_is_reported_in_one_line(tmp_path: Path, call: str, expected: str) -> None:
    """With what is there, or what is allowed."""
    for name in ("a.csv", "a.txt"):
        (tmp_path / name).write_text("epoch,loss,accuracy\n1,2,0.5\n")
    for number in (1, 2):
        (tmp_path / f"twice-{number}.csv").write_text("seed,loss\n4,2\n")
    assert expected in _error(tmp_path, call)
