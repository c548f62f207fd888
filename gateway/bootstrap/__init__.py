"""The one place where things are wired: by constructor arguments, nothing set later.

``foundation`` is what every process needs; ``edge`` and ``labour`` build on it, each with the help
of one module for an area.
"""
