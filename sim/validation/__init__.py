"""The model against data: official figures, census moves, stylised facts."""
