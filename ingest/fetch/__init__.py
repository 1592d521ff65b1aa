"""Fetches official texts, politely and whole: `recipes` says which addresses, `client` asks, `rounds` keeps."""
