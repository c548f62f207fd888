"""Workloads, floors and the report: what a message costs, over all processes."""
