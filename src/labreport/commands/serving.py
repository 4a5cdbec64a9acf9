"""The report on a port of this machine, with a few lines that reload it and show errors over it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import html
import http.server
import json
import re
import socket
import threading
import time
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any

from labreport.errors import StoreError
from labreport.store.files import Damaged, read_regular

HOST = "127.0.0.1"
BESIDE = {"report.pdf": "application/pdf", "answers.json": "application/json"}
"""What the page links to, with its type. Browsers show a PDF with code of their own."""
CONNECTIONS = 16
"""Connections at one time; others are closed at once."""
SECONDS = 10.0
"""The longest that one connection may last."""
PAGE_LIMIT = 1 << 30
"""Bytes of a document that is served."""
HOLD_SECONDS = 8.0
"""How long an answer about what is there waits for something new; shorter than `SECONDS`."""
_LOOK = 0.02
RELOAD = """
(async () => {
  const box = document.createElement("div");
  box.setAttribute("role", "alert");
  box.style.cssText = "position: fixed; inset: 0 0 auto 0; z-index: 9999; padding: 1rem; background: #a11;" +
    "color: #fff; font: 0.95rem/1.4 monospace; white-space: pre-wrap; max-height: 60vh; overflow: auto";
  let seen = null;
  for (;;) {
    try {
      const asked = seen === null ? "" : seen.token;
      const now = await (await fetch("/version?seen=" + asked, {cache: "no-store"})).json();
      if (seen !== null && now.page !== seen.page) location.reload();
      seen = now;
      box.textContent = now.problems.join("\\n");
      if (now.problems.length === 0) box.remove();
      else document.body.append(box);
    } catch (error) {
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
})();
"""
"""Waits at the server for another version of the page, and shows errors over it."""
EMPTY = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Report</title>'
    '<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;"></head>'
    "<body><p>The report is not built yet. This page shows it as soon as it is.</p></body></html>"
)
_POLICY = re.compile(r'(<meta http-equiv="Content-Security-Policy" content=")([^"]*)(">)')


class PageServer(http.server.ThreadingHTTPServer):
    """Serves one page while inside its context. Only requests that name this server are answered."""

    daemon_threads = True
    request_queue_size = 2 * CONNECTIONS

    def __init__(self, page: Path) -> None:
        self.page = page
        self._problems: tuple[str, ...] = ()
        self._free = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__((HOST, 0), _Request)
        self.port: int = self.server_address[1]
        self.names = {f"{name}:{self.port}" for name in (HOST, "localhost")}
        self.address = f"http://{HOST}:{self.port}/"

    def show(self, problems: Iterable[str]) -> None:
        """Show these errors, a line each, over the page from now on; none takes them away."""
        self._problems = tuple(problems)

    def state(self) -> dict[str, Any]:
        """The version of the page, empty where there is none; what is wrong; and a token for both."""
        problems = self._problems
        try:
            status = self.page.stat()
            page = f"{status.st_mtime_ns}.{status.st_ino}"
        except OSError:
            page = ""
        token = hashlib.sha256("\n".join((page, *problems)).encode("utf-8", "replace")).hexdigest()
        return {"page": page, "problems": problems, "token": token}

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, unless too many are at work."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and close the connection in any case after `SECONDS`."""
        end = threading.Timer(SECONDS, _close, (request,))
        end.daemon = True
        end.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            end.cancel()
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that break."""

    def __enter__(self) -> PageServer:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        self.shutdown()
        self.server_close()


def reloading(page: str) -> tuple[str, str] | None:
    """The page with the lines that reload it, and its policy, which allows them and nothing else more.

    None where the page has no policy.
    """
    found = _POLICY.search(page)
    if found is None:
        return None
    digest = base64.b64encode(hashlib.sha256(RELOAD.encode()).digest()).decode("ascii")
    parts = [part.strip() for part in html.unescape(found[2]).split(";")]
    scripts = [part for part in parts if part.startswith("script-src ") and part != "script-src 'none'"]
    kept = [part for part in parts if not part.startswith(("script-src", "connect-src"))]
    allowed = f"{scripts[0] if scripts else 'script-src'} 'sha256-{digest}'"
    policy = "; ".join([*kept, allowed, "connect-src 'self'"])
    begin, end = found.span()
    page = f"{page[:begin]}{found[1]}{html.escape(policy)}{found[3]}{page[end:]}"
    before, body, after = page.rpartition("</body>")
    return f"{before}<script>{RELOAD}</script>{body}{after}", policy


def _close(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it has ended meanwhile
        connection.shutdown(socket.SHUT_RDWR)


class _Request(http.server.BaseHTTPRequestHandler):
    """The page at `/`, its version at `/version`, and the documents beside it by their names."""

    timeout = SECONDS
    server: PageServer

    def do_GET(self) -> None:
        """Answer, if the request was meant for this server: another name may be a foreign page's trick."""
        if [name.lower() for name in self.headers.get_all("Host", [])] not in (
            [name] for name in self.server.names
        ):
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST, f"this is {self.server.address}")
            return
        try:
            path, _, seen = self.path.partition("?seen=")
            if path == "/version":
                self._send(self._news(seen), "application/json", "default-src 'none'")
            elif self.path == "/":
                self._send_page()
            elif self.path[1:] in BESIDE:
                self._send_beside(self.path[1:])
            else:
                self.send_error(HTTPStatus.NOT_FOUND)
        except OSError:
            self.close_connection = True  # the browser has gone

    def do_HEAD(self) -> None:
        """The same without the body. Any other method is refused by the base class."""
        self.do_GET()

    def _news(self, seen: str) -> str:
        """What is there, as JSON; where that was `seen` already, once it is another, or after a while."""
        deadline = time.monotonic() + HOLD_SECONDS
        state = self.server.state()
        while state["token"] == seen and time.monotonic() < deadline:
            time.sleep(_LOOK)
            state = self.server.state()
        return json.dumps(state)

    def _send_page(self) -> None:
        status = HTTPStatus.OK
        try:
            page = read_regular(self.server.page, PAGE_LIMIT).decode("utf-8", "replace")
        except (OSError, Damaged, StoreError):
            page, status = EMPTY, HTTPStatus.SERVICE_UNAVAILABLE
        found = reloading(page)
        if found is None:
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE, "the page has no Content-Security-Policy")
        else:
            self._send(found[0], "text/html; charset=utf-8", f"{found[1]}; frame-ancestors 'none'", status)

    def _send_beside(self, name: str) -> None:
        try:
            content = read_regular(self.server.page.with_name(name), PAGE_LIMIT)
        except (OSError, Damaged, StoreError):
            self.send_error(HTTPStatus.NOT_FOUND, f"{name} is not there yet")
        else:
            self._send(content, BESIDE[name], "default-src 'none'")

    def _send(self, content: str | bytes, kind: str, policy: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        body = content.encode() if isinstance(content, str) else content
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing of requests."""
