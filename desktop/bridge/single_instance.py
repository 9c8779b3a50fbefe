"""One window a workspace: a lock file says who is first, a local socket lets a later one raise it; no widgets here."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_PATIENCE_MS = 500


class SingleInstance(QObject):
    """The claim of this process on a workspace.

    The socket is a file (a named pipe on Windows) that only the same user may open: no network port is involved.

    Signals:
        asked_to_show: another start on the same workspace wants this window in front.
    """

    asked_to_show = Signal()

    def __init__(self, workspace: Path, parent: QObject | None = None) -> None:
        """Claim nothing yet."""
        super().__init__(parent)
        self._name = "fettle-" + hashlib.sha256(str(workspace).encode()).hexdigest()[:16]
        self._lock = QLockFile(str(workspace / "window.lock"))
        self._lock.setStaleLockTime(0)  # only a dead process makes it stale, not its age
        self._server: QLocalServer | None = None

    def claim(self) -> bool:
        """Return whether this is the first window here; then later ones can ask it to come to the front."""
        if not self._lock.tryLock(0):
            return False
        QLocalServer.removeServer(self._name)  # left by a process that was killed
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        self._server.listen(self._name)
        return True

    def raise_first(self) -> bool:
        """Ask the window that was first to come to the front; return whether it answered."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        answered = socket.waitForConnected(_PATIENCE_MS)
        if answered:
            socket.write(b"show\n")
            socket.waitForBytesWritten(_PATIENCE_MS)
            socket.disconnectFromServer()
        return answered

    def close(self) -> None:
        """Give the workspace free."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._lock.unlock()

    def _on_connection(self) -> None:
        while self._server is not None and (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.disconnectFromServer()
            self.asked_to_show.emit()
