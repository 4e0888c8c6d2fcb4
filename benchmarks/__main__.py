"""`make bench`: everything that is measured."""

from benchmarks import packing, rendering, whatif, whole_way

whole_way.main()
packing.main()
rendering.main()
whatif.main()
