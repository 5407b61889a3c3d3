"""How a molecule's point group is found: operations, groups of them, lines."""
