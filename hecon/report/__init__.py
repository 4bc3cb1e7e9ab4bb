"""The report: words, tables and figures of a comparison, in one file that asks nothing of the network."""
