"""What documents of molecules and of crystals share."""

from __future__ import annotations

from typing import Any

from engine.modes import Modes

Document = dict[str, Any]


def mode_list(modes: Modes) -> list[Document]:
    """The modes, one entry each."""
    return [
        {
            "index": i + 1,
            "frequency_cm1": float(modes.frequency_cm1[i]),
            "irrep": modes.irrep[i],
            "irrep_confidence": modes.irrep_confidence[i],
            "irrep_certain": modes.irrep_certain[i],
            "degeneracy": int(modes.degeneracy[i]),
            "symmetry_purity": modes.symmetry_purity[i],
            "ir_active": modes.ir_active[i],
            "raman_active": modes.raman_active[i],
            "hyper_raman_active": modes.hyper_raman_active[i],
            "reduced_mass_amu": float(modes.reduced_mass_amu[i]),
            "displacement": modes.displacement[i].real.tolist(),
        }
        for i in range(len(modes))
    ]
