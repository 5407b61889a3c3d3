"""`python -m engine.training.make_data`."""

from engine.training.make_data import main

if __name__ == "__main__":  # processes that are started import it under another name
    main()
