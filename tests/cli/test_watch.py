"""The server of `watch`."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from labreport.check.changes import LastBuild
from labreport.cli.watch import HOST, PageServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PageServer]:
    """One that serves a page of one sentence."""
    (tmp_path / "report.html").write_text("<html><body><main>Nobody wins.</main></body></html>")
    with PageServer(tmp_path) as page_server:
        yield page_server


def _get(server: PageServer, path: str, host: str = "") -> tuple[int, str]:
    connection = http.client.HTTPConnection(HOST, server.server_port, timeout=5)
    connection.request("GET", path, headers={"Host": host or f"{HOST}:{server.server_port}"})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_the_page_is_served_on_this_machine_only(server: PageServer) -> None:
    """At the address of this machine, and with a script that loads it again."""
    assert server.server_address[0] == "127.0.0.1"
    status, page = _get(server, "/")
    assert status == 200
    assert "Nobody wins." in page
    assert "EventSource" in page


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1"])
def test_another_host_name_is_refused(server: PageServer, host: str) -> None:
    """A foreign page whose name leads here reads nothing."""
    status, page = _get(server, "/", host.format(port=server.server_port))
    assert status == 421
    assert "Nobody" not in page


@pytest.mark.parametrize("path", ["/../project.py", "/project.py", "/cache/answer/best.json", "//etc/passwd"])
def test_only_the_documents_are_served(server: PageServer, path: str) -> None:
    """Other files stay where they are."""
    (server.output / "project.py").write_text("secret")
    assert _get(server, path)[0] == 404


def test_an_error_is_on_the_page_and_escaped(server: PageServer) -> None:
    """With its file and line, until the next build."""
    server.error = "templates/questions/best.md:3: no name <b>; did you mean 'a'?"
    assert "best.md:3: no name &lt;b&gt;" in _get(server, "/")[1]
    server.error = ""
    assert "best.md:3" not in _get(server, "/")[1]


def test_what_the_last_build_changed_is_on_the_page(server: PageServer) -> None:
    """What a number was before; the file of the report stays as it is."""
    page = server.output / "report.html"
    number = '<data class="q" data-q="best.mean.wide" value="0.98">98 %</data>'
    page.write_text(f"<html><body><main>{number}</main></body></html>")
    _get(server, "/")
    LastBuild((), {"best.mean.wide": "97 %"}, ()).write(server.output)
    assert _get(server, "/events") == (200, "data: another page\n\n")
    assert "97 %" in _get(server, "/")[1]
    assert "97 %" not in page.read_text()


def test_a_build_is_told_to_an_open_page(server: PageServer) -> None:
    """Also one that ends before the page has begun to listen; and what is wrong."""
    page = server.output / "report.html"
    _get(server, "/")
    page.write_text("<html><body><main>Somebody wins.</main></body></html>")
    assert _get(server, "/events") == (200, "data: another page\n\n")
    assert "Somebody" in _get(server, "/")[1]
    threading.Timer(0.1, setattr, (server, "error", "a mistake")).start()
    assert _get(server, "/events") == (200, "data: another page\n\n")
    assert "a mistake" in _get(server, "/")[1]
