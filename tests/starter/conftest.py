"""Makes the builder's package importable; ``packaging`` itself must stay no package."""

from __future__ import annotations

import sys
from pathlib import Path

BUILDER = Path(__file__).resolve().parents[2] / "packaging" / "starter"
if str(BUILDER) not in sys.path:
    sys.path.append(str(BUILDER))
