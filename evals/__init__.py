"""Grades answers given by the real Assistant."""
