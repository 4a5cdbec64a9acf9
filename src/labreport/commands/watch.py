"""`watch`: rebuild on a change of templates, styles or code, and reload the page in the browser."""

from __future__ import annotations

import functools
import http.server
import subprocess
import sys
import threading
import webbrowser
from pathlib import Path
from typing import Any

from labreport.console.terminal import Terminal
from labreport.errors import UsageError

HOST = "127.0.0.1"
_RELOAD = b"""<script>
(async () => {
  let seen = null;
  for (;;) {
    try {
      const now = await (await fetch("/version", {cache: "no-store"})).text();
      if (seen !== null && now !== seen) location.reload();
      seen = now;
    } catch (error) { /* the server is between two builds */ }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
})();
</script>"""


def watch(root: Path, output: Path, seeds: int, jobs: int, terminal: Terminal, show: bool) -> int:
    """Serve the report on loopback until interrupted; every change is a build of its own process."""
    try:
        import watchfiles
    except ImportError:
        raise UsageError("watch needs the package watchfiles, which is not installed") from None
    server = http.server.ThreadingHTTPServer((HOST, 0), functools.partial(_Page, output))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://{HOST}:{server.server_address[1]}/"
    command = [sys.executable, str(root / "build.py"), "--seeds", str(seeds), "--output", str(output)]
    command += ["--jobs", str(jobs)] if jobs else []
    subprocess.run(command, check=False)
    terminal.say(f"Watching; the report is at {address} (Ctrl-C ends)")
    if show:
        webbrowser.open(address)
    try:
        for _ in watchfiles.watch(root / "src", root / "templates", raise_interrupt=True):
            # A process of its own: it imports the changed code, and a failure ends it alone
            subprocess.run(command, check=False)
    finally:
        server.shutdown()
    return 0


class _Page(http.server.BaseHTTPRequestHandler):
    """The report with a few lines that reload it; nothing else is served."""

    def __init__(self, output: Path, *arguments: Any) -> None:
        self._report = output / "report.html"
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """The page, or its version."""
        try:
            if self.path == "/version":
                self._send(str(self._report.stat().st_mtime_ns).encode(), "text/plain")
            elif self.path == "/":
                page = self._report.read_bytes()
                # The published page forbids all connections; this copy may ask its own server
                page = page.replace(b'http-equiv="Content-Security-Policy"', b'name="policy-of-the-file"', 1)
                self._send(page.replace(b"</body>", _RELOAD + b"</body>"), "text/html; charset=utf-8")
            else:
                self.send_error(404)
        except OSError:
            self.send_error(503, "the report is not built yet")

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing of requests."""
