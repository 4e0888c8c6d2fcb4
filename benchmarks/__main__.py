"""`make bench`: everything that is measured."""

from benchmarks import rendering, whole_way

whole_way.main()
rendering.main()
