"""D(q) in blocks, one for each irrep of the group of q.

With matrices d(g) of a small irrep the operators P_k0 = (d/h) sum_g d_k0(g)* Gamma_q(g) take the
first partner of every copy of the irrep to the k-th one (E. P. Wigner, Group Theory (1959),
chapter 12). Within the range of P_00 the dynamical matrix is a small one, the same for every
partner, and zero between different irreps: what is left there tells how far D(q) is from its
symmetry.

Written as u_j = e_j exp(2 pi i q.x_j), x_j the place of the atom, the operators of the e_j are the
same all along a line but for one phase. A basis found at one point of a line serves all of it, its
ends included.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
from ase import Atoms
from ase.geometry import minkowski_reduce
from jaxtyping import Bool, Complex, Float, Int

from engine.phonons.operations import Operations, operations
from engine.symmetry.crystals.space_group import SpaceGroup
from engine.symmetry.waves.labels import WaveLabels, wave_labels
from engine.symmetry.waves.little_group import WaveGroup, WaveIrrep, wave_group, wave_irreps
from engine.symmetry.waves.origins import Crystal

BROKEN = 0.02
"""Part of D(q) that symmetry forbids, relative, beyond which the symmetry is not used."""

KEPT = 8
"""Wave vectors whose symmetry is kept: who selects one asks for it more than once."""


@dataclass(frozen=True)
class Block:
    """All displacements that transform as one irrep.

    Attributes
    ----------
    label : of the irrep; None where it has none.
    irrep : the irrep.
    rows : shape (partners, 3*atoms, copies), amplitudes e_j: partner k of every copy. The columns
        of all partners together are orthonormal. Of a ``doubled`` irrep these are the partners of
        one of the two, and the copies come in pairs.
    conjugate : shape (partners,), whether a partner was reached by an antiunitary operation.
    """

    label: str | None
    irrep: WaveIrrep
    rows: Complex[np.ndarray, "partners 3*atoms copies"]
    conjugate: tuple[bool, ...]

    @property
    def copies(self) -> int:
        """Number of levels."""
        return self.rows.shape[2] // (2 if self.irrep.reversal == "doubled" else 1)

    def matrix(
        self, dynamical: Complex[np.ndarray, "3*atoms 3*atoms"]
    ) -> Complex[np.ndarray, "copies copies"]:
        """D(q) between the copies, the mean over all partners."""
        each = self.rows.conj().swapaxes(1, 2) @ dynamical @ self.rows
        each[list(self.conjugate)] = each[list(self.conjugate)].conj()
        mean = each.mean(0)
        return (mean + mean.conj().T) / 2

    def values(self, matrix: Complex[np.ndarray, "copies copies"]) -> Float[np.ndarray, " levels"]:
        """Eigenvalues of :meth:`matrix`, one for each level, ascending."""
        found = np.linalg.eigvalsh(matrix)
        return found.reshape(self.copies, -1).mean(1)


@dataclass(frozen=True)
class WaveSymmetry:
    """The symmetry of the waves of one q, or of all q of a line.

    Attributes
    ----------
    group : the group of q.
    blocks : one for each irrep that occurs.
    labels : of all irreps of the group, and their convention; None where there are none.
    irreps : all irreps of the group.
    operations : all operations of the crystal.
    scaled : shape (atoms, 3), positions in units of the reduced cell.
    change : shape (3, 3), integers; rows: vectors of the reduced cell by those of the given one.
    """

    group: WaveGroup
    blocks: tuple[Block, ...]
    labels: WaveLabels | None
    irreps: tuple[WaveIrrep, ...]
    operations: Operations
    scaled: Float[np.ndarray, "atoms 3"]
    change: Int[np.ndarray, "3 3"]

    def amplitudes(
        self, q: Float[np.ndarray, "3"], matrix: Complex[np.ndarray, "3*atoms 3*atoms"]
    ) -> Complex[np.ndarray, "3*atoms 3*atoms"]:
        """D(q) of the cell gauge, for the e_j."""
        phase = self.phases(q)
        return phase.conj()[:, None] * matrix * phase

    def phases(self, q: Float[np.ndarray, "3"]) -> Complex[np.ndarray, " 3*atoms"]:
        """exp(2 pi i q.x_j) of every coordinate."""
        return np.repeat(np.exp(2j * np.pi * self.scaled @ (self.change @ q)), 3)

    def levels(
        self, q: Float[np.ndarray, "3"], matrix: Complex[np.ndarray, "3*atoms 3*atoms"]
    ) -> tuple[list[Float[np.ndarray, " levels"]], float]:
        """Eigenvalues of each block, and what is left of D(q) outside them.

        Parameters
        ----------
        q : the wave vector, or a point of the line.
        matrix : D(q) in the cell gauge.

        Returns
        -------
        The eigenvalues, ascending in each block, and the largest element of D(q) that symmetry
        forbids, relative to the largest of all.
        """
        if self.blocks[0].irrep.dimension == self.group.order == 1:  # nothing to take apart
            return [np.linalg.eigvalsh((matrix + matrix.conj().T) / 2)], 0.0
        dynamical = self.amplitudes(q, matrix)
        left, values = dynamical.copy(), []
        for block in self.blocks:
            small = block.matrix(dynamical)
            values.append(block.values(small))
            for rows, conjugate in zip(block.rows, block.conjugate, strict=True):
                left -= rows @ (small.conj() if conjugate else small) @ rows.conj().T
        scale = max(float(np.abs(matrix).max()), 1e-300)
        return values, float(np.abs(left).max()) / scale

    def reversed(
        self, vectors: Complex[np.ndarray, "k 3*atoms"]
    ) -> Complex[np.ndarray, "k 3*atoms"]:
        """Waves of the group's q, in the cell gauge, after its first antiunitary operation."""
        first = self.operations[self.group.reversing[:1]]
        return first.carried(self.group.q, vectors)[0].conj()


@dataclass(frozen=True)
class WaveSymmetries:
    """The symmetry of a crystal, slab or chain, for any wave vector.

    It is written in a reduced cell of the same lattice, whose vectors are short: waves and D(q) of
    the cell gauge depend on the lattice only. Wave vectors are given in units of the cell as given.

    Attributes
    ----------
    operations : those of the dynamics: atoms of different mass are different.
    crystal : what labels refer to.
    change : shape (3, 3), integers; rows: vectors of the reduced cell by those of the given one.
    """

    operations: Operations
    crystal: Crystal
    change: Int[np.ndarray, "3 3"]
    _known: dict[bytes, WaveSymmetry] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def labelled(self) -> bool:
        """Whether irreps can be named: in a primitive cell."""
        return self.operations.of_primitive_cell

    def at(
        self, q: Float[np.ndarray, "3"], along: Float[np.ndarray, "3"] | None = None
    ) -> WaveSymmetry:
        """The symmetry of a wave vector, or what all points of a line through it have.

        In a cell that is not primitive only translations are used.

        Parameters
        ----------
        q : in units of the reciprocal vectors; of a line, a point in general position.
        along : direction of the line.
        """
        key = np.array([q, np.zeros(3) if along is None else along], float).tobytes()
        found = self._known.get(key)
        if found is None:
            found = self._found(q, along)
            while len(self._known) >= KEPT:
                self._known.pop(next(iter(self._known)), None)
            self._known[key] = found
        return found

    def _found(
        self, q: Float[np.ndarray, "3"], along: Float[np.ndarray, "3"] | None
    ) -> WaveSymmetry:
        crystal, labels, q = self.crystal, None, self.change @ q
        if self.labelled:
            all_ = crystal.rotations, crystal.translations, crystal.cartesian
            group = wave_group(*all_, q, None if along is None else self.change @ along)
            irreps = wave_irreps(group)
            labels = wave_labels(group, irreps, crystal)
        else:
            group, irreps = _translations(self.operations, q)
        names = labels.labels if labels else (None,) * len(irreps)
        return self._of(group, irreps, labels, names)

    def without(self, q: Float[np.ndarray, "3"]) -> WaveSymmetry:
        """The same with no operation but the identity: one block, without a label."""
        group = _group_of(
            self.operations, np.flatnonzero(_is_identity(self.operations)), self.change @ q
        )
        irrep = WaveIrrep(np.ones((1, 1, 1), complex), "none", np.ones((1, 1), complex))
        return self._of(group, (irrep,), None, (None,))

    def _of(
        self,
        group: WaveGroup,
        irreps: tuple[WaveIrrep, ...],
        labels: WaveLabels | None,
        names: tuple[str | None, ...],
    ) -> WaveSymmetry:
        scaled = self.crystal.scaled
        found = WaveSymmetry(group, (), labels, irreps, self.operations, scaled, self.change)
        return replace(found, blocks=_blocks(found, names))


def wave_symmetries(atoms: Atoms, space_group: SpaceGroup) -> WaveSymmetries:
    """What :class:`WaveSymmetries` needs of a crystal, slab or chain."""
    cell, change = minkowski_reduce(atoms.cell.complete(), atoms.pbc)
    reduced = atoms.copy()
    reduced.set_cell(cell)
    group = operations(reduced, space_group.tolerance_A).preserving(atoms.get_masses())
    factor_group = space_group.factor_group or space_group.folded_group
    crystal = Crystal(
        lattice=cell,
        scaled=reduced.get_scaled_positions(wrap=False),
        numbers=atoms.numbers,
        rotations=group.lattice_rotations,
        translations=group.translations,
        cartesian=group.rotations,
        axes=factor_group.axes if factor_group else np.eye(3),
    )
    return WaveSymmetries(group, crystal, change)


# --- the basis ------------------------------------------------------------------------------------


def _blocks(symmetry: WaveSymmetry, names: tuple[str | None, ...]) -> tuple[Block, ...]:
    group, size = symmetry.group, 3 * len(symmetry.scaled)
    members = symmetry.operations[group.members]
    phase = np.repeat(np.exp(-2j * np.pi * symmetry.scaled @ group.q), 3)
    blocks = []
    for name, irrep in zip(names, symmetry.irreps, strict=True):
        d = irrep.matrices.shape[1]
        weights = irrep.matrices[:, :, 0].conj().T * d / group.order
        projector = _operator(members, group.q, weights[0])
        copies = round(float(np.trace(projector).real))
        if copies == 0:
            continue
        first = _range(projector, copies)
        rows = [first, *(_operator(members, group.q, w) @ first for w in weights[1:])]
        conjugate = [False] * d
        if irrep.reversal == "paired":
            rows += [symmetry.reversed(row.T).T for row in rows]
            conjugate += [True] * d
        blocks.append(Block(name, irrep, phase[:, None] * np.array(rows), tuple(conjugate)))
    if sum(b.rows.shape[0] * b.rows.shape[2] for b in blocks) != size:
        raise AssertionError("the irreps of the group of q span all displacements")
    return tuple(blocks)


def _operator(
    members: Operations, q: Float[np.ndarray, "3"], weights: Complex[np.ndarray, " order"]
) -> Complex[np.ndarray, "3*atoms 3*atoms"]:
    """The sum of w(g) Gamma_q(g)."""
    n = members.sources.shape[1]
    blocks = np.zeros((n, n, 3, 3), complex)
    phases = members.phases(q)
    for g, weight in enumerate(weights):
        turned = phases[g][:, None, None] * members.rotations[g]
        blocks[np.arange(n), members.sources[g]] += weight * turned
    return blocks.transpose(0, 2, 1, 3).reshape(3 * n, 3 * n)


def _range(projector: Complex[np.ndarray, "n n"], rank: int) -> Complex[np.ndarray, "n rank"]:
    """Orthonormal columns that span the range of an orthogonal projector."""
    if rank == len(projector):
        return np.eye(rank, dtype=complex)
    probes = np.random.default_rng(0).normal(size=(len(projector), rank))
    once, _ = np.linalg.qr(projector @ probes)
    return np.linalg.qr(projector @ once)[0]


# --- cells that are not primitive -----------------------------------------------------------------


def _translations(
    group: Operations, q: Float[np.ndarray, "3"]
) -> tuple[WaveGroup, tuple[WaveIrrep, ...]]:
    """The translations within a cell and their characters exp(-2 pi i (q + K).t)."""
    numbers = np.flatnonzero(_pure(group))
    order = len(numbers)
    whole = np.rint(group.translations[numbers] * order).astype(int)
    steps = order // np.gcd.reduce(np.concatenate([whole, np.full((1, 3), order)]), axis=0)
    found: dict[bytes, WaveIrrep] = {}
    for k in product(*(range(step) for step in steps)):
        turns = whole @ np.array(k) % order
        if turns.tobytes() not in found:
            chi = np.exp(-2j * np.pi * (whole @ q + turns) / order)
            found[turns.tobytes()] = WaveIrrep(chi[:, None, None], "none", chi[None])
    return _group_of(group, numbers, q), tuple(found.values())


def _pure(group: Operations) -> Bool[np.ndarray, " order"]:
    return (group.wave_rotations == np.eye(3, dtype=int)).all((1, 2))


def _is_identity(group: Operations) -> Bool[np.ndarray, " order"]:
    stays = (group.sources == np.arange(group.sources.shape[1])).all(1)
    return _pure(group) & stays


def _group_of(
    group: Operations, numbers: Int[np.ndarray, " order"], q: Float[np.ndarray, "3"]
) -> WaveGroup:
    some = group[numbers]
    return WaveGroup(
        q=q,
        name="C1",
        members=numbers,
        rotations=some.lattice_rotations,
        translations=some.translations,
        cartesian=some.rotations,
        reversing=numbers[:0],
        reversing_rotations=some.lattice_rotations[:0],
        reversing_translations=some.translations[:0],
    )
