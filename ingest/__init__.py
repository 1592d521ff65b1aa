"""Fills the library: reads cards and official texts, audits them, embeds and stores them."""
