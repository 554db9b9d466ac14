"""A comparison for office programs: a workbook for Excel, a brief for Word, pictures and a page for print."""
