"""The page of all runs: found, compared, renamed, exported, deleted; what a run is worth is decided in flow."""

from desktop.views.runs.page import RunsPage, create

__all__ = ["RunsPage", "create"]
