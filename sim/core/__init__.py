"""What every room may use: months, files, draws, errors, compiled code."""
