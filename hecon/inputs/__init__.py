"""Parameters as they stood on a date, and the points of the unit cube that draw them."""
