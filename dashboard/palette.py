"""One colour means one thing everywhere; a letter or shape always says the same.

Okabe and Ito's colours, which people with colour-blindness tell apart.
"""

from __future__ import annotations

IR = "#d55e00"
RAMAN = "#0072b2"
SILENT = "#8a8f98"
UNSTABLE = "#d62728"
GOOD = "#009e73"
LOOK = "#e69f00"
BAD = UNSTABLE
SELECTED = "#cc3f8f"
BRANCH = "#3b82c4"
GUIDE = "#8a8f98"
