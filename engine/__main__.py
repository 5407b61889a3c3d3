"""``python -m engine`` is ``phonoscope``."""

from engine.cli import main

main()
