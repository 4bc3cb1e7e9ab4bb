"""The simulation: people, hazards, programs, the statute, the kernel, outcomes and the ledger."""
