from tests.pictures import listed, new_picture, says  # noqa: F401  (fixtures)
