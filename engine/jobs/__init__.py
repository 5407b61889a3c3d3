"""Calculations in the background of a server: processes that compute, and a store of answers.

>>> from engine import jobs, read
>>> question = jobs.Calculation(read("silicon"), "stillinger-weber", mesh=(2, 2, 2))
>>> jobs.describe(question)[0]
'Compute the force constants of Si2 as given, with stillinger-weber, on a mesh of 2 × 2 × 2 ...'
>>> job = jobs.default_jobs().submit(question)  # doctest: +SKIP
>>> job.result().gamma_optical  # doctest: +SKIP
'T2g'
"""

from engine.jobs.calculation import Calculation, Question, WaveCalculation, surroundings_of
from engine.jobs.description import describe
from engine.jobs.estimate import Estimate
from engine.jobs.job import Job
from engine.jobs.jobs import Jobs, default_jobs
from engine.jobs.pool import Pool
from engine.jobs.store import Store

__all__ = [
    "Calculation",
    "Estimate",
    "Job",
    "Jobs",
    "Pool",
    "Question",
    "Store",
    "WaveCalculation",
    "default_jobs",
    "describe",
    "surroundings_of",
]
