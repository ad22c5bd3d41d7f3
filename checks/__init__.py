"""What .ci/run asks beside the tests."""
