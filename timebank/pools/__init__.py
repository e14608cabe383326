"""Pools: accounts of hours that anybody can give to and a coordinator can grant from, open to all members."""
