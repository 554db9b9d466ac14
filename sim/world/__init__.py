"""People and places of a country: data, workers, outside series."""
