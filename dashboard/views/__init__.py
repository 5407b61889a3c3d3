"""One file a view. Each offers a function that takes the state and returns what is shown."""
