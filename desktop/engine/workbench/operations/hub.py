"""The hub operations: cached data sets, and fetching one when the user asks for it; they run nothing they find."""

from __future__ import annotations

from typing import Any, ClassVar

from desktop.engine.workbench.base import Operation, Reply


class HubSets(Operation):
    """Lists the data sets in the hub's cache."""

    id: ClassVar[str] = "hub_sets"
    title: ClassVar[str] = "Listing the hub's cache"
    summary: ClassVar[str] = "Data sets that were downloaded from the hub to this machine."
    quick: ClassVar[bool] = True

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Return the ``sets``; one that cannot be used says why in ``problem``."""
        from desktop.engine.data.hub.cache import cached

        return {"sets": [one.as_dict() for one in cached()]}


class HubFetch(Operation):
    """Downloads a data set of the hub."""

    id: ClassVar[str] = "hub_fetch"
    title: ClassVar[str] = "Fetching from the hub"
    summary: ClassVar[str] = "Downloads the data files of one data set over the network, because the user asked to."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Stream ``what``, ``done`` and ``total`` and return the set as it is in the cache then."""
        from desktop.engine.data.hub.fetch import Fetching, fetch

        def told(progress: Fetching) -> None:
            reply.stream({"what": "bytes fetched", "done": progress.done, "total": progress.total})

        return fetch(str(params.get("name", "")), told, reply.check).as_dict()


class HubDownload(Operation):
    """Does the downloading, in a child that alone may use the network."""

    id: ClassVar[str] = "hub_download"
    title: ClassVar[str] = "Downloading"
    summary: ClassVar[str] = "The part of fetching that needs the network, in a process of its own."

    def run(self, params: dict[str, Any], reply: Reply) -> dict[str, Any]:
        """Stream ``done`` and ``total`` in bytes."""
        from desktop.engine.data.hub.fetch import download

        download(str(params["path"]), lambda seen: reply.stream({"done": seen.done, "total": seen.total}))
        return {}
