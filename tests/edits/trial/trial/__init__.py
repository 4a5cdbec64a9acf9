"""Loading the package sets how exactly decimal numbers are computed."""

import decimal

decimal.getcontext().prec = 9
