"""What an author calls: means, rankings, differences, effects, counts, tables and facts, as answers."""
