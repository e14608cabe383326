"""Receipts: numbered papers for what people paid, each worded once and never changed."""
