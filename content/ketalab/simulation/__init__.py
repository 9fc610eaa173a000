"""Published models, ready to run: structures from models, numbers from evidence, held to their cards."""
