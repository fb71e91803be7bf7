"""What tests of real processes need. Talks Kafka and signals only: it imports nothing of the project's packages."""
