"""A time bank: hours that members give one another, and the books of a small community."""
