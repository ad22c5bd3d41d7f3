from tests.consent.asked import asked, maja, still  # noqa: F401  (fixtures)
from tests.pictures import listed, new_picture, says  # noqa: F401  (fixtures)
