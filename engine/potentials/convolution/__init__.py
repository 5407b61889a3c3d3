"""The equivariant convolution of NequIP and MACE: a sum over neighbours, and its waves."""

from engine.potentials.convolution.edges_at_rest import EdgesAtRest
from engine.potentials.convolution.paths import Paths
from engine.potentials.convolution.sums import (
    ConvolutionWeights,
    Geometry,
    convolution,
    geometry,
)

__all__ = [
    "ConvolutionWeights",
    "EdgesAtRest",
    "Geometry",
    "Paths",
    "convolution",
    "geometry",
]
