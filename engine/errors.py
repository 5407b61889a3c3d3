"""The one exception a user meets: what is wrong, why, what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable


class PhonoscopeError(ValueError):
    """A mistake the user can mend.

    Parameters
    ----------
    what : what is wrong, a short phrase.
    why : the reason, with what was found beside what was expected.
    fix : what to do about it.
    """

    def __init__(self, what: str, why: str, fix: str) -> None:
        super().__init__(f"{what}: {why}\n{fix}")
        self.what, self.why, self.fix = what, why, fix


def run_command(command: Callable[[], object]) -> None:
    """Run a command line; a mistake of the user's is told on stderr and ends it with 2."""
    try:
        command()
    except PhonoscopeError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
