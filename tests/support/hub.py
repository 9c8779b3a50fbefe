"""A hub's cache as the hub's own library lays it out, and a small hub on this machine; neither needs a network."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def cache_set(cache: Path, name: str, files: dict[str, str], commit: str = COMMIT, ref: str = "main") -> Path:
    """Put a version of the data set ``name`` into ``cache``: blobs, and links to them; return the snapshot's folder."""
    home = cache / f"datasets--{name.replace('/', '--')}"
    snapshot = home / "snapshots" / commit
    (home / "blobs").mkdir(parents=True, exist_ok=True)
    snapshot.mkdir(parents=True)
    if ref:
        (home / "refs" / ref).parent.mkdir(parents=True, exist_ok=True)
        (home / "refs" / ref).write_text(commit, encoding="utf-8")
    for inside, text in files.items():
        blob = home / "blobs" / hashlib.sha1(text.encode()).hexdigest()
        blob.write_text(text, encoding="utf-8")
        link = snapshot / inside
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(blob)
    return snapshot


@contextmanager
def small_hub(files: dict[str, str], *, status: int = 200, code: str = "") -> Iterator[str]:
    """Serve the data set ``org/loaves``, or refuse with ``status`` and the hub's error ``code``; give the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(body=True)

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def log_message(self, *_: Any) -> None:
            pass

        def _answer(self, *, body: bool) -> None:
            path = self.path.partition("?")[0]
            head = {"X-Repo-Commit": COMMIT}
            if status != 200:
                self._send(status, b"{}", {"X-Error-Code": code} if code else {}, body=body)
            elif "/resolve/" in path:
                text = files[path.split(f"/resolve/{COMMIT}/")[1]].encode()
                etag = hashlib.sha1(text).hexdigest()
                self._send(200, text, {**head, "ETag": f'"{etag}"'}, body=body)
            elif "/tree/" in path:
                listed = [
                    {"type": "file", "path": name, "size": len(text), "oid": hashlib.sha1(text.encode()).hexdigest()}
                    for name, text in files.items()
                ]
                self._send(200, json.dumps(listed).encode(), head, body=body)
            else:
                siblings = [{"rfilename": name, "size": len(text)} for name, text in files.items()]
                about = {"id": "org/loaves", "sha": COMMIT, "siblings": siblings, "tags": [], "private": False}
                self._send(200, json.dumps(about).encode(), head, body=body)

        def _send(self, number: int, content: bytes, head: dict[str, str], *, body: bool) -> None:
            self.send_response(number)
            for name, value in {**head, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            if body:
                self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
