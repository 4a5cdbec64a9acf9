"""One figure a module: results and answers in, a drawing out. Only `labreport.charts` loads matplotlib."""
