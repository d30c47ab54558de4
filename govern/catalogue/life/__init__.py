"""A case item's life: drafted, proposed, approved part by part, in force, suspended, retired."""
