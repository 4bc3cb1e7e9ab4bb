"""hecon: what return-to-work programs in Norway are worth, to whom, and how surely."""
