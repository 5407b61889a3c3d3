"""How far a model is from labelled structures."""

from engine.training.evaluation.errors import evaluate
from engine.training.evaluation.report import Evaluation

__all__ = ["Evaluation", "evaluate"]
