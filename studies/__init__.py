"""Questions about training, each answered by one command: figure, numbers, a paragraph.

Not part of the product: hours of computing that are done once. What was computed is kept, so that a
study that was stopped goes on where it was.
"""
