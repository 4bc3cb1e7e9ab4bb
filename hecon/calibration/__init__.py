"""What was never published, fitted to what was: targets, the emulated trial, the fit."""
