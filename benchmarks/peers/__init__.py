"""Our letters by other engines: what `benchmarks.rendering` sets the renderer beside.

`ours` runs in the project's environment, the peers in one of their own (group `peers`); each in child processes that
speak the lines of `child`. Every engine is a module with a class `Engine`.
"""
