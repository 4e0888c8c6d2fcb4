"""`make bench`: everything that is measured."""

from benchmarks.whole_way import main

main()
