"""How JAX is set up, once, before anything is traced.

Double precision is made available (every array of the engine names its dtype, so float32 stays
float32 where it is asked for) and compiled programs are kept in the user's cache directory, so
that a second start of the program does not compile anything again.
"""

from __future__ import annotations

import os

import jax
import jaxlib
from platformdirs import user_cache_path


def configure() -> None:
    """Set up JAX; harmless when called again.

    The environment variable ``JAX_COMPILATION_CACHE_DIR`` wins over the default place.
    """
    _without_fused_products()
    jax.config.update("jax_enable_x64", True)
    if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        directory = user_cache_path("phonoscope") / "compiled"
        jax.config.update("jax_compilation_cache_dir", str(directory))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)


def _without_fused_products() -> None:
    """Keep jaxlib 0.10 from fusing matrix products with what surrounds them.

    Some programs of this engine end in a segmentation fault inside such a fusion. Other versions
    may not know the flag, and would stop at it.
    """
    flag = "--xla_cpu_experimental_ynn_fusion_type"
    given = os.environ.get("XLA_FLAGS", "")
    if jaxlib.__version__.startswith("0.10.") and flag not in given:
        os.environ["XLA_FLAGS"] = f"{given} {flag}=LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT".strip()
