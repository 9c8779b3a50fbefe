"""Rules that give answers a reward, each in a file of its own; the registry finds them."""

from __future__ import annotations

from desktop.engine.registry import Registry
from desktop.engine.rewards.base import RewardRule

REWARDS: Registry[RewardRule] = Registry("desktop.engine.rewards", RewardRule, "rule")
