"""Fettle, a workbench for fine-tuning language models on one's own machine; this file knows only the version."""

__version__ = "0.1.0"
