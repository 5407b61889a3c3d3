"""A folder of parts: the same for molecules and crystals, whoever computes them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Generic, Protocol, TypeVar


class Item(Protocol):
    """A molecule or a crystal to be computed."""

    @property
    def name(self) -> str:
        """Unique; names its files."""

    def parts(self, stage: int) -> list[str]:
        """Names of the parts of a stage; the first part of the first stage is what others need."""


ItemType = TypeVar("ItemType", bound=Item)


@dataclass(frozen=True)
class PartsFolder(ABC, Generic[ItemType]):
    """Where parts are kept, and how they are computed.

    Attributes
    ----------
    folder : one file a part, and one for every part that failed.
    """

    folder: Path
    suffix: ClassVar[str] = ".h5"

    def path(self, name: str, part: str) -> Path:
        """The file of a part."""
        return self.folder / f"{name}.{part}{self.suffix}"

    def failure(self, name: str, part: str) -> Path:
        """The text file that says why a part was not computed."""
        return self.folder / f"{name}.{part}.failed"

    def settled(self, name: str, part: str) -> bool:
        """Whether a part is done, or failed before."""
        return self.path(name, part).exists() or self.failure(name, part).exists()

    def ready(self, item: ItemType, part: str) -> bool:
        """Whether the part that others need is there, or is this one."""
        first = item.parts(1)[0]
        return part == first or self.path(item.name, first).exists()

    def prepare(self) -> None:
        """What has to be there before the first item; nothing, unless said otherwise."""
        return None

    @abstractmethod
    def compute(self, item: ItemType, part: str) -> None:
        """Compute one part and keep it; raises what goes wrong."""

    @abstractmethod
    def status(self, items: Sequence[ItemType]) -> str:
        """What is there, in one line for a person."""
