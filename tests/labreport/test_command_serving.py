"""The server of `watch`: whom it answers, with which policy, and how many at a time."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import json
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labreport.commands import watch
from labreport.commands.watch import PageServer, reloading
from labreport.page.documents import policy

SCRIPT = "let here = 1;"
PAGE = (
    '<!DOCTYPE html><head><meta http-equiv="Content-Security-Policy" content="'
    + policy(["p {}"], [SCRIPT]).replace("'", "&#39;")
    + f'"><style>p {{}}</style></head><body><p>A page</p><script>{SCRIPT}</script></body>'
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PageServer]:
    """A server of a small page."""
    (tmp_path / "report.html").write_text(PAGE, encoding="utf-8")
    with PageServer(tmp_path / "report.html") as running:
        yield running


def ask(server: PageServer, method: str, path: str, *hosts: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body of one answer to a request with these Host headers."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    for host in hosts:
        connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read().decode()
    connection.close()
    return found


def test_it_answers_to_its_own_names_only(server: PageServer) -> None:
    """Another name, another port, no name and two names are refused: a page elsewhere may resolve to it."""
    port = server.port
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"LOCALHOST:{port}"):
        assert ask(server, "GET", "/", host)[0] == 200
    for hosts in (
        (f"evil.example:{port}",),
        ("127.0.0.1",),
        (f"127.0.0.1:{port + 1}",),
        (f"127.0.0.1:{port}.evil.example",),
        (),
        (f"127.0.0.1:{port}", "evil.example"),
    ):
        for path in ("/", "/version"):
            status, _, body = ask(server, "GET", path, *hosts)
            assert status == 421
            assert "A page" not in body


def test_the_documents_that_the_page_links_to_are_served_and_nothing_else(server: PageServer) -> None:
    """The PDF and the answers, as soon as they are there."""
    host = f"127.0.0.1:{server.port}"
    for name, kind in (("report.pdf", "application/pdf"), ("answers.json", "application/json")):
        assert ask(server, "GET", f"/{name}", host)[0] == 404
        server.page.with_name(name).write_text(f"the {name}")
        status, headers, body = ask(server, "GET", f"/{name}", host)
        assert (status, headers["Content-Type"], body) == (200, kind, f"the {name}")
    server.page.with_name("ledger.json").write_text("{}")
    for path in ("/ledger.json", "/report.html", "/../report.pdf", "/sub/report.pdf"):
        assert ask(server, "GET", path, host)[0] == 404


def test_only_get_and_head_are_answered(server: PageServer) -> None:
    """HEAD has no body."""
    host = f"127.0.0.1:{server.port}"
    assert ask(server, "HEAD", "/", host)[::2] == (200, "")
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "ANYTHING"):
        assert ask(server, method, "/", host)[0] == 501
    assert ask(server, "GET", "/answers.json", host)[0] == 404


def test_the_page_keeps_its_policy_and_may_ask_its_own_server(server: PageServer) -> None:
    """Header and page agree; each script has its hash, and nothing else was allowed."""
    _, headers, body = ask(server, "GET", "/", f"127.0.0.1:{server.port}")
    allowed = headers["Content-Security-Policy"]
    scripts = re.findall(r"<script>(.*?)</script>", body, re.DOTALL)
    assert len(scripts) == 2
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in allowed
    assert "default-src 'none'" in allowed
    assert "connect-src 'self'" in allowed
    assert "frame-ancestors 'none'" in allowed
    assert "unsafe" not in allowed
    assert body.count("Content-Security-Policy") == 1
    assert "connect-src &#x27;self&#x27;" in body


def test_a_page_without_scripts_may_run_the_reload_only() -> None:
    """`script-src 'none'` gives way to one hash; a page without a policy is not served."""
    page = PAGE.replace(
        policy([], [SCRIPT]).split("; ")[2].replace("'", "&#39;"), "script-src &#39;none&#39;"
    )
    found = reloading(page)
    assert found is not None
    (allowed,) = [part for part in found[1].split("; ") if part.startswith("script-src")]
    assert re.fullmatch(r"script-src 'sha256-[^']+'", allowed)
    assert reloading("<body></body>") is None


def test_connections_are_bounded_in_number_and_time(
    server: PageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silent clients are cut off, those that are too many at once; then the page is served again."""
    monkeypatch.setattr(watch, "SECONDS", 1.0)
    with contextlib.ExitStack() as open_ones:

        def connect() -> socket.socket:
            address = ("127.0.0.1", server.port)
            return open_ones.enter_context(socket.create_connection(address, timeout=10))

        silent = [connect() for _ in range(watch.CONNECTIONS)]
        time.sleep(0.3)
        began = time.monotonic()
        assert connect().recv(1) == b""
        assert time.monotonic() - began < 0.5
        silent[0].sendall(b"GET")
        assert [connection.recv(1) for connection in silent] == [b""] * len(silent)
        assert time.monotonic() - began < 5
    assert ask(server, "GET", "/", f"127.0.0.1:{server.port}")[0] == 200


def test_before_the_first_build_a_page_waits_for_it(tmp_path: Path) -> None:
    """It has nothing but the lines that reload it, under their policy."""
    with PageServer(tmp_path / "absent.html") as server:
        host = f"127.0.0.1:{server.port}"
        status, headers, body = ask(server, "GET", "/", host)
        assert (status, "not built yet" in body, body.count("<script>")) == (503, True, 1)
        assert "script-src 'sha256-" in headers["Content-Security-Policy"]
        assert json.loads(ask(server, "GET", "/version", host)[2])["page"] == ""
        (tmp_path / "absent.html").write_text(PAGE, encoding="utf-8")
        assert json.loads(ask(server, "GET", "/version", host)[2])["page"] != ""


def test_news_are_waited_for(server: PageServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who knows what is there gets an answer when it is another: another page, or errors over it."""
    monkeypatch.setattr(watch, "HOLD_SECONDS", 0.2)
    host = f"127.0.0.1:{server.port}"

    def news(seen: str) -> tuple[dict[str, Any], float]:
        began = time.monotonic()
        found = json.loads(ask(server, "GET", f"/version?seen={seen}", host)[2])
        return found, time.monotonic() - began

    first, _ = news("")
    same, waited = news(first["token"])
    assert (same, waited >= 0.2) == (first, True)
    monkeypatch.setattr(watch, "HOLD_SECONDS", 8.0)
    threading.Timer(0.1, server.show, (["it is broken"],)).start()
    broken, waited = news(first["token"])
    assert (broken["problems"], broken["page"], waited < 4) == (["it is broken"], first["page"], True)
    server.show([])
    assert news(broken["token"])[0] == first
    os.utime(server.page, ns=(1, 1))
    assert news(first["token"])[0]["page"] != first["page"]


def test_something_else_in_place_of_a_document_is_not_waited_for(server: PageServer) -> None:
    """A FIFO would block an ordinary open without end; the page counts as missing then."""
    server.page.unlink()
    for name in ("report.html", "report.pdf"):
        os.mkfifo(server.page.with_name(name))
    host = f"127.0.0.1:{server.port}"
    assert ask(server, "GET", "/", host)[0] == 503
    assert ask(server, "GET", "/report.pdf", host)[0] == 404
