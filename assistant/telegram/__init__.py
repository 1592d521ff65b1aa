"""The Telegram bot: the same answers, letters and checks as the web, with the same privacy."""
