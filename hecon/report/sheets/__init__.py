"""The sheets of the Excel workbook, each a module."""
