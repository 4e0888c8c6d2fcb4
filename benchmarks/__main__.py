"""`make bench`: everything that is measured."""

from benchmarks import packing, rendering, whole_way

whole_way.main()
packing.main()
rendering.main()
