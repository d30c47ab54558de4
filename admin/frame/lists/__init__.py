"""What every list can do beside being read: views that are saved, columns that are chosen, deeds on many, files."""
