"""Make the data sets models are trained on: `python -m engine.training.make_data --help`."""

from engine.errors import run_command
from engine.training.make_data import crystals, molecules
from engine.training.make_data.options import new_app

app = new_app()
app.add_typer(molecules.app)
app.add_typer(crystals.app)


def main() -> None:
    """Run the commands; a mistake ends with its three parts on stderr, not with a traceback."""
    run_command(app)
