"""People and places of a country."""
