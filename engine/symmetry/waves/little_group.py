"""The group of a wave vector and its irreps, time reversal included.

An operation {W|w}, in units of a primitive cell, belongs to the little group of q if W^T q differs
from q by a reciprocal lattice vector. On waves of wave vector q a lattice translation n acts as
exp(-2 pi i q.n), so that the little group acts by matrices that multiply like the little co-group,
that of the rotations W, up to such phases: its small representations (C. J. Bradley, A. P.
Cracknell, The Mathematical Theory of Symmetry in Solids (1972), chapter 3). spgrep enumerates them.

Displacements and force constants are real, so that an operation with W^T q = -q followed by complex
conjugation is a symmetry at q as well, an antiunitary one. The test of C. Herring (Phys. Rev. 52,
361 (1937)) tells what it does to a small irrep, and which sets of them are degenerate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Complex, Float, Int
from spgrep.symmetry.enumerate import enumerate_unitary_irreps
from spgrep.symmetry.group import get_factor_system_from_little_group

from engine.symmetry.group import schoenflies

SAME_Q = 1e-6
"""Wave vectors closer than this, in reciprocal units, are the same."""

Reversal = Literal["none", "real", "doubled", "paired"]


@dataclass(frozen=True)
class WaveGroup:
    """The operations that leave a wave vector where it is, and those that reverse it.

    Attributes
    ----------
    q : shape (3,), in units of the reciprocal vectors; exactly invariant modulo integers.
    name : Schoenflies symbol of the little co-group.
    members : shape (order,), numbers of the operations of the little group.
    rotations : shape (order, 3, 3), their W.
    translations : shape (order, 3), their w.
    cartesian : shape (order, 3, 3), their orthogonal matrices.
    reversing : shape (order,), numbers of the operations with W^T q = -q modulo integers; empty if
        there are none. The same as ``members`` where q and -q are the same.
    reversing_rotations, reversing_translations : their W and w.
    """

    q: Float[np.ndarray, "3"]
    name: str
    members: Int[np.ndarray, " order"]
    rotations: Int[np.ndarray, "order 3 3"]
    translations: Float[np.ndarray, "order 3"]
    cartesian: Float[np.ndarray, "order 3 3"]
    reversing: Int[np.ndarray, " reversing"]
    reversing_rotations: Int[np.ndarray, "reversing 3 3"]
    reversing_translations: Float[np.ndarray, "reversing 3"]

    @property
    def order(self) -> int:
        """Number of operations of the little co-group."""
        return len(self.members)

    def reduced(
        self, rotation: Int[np.ndarray, "3 3"], translation: Float[np.ndarray, "3"]
    ) -> tuple[int, complex]:
        """An element of the little group as (number of an operation, phase of the translation)."""
        number = int(np.flatnonzero((self.rotations == rotation).all((1, 2)))[0])
        beyond = np.rint(translation - self.translations[number])
        return number, complex(np.exp(-2j * np.pi * self.q @ beyond))


@dataclass(frozen=True)
class WaveIrrep:
    """Small irreps that are degenerate together: one irrep of the group with time reversal.

    Attributes
    ----------
    matrices : shape (order, d, d), unitary, of the (first) small irrep at q.
    reversal : what the antiunitary operations do to it: ``none``: there are none; ``real``:
        nothing; ``doubled``: it occurs twice; ``paired``: it comes with another.
    parts : shape (1 or 2, order), characters of the small irreps in the set.
    """

    matrices: Complex[np.ndarray, "order d d"]
    reversal: Reversal
    parts: Complex[np.ndarray, "parts order"]

    @property
    def dimension(self) -> int:
        """Degeneracy of its levels."""
        return self.matrices.shape[1] * len(self.parts)

    @property
    def characters(self) -> Complex[np.ndarray, " order"]:
        """Characters of the whole set."""
        return self.parts.sum(0)


def wave_group(
    rotations: Int[np.ndarray, "all 3 3"],
    translations: Float[np.ndarray, "all 3"],
    cartesian: Float[np.ndarray, "all 3 3"],
    q: Float[np.ndarray, "3"],
    along: Float[np.ndarray, "3"] | None = None,
) -> WaveGroup:
    """The group of one wave vector, or that which all of a line have.

    Parameters
    ----------
    rotations, translations, cartesian : all operations of a primitive cell, W, w and R.
    q : in units of the reciprocal vectors.
    along : direction of a line through q: its points have at least the symmetry of this group.
    """
    turned = rotations.swapaxes(1, 2) @ q
    stays, reverses = _integers(turned - q), _integers(turned + q)
    if along is not None:
        carried = rotations.swapaxes(1, 2) @ along
        stays &= (np.abs(carried - along) < SAME_Q).all(1)
        reverses &= (np.abs(carried + along) < SAME_Q).all(1)
    beyond = np.rint(turned - q)
    return WaveGroup(
        q=(turned - beyond)[stays].mean(0),
        name=schoenflies(cartesian[stays]),
        members=np.flatnonzero(stays),
        rotations=rotations[stays],
        translations=translations[stays],
        cartesian=cartesian[stays],
        reversing=np.flatnonzero(reverses),
        reversing_rotations=rotations[reverses],
        reversing_translations=translations[reverses],
    )


def wave_irreps(group: WaveGroup) -> tuple[WaveIrrep, ...]:
    """All irreps of the group of a wave vector with time reversal, in no particular order."""
    small = _small_irreps(group)
    characters = np.array([np.trace(d, axis1=1, axis2=2) for d in small])
    if not len(group.reversing):
        return tuple(
            WaveIrrep(d, "none", chi[None]) for d, chi in zip(small, characters, strict=True)
        )
    sets = []
    for i, (d, chi) in enumerate(zip(small, characters, strict=True)):
        indicator = round(float(_herring(group, chi)))
        if indicator == 1:
            sets.append(WaveIrrep(d, "real", chi[None]))
        elif indicator == -1:
            sets.append(WaveIrrep(d, "doubled", np.array([chi, chi])))
        else:
            overlap = np.abs(characters.conj() @ _conjugate(group, chi)) / group.order
            partner = int(overlap.argmax())
            if i < partner:
                sets.append(WaveIrrep(d, "paired", np.array([chi, characters[partner]])))
    return tuple(sets)


def carried_characters(
    group: WaveGroup, characters: Complex[np.ndarray, "... order"], q: Float[np.ndarray, "3"]
) -> Complex[np.ndarray, "... order"]:
    """The same characters at another point of a line, to which they are carried continuously."""
    return characters * np.exp(-2j * np.pi * group.translations @ (q - group.q))


def multiplicities(
    irreps: tuple[WaveIrrep, ...], characters: Complex[np.ndarray, " order"]
) -> Float[np.ndarray, " irreps"]:
    """How often each irrep occurs in a representation: integers, but for rounding."""
    firsts = np.array([irrep.parts[0] for irrep in irreps])
    counts = (firsts.conj() @ characters).real / len(characters)
    return counts / np.array([2 if irrep.reversal == "doubled" else 1 for irrep in irreps])


def _small_irreps(group: WaveGroup) -> list[Complex[np.ndarray, "order d d"]]:
    """spgrep's projective irreps of the little co-group, with the phases exp(-2 pi i q.w).

    They are what get_spacegroup_irreps_from_primitive_symmetry gives, which in spgrep 0.8.0 takes a
    Frobenius-Schur indicator on top that has no sense where 2q is no reciprocal lattice vector, and
    stops where it comes out as 2 (W of I2_12_12_1 and Ibca).
    """
    factors = get_factor_system_from_little_group(group.rotations, group.translations, group.q)
    found, _ = enumerate_unitary_irreps(group.rotations, factors)
    phases = np.exp(-2j * np.pi * group.translations @ group.q)
    return [np.asarray(matrices, complex) * phases[:, None, None] for matrices in found]


def _herring(group: WaveGroup, chi: Complex[np.ndarray, " order"]) -> float:
    """(1/h) sum of chi(a^2) over the antiunitary a: 1 real, -1 doubled, 0 paired."""
    total = 0.0
    for w, t in zip(group.reversing_rotations, group.reversing_translations, strict=True):
        number, phase = group.reduced(w @ w, w @ t + t)
        total += (phase * chi[number]).real
    return total / group.order


def _conjugate(
    group: WaveGroup, chi: Complex[np.ndarray, " order"]
) -> Complex[np.ndarray, " order"]:
    """Characters of what an antiunitary a makes of an irrep: chi(a^-1 h a)*."""
    w, t = group.reversing_rotations[0], group.reversing_translations[0]
    back = np.rint(np.linalg.inv(w)).astype(int)
    result = np.empty_like(chi)
    for i, (h, s) in enumerate(zip(group.rotations, group.translations, strict=True)):
        number, phase = group.reduced(back @ h @ w, back @ (h @ t + s - t))
        result[i] = (phase * chi[number]).conj()
    return result


def _integers(vectors: Float[np.ndarray, "n 3"]) -> Bool[np.ndarray, " n"]:
    return (np.abs(vectors - np.rint(vectors)) < SAME_Q).all(1)
