"""Who works here, with which rights, until when."""
