"""READERS: one file a format, discovered; they know bytes and rows and nothing of training."""

from desktop.engine.data.readers.base import Reader
from desktop.engine.registry import Registry

READERS: Registry[Reader] = Registry("desktop.engine.data.readers", Reader, "format")
