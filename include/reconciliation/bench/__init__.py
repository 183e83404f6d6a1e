"""The benchmark: the pipeline against a floor of bare SQL, on the same data and the same server."""
