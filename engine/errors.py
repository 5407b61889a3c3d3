"""The one exception a user meets: what is wrong, why, what to do."""

from __future__ import annotations


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
