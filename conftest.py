"""The test run as a whole: which checks hold for every test."""
