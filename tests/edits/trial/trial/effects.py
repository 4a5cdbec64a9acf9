"""Changes other modules when it is loaded."""

from trial import table

table.LIMIT = 6
table.TABLE["third"] = (abs, 2)
