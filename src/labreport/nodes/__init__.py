"""The kinds of nodes, each in a file of its own, and the graph that a project unfolds into."""
