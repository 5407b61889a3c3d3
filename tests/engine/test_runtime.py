"""How JAX is set up."""

import subprocess
import sys

# Without the setting this ends in a segmentation fault.
LARGE_CELL_IN_SINGLE_PRECISION = """
import numpy as np
from ase.build import bulk
from engine.derivatives import bloch_products
from engine.potentials.nequip import NequIPConfig, initial_parameters, nequip

config = NequIPConfig((14,), 6.0, 2, "128x0e + 64x1o + 32x2e + 32x3o", lmax=3)
model = nequip(config, initial_parameters(config, 0), "random", "tests")
atoms = bulk("Si").repeat(2)
columns = [np.eye(48)[:12]]
q = np.array([[0.11, 0.23, 0.37]])
assert np.isfinite(bloch_products(atoms, model, q, columns, np.dtype(np.float32))[0]).all()
"""


def test_products_of_a_large_cell_do_not_end_the_process():
    """In jaxlib 0.10 some fused matrix products do; engine.runtime keeps them apart."""
    done = subprocess.run(
        [sys.executable, "-c", LARGE_CELL_IN_SINGLE_PRECISION],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
