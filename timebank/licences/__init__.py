"""What members have that may run out: an insurance of volunteers, a driving licence, a course for drivers."""
