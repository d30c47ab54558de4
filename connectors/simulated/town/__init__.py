"""The invented town (虛構): people, households, land, firms and vehicles that fit together; nobody in it exists."""
