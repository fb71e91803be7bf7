"""The nouns: one frozen pydantic model for the records of each topic, the public contract of Wiremill."""
