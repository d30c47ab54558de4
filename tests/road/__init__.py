"""The roads of whole people, in a package so that they share one house and one browser which end with them."""
