"""The road: asked, decided, fetched, shown, gone."""
