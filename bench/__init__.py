"""Measurements of speed and quality; none of them is a test."""
