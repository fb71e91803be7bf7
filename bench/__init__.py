"""What is measured: each module is one measurement, run from the repository's root."""
